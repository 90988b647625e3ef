//! 卷宗: everything an officer has before them when they open a case, and what they may do with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::approve::{Approve, Prospect};
use crate::docket;
use crate::domain::application::Application;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::desk::{About, Act, Candidate, Deed, DeskCase, Doer, Freeze, NotDone, Officer};
use crate::domain::evidence::Round;
use crate::domain::form::Snapshot;
use crate::domain::id::{ActId, CaseId};
use crate::domain::payment::Payment;
use crate::domain::person::Staff;
use crate::domain::recovery::{Hold, Receivable};
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::store::Tx;

use super::desk::{DeskView, theirs, unmoved};
use super::service::{CaseView, gathered, must_review};
use super::{CaseDesk, decide::needed};

/// One case, laid out.
#[derive(Clone)]
pub struct Dossier {
    /// The case, its acts and its files.
    pub view: DeskView,
    /// The application it is about, with every finding; none for a report about nothing in particular.
    pub filing: Option<CaseView>,
    /// The form as the applicant confirmed it.
    pub confirmed: Option<Snapshot>,
    /// What approving would come to; none where there is nothing to approve, or nothing any more.
    pub prospect: Option<Prospect>,
    /// How many people must agree to that.
    pub needs: u8,
    /// What has been granted, where the case is about that.
    pub granted: Option<Granted>,
    /// What keeps everybody from approving.
    pub frozen: Option<Freeze>,
    /// Who could be given the case.
    pub candidates: Vec<Candidate>,
    /// Names of officers by subject.
    pub names: BTreeMap<String, String>,
    /// Who looks.
    pub doer: Doer,
    /// When.
    pub now: Timestamp,
    calendar: Arc<WorkingCalendar>,
    trial: ActId,
}

/// Money that was granted, as a sample or a recovery is about it.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Every instalment of the award.
    pub payments: Vec<Payment>,
    /// The one that may have to come back.
    pub recalled: Option<Payment>,
    /// What is to come back of that, once it was decided.
    pub receivable: Option<Receivable>,
    /// Whether nothing is paid before somebody has looked.
    pub is_held: bool,
}

impl Dossier {
    /// The case itself.
    #[must_use]
    pub const fn case(&self) -> &DeskCase {
        &self.view.case
    }

    /// Whether whoever looks could do a thing now; nothing is done.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn would(&self, deed: Deed) -> Result<(), NotDone> {
        let case = self.case();
        let act = Act {
            id: self.trial,
            seq: case.version + 1,
            at: self.now,
            by: self.doer.who.clone(),
            deed,
            words: None,
        };
        case.attempt(&self.doer, &act, &self.calendar).map(drop)
    }

    /// Whether they are its officer.
    #[must_use]
    pub fn is_officer(&self) -> bool {
        self.case().officer.as_deref() == self.doer.who.staff()
    }

    /// Findings that somebody must settle before anything is approved.
    #[must_use]
    pub fn unsettled(&self) -> Vec<String> {
        let open = self.prospect.as_ref().map(|prospect| &prospect.open);
        open.map(|open| super::desk::unsettled(self.case(), open))
            .unwrap_or_default()
    }
}

impl CaseDesk {
    /// Whether a case is somebody's own to work on: then nobody asks why they look.
    ///
    /// # Errors
    /// `Forbidden` without the role; `NotFound` also for another district's.
    pub async fn handles(&self, staff: &Staff, id: CaseId) -> Result<bool, StageError> {
        must_review(staff)?;
        let case = theirs(&mut self.ctx.store.read().await?, staff, id).await?;
        Ok(case.officer.as_ref() == Some(&staff.subject.subject))
    }

    /// One case with everything that is needed to decide it. The look is written down with its purpose before anything is shown.
    ///
    /// # Errors
    /// `NotFound` also for another district's; `Invalid` without a purpose.
    pub async fn lay_out(
        &self,
        staff: &Staff,
        id: CaseId,
        purpose: &str,
    ) -> Result<Dossier, StageError> {
        let view = self.show(staff, id, purpose).await?;
        let ctx = &self.ctx;
        let opening = &view.case.opening;
        let mut tx = ctx.store.read().await?;
        let doer = docket::doer(&mut tx, staff, &view.case).await?;
        let frozen = tx
            .freeze_over(opening.policy.as_deref(), opening.district)
            .await?;
        let candidates = tx.candidates(opening.district, opening.applicant).await?;
        let officers = tx.officers().await?;
        let application = match opening.about.application() {
            Some(application) => tx.application(application).await?,
            None => None,
        };
        let filing = application.as_ref().and_then(|one| one.filing.as_ref());
        let confirmed = match filing {
            Some(filing) => tx.snapshot(filing.snapshot).await?,
            None => None,
        };
        let granted = granted(&mut tx, opening.about).await?;
        drop(tx);
        let filing = match application {
            Some(application) => Some(self.with_findings(&view.case, application).await?),
            None => None,
        };
        let (prospect, needs) = self.prospect_of(&view.case).await?;
        Ok(Dossier {
            filing,
            confirmed,
            prospect,
            needs,
            granted,
            frozen,
            candidates: available(&view.case, candidates),
            names: names(officers),
            doer,
            now: ctx.now(),
            calendar: Arc::clone(&ctx.calendar),
            trial: ctx.id(ActId::new),
            view,
        })
    }

