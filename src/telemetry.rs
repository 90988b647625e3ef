//! Logs, request ids and figures.
//!
//! Logs go to standard error, one line an event; standard output belongs to the commands' results. What is logged holds ids, states
//! and counts, never a name, a number of a document or an account: the types that carry those print a mask.

use std::fmt;
use std::io;
use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogConfig, LogFormat};
use crate::domain::application::StateName;
use crate::domain::evidence::FetchOutcome;
use crate::domain::source::SourceId;
use crate::gateways::{entropy, wire};
use crate::ports::{Entropy, SourceObserver};

/// Logging cannot start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    BadFilter,
    /// Something else in the process logs already.
    #[error("logging has been started before")]
    AlreadyStarted,
}

/// Starts logging to standard error.
///
/// # Errors
/// When the filter cannot be read, or logging has been started before.
pub fn start(config: &LogConfig) -> Result<(), TelemetryError> {
    let subscriber = subscriber(config, io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| TelemetryError::AlreadyStarted)
}

/// The same, writing elsewhere: for tests that read what was logged.
///
/// # Errors
/// When the filter cannot be read.
pub fn subscriber<W>(
    config: &LogConfig,
    writer: W,
) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&config.filter).map_err(|_| TelemetryError::BadFilter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    Ok(match config.format {
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
        LogFormat::Text => Box::new(builder.with_ansi(false).finish()),
    })
}

