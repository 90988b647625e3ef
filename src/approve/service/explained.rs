//! Every check in words, for whoever may see it.

use super::Approve;
use crate::approve::explain::{self, Explanation};
use crate::approve::record::Stored;
use crate::approve::replay::Bundle;
use crate::domain::application::Application;
use crate::domain::decision::Decision;
use crate::domain::evidence::Round;
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::domain::person::Staff;
use crate::domain::signal::Signal;
use crate::error::StageError;

/// Who asks for an explanation.
#[derive(Debug, Clone, Copy)]
pub enum Viewer<'a> {
    /// The applicant, for their own.
    Applicant(ApplicantId),
    /// Staff, for their district.
    Staff(&'a Staff),
}

/// An application with every check explained.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The application.
    pub application: Application,
    /// The newest decision, if there is one.
    pub decision: Option<Decision>,
    /// Every criterion in words, with the record behind it.
    pub findings: Vec<Explanation>,
}

impl Approve {
    /// Every check in words, for the applicant or for staff of the district.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn explain(
        &self,
        who: Viewer<'_>,
        id: ApplicationId,
    ) -> Result<Explained, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx.application(id).await?.filter(|application| match who {
            Viewer::Applicant(who) => application.applicant == who,
            Viewer::Staff(staff) => staff.covers(application.district.as_ref()),
        });
        let application = application.ok_or(StageError::not_found("application"))?;
        let decision = tx.decisions_of(id).await?.into_iter().last();
        drop(tx);
        let findings = self.findings(&application).await?;
        Ok(Explained {
            application,
            decision,
            findings,
        })
    }

    /// The newest decision of one's own application with everything it rests on, for whoever wants to recompute it offline.
    ///
    /// # Errors
    /// `NotFound` for another's, and before there is a decision.
    pub async fn bundle(&self, who: ApplicantId, id: ApplicationId) -> Result<Bundle, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx.application(id).await?;
        let application = application
            .filter(|application| application.applicant == who)
            .ok_or(StageError::not_found("application"))?;
        let decision = tx.decisions_of(id).await?.into_iter().last();
        let decision = decision.ok_or(StageError::not_found("decision"))?;
        let evidence = tx.evidence_of_all_rounds(id).await?;
        drop(tx);
        let policy = self.ctx.policies.by_hash(application.policy.hash);
        let policy = policy
            .ok_or_else(|| StageError::corrupt("a decision under a policy that is not there"))?;
        Bundle::pack(&decision, &policy, &evidence)
            .map_err(|mismatch| StageError::corrupt(mismatch.to_string()))
    }

    /// Every criterion in words, as the evidence of the filing has it, and the signals the newest decision rests on.
    ///
    /// # Errors
    /// Of the store.
    pub async fn findings(
        &self,
        application: &Application,
    ) -> Result<Vec<Explanation>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = self.load(&mut tx, application, Round::FILING, None).await?;
        let decision = tx.decisions_of(application.id).await?.into_iter().last();
        drop(tx);
        let judged = case.judge();
        let mut findings = explain::explain(&case.policy, &judged.facts, &judged.judgement);
        let signals = decision.iter().flat_map(signals);
        findings.extend(signals.map(|signal| explain::signal(&case.policy, signal)));
        Ok(findings)
    }
}

/// The signals a decision rests on: they are of its moment, and are read and not looked for again.
fn signals(decision: &Decision) -> Vec<Signal> {
    serde_json::from_slice::<Stored>(&decision.record)
        .map(|stored| stored.inputs.signals)
        .unwrap_or_default()
}
