//! A person's decision about a referred application.

use serde_json::json;

use super::Approve;
use super::decide::located;
use crate::approve::award::{self, Approval};
use crate::approve::case::{Case, Judged, Way};
use crate::approve::record::Grounds;
use crate::docket::{self, Conclusion};
use crate::domain::application::Application;
use crate::domain::decision::Outcome;
use crate::domain::id::DecisionId;
use crate::domain::judgement::{Plan, Verdict};
use crate::domain::money::Money;
use crate::domain::notice::Occasion;
use crate::domain::person::Actor;
use crate::error::StageError;
use crate::store::Tx;

/// What a person has before them when they think of approving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// What would be granted; none when it cannot be computed.
    pub amount: Option<Money>,
    /// Criteria that are not proven: a person must have settled each.
    pub open: Vec<String>,
}

impl Prospect {
    pub(super) fn of(case: &Case, judged: &Judged) -> Self {
        let criteria = case.policy.criteria();
        let open = judged
            .judgement
            .verdicts()
            .filter(|(_, verdict)| *verdict != Verdict::Met)
            // The amount comes after the last criterion, and is not a person's to settle.
            .filter_map(|(at, _)| criteria.get(at).map(|criterion| criterion.id.clone()));
        Self {
            amount: case.plan_alone(&judged.facts).map(|plan| plan.total),
            open: open.collect(),
        }
    }

    /// What would be granted.
    ///
    /// # Errors
    /// `Invalid` when it cannot be computed.
    pub fn amount(&self) -> Result<Money, StageError> {
        self.amount.ok_or_else(no_amount)
    }
}

impl Approve {
    /// What approving a referred application would come to, and what is to be settled before.
    ///
    /// # Errors
    /// Of the store.
    pub async fn prospect(&self, application: &Application) -> Result<Prospect, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let (case, _) = self.load_filing(&mut tx, application).await?;
        drop(tx);
        Ok(Prospect::of(&case, &case.judge()))
    }

    /// Commits what people decided about a referred application, with the end of its case, as the last of those who must agree.
    ///
    /// # Errors
    /// `Stale` when it changed meanwhile; `Invalid` when nothing can be computed for it to be approved.
    pub async fn decide_by_person(
        &self,
        application: Application,
        outcome: Outcome,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<Application, StageError> {
        let decided = self
            .try_decide_by_person(application, outcome, grounds, conclusion)
            .await;
        decided.map_err(|error| error.or_stale("application"))
    }

    async fn try_decide_by_person(
        &self,
        application: Application,
        outcome: Outcome,
        grounds: Grounds,
        conclusion: &Conclusion,
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
        let granted = match &judged.way {
            Way::Approve(plan) => plan.total,
            Way::Refer | Way::Park(_) => Money::ZERO,
        };
        let actor = Actor::Staff(grounds.staff.clone());
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
        let made = (outcome, decision.id, granted);
        docket::decided(ctx, &mut tx, made, conclusion).await?;
        let detail = json!({ "outcome": outcome.as_str(), "state": after.state.name().as_str() });
        let act = "application.decided_by_person";
        ctx.audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        self.tell(&after);
        Ok(after)
    }

    /// Undoes a refusal: a decision of its own, by a supervisor, and the application is with a person again.
    ///
    /// # Errors
    /// `NotInState` unless it is refused; `AlreadyHeld` when another application has taken its place meanwhile.
    pub async fn reopen_by_person(
        &self,
        application: Application,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<Application, StageError> {
        let reopened = self.try_reopen(application, grounds, conclusion).await;
        reopened.map_err(|error| error.or_stale("application"))
    }

    async fn try_reopen(
        &self,
        application: Application,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let (id, who) = (application.id, application.applicant);
        let mut tx = ctx.store.read().await?;
        let (case, _) = self.load_filing(&mut tx, &application).await?;
        drop(tx);
        let decision = self.decision(&case, &case.judge(), Outcome::Refer, Some(&grounds))?;
        let mut tx = ctx.store.write().await?;
        let slots = &case.policy.service().exclusive;
        for slot in slots {
            if let Some(by) = tx.slot_holder(who, slot).await? {
                return Err(StageError::AlreadyHeld { by });
            }
        }
        tx.claim_slots(who, id, slots).await?;
        tx.insert_decision(&decision).await?;
        let actor = Actor::Staff(grounds.staff);
        let reopened = application.reopen(decision.id, &actor, ctx.now())?;
        let occasion = Occasion::Referred {
            decision: decision.id,
        };
        ctx.tell(&mut tx, &reopened, &occasion).await?;
        let reopened = tx.update_application(&reopened).await?;
        let said = vec![conclusion.said.clone()];
        docket::record(ctx, &mut tx, &conclusion.case, &conclusion.doer, said).await?;
        let detail = json!({ "decision": decision.id });
        ctx.audit(
            &mut tx,
            actor,
            "application.reopened",
            id.to_string(),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.tell(&reopened);
        Ok(reopened)
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
    case.plan_alone(&judged.facts).ok_or_else(no_amount)
}

fn no_amount() -> StageError {
    StageError::Invalid {
        field: "verdict",
        reason: "the amount cannot be established from the registers; have the record mended first"
            .to_owned(),
    }
}