/// The id that follows one act from the page to the treasury: 1..=64 of `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// A new one, 32 hex digits.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(entropy::token(entropy))
    }

    /// The one that came with a request when it has the right shape, else a new one: what a stranger writes must not reach the
    /// log unchecked.
    #[must_use]
    pub fn accept(given: Option<&str>, entropy: &dyn Entropy) -> Self {
        match given {
            Some(word) if wire::is_token(word) => Self(word.to_owned()),
            _ => Self::new(entropy),
        }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

type Label = (&'static str, &'static str);
type Counts<const N: usize> = Family<[Label; N], Counter>;
type Levels<const N: usize> = Family<[Label; N], Gauge>;
type Times<const N: usize> = Family<[Label; N], Histogram, fn() -> Histogram>;

/// Seconds of an exchange: from a millisecond to a slow register's deadline.
const EXCHANGE_S: [f64; 12] = [
    0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Seconds from filing to decision or money: from a tenth to ten working days, for people's decisions count too.
const PIPELINE_S: [f64; 14] = [
    0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3_600.0, 86_400.0, 864_000.0,
];

fn exchange_seconds() -> Histogram {
    Histogram::new(EXCHANGE_S)
}

/// Every figure the service publishes on `/metrics`. Labels come from fixed words, never from what somebody sent.
/// Cheap to clone: every clone counts on the same figures.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    registry: Registry,
    fetches: Counts<2>,
    source_attempts: Counts<1>,
    fetch_seconds: Times<1>,
    breaker: Levels<1>,
    decisions: Counts<1>,
    seconds_to_decision: Histogram,
    seconds_to_money: Histogram,
    applications: Levels<1>,
    payments: Levels<1>,
    instruction_attempts: Counts<1>,
    notices: Levels<1>,
    notice_attempts: Counts<1>,
    alarms_raised: Counts<1>,
    alarms_open: Levels<1>,
    requests: Counts<2>,
    request_seconds: Times<1>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All figures at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut figures = Figures {
            registry: Registry::with_prefix("sanmiao"),
            fetches: Family::default(),
            source_attempts: Family::default(),
            fetch_seconds: Family::new_with_constructor(exchange_seconds),
            breaker: Family::default(),
            decisions: Family::default(),
            seconds_to_decision: Histogram::new(PIPELINE_S),
            seconds_to_money: Histogram::new(PIPELINE_S),
            applications: Family::default(),
            payments: Family::default(),
            instruction_attempts: Family::default(),
            notices: Family::default(),
            notice_attempts: Family::default(),
            alarms_raised: Family::default(),
            alarms_open: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(exchange_seconds),
        };
        figures.register_world();
        figures.register_pipeline();
        let metrics = Self(Arc::new(figures));
        for source in SourceId::ALL {
            metrics.breaker(source, "closed");
        }
        metrics
    }

    /// An ask of a register ended, after so many milliseconds, retries included.
    pub fn fetched(&self, source: SourceId, outcome: FetchOutcome, elapsed_ms: i64) {
        let source = ("source", source.as_str());
        self.0
            .fetches
            .get_or_create(&[source, ("outcome", outcome.as_str())])
            .inc();
        self.0
            .fetch_seconds
            .get_or_create(&[source])
            .observe(seconds(elapsed_ms));
    }

    /// A judgement ended in this state, so many milliseconds after filing. Parking is not a decision, and is counted without a time.
    pub fn decided(&self, state: StateName, elapsed_ms: Option<i64>) {
        self.0
            .decisions
            .get_or_create(&[("state", state.as_str())])
            .inc();
        if let Some(elapsed_ms) = elapsed_ms.filter(|_| state != StateName::Parked) {
            self.0.seconds_to_decision.observe(seconds(elapsed_ms));
        }
    }

    /// A payment settled, so many milliseconds after filing.
    pub fn settled(&self, elapsed_ms: i64) {
        self.0.seconds_to_money.observe(seconds(elapsed_ms));
    }

    /// How many applications are in a state.
    pub fn applications_in(&self, state: &'static str, count: i64) {
        self.0
            .applications
            .get_or_create(&[("state", state)])
            .set(count);
    }

    /// How many payments are in a state.
    pub fn payments_in(&self, state: &'static str, count: i64) {
        self.0
            .payments
            .get_or_create(&[("state", state)])
            .set(count);
    }

    /// One send or ask at the treasury and what came of it: `known`, `never_seen`, `conflict`, `refused`, `unknown`.
    pub fn instruction_attempt(&self, result: &'static str) {
        self.0
            .instruction_attempts
            .get_or_create(&[("result", result)])
            .inc();
    }

    /// How many messages to applicants are in a state.
    pub fn notices_in(&self, state: &'static str, count: i64) {
        self.0.notices.get_or_create(&[("state", state)]).set(count);
    }

    /// One try at the message sink and what came of it: `sent`, `unavailable`, `refused`, `not_configured`.
    pub fn notice_attempt(&self, result: &'static str) {
        self.0
            .notice_attempts
            .get_or_create(&[("result", result)])
            .inc();
    }

    /// An alarm was raised.
    pub fn alarm_raised(&self, kind: &'static str) {
        self.0.alarms_raised.get_or_create(&[("kind", kind)]).inc();
    }

    /// How many alarms of a kind wait for a person.
    pub fn alarms_open(&self, kind: &'static str, count: i64) {
        self.0
            .alarms_open
            .get_or_create(&[("kind", kind)])
            .set(count);
    }

    /// A request was answered. `route` is the route's pattern, never the path.
    pub fn requested(&self, route: &'static str, status: u16, seconds: f64) {
        let class = match status {
            ..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500.. => "5xx",
        };
        self.0
            .requests
            .get_or_create(&[("route", route), ("status", class)])
            .inc();
        self.0
            .request_seconds
            .get_or_create(&[("route", route)])
            .observe(seconds);
    }

    /// All figures as text (`OpenMetrics`).
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

impl Figures {
    fn register_world(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "source_fetches",
            "Asks of a register by outcome",
            self.fetches.clone(),
        );
        registry.register(
            "source_attempts",
            "Tries at a register",
            self.source_attempts.clone(),
        );
        registry.register(
            "source_fetch_seconds",
            "Seconds of an ask, retries included",
            self.fetch_seconds.clone(),
        );
        registry.register(
            "source_breaker",
            "Breaker: 0 closed, 1 half open, 2 open",
            self.breaker.clone(),
        );
        registry.register(
            "instruction_attempts",
            "Sends and asks at the treasury by result",
            self.instruction_attempts.clone(),
        );
        registry.register(
            "notice_attempts",
            "Tries at the message sink by result",
            self.notice_attempts.clone(),
        );
        registry.register(
            "http_requests",
            "Requests by route and status class",
            self.requests.clone(),
        );
        registry.register(
            "http_request_seconds",
            "Seconds of a request by route",
            self.request_seconds.clone(),
        );
    }

    fn register_pipeline(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "decisions",
            "Judgements by the state they ended in",
            self.decisions.clone(),
        );
        registry.register(
            "seconds_to_decision",
            "Seconds from filing to decision",
            self.seconds_to_decision.clone(),
        );
        registry.register(
            "seconds_to_money",
            "Seconds from filing to settlement",
            self.seconds_to_money.clone(),
        );
        registry.register(
            "applications",
            "Applications by state",
            self.applications.clone(),
        );
        registry.register("payments", "Payments by state", self.payments.clone());
        registry.register(
            "notices",
            "Messages to applicants by state",
            self.notices.clone(),
        );
        registry.register(
            "alarms_raised",
            "Alarms raised by kind",
            self.alarms_raised.clone(),
        );
        registry.register(
            "alarms_open",
            "Alarms that wait for a person, by kind",
            self.alarms_open.clone(),
        );
    }
}

