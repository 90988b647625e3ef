//! The other side of the desk: what anyone may report, what an applicant supplies and takes, and the card they follow their case by.

use crate::docket::{self, Matter, Said};
use crate::domain::desk::{
    About, Deed, DeskCase, Doer, Officer, Opening, Rules, TrackingCard, Who, tracking,
};
use crate::domain::district::DistrictCode;
use crate::domain::id::{ApplicantId, ApplicationId, CaseId};
use crate::domain::person::{Private, Staff};
use crate::error::StageError;

use super::CaseDesk;
use super::service::{GROUNDS_MAX, must_review, text};

/// How often an applicant's act is tried while officers act on the same case.
const ATTEMPTS: u8 = 5;

/// 反映: a stuck matter, told by anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The application it is about, where it is about one.
    pub application: Option<ApplicationId>,
    /// Where it belongs; none for what crosses districts. An application's own district goes before it.
    pub district: Option<DistrictCode>,
    /// What is stuck.
    pub words: String,
}

impl CaseDesk {
    /// Registers a report of an applicant, or of somebody who is not known here. It is a case with an officer from the first
    /// moment; whether it is in scope is for the officer to say.
    ///
    /// # Errors
    /// `NotFound` for another's application; `Invalid` without words.
    pub async fn report(
        &self,
        who: Option<ApplicantId>,
        report: &Report,
    ) -> Result<DeskCase, StageError> {
        let by = who.map_or(Who::Public, Who::Applicant);
        self.register(by, report, |of| Some(of.applicant) == who)
            .await
    }

    /// Registers at the counter what somebody came with.
    ///
    /// # Errors
    /// `NotFound` for an application of another district; `Invalid` without words.
    pub async fn report_at_counter(
        &self,
        staff: &Staff,
        report: &Report,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        let by = Who::Staff(staff.subject.subject.clone());
        self.register(by, report, |of| staff.covers(of.district.as_ref()))
            .await
    }

    async fn register(
        &self,
        by: Who,
        report: &Report,
        theirs: impl Fn(&crate::domain::application::Application) -> bool,
    ) -> Result<DeskCase, StageError> {
        text("words", &report.words, GROUNDS_MAX)?;
        let mut tx = self.ctx.store.write().await?;
        let application = match report.application {
            Some(id) => Some(
                tx.application(id)
                    .await?
                    .filter(theirs)
                    .ok_or(StageError::not_found("application"))?,
            ),
            None => None,
        };
        let applicant = match &by {
            Who::Applicant(id) => Some(*id),
            _ => application.as_ref().map(|of| of.applicant),
        };
        let opening = Opening {
            about: About::Report {
                application: report.application,
            },
            applicant,
            policy: application.as_ref().map(|of| of.policy.id.clone()),
            district: application.and_then(|of| of.district).or(report.district),
            rules: Rules::norm(),
        };
        let words = Some(Private::new(report.words.clone()));
        let case = docket::open(&self.ctx, &mut tx, opening, by, words).await?;
        tx.commit().await?;
        self.ring(&case);
        Ok(case)
    }

    /// The applicant supplies what they were asked for, or what was deferred; the clock goes on.
    ///
    /// # Errors
    /// `NotFound` for another's case; `Step` when nothing is asked of them.
    pub async fn supply(
        &self,
        who: ApplicantId,
        id: CaseId,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        text("words", words, GROUNDS_MAX)?;
        self.applicant_does(who, id, Said::with(Deed::Supplied, words))
            .await
    }

    /// The applicant takes what was offered: a deferral, knowing that late is the end of it, or a declaration, in their words.
    ///
    /// # Errors
    /// `NotFound` for another's case; `Step` when nothing is offered.
    pub async fn take_offer(
        &self,
        who: ApplicantId,
        id: CaseId,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        text("words", words, GROUNDS_MAX)?;
        self.applicant_does(who, id, Said::with(Deed::Taken, words))
            .await
    }

    /// Applicants see no versions: what they do holds wherever the case stands, and is tried again when an officer was first.
    async fn applicant_does(
        &self,
        who: ApplicantId,
        id: CaseId,
        said: Said,
    ) -> Result<DeskCase, StageError> {
        for _ in 1..ATTEMPTS {
            match self.try_applicant_does(who, id, said.clone()).await {
                Err(error) if error.lost_race() => {}
                other => return other,
            }
        }
        self.try_applicant_does(who, id, said).await
    }

    async fn try_applicant_does(
        &self,
        who: ApplicantId,
        id: CaseId,
        said: Said,
    ) -> Result<DeskCase, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let case = tx.desk_case(id).await?;
        let case = case.ok_or(StageError::not_found("case"))?;
        let doer = Doer::applicant(who);
        let after = docket::record(&self.ctx, &mut tx, &case, &doer, vec![said]).await?;
        tx.commit().await?;
        self.ring(&after);
        Ok(after)
    }

    /// 服务跟踪卡 of one's own case.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn track(&self, who: ApplicantId, id: CaseId) -> Result<TrackingCard, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = tx.desk_case(id).await?;
        let case = case
            .filter(|case| case.opening.applicant == Some(who))
            .ok_or(StageError::not_found("case"))?;
        let acts = tx.case_acts(id, 0).await?;
        let line = tx.case_line(id).await?;
        let officer = match &case.officer {
            Some(subject) => tx.officer(subject).await?,
            None => None,
        };
        let due = line.and_then(|line| line.due);
        let owed = match case.opening.about {
            About::Recovery { payment, .. } => tx.receivable(payment).await?,
            _ => None,
        };
        Ok(TrackingCard {
            owed,
            ..tracking(&case, &acts, officer.as_ref(), due)
        })
    }

    /// The case by which an applicant follows their application: an open one before what has ended, what the machine referred before
    /// a report, the newest of these.
    ///
    /// # Errors
    /// `NotFound` for another's application, and for one that never had a case.
    pub async fn case_to_follow(
        &self,
        who: ApplicantId,
        application: ApplicationId,
    ) -> Result<CaseId, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let theirs = tx.application(application).await?;
        if theirs.is_none_or(|application| application.applicant != who) {
            return Err(StageError::not_found("application"));
        }
        let lines = tx.cases_of_application(application).await?;
        let first = lines
            .iter()
            .filter(|line| line.applicant == Some(who))
            .max_by_key(|line| {
                let is_open = line.closed_at.is_none();
                // What was found wrong opens a recovery in the same moment.
                let follows = line.about == "recovery";
                (
                    is_open,
                    line.about != "report",
                    line.opened_at,
                    follows,
                    line.id,
                )
            });
        first
            .map(|line| line.id)
            .ok_or(StageError::not_found("case"))
    }

    /// The officer of a case, where it has one.
    ///
    /// # Errors
    /// Of the store.
    pub async fn officer_of(&self, case: &DeskCase) -> Result<Option<Officer>, StageError> {
        match &case.officer {
            Some(subject) => Ok(self.ctx.store.read().await?.officer(subject).await?),
            None => Ok(None),
        }
    }

    /// The open case of an application, for its page.
    ///
    /// # Errors
    /// Of the store.
    pub async fn case_of(&self, application: ApplicationId) -> Result<Option<CaseId>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = docket::open_case(&mut tx, Matter::Filing(application)).await?;
        Ok(case.map(|case| case.id))
    }
}
