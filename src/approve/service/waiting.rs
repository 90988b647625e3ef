//! Those who waited: for budget, first come, first served; and for the days of publicity to end.

use serde_json::json;

use super::{Approve, plan_by_person};
use crate::approve::award::{self, Approval};
use crate::approve::case::Way;
use crate::domain::application::{Application, ApplicationState, StateName};
use crate::domain::id::ApplicationId;
use crate::domain::notice::Occasion;
use crate::domain::person::Actor;
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
        };
        let mut tx = ctx.store.write().await?;
        let after = award::give(ctx, &mut tx, approval).await?;
        if after.state.name() == StateName::WaitingForBudget {
            return Ok(false);
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
        let occasion = Occasion::Approved {
            award: award.id,
            total: award.total,
        };
        Ok(self.ctx.tell(tx, approved, &occasion).await?)
    }
}
