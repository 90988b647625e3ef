//! What a judgement rests on, read from the store; and the decision that is made from it.

use std::sync::Arc;

use super::Approve;
use crate::approve::case::{Case, Judged};
use crate::approve::record::{FORMAT, Grounds, Made};
use crate::domain::application::Application;
use crate::domain::decision::{Decision, Outcome};
use crate::domain::draw::Draw;
use crate::domain::evidence::Round;
use crate::domain::hash::sha256;
use crate::domain::id::DecisionId;
use crate::domain::money::Money;
use crate::domain::payment::Payment;
use crate::domain::person::{Actor, Applicant};
use crate::domain::policy::Policy;
use crate::error::StageError;
use crate::store::Tx;

impl Approve {
    /// Everything the judgement of a filing rests on, and whose it is.
    pub(super) async fn load_filing(
        &self,
        tx: &mut Tx,
        application: &Application,
    ) -> Result<(Case, Applicant), StageError> {
        let case = self.load(tx, application, Round::FILING, None).await?;
        let applicant = tx.applicant(application.applicant).await?.ok_or_else(|| {
            StageError::corrupt(format!("application {} has no applicant", application.id))
        })?;
        Ok((case, applicant))
    }

    /// Everything a judgement rests on: of the filing, or of the re-check before an instalment.
    pub(super) async fn load(
        &self,
        tx: &mut Tx,
        application: &Application,
        round: Round,
        payment: Option<&Payment>,
    ) -> Result<Case, StageError> {
        let today = self.ctx.world.clock.today();
        let filed_on = application
            .filing
            .as_ref()
            .map_or(today, |filing| filing.on);
        let mut evidence = tx.evidence_of(application.id, Round::FILING).await?;
        if round != Round::FILING {
            evidence.extend(tx.evidence_of(application.id, round).await?);
        }
        let said = if round == Round::FILING {
            tx.disputes_of(application.id).await?
        } else {
            Vec::new()
        };
        let mut disputed: Vec<String> = said.into_iter().map(|dispute| dispute.field).collect();
        disputed.sort();
        disputed.dedup();
        Ok(Case {
            policy: self.policy(application)?,
            application: application.id,
            round,
            filed_on,
            on: if round == Round::FILING {
                filed_on
            } else {
                today
            },
            planned: payment.map_or(Money::ZERO, |payment| payment.amount),
            evidence,
            disputed,
            signals: Vec::new(),
        })
    }

    pub(super) fn policy(&self, application: &Application) -> Result<Arc<Policy>, StageError> {
        self.ctx
            .policies
            .by_hash(application.policy.hash)
            .ok_or_else(|| {
                StageError::corrupt(format!(
                    "application {} has an unknown policy",
                    application.id
                ))
            })
    }

    /// The decision as it is stored: by the machine, or by a person who names grounds.
    pub(super) fn decision(
        &self,
        case: &Case,
        judged: &Judged,
        outcome: Outcome,
        grounds: Option<&Grounds>,
    ) -> Result<Decision, StageError> {
        self.decision_drawn(case, judged, outcome, grounds, None)
    }

    /// The same with what was drawn for it.
    pub(super) fn decision_drawn(
        &self,
        case: &Case,
        judged: &Judged,
        outcome: Outcome,
        grounds: Option<&Grounds>,
        draw: Option<Draw>,
    ) -> Result<Decision, StageError> {
        let made = Made {
            format: FORMAT,
            outcome,
            grounds,
            draw,
        };
        let record = judged
            .record(case, made)
            .map_err(|error| StageError::corrupt(error.to_string()))?;
        let by = match grounds {
            Some(grounds) => Actor::Staff(grounds.staff.clone()),
            None => Actor::Machine("approve"),
        };
        Ok(Decision {
            id: self.ctx.id(DecisionId::new),
            application: case.application,
            round: case.round,
            outcome,
            by: by.to_string(),
            at: self.ctx.now(),
            hash: sha256(&record),
            record,
        })
    }
}