    /// The application with its findings: of the re-check where the case is about one that waits for a person.
    async fn with_findings(
        &self,
        case: &DeskCase,
        application: Application,
    ) -> Result<CaseView, StageError> {
        let filing = gathered(&self.ctx, application).await?;
        let (About::Recheck { payment, .. }, false) = (case.opening.about, case.is_closed()) else {
            return Ok(filing);
        };
        let approve = Approve::new(self.ctx.clone());
        match approve.recheck_findings(payment).await {
            Ok(findings) => Ok(CaseView { findings, ..filing }),
            // Decided a moment ago: the filing's are what is left to show.
            Err(StageError::NotInState { .. }) => Ok(filing),
            Err(error) => Err(error),
        }
    }

    async fn prospect_of(&self, case: &DeskCase) -> Result<(Option<Prospect>, u8), StageError> {
        if case.is_closed() || !case.opening.about.is_referral() {
            return Ok((None, 1));
        }
        match self.prospect(case).await {
            Ok((prospect, bands)) => {
                let needs = prospect.amount.map_or(1, |amount| needed(&bands, amount));
                Ok((Some(prospect), needs))
            }
            // It has been decided; what was declared is all that is left to do.
            Err(StageError::NotInState { .. }) => Ok((None, 1)),
            Err(error) => Err(error),
        }
    }

    /// Whom a member of staff works beside: the officers of their district, or all of them.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn colleagues(&self, staff: &Staff) -> Result<Vec<Officer>, StageError> {
        must_review(staff)?;
        let mut officers = self.ctx.store.read().await?.officers().await?;
        officers.retain(|officer| staff.district.is_none() || staff.district == officer.district);
        Ok(officers)
    }

    /// What an officer may ask the registers again about, and for which judgement.
    ///
    /// # Errors
    /// `CaseMoved` when it is not as it was seen; `Forbidden` for anybody but its officer; `Step` when it has ended.
    pub async fn may_ask_registers(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
    ) -> Result<(Application, Round), StageError> {
        must_review(staff)?;
        let may = self.try_may_ask(staff, id, seen).await;
        self.told(id, seen, may).await
    }

    async fn try_may_ask(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
    ) -> Result<(Application, Round), StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        case.may(&doer, &Deed::Noted)?;
        let about = case.opening.about;
        let application = match about.application() {
            Some(application) if !case.is_closed() => tx.application(application).await?,
            _ => None,
        };
        let application = application.ok_or(StageError::NotInState {
            what: "case",
            state: case.stage.name().as_str(),
        })?;
        let round = match about.payment() {
            Some(payment) => {
                let payment = tx.payment(payment).await?;
                Round(payment.ok_or(StageError::not_found("payment"))?.instalment)
            }
            None => Round::FILING,
        };
        Ok((application, round))
    }
}

/// What was granted, and what of it comes back; nothing for a matter in which nothing has been granted yet.
async fn granted(tx: &mut Tx, about: About) -> Result<Option<Granted>, StageError> {
    let (About::Sample { application, .. } | About::Recovery { application, .. }) = about else {
        return Ok(None);
    };
    let Some(award) = tx.award_of(application).await? else {
        return Ok(None);
    };
    let payments = tx.payments_of(award.id).await?;
    let recalled = about.payment();
    let receivable = match recalled {
        Some(payment) => tx.receivable(payment).await?,
        None => None,
    };
    Ok(Some(Granted {
        recalled: payments
            .iter()
            .find(|payment| Some(payment.id) == recalled)
            .cloned(),
        payments,
        receivable,
        is_held: tx.hold_on(application).await? == Some(Hold::Look),
    }))
}

/// Whoever is there for it, has no conflict, and has not got it.
fn available(case: &DeskCase, candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates
        .into_iter()
        .filter(|one| !one.conflict && !one.officer.away)
        .filter(|one| case.officer.as_ref() != Some(&one.officer.subject))
        .collect()
}

fn names(officers: Vec<Officer>) -> BTreeMap<String, String> {
    officers
        .into_iter()
        .map(|officer| (officer.subject, officer.name))
        .collect()
}
