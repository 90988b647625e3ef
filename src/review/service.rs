//! What reviewers do: list, look (which is written down), decide.

use crate::approve::explain::Explanation;
use crate::approve::{Approve, Grounds};
use crate::context::Context;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::Access;
use crate::domain::decision::{Decision, Outcome};
use crate::domain::desk::DeskCase;
use crate::domain::district::DistrictCode;
use crate::domain::evidence::Fetch;
use crate::domain::form::{Dispute, Snapshot};
use crate::domain::id::{AccessId, ApplicationId, PaymentId};
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::person::{Applicant, Role, Staff};
use crate::error::StageError;
use crate::instruct::award_of;
use crate::store::{ApplicationFilter, PaymentFilter, Tx};

use super::CaseDesk;

/// Longest grounds, in characters.
pub(super) const GROUNDS_MAX: usize = 2_000;
/// Longest purpose of a look, in characters.
pub(super) const PURPOSE_MAX: usize = 200;

/// Everything about one case except account numbers.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// The application.
    pub application: Application,
    /// The applicant.
    pub applicant: Applicant,
    /// The newest form: what they confirmed, completed by registers that answered late.
    pub snapshot: Option<Snapshot>,
    /// What they said is wrong.
    pub disputes: Vec<Dispute>,
    /// Every decision so far, oldest first.
    pub decisions: Vec<Decision>,
    /// Every criterion with the record behind it.
    pub findings: Vec<Explanation>,
    /// How each asking of a source went.
    pub fetches: Vec<Fetch>,
}

/// An instalment whose re-check the machine referred.
#[derive(Debug, Clone)]
pub struct ReferredPayment {
    /// The instalment.
    pub payment: Payment,
    /// The application it belongs to, where its evidence is.
    pub application: ApplicationId,
}

/// What a reviewer decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The open findings are settled.
    Approve {
        /// On what grounds.
        grounds: String,
    },
    /// Refused, with grounds and legal basis; remedies are added by law.
    Refuse {
        /// On what grounds.
        grounds: String,
        /// By which article.
        legal_basis: String,
    },
}

/// The reviewer's desk.
#[derive(Clone)]
pub struct Review {
    ctx: Context,
}

impl Review {
    /// On this context.
    #[must_use]
    pub const fn new(ctx: Context) -> Self {
        Self { ctx }
    }

    /// Applications by state, district and policy; a district's reviewers see their own district.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district.
    pub async fn list(
        &self,
        staff: &Staff,
        filter: ApplicationFilter,
    ) -> Result<Vec<Application>, StageError> {
        must_review(staff)?;
        let filter = ApplicationFilter {
            district: staff.narrow(filter.district)?,
            ..filter
        };
        Ok(self
            .ctx
            .store
            .read()
            .await?
            .list_applications(&filter)
            .await?)
    }

    /// One case. The look is written down with its purpose before anything is shown.
    ///
    /// # Errors
    /// `NotFound` also for another district's; `Invalid` without a purpose.
    pub async fn show(
        &self,
        staff: &Staff,
        id: ApplicationId,
        purpose: &str,
    ) -> Result<CaseView, StageError> {
        must_review(staff)?;
        text("purpose", purpose, PURPOSE_MAX)?;
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let application = theirs(&mut tx, staff, id).await?;
        tx.access(&Access {
            id: ctx.id(AccessId::new),
            at: ctx.now(),
            staff: staff.subject.subject.clone(),
            subject: id.to_string(),
            kind: "application".to_owned(),
            purpose: purpose.to_owned(),
        })
        .await?;
        tx.commit().await?;
        let mut tx = ctx.store.read().await?;
        let applicant = tx
            .applicant(application.applicant)
            .await?
            .ok_or(StageError::not_found("applicant"))?;
        let snapshot = tx.latest_snapshot(id).await?;
        let disputes = tx.disputes_of(id).await?;
        let decisions = tx.decisions_of(id).await?;
        let fetches = tx.fetches_of(id).await?;
        drop(tx);
        let findings = Approve::new(ctx.clone()).findings(&application).await?;
        Ok(CaseView {
            application,
            applicant,
            snapshot,
            disputes,
            decisions,
            findings,
            fetches,
        })
    }

    /// The same case after a register has answered meanwhile.
    ///
    /// # Errors
    /// Of the store.
    pub async fn refresh(&self, case: CaseView) -> Result<CaseView, StageError> {
        let findings = Approve::new(self.ctx.clone())
            .findings(&case.application)
            .await?;
        let fetches = self
            .ctx
            .store
            .read()
            .await?
            .fetches_of(case.application.id)
            .await?;
        Ok(CaseView {
            findings,
            fetches,
            ..case
        })
    }

