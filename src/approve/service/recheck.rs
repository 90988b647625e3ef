//! 资格复核: a later instalment, judged anew by the machine or decided by a person.

use serde_json::json;

use super::{Approve, Prospect, plan_by_person};
use crate::approve::case::{Case, Judged, Way};
use crate::approve::record::Grounds;
use crate::docket::{self, Conclusion};
use crate::domain::application::Application;
use crate::domain::award::Award;
use crate::domain::decision::Outcome;
use crate::domain::evidence::Round;
use crate::domain::id::{DecisionId, PaymentId};
use crate::domain::ledger::Movement;
use crate::domain::money::Money;
use crate::domain::notice::Occasion;
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::person::Actor;
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::instruct::{Payable, award_of, instruct, move_money};
use crate::store::Tx;

/// How long an instalment's re-check rests when a source is down.
const RECHECK_RETRY_MS: i64 = 60_000;

/// How a re-check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    /// The instalment is on its way.
    Instructed,
    /// To a person.
    Referred,
    /// Nothing is due: the policy grants nothing for this instalment.
    Cancelled,
    /// A source is missing; tried again later.
    Parked,
    /// It was no longer waiting.
    Settled,
}

/// An instalment with everything its re-check rests on, read in one snapshot.
struct Pending {
    payment: Payment,
    award: Award,
    application: Application,
    case: Case,
}

impl Approve {
    /// Which sources the re-check before an instalment needs.
    ///
    /// # Errors
    /// When the payment has no application, which a foreign key forbids.
    pub async fn wanted_for(
        &self,
        payment: &Payment,
    ) -> Result<(Application, Vec<SourceId>), StageError> {
        let mut tx = self.ctx.store.read().await?;
        let award = award_of(&mut tx, payment).await?;
        let application = application_of(&mut tx, &award).await?;
        let policy = self.policy(&application)?;
        let wanted = policy
            .sources_for_renewal(payment.instalment)
            .iter()
            .collect();
        Ok((application, wanted))
    }

    /// Judges again on the evidence of the instalment's round, then instructs exactly what is granted.
    ///
    /// # Errors
    /// Of the store; the payment then stays scheduled and is found again.
    pub async fn recheck(&self, id: PaymentId) -> Result<Recheck, StageError> {
        match self.try_recheck(id).await {
            Err(StageError::NotInState { .. }) => Ok(Recheck::Settled),
            // Another node was first.
            Err(error) if error.lost_race() => Ok(Recheck::Settled),
            other => other,
        }
    }

    async fn try_recheck(&self, id: PaymentId) -> Result<Recheck, StageError> {
        let ctx = &self.ctx;
        let pending = self.pending(id, PaymentState::Scheduled).await?;
        let application = pending.application.id;
        let judged = pending.case.judge();
        let mut tx = ctx.store.write().await?;
        let (act, done) = match &judged.way {
            Way::Park(_) => {
                let retry_at = Some(ctx.now().plus_millis(RECHECK_RETRY_MS));
                let rests = Payment {
                    retry_at,
                    ..pending.payment
                };
                tx.update_payment(&rests).await?;
                ("payment.recheck_parked", Recheck::Parked)
            }
            Way::Refer => {
                self.refer_payment(&mut tx, pending, &judged).await?;
                ("payment.recheck_referred", Recheck::Referred)
            }
            Way::Approve(plan) => {
                let decision = self.decision(&pending.case, &judged, Outcome::Approve, None)?;
                tx.insert_decision(&decision).await?;
                let paid = self.pay(&mut tx, pending, decision.id, plan.total).await?;
                if paid.state == PaymentState::Cancelled {
                    ("payment.recheck_cancelled", Recheck::Cancelled)
                } else {
                    ("payment.recheck_approved", Recheck::Instructed)
                }
            }
        };
        let actor = Actor::Machine("recheck");
        ctx.audit(&mut tx, actor, act, id.to_string(), json!({}))
            .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.ring_notices();
        ctx.bell.changed(application);
        Ok(done)
    }

    /// What letting an instalment through would come to, and what is to be settled before.
    ///
    /// # Errors
    /// `NotInState` unless it is referred.
    pub async fn recheck_prospect(&self, id: PaymentId) -> Result<Prospect, StageError> {
        let pending = self.pending(id, PaymentState::Referred).await?;
        Ok(Prospect::of(&pending.case, &pending.case.judge()))
    }

