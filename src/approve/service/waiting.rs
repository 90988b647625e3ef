//! Those who waited: for budget, first come, first served; and for the days of publicity to end.

use serde_json::json;

use super::sample::drawn;
use super::{Approve, plan_by_person};
use crate::approve::award::{self, Approval};
use crate::approve::case::Way;
use crate::docket;
use crate::domain::application::{Application, ApplicationState, StateName};
use crate::domain::id::ApplicationId;
use crate::domain::notice::Occasion;
use crate::domain::person::Actor;
use crate::domain::recovery::Hold;
use crate::error::StageError;
use crate::store::Tx;

impl Approve {
    /// Gives the head of a waiting list its award, if the money reaches. Returns whether it did.
    ///
    /// # Errors
    /// Of the store.
    pub async fn award_waiting(&self, id: ApplicationId) -> Result<bool, StageError> {
        match self.try_award_waiting(id).await {
            // Another node was first, or the applicant took it back: there is nothing left to give.
            Err(error) if error.lost_race() => Ok(false),
            other => other,
        }
    }

    async fn try_award_waiting(&self, id: ApplicationId) -> Result<bool, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.read().await?;
        let application = tx
            .application(id)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let ApplicationState::WaitingForBudget { decision, .. } = application.state else {
            return Ok(false);
        };
        let (case, applicant) = self.load_filing(&mut tx, &application).await?;
        let draw = drawn(&mut tx, decision).await?;
        drop(tx);
        let judged = case.judge();
        let plan = match &judged.way {
            Way::Approve(plan) => plan.clone(),
            Way::Refer | Way::Park(_) => plan_by_person(&case, &judged)?,
        };
        let approval = Approval {
            application,
            applicant: &applicant,
            policy: &case.policy,
            plan: &plan,
            decision,
            held: draw.is_some_and(|draw| draw.is_held()),
        };
        let mut tx = ctx.store.write().await?;
        // Under a freeze the line waits, whoever approved; it goes on when the freeze is lifted.
        let district = approval.application.district;
        if tx
            .freeze_over(Some(case.policy.id()), district)
            .await?
            .is_some()
        {
            return Ok(false);
        }
        // What was declared did not hold while it waited: the money is kept for it, and a person looks.
        let held = tx.hold_on(id).await?;
        let approval = Approval {
            held: approval.held || held.is_some(),
            ..approval
        };
        let after = award::give(ctx, &mut tx, approval).await?;
        if after.state.name() == StateName::WaitingForBudget {
            return Ok(false);
        }
        if let Some(Hold::Recall(because)) = held {
            docket::recall(ctx, &mut tx, &after, because).await?;
        }
        if let Some(draw) = draw {
            self.look(&mut tx, &after, &case.policy, decision, &draw)
                .await?;
        }
        let actor = Actor::Machine("waiting");
        ctx.audit(
            &mut tx,
            actor,
            "application.awarded",
            id.to_string(),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        self.tell(&after);
        Ok(true)
    }

    /// 公示 is over and nobody objected: payments go their way.
    ///
    /// # Errors
    /// Of the store.
    pub async fn end_publicity(&self, id: ApplicationId) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let application = tx
            .application(id)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let approved = tx
            .update_application(&application.end_publicity(ctx.now())?)
            .await?;
        self.tell_approved(&mut tx, &approved).await?;
        let actor = Actor::Machine("due");
        ctx.audit(
            &mut tx,
            actor,
            "application.publicity_ended",
            id.to_string(),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        self.tell(&approved);
        Ok(approved)
    }

    async fn tell_approved(&self, tx: &mut Tx, approved: &Application) -> Result<(), StageError> {
        let award = tx.award_of(approved.id).await?.ok_or_else(|| {
            StageError::corrupt(format!("application {} has no award", approved.id))
        })?;
        let (award, total) = (award.id, award.total);
        let occasion = match tx.hold_on(approved.id).await? {
            Some(_) => Occasion::LookedAtFirst { award, total },
            None => Occasion::Approved { award, total },
        };
        Ok(self.ctx.tell(tx, approved, &occasion).await?)
    }
}
