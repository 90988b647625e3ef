//! A look after payment: whether what a payment rests on goes on.

use serde_json::json;

use super::Approve;
use crate::approve::drift::{self, Paid};
use crate::docket;
use crate::domain::application::{Application, StateName};
use crate::domain::award::Award;
use crate::domain::desk::Why;
use crate::domain::evidence::Round;
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::person::Actor;
use crate::domain::recovery::Watch;
use crate::domain::time::Date;
use crate::error::StageError;
use crate::instruct::award_of;

/// What is watched, read in one snapshot.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The payment.
    pub payment: Payment,
    /// Its award.
    pub award: Award,
    /// Its application.
    pub application: Application,
    /// The day the money arrived.
    arrived_on: Date,
}

impl Approve {
    /// What is watched; `None` when there is nothing to watch any more: it came back, was claimed, or its application has ended.
    ///
    /// # Errors
    /// Of the store.
    pub async fn watched(&self, watch: &Watch) -> Result<Option<Watched>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let payment = tx
            .payment(watch.payment)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        let award = award_of(&mut tx, &payment).await?;
        let application = tx
            .application(award.application)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let claimed = tx.open_case_of_recovery(payment.id).await?.is_some()
            || tx.receivable(payment.id).await?.is_some();
        let goes_on = payment.state == PaymentState::Settled
            && application.state.name() == StateName::Approved
            && !claimed;
        let newest = tx.instructions_of(payment.id).await?.pop();
        let arrived = newest.and_then(|instruction| instruction.settled_at);
        Ok(arrived.filter(|_| goes_on).map(|at| Watched {
            payment,
            award,
            application,
            arrived_on: at.china_date(),
        }))
    }

    /// Nobody looks at it any more, or not before that day.
    ///
    /// # Errors
    /// `Stale` when another node has looked meanwhile.
    pub async fn watch_again(&self, watch: &Watch, on: Option<Date>) -> Result<(), StageError> {
        let mut tx = self.ctx.store.write().await?;
        tx.watched(watch, on).await?;
        Ok(tx.commit().await?)
    }

    /// Reads what the register said. Where contributions have stopped, whether the payment has to come back becomes a case; otherwise
    /// it is looked again. Whether they have stopped.
    ///
    /// # Errors
    /// `Stale` when another node has looked meanwhile.
    pub async fn look_after(&self, watch: &Watch, of: &Watched) -> Result<bool, StageError> {
        let (ctx, application) = (&self.ctx, &of.application);
        let policy = self.policy(application)?;
        let mut tx = ctx.store.read().await?;
        let mut evidence = tx.evidence_of(application.id, Round::FILING).await?;
        evidence.extend(tx.evidence_of(application.id, Round::WATCH).await?);
        drop(tx);
        let today = ctx.world.clock.today();
        let filing = application.filing.as_ref();
        let paid = Paid {
            instalment: of.payment.instalment,
            filed_on: filing.map_or(today, |filing| filing.on),
            arrived_on: of.arrived_on,
        };
        let Some((evidence, stopped)) = drift::stopped(&policy, &evidence, paid, today) else {
            let terms = policy.service().watch.unwrap_or_default();
            self.watch_again(watch, watch.next(today, &terms)).await?;
            return Ok(false);
        };
        let mut tx = ctx.store.write().await?;
        tx.watched(watch, None).await?;
        // Written as it is: money that comes back at this moment leaves nothing to recover.
        tx.update_payment(&of.payment).await?;
        let because = Why::Drift { evidence, stopped };
        docket::open_recovery(ctx, &mut tx, &of.award, &of.payment, because).await?;
        let detail = json!({ "evidence": evidence, "stopped": stopped });
        let (actor, act) = (Actor::Machine("watch"), "payment.drifted");
        ctx.audit(&mut tx, actor, act, of.payment.id.to_string(), detail)
            .await?;
        tx.commit().await?;
        ctx.bell.ring_notices();
        ctx.bell.changed(application.id);
        Ok(true)
    }
}
