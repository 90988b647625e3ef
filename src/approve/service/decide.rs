//! The machine judges a filed or parked application, and commits what came of it.

use serde_json::json;

use super::Approve;
use crate::approve::award::{self, Approval};
use crate::approve::case::{Case, Judged, Way};
use crate::context::Context;
use crate::docket;
use crate::domain::application::{Application, StateName};
use crate::domain::audit::AlarmKind;
use crate::domain::decision::Outcome;
use crate::domain::id::{AlarmId, ApplicationId};
use crate::domain::notice::Occasion;
use crate::domain::person::{Actor, Applicant};
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::store::Tx;

/// How often a decision is tried while others change the same application.
pub(super) const ATTEMPTS: u8 = 5;

impl Approve {
    /// Lets the machine decide a filed or parked application. Any other is returned as it stands, so that the
    /// request that filed it and the resumer may both call this.
    ///
    /// # Errors
    /// `NotFound`, or of the store; the application then stays filed and the resumer finds it.
    pub async fn decide(&self, id: ApplicationId) -> Result<Application, StageError> {
        for _ in 1..ATTEMPTS {
            match self.try_decide(id).await {
                Err(error) if error.lost_race() => {}
                other => return self.alarmed(id, other).await,
            }
        }
        self.try_decide(id)
            .await
            .map_err(|error| error.or_stale("application"))
    }

    async fn try_decide(&self, id: ApplicationId) -> Result<Application, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx
            .application(id)
            .await?
            .ok_or(StageError::not_found("application"))?;
        if !matches!(
            application.state.name(),
            StateName::Filed | StateName::Parked
        ) {
            return Ok(application);
        }
        let (mut case, applicant) = self.load_filing(&mut tx, &application).await?;
        drop(tx);
        let judged = self.judge(&application, &mut case).await?;
        let application = located(application, &case, &judged);
        let after = self.commit(application, &applicant, &case, &judged).await?;
        self.tell(&after);
        Ok(after)
    }

    /// One decision, one transaction.
    pub(super) async fn commit(
        &self,
        application: Application,
        applicant: &Applicant,
        case: &Case,
        judged: &Judged,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let id = application.id;
        let mut tx = ctx.store.write().await?;
        if application.state.name() == StateName::Parked {
            self.mark_late(&mut tx, &application, case, judged).await?;
        }
        let (act, after) = match &judged.way {
            Way::Park(sources) => (
                "application.parked",
                self.park(&mut tx, application, sources).await?,
            ),
            Way::Refer => (
                "application.referred",
                self.refer(&mut tx, application, case, judged).await?,
            ),
            Way::Approve(plan) => {
                let draw = self.draw(&mut tx, case).await?;
                let outcome = Outcome::Approve;
                let decision = self.decision_drawn(case, judged, outcome, None, Some(draw))?;
                tx.insert_decision(&decision).await?;
                tx.note_machine_decision(case.policy.id(), &decision)
                    .await?;
                let approval = Approval {
                    application,
                    applicant,
                    policy: &case.policy,
                    plan,
                    decision: decision.id,
                    held: draw.is_held(),
                };
                let given = award::give(ctx, &mut tx, approval).await?;
                self.look(&mut tx, &given, &case.policy, decision.id, &draw)
                    .await?;
                ("application.approved", given)
            }
        };
        let detail = json!({ "state": after.state.name().as_str() });
        let actor = Actor::Machine("approve");
        ctx.audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        Ok(after)
    }

    async fn refer(
        &self,
        tx: &mut Tx,
        application: Application,
        case: &Case,
        judged: &Judged,
    ) -> Result<Application, StageError> {
        let decision = self.decision(case, judged, Outcome::Refer, None)?;
        tx.insert_decision(&decision).await?;
        tx.note_machine_decision(case.policy.id(), &decision)
            .await?;
        let decision = decision.id;
        let referred = application.refer(decision, self.ctx.now())?;
        self.ctx
            .tell(tx, &referred, &Occasion::Referred { decision })
            .await?;
        let referred = tx.update_application(&referred).await?;
        docket::open_referral(&self.ctx, tx, &referred, &case.policy, None, decision).await?;
        Ok(referred)
    }

    /// Rings, and counts for `/metrics`.
    pub(super) fn tell(&self, after: &Application) {
        let ctx = &self.ctx;
        ctx.bell.changed(after.id);
        ctx.bell.ring_notices();
        let elapsed_ms = after.filing.as_ref().map(|filing| ms_since(ctx, filing.at));
        ctx.metrics.decided(after.state.name(), elapsed_ms);
        match after.state.name() {
            StateName::Approved => ctx.bell.ring_dispatch(),
            StateName::Parked => ctx.bell.ring_resume(),
            _ => {}
        }
    }

    /// An error that will not go away by itself calls a person: nothing waits in silence.
    async fn alarmed(
        &self,
        id: ApplicationId,
        result: Result<Application, StageError>,
    ) -> Result<Application, StageError> {
        let kind = match &result {
            Err(StageError::Calendar(_)) => AlarmKind::CalendarEnds,
            Err(StageError::Corrupt { .. }) => AlarmKind::Inconsistent,
            _ => return result,
        };
        let mut tx = self.ctx.store.write().await?;
        tx.raise_alarm(
            kind,
            &id.to_string(),
            self.ctx.now(),
            self.ctx.id(AlarmId::new),
        )
        .await?;
        tx.commit().await?;
        result
    }
}

/// The register that names the district may have been silent at the filing and have answered since.
pub(super) fn located(mut application: Application, case: &Case, judged: &Judged) -> Application {
    if application.district.is_none() {
        application.district = judged
            .facts
            .district(&case.policy)
            .and_then(|code| code.parse().ok());
    }
    application
}

fn ms_since(ctx: &Context, earlier: Timestamp) -> i64 {
    ctx.now().millis_since(earlier)
}