    /// Commits what a person decided about an instalment whose re-check the machine referred.
    ///
    /// # Errors
    /// `NotInState` unless it is referred, `Stale` when it changed meanwhile, `Invalid` when its amount cannot be established.
    pub async fn decide_recheck_by_person(
        &self,
        id: PaymentId,
        outcome: Outcome,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<Payment, StageError> {
        let decided = self
            .try_decide_recheck_by_person(id, outcome, grounds, conclusion)
            .await;
        decided.map_err(|error| error.or_stale("payment"))
    }

    async fn try_decide_recheck_by_person(
        &self,
        id: PaymentId,
        outcome: Outcome,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<Payment, StageError> {
        let ctx = &self.ctx;
        let pending = self.pending(id, PaymentState::Referred).await?;
        let application = pending.application.id;
        let mut judged = pending.case.judge();
        let mut granted = Money::ZERO;
        if outcome == Outcome::Approve {
            let plan = plan_by_person(&pending.case, &judged)?;
            granted = plan.total;
            judged.way = Way::Approve(plan);
        }
        let decision = self.decision(&pending.case, &judged, outcome, Some(&grounds))?;
        let mut tx = ctx.store.write().await?;
        tx.insert_decision(&decision).await?;
        let payment = self.pay(&mut tx, pending, decision.id, granted).await?;
        let made = (outcome, decision.id, granted);
        docket::decided(ctx, &mut tx, made, conclusion).await?;
        let detail = json!({ "outcome": outcome.as_str(), "state": payment.state.as_str() });
        let (actor, act) = (Actor::Staff(grounds.staff), "payment.decided_by_person");
        ctx.audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.ring_notices();
        ctx.bell.changed(application);
        Ok(payment)
    }

    /// Reads an instalment that stands in this state, and what its re-check rests on.
    async fn pending(&self, id: PaymentId, state: PaymentState) -> Result<Pending, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        if payment.state != state {
            return Err(StageError::NotInState {
                what: "payment",
                state: payment.state.as_str(),
            });
        }
        let award = award_of(&mut tx, &payment).await?;
        let application = application_of(&mut tx, &award).await?;
        let round = Round(payment.instalment);
        let case = self
            .load(&mut tx, &application, round, Some(&payment))
            .await?;
        Ok(Pending {
            payment,
            award,
            application,
            case,
        })
    }

    async fn refer_payment(
        &self,
        tx: &mut Tx,
        pending: Pending,
        judged: &Judged,
    ) -> Result<(), StageError> {
        let decision = self.decision(&pending.case, judged, Outcome::Refer, None)?;
        tx.insert_decision(&decision).await?;
        let occasion = Occasion::RecheckReferred {
            decision: decision.id,
            instalment: pending.payment.instalment,
        };
        self.ctx.tell(tx, &pending.application, &occasion).await?;
        let referred = Payment {
            state: PaymentState::Referred,
            ..pending.payment
        };
        let referred = tx.update_payment(&referred).await?;
        let (application, policy) = (&pending.application, &pending.case.policy);
        let payment = Some(referred.id);
        docket::open_referral(&self.ctx, tx, application, policy, payment, decision.id).await?;
        Ok(())
    }

    /// Instructs what was granted, or nothing. The account is read here and not before: it may have been corrected meanwhile.
    async fn pay(
        &self,
        tx: &mut Tx,
        pending: Pending,
        decision: DecisionId,
        granted: Money,
    ) -> Result<Payment, StageError> {
        let ctx = &self.ctx;
        let Pending {
            payment,
            award,
            application,
            ..
        } = pending;
        let payable = Payable::load(ctx, tx, &award).await?;
        let payment = self.cut_to(tx, &award, payment, granted).await?;
        let occasion = Occasion::of_grant(decision, payment.instalment, payment.amount);
        ctx.tell(tx, &application, &occasion).await?;
        if payment.state == PaymentState::Cancelled {
            return Ok(payment);
        }
        instruct(ctx, tx, &award, payment, &payable.terms(Movement::Instruct)).await
    }

    /// A re-check may grant less than was planned: the rest goes back to the budget line, in the ledger as in its total.
    async fn cut_to(
        &self,
        tx: &mut Tx,
        award: &Award,
        payment: Payment,
        granted: Money,
    ) -> Result<Payment, StageError> {
        let rest = payment.amount.checked_sub(granted).ok_or_else(|| {
            StageError::corrupt(format!(
                "payment {} was granted more than planned",
                payment.id
            ))
        })?;
        if rest.is_zero() {
            return Ok(payment);
        }
        move_money(
            &self.ctx,
            tx,
            Movement::Release,
            award,
            rest,
            &payment.id.to_string(),
        )
        .await?;
        tx.release_budget(&award.budget, rest).await?;
        let state = if granted.is_zero() {
            PaymentState::Cancelled
        } else {
            payment.state
        };
        Ok(tx
            .update_payment(&Payment {
                amount: granted,
                state,
                ..payment
            })
            .await?)
    }
}

async fn application_of(tx: &mut Tx, award: &Award) -> Result<Application, StageError> {
    tx.application(award.application)
        .await?
        .ok_or(StageError::not_found("application"))
}
