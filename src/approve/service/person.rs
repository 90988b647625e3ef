//! A person's decision about a referred application.

use serde_json::json;

use super::Approve;
use super::decide::located;
use crate::approve::award::{self, Approval};
use crate::approve::case::{Case, Judged, Way};
use crate::approve::record::Grounds;
use crate::domain::application::Application;
use crate::domain::decision::Outcome;
use crate::domain::id::DecisionId;
use crate::domain::judgement::Plan;
use crate::domain::notice::Occasion;
use crate::domain::person::Actor;
use crate::error::StageError;
use crate::store::Tx;

impl Approve {
    /// Commits what a person decided about a referred application.
    ///
    /// # Errors
    /// `Stale` when it changed meanwhile; `Invalid` when nothing can be computed for it to be approved.
    pub async fn decide_by_person(
        &self,
        application: Application,
        outcome: Outcome,
        grounds: Grounds,
    ) -> Result<Application, StageError> {
        let decided = self
            .try_decide_by_person(application, outcome, grounds)
            .await;
        decided.map_err(|error| error.or_stale("application"))
    }

    async fn try_decide_by_person(
        &self,
        application: Application,
        outcome: Outcome,
        grounds: Grounds,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let id = application.id;
        let mut tx = ctx.store.read().await?;
        let (case, applicant) = self.load_filing(&mut tx, &application).await?;
        drop(tx);
        let mut judged = case.judge();
        let application = located(application, &case, &judged);
        if outcome == Outcome::Approve {
            judged.way = Way::Approve(plan_by_person(&case, &judged)?);
        }
        let decision = self.decision(&case, &judged, outcome, Some(&grounds))?;
        let mut tx = ctx.store.write().await?;
        tx.insert_decision(&decision).await?;
        let actor = Actor::Staff(grounds.staff);
        let after = if let (Way::Approve(plan), Outcome::Approve) = (&judged.way, outcome) {
            let approval = Approval {
                application,
                applicant: &applicant,
                policy: &case.policy,
                plan,
                decision: decision.id,
            };
            award::give(ctx, &mut tx, approval).await?
        } else {
            self.refuse(&mut tx, application, decision.id, &actor)
                .await?
        };
        let detail = json!({ "outcome": outcome.as_str(), "state": after.state.name().as_str() });
        let act = "application.decided_by_person";
        ctx.audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        self.tell(&after);
        Ok(after)
    }

    async fn refuse(
        &self,
        tx: &mut Tx,
        application: Application,
        decision: DecisionId,
        by: &Actor,
    ) -> Result<Application, StageError> {
        let refused = application.refuse(decision, by, self.ctx.now())?;
        self.ctx
            .tell(tx, &refused, &Occasion::Refused { decision })
            .await?;
        tx.release_slots(refused.id).await?;
        Ok(tx.update_application(&refused).await?)
    }
}

/// What a person may grant.
pub(in crate::approve) fn plan_by_person(case: &Case, judged: &Judged) -> Result<Plan, StageError> {
    case.plan_alone(&judged.facts)
        .ok_or_else(|| StageError::Invalid {
            field: "verdict",
            reason:
                "the amount cannot be established from the registers; have the record mended first"
                    .to_owned(),
        })
}