impl SourceObserver for Metrics {
    fn tried(&self, source: SourceId) {
        self.0
            .source_attempts
            .get_or_create(&[("source", source.as_str())])
            .inc();
    }

    fn breaker(&self, source: SourceId, state: &'static str) {
        let level = match state {
            "closed" => 0,
            "half_open" => 1,
            _ => 2,
        };
        self.0
            .breaker
            .get_or_create(&[("source", source.as_str())])
            .set(level);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a duration for a histogram, far below 2^53 milliseconds"
)]
const fn seconds(millis: i64) -> f64 {
    millis as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateways::entropy::SeededEntropy;

    #[test]
    fn a_request_id_is_kept_when_well_formed_and_replaced_when_not() {
        let entropy = SeededEntropy::new(1);
        assert_eq!(RequestId::accept(Some("abc-1"), &entropy).as_str(), "abc-1");
        for bad in [None, Some(""), Some("a b"), Some("张三"), Some("a\nb")] {
            assert_eq!(
                RequestId::accept(bad, &entropy).as_str().len(),
                32,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn every_promised_figure_is_on_the_page() {
        let metrics = Metrics::new();
        metrics.fetched(SourceId::Education, FetchOutcome::TimedOut, 1_500);
        metrics.tried(SourceId::Education);
        metrics.tried(SourceId::Education);
        metrics.breaker(SourceId::Education, "open");
        metrics.decided(StateName::Approved, Some(400));
        metrics.decided(StateName::Parked, Some(400));
        metrics.clone().settled(1_200);
        metrics.applications_in("parked", 3);
        metrics.payments_in("settled", 5);
        metrics.instruction_attempt("unknown");
        metrics.notices_in("waiting", 2);
        metrics.notice_attempt("unavailable");
        metrics.alarm_raised("payment_stuck");
        metrics.alarms_open("payment_stuck", 1);
        metrics.requested("/api/v1/applications/{id}", 201, 0.01);
        let page = metrics.render();
        for line in [
            "sanmiao_source_fetches_total{source=\"education\",outcome=\"timed_out\"} 1",
            "sanmiao_source_attempts_total{source=\"education\"} 2",
            "sanmiao_source_fetch_seconds_bucket{le=\"2.5\",source=\"education\"} 1",
            "sanmiao_source_breaker{source=\"education\"} 2",
            "sanmiao_source_breaker{source=\"degree\"} 0",
            "sanmiao_decisions_total{state=\"approved\"} 1",
            "sanmiao_decisions_total{state=\"parked\"} 1",
            "sanmiao_seconds_to_decision_count 1",
            "sanmiao_seconds_to_money_bucket{le=\"2.0\"} 1",
            "sanmiao_applications{state=\"parked\"} 3",
            "sanmiao_payments{state=\"settled\"} 5",
            "sanmiao_instruction_attempts_total{result=\"unknown\"} 1",
            "sanmiao_notices{state=\"waiting\"} 2",
            "sanmiao_notice_attempts_total{result=\"unavailable\"} 1",
            "sanmiao_alarms_raised_total{kind=\"payment_stuck\"} 1",
            "sanmiao_alarms_open{kind=\"payment_stuck\"} 1",
            "sanmiao_http_requests_total{route=\"/api/v1/applications/{id}\",status=\"2xx\"} 1",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }
}
