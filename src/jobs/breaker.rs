//! The breaker: where the machine suddenly approves more than its policy lets pass, it freezes the policy itself. From then on it refers,
//! and goes on when a supervisor has looked and lifted the freeze; counting begins anew with that.

use serde_json::json;

use crate::context::Context;
use crate::domain::audit::AlarmKind;
use crate::domain::breaker::Tripped;
use crate::domain::desk::Freeze;
use crate::domain::id::{AlarmId, FreezeId};
use crate::domain::person::Actor;
use crate::domain::policy::document::Breaker;
use crate::error::StageError;
use crate::store::StoreError;

/// One round over every policy. Returns how many were frozen.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let today = ctx.world.clock.today();
    let mut frozen = 0;
    // An application filed under an older version counts too: the rate is the policy's, its limit that of the version in force.
    for policy in ctx.policies.all_in_force(today) {
        match look_at(ctx, policy.id(), &policy.service().breaker).await {
            Ok(true) => frozen += 1,
            // Or another node found the same, and has frozen it.
            Ok(false) | Err(StageError::Store(StoreError::Conflict(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(frozen)
}

async fn look_at(ctx: &Context, policy: &str, limits: &Breaker) -> Result<bool, StageError> {
    let mut tx = ctx.store.read().await?;
    let window = tx
        .machine_window(policy, limits.window_applications)
        .await?;
    let frozen = tx.freeze_over(Some(policy), None).await?.is_some();
    drop(tx);
    if frozen || Tripped::of(limits, window.decided, window.approved).is_none() {
        return Ok(false);
    }
    let mut tx = ctx.store.write().await?;
    // Looked at again inside, and in this order: where no freeze is in force any more, the count has begun anew with its end.
    if tx.freeze_over(Some(policy), None).await?.is_some() {
        return Ok(false);
    }
    let window = tx
        .machine_window(policy, limits.window_applications)
        .await?;
    let Some(tripped) = Tripped::of(limits, window.decided, window.approved) else {
        return Ok(false);
    };
    let freeze = Freeze {
        id: ctx.id(FreezeId::new),
        policy: Some(policy.to_owned()),
        district: None,
        reason: tripped.to_string(),
        by: Freeze::BREAKER.to_owned(),
        at: ctx.now(),
    };
    tx.insert_freeze(&freeze).await?;
    let (now, alarm) = (ctx.now(), ctx.id(AlarmId::new));
    tx.raise_alarm(AlarmKind::BreakerOpen, policy, now, alarm)
        .await?;
    let detail =
        json!({ "policy": policy, "decided": window.decided, "approved": window.approved });
    let (actor, subject) = (Actor::Machine("breaker"), freeze.id.to_string());
    ctx.audit(&mut tx, actor, "desk.frozen", subject, detail)
        .await?;
    tx.commit().await?;
    tracing::warn!(policy, reason = %tripped, "the breaker has opened");
    Ok(true)
}
