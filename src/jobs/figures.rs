//! Sets the gauges of `/metrics` from the store, so that they are right after a restart and on every node.

use crate::context::Context;
use crate::domain::application::StateName;
use crate::domain::audit::AlarmKind;
use crate::domain::notice::NoticeState;
use crate::domain::payment::PaymentState;
use crate::error::StageError;

/// Open alarms that are counted; more than these is a disaster that needs no exact figure.
const ALARMS_MAX: u32 = 10_000;

/// One round. Never asks for another at once.
///
/// # Errors
/// Of the store.
pub async fn run_once(ctx: &Context) -> Result<usize, StageError> {
    let mut tx = ctx.store.read().await?;
    let applications = tx.count_by_state().await?;
    let payments = tx.count_payments_by_state().await?;
    let alarms = tx.open_alarms(ALARMS_MAX).await?;
    let notices = tx.count_notices_by_state().await?;
    drop(tx);
    for state in StateName::ALL {
        let count = applications
            .iter()
            .find(|(of, _)| *of == state)
            .map_or(0, |(_, count)| *count);
        ctx.metrics.applications_in(state.as_str(), count);
    }
    for state in PaymentState::ALL {
        let count = payments
            .iter()
            .find(|line| line.0 == state)
            .map_or(0, |line| line.1);
        ctx.metrics.payments_in(state.as_str(), count);
    }
    for state in NoticeState::ALL {
        let count = notices
            .iter()
            .find(|(of, _)| *of == state)
            .map_or(0, |(_, count)| *count);
        ctx.metrics.notices_in(state.as_str(), count);
    }
    for kind in AlarmKind::ALL {
        let count = alarms.iter().filter(|alarm| alarm.kind == kind).count();
        ctx.metrics
            .alarms_open(kind.as_str(), i64::try_from(count).unwrap_or(i64::MAX));
    }
    Ok(0)
}