    /// Decides a referred application, on the version that was looked at: in one call what its officer does step by step
    /// ([`super::at_once`]). Where the amount demands a second person nothing is decided yet: another's same call agrees.
    ///
    /// # Errors
    /// `Stale` when it changed since it was looked at; `NotInState` unless it is referred; `Forbidden` for a colleague's case.
    pub async fn decide(
        &self,
        staff: &Staff,
        id: ApplicationId,
        seen_version: i64,
        verdict: &Verdict,
    ) -> Result<(Application, DeskCase), StageError> {
        must_review(staff)?;
        let mut tx = self.ctx.store.read().await?;
        let application = theirs(&mut tx, staff, id).await?;
        drop(tx);
        if application.version != seen_version {
            return Err(StageError::Stale {
                what: "application",
            });
        }
        let ApplicationState::Referred { decision, .. } = application.state else {
            return Err(StageError::NotInState {
                what: "application",
                state: application.state.name().as_str(),
            });
        };
        let desk = CaseDesk::new(self.ctx.clone());
        let case = desk.case_to_decide(&application, None, decision).await?;
        let case = desk.decide_at_once(staff, case, verdict).await?;
        let mut tx = self.ctx.store.read().await?;
        let application = tx.application(id).await?;
        Ok((
            application.ok_or(StageError::not_found("application"))?,
            case,
        ))
    }

    /// Instalments whose re-check the machine referred.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district.
    pub async fn payments(
        &self,
        staff: &Staff,
        filter: PaymentFilter,
    ) -> Result<Vec<ReferredPayment>, StageError> {
        must_review(staff)?;
        let filter = PaymentFilter {
            state: Some(PaymentState::Referred),
            district: staff.narrow(filter.district)?,
            ..filter
        };
        let mut tx = self.ctx.store.read().await?;
        let mut referred = Vec::new();
        for payment in tx.list_payments(&filter).await? {
            let award = award_of(&mut tx, &payment).await?;
            referred.push(ReferredPayment {
                payment,
                application: award.application,
            });
        }
        Ok(referred)
    }

    /// Decides an instalment whose re-check the machine referred, as [`Self::decide`] does an application.
    ///
    /// # Errors
    /// `NotFound` also for another district's; `NotInState` unless it is referred.
    pub async fn decide_payment(
        &self,
        staff: &Staff,
        id: PaymentId,
        verdict: &Verdict,
    ) -> Result<(Payment, DeskCase), StageError> {
        must_review(staff)?;
        let mut tx = self.ctx.store.read().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        let award = award_of(&mut tx, &payment).await?;
        let application = tx.application(award.application).await?;
        let decisions = tx.decisions_of(award.application).await?;
        drop(tx);
        let application = application.ok_or(StageError::not_found("application"))?;
        if !staff.covers(Some(&award.budget.district)) {
            return Err(StageError::not_found("payment"));
        }
        if payment.state != PaymentState::Referred {
            return Err(StageError::NotInState {
                what: "payment",
                state: payment.state.as_str(),
            });
        }
        let referred = decisions.last().map(|decision| decision.id);
        let referred = referred.ok_or_else(|| StageError::corrupt("a payment without decision"))?;
        let desk = CaseDesk::new(self.ctx.clone());
        let case = desk
            .case_to_decide(&application, Some(id), referred)
            .await?;
        let case = desk.decide_at_once(staff, case, verdict).await?;
        let payment = self.ctx.store.read().await?.payment(id).await?;
        Ok((payment.ok_or(StageError::not_found("payment"))?, case))
    }
}

/// While a supervisor has a policy or a district frozen, nothing of it is approved.
pub(super) async fn thawed(
    tx: &mut Tx,
    policy: Option<&str>,
    district: Option<DistrictCode>,
) -> Result<(), StageError> {
    match tx.freeze_over(policy, district).await? {
        Some(freeze) => Err(StageError::Frozen {
            reason: freeze.reason,
        }),
        None => Ok(()),
    }
}

/// What a person's verdict says, checked.
pub(super) fn grounds_of(
    staff: &Staff,
    verdict: &Verdict,
) -> Result<(Outcome, Grounds), StageError> {
    let (outcome, grounds, legal_basis) = match verdict {
        Verdict::Approve { grounds } => (Outcome::Approve, grounds, None),
        Verdict::Refuse {
            grounds,
            legal_basis,
        } => (Outcome::Refuse, grounds, Some(legal_basis)),
    };
    text("grounds", grounds, GROUNDS_MAX)?;
    if let Some(basis) = legal_basis {
        text("legal_basis", basis, GROUNDS_MAX)?;
    }
    let grounds = Grounds {
        staff: staff.subject.subject.clone(),
        grounds: grounds.clone(),
        legal_basis: legal_basis.cloned(),
        remedies: (outcome == Outcome::Refuse).then(crate::approve::record::remedies),
    };
    Ok((outcome, grounds))
}

pub(super) fn must_review(staff: &Staff) -> Result<(), StageError> {
    if staff.has(Role::Reviewer) || staff.has(Role::Supervisor) {
        Ok(())
    } else {
        Err(StageError::Forbidden {
            needs: "the role reviewer or supervisor",
        })
    }
}

pub(super) fn text(field: &'static str, value: &str, max: usize) -> Result<(), StageError> {
    let count = value.trim().chars().count();
    if (1..=max).contains(&count) {
        return Ok(());
    }
    Err(StageError::Invalid {
        field,
        reason: format!("1 to {max} characters are needed"),
    })
}

async fn theirs(tx: &mut Tx, staff: &Staff, id: ApplicationId) -> Result<Application, StageError> {
    let application = tx
        .application(id)
        .await?
        .filter(|application| staff.covers(application.district.as_ref()));
    application.ok_or(StageError::not_found("application"))
}
