//! 督办: what the calendar brings about at the desk. Reminders, yellow and red cards, escalation, each once; applicants' time that is
//! over; deferrals that ran out.

use crate::context::Context;
use crate::docket::{self, Said};
use crate::domain::calendar::CalendarError;
use crate::domain::desk::{Deed, DeskCase, Doer, supervise};
use crate::domain::id::CaseId;
use crate::error::StageError;

/// Cases looked at in one round.
const BATCH: u32 = 64;

/// One round. Returns how many cases something happened to.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let due = tx.cases_to_look_at(ctx.world.clock.today(), BATCH).await?;
    drop(tx);
    let mut moved = 0;
    for id in due {
        match look_at(ctx, id).await {
            Ok(()) => moved += 1,
            // An officer, or another node, was first: it is looked at again in the next round.
            Err(error) if error.lost_race() => {}
            Err(error) => {
                tracing::warn!(case = %id, %error, "is looked at again tomorrow");
                super::call_a_person(ctx, &id.to_string(), &error).await?;
                rest(ctx, id).await?;
            }
        }
    }
    Ok(moved)
}

async fn look_at(ctx: &Context, id: CaseId) -> Result<(), StageError> {
    let mut tx = ctx.store.write().await?;
    let Some(case) = tx.desk_case(id).await? else {
        return Ok(());
    };
    let said: Vec<_> = brought(ctx, &case)?
        .into_iter()
        .map(Said::silently)
        .collect();
    let lapsed = said.iter().any(|said| said.deed == Deed::Lapsed);
    if let (true, Some(application)) = (lapsed, case.opening.about.application()) {
        docket::end_lapsed(ctx, &mut tx, application).await?;
    }
    // Nothing to say places it anew all the same, in a calendar that may reach further by now.
    docket::record(ctx, &mut tx, &case, &Doer::machine(), said).await?;
    tx.commit().await?;
    if let Some(application) = case.opening.about.application() {
        ctx.bell.changed(application);
        ctx.bell.ring_notices();
    }
    Ok(())
}

fn brought(ctx: &Context, case: &DeskCase) -> Result<Vec<Deed>, CalendarError> {
    supervise(case, &ctx.calendar, ctx.world.clock.today())
}

/// One that cannot be looked at makes room for those behind it.
async fn rest(ctx: &Context, id: CaseId) -> Result<(), StageError> {
    let Ok(tomorrow) = ctx.world.clock.today().tomorrow() else {
        return Ok(());
    };
    let mut tx = ctx.store.write().await?;
    tx.rest_case(id, tomorrow).await?;
    Ok(tx.commit().await?)
}
