//! Sends messages to applicants, quietly.
//!
//! The messages stand in the store since the moment of what they tell. A worker leases some, sends them, and writes what
//! came of it; killed in between, the next one sends the same id again, and the sink drops it. A sink that is down disturbs nobody:
//! pauses grow, and a person is called when a day is over. A message the sink refuses is never sent again.

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::context::Context;
use crate::domain::audit::AlarmKind;
use crate::domain::id::AlarmId;
use crate::domain::notice::Notice;
use crate::error::StageError;
use crate::ports::{self, NotifyError};
use crate::store::{NoticeChange, Tx};

/// What the alarm of a sink that is down is about: there is one sink, and so one alarm.
const ALARM_SUBJECT: &str = "messages";

/// How messages are sent; every bound has a name and a unit.
#[derive(Debug, Clone, Copy)]
pub struct NoticeLimits {
    /// Messages one worker leases at once.
    pub batch: u32,
    /// Messages under way at once.
    pub concurrency: usize,
    /// How long a lease holds; longer than a whole batch takes.
    pub lease_ms: i64,
    /// Attempts before a message is given up.
    pub attempts_max: i64,
    /// First pause between attempts.
    pub pause_min_ms: i64,
    /// Longest pause between attempts.
    pub pause_max_ms: i64,
    /// How long a message waits before a person is called.
    pub alarm_after_ms: i64,
}

impl Default for NoticeLimits {
    /// Given up after about three days: news that old is on the page, and a message would only confuse.
    fn default() -> Self {
        Self {
            batch: 16,
            concurrency: 8,
            lease_ms: 10_000,
            attempts_max: 300,
            pause_min_ms: 1_000,
            pause_max_ms: 900_000,
            alarm_after_ms: 86_400_000,
        }
    }
}

impl NoticeLimits {
    /// The same for a sink that may take so long over one message: a lease must outlast a whole batch.
    #[must_use]
    pub fn for_timeout_ms(self, timeout_ms: i64) -> Self {
        let rounds =
            i64::from(self.batch) / i64::try_from(self.concurrency.max(1)).unwrap_or(1) + 1;
        let batch_ms = timeout_ms.saturating_mul(rounds);
        Self {
            lease_ms: self.lease_ms.max(batch_ms.saturating_mul(2)),
            ..self
        }
    }
}

type Tried = (Notice, Result<(), NotifyError>);

/// Leases and sends one batch. Returns how many messages came to an end; a sink that is down is left in peace until the next round.
///
/// # Errors
/// Of the store; what was leased is found again when its lease ends.
pub async fn run_once(ctx: &Context, limits: &NoticeLimits) -> Result<usize, StageError> {
    if !ctx.store.read().await?.notice_due(ctx.now()).await? {
        return Ok(0);
    }
    let mut tx = ctx.store.write().await?;
    let leased = tx
        .lease_notices(ctx.now(), limits.lease_ms, limits.batch)
        .await?;
    tx.commit().await?;
    let tried: Vec<Tried> = stream::iter(leased)
        .map(|notice| async {
            let sent = send(ctx, &notice).await;
            (notice, sent)
        })
        .buffer_unordered(limits.concurrency)
        .collect()
        .await;
    record(ctx, limits, &tried).await
}

async fn send(ctx: &Context, notice: &Notice) -> Result<(), NotifyError> {
    let Some(to) = notice.to.clone() else {
        // The database keeps an address with whatever waits: this cannot be, and is not worth an attempt.
        return Err(NotifyError::NotConfigured);
    };
    let message = ports::Notice {
        id: notice.id,
        to,
        channel: notice.channel,
        template: notice.message.template.as_str().to_owned(),
        params: notice.message.params.clone(),
        request_id: notice.request_id.clone(),
    };
    let sent = ctx.world.notifier.notify(&message).await;
    ctx.metrics.notice_attempt(result_word(&sent));
    sent
}

/// Writes what came of a batch, in one transaction: a sink that is down costs one commit a round, whoever waits.
async fn record(
    ctx: &Context,
    limits: &NoticeLimits,
    tried: &[Tried],
) -> Result<usize, StageError> {
    let mut tx = ctx.store.write().await?;
    let mut ended = 0;
    for (notice, sent) in tried {
        let change = change(ctx, limits, notice, sent);
        // A lease that was lost is another worker's to end.
        let held = tx.finish_notice(notice.id, notice.epoch, change).await?;
        if held && !matches!(change, NoticeChange::Again(_)) {
            ended += 1;
        }
    }
    call_or_calm(ctx, &mut tx, limits).await?;
    tx.commit().await?;
    let waiting = tried.len() - ended;
    if waiting > 0 {
        tracing::info!(waiting, "message sink not heard");
    }
    Ok(ended)
}

fn change(
    ctx: &Context,
    limits: &NoticeLimits,
    notice: &Notice,
    sent: &Result<(), NotifyError>,
) -> NoticeChange {
    let now = ctx.now();
    match sent {
        Ok(()) => NoticeChange::Sent(now),
        Err(NotifyError::Unavailable { .. }) if notice.attempts < limits.attempts_max => {
            let pause_ms = ctx.pause_ms(limits.pause_min_ms, limits.pause_max_ms, notice.attempts);
            NoticeChange::Again(now.plus_millis(pause_ms))
        }
        Err(NotifyError::NotConfigured) => NoticeChange::Dead(now),
        Err(error) => {
            let template = notice.message.template.as_str();
            tracing::warn!(message_id = %notice.id, template, attempts = notice.attempts, %error, "message given up");
            NoticeChange::Dead(now)
        }
    }
}

/// One alarm while anything has waited for more than a day, and none when nothing has.
async fn call_or_calm(ctx: &Context, tx: &mut Tx, limits: &NoticeLimits) -> Result<(), StageError> {
    let now = ctx.now();
    if tx
        .notice_waits_since(now.plus_millis(-limits.alarm_after_ms))
        .await?
    {
        let id = ctx.id(AlarmId::new);
        tx.raise_alarm(AlarmKind::NotifierDown, ALARM_SUBJECT, now, id)
            .await?;
    } else {
        tx.close_alarm(AlarmKind::NotifierDown, ALARM_SUBJECT)
            .await?;
    }
    Ok(())
}

const fn result_word(sent: &Result<(), NotifyError>) -> &'static str {
    match sent {
        Ok(()) => "sent",
        Err(NotifyError::Unavailable { .. }) => "unavailable",
        Err(NotifyError::Refused { .. }) => "refused",
        Err(NotifyError::NotConfigured) => "not_configured",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_outlasts_a_whole_batch_of_a_slow_sink() {
        let limits = NoticeLimits::default().for_timeout_ms(30_000);
        let rounds = i64::from(limits.batch) / 8;
        assert!(limits.lease_ms > rounds * 30_000);
        let quick = NoticeLimits::default().for_timeout_ms(1_000);
        assert_eq!(quick.lease_ms, NoticeLimits::default().lease_ms);
    }
}
