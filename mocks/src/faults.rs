//! What can go wrong, by configuration, at run time, by request and by person.
//!
//! A [`FaultRule`] says which channel it befalls, what happens, how often, and when it ends. Rules are held in a [`FaultSwitch`] that
//! can be set while the world runs. A request can ask for a fault of its own with the header `x-sm-fault`.

mod named;
mod plan;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

pub(crate) use plan::{CallbackPlan, Plan, TreasuryPlan};

use crate::clock::Clock;

/// A request asks for a fault with this header: `kind` or `kind=number`, several with commas, e.g. `slow=500,bad_signature`.
pub const FAULT_HEADER: &str = "x-sm-fault";

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The talent-introduction register.
    TalentIntroduction,
    /// The education register.
    Education,
    /// The degree register.
    Degree,
    /// The social-security register.
    SocialSecurity,
    /// All four registers.
    Sources,
    /// The treasury, its call-backs included.
    Treasury,
    /// The identity provider.
    Identity,
    /// The message sink.
    Sink,
    /// Everything.
    All,
}

impl Channel {
    /// Whether a rule for this channel strikes `other`, which is a single one.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        match self {
            Self::All => true,
            Self::Sources => matches!(
                other,
                Self::TalentIntroduction
                    | Self::Education
                    | Self::Degree
                    | Self::SocialSecurity
                    | Self::Sources
            ),
            one => one == other,
        }
    }
}

/// How the treasury garbles the amount it echoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lossy {
    /// Through an IEEE double, printed as a string: "100000".
    DoubleText,
    /// Through an IEEE double, as a JSON number: 100000.0.
    DoubleNumber,
    /// Through a single-precision float, two decimals: right up to 2^24 fen or so, wrong beyond.
    SingleText,
    /// The fen cut off, two decimals kept: "750.00" for "750.55".
    Truncated,
    /// One fen less.
    OneFenLess,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The answer takes this much longer; the work is done at the end of it.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection is closed without an answer, and nothing is done.
    Down,
    /// An error status instead of the work.
    ServerError {
        /// 500 ..= 599.
        status: u16,
    },
    /// Half the body, then the connection closes. The work is done.
    Truncated,
    /// A body that is JSON but not of the schema. The work is done.
    WrongSchema,
    /// A signature that does not fit. The work is done.
    BadSignature,
    /// Registers only: the answer holds a second record that contradicts the first.
    Contradict,
    /// The work is done and the connection closed without an answer.
    LostReply,
    /// The work is done and the answer comes late.
    LateReply {
        /// Milliseconds.
        ms: u64,
    },
    /// The work is done and the answer is an error all the same.
    ErrorAfterAcceptance {
        /// 500 ..= 599.
        status: u16,
    },
    /// Treasury only: the amount in the echo is garbled.
    LossyEcho {
        /// How.
        how: Lossy,
    },
    /// Treasury only: the echo names another account.
    ForeignEcho,
    /// Treasury only: the same id with another payload is answered as if it were the same.
    NeverConflict,
    /// Treasury only: settling takes this much longer.
    SlowSettlement {
        /// Milliseconds.
        ms: u64,
    },
    /// Treasury only: the first payment of an instalment is settled and comes back later (退票).
    ReturnedLater {
        /// Milliseconds until it comes back.
        ms: u64,
        /// Days that pass in the books meanwhile.
        days: u16,
    },
    /// Treasury only: each call-back is sent twice.
    DuplicateCallback,
    /// Treasury only: the first call-back of an instruction is held back, so that a later one overtakes it.
    OutOfOrderCallback {
        /// Milliseconds it is held back.
        ms: u64,
    },
    /// Treasury only: call-backs are never sent; who wants to know must ask.
    CallbackLost,
    /// Treasury only: the call-backs of this instruction carry a signature that does not fit.
    CallbackBadSignature,
}

impl Fault {
    /// Whether the fault belongs to a person or an instruction, rather than to one request.
    fn stays(self) -> bool {
        matches!(
            self,
            Self::Contradict
                | Self::SlowSettlement { .. }
                | Self::ReturnedLater { .. }
                | Self::DuplicateCallback
                | Self::OutOfOrderCallback { .. }
                | Self::CallbackLost
                | Self::CallbackBadSignature
        )
    }

    /// Reads `kind` or `kind=number` as the request header writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, number) = match text.trim().split_once('=') {
            Some((kind, number)) => (kind, Some(number.parse::<u64>().ok()?)),
            None => (text.trim(), None),
        };
        let ms = number.unwrap_or(1_000);
        let status = u16::try_from(number.unwrap_or(503))
            .ok()
            .filter(|s| (500..600).contains(s));
        Some(match kind {
            "slow" => Self::Slow { ms },
            "down" => Self::Down,
            "server_error" => Self::ServerError { status: status? },
            "truncated" => Self::Truncated,
            "wrong_schema" => Self::WrongSchema,
            "bad_signature" => Self::BadSignature,
            "contradict" => Self::Contradict,
            "lost_reply" => Self::LostReply,
            "late_reply" => Self::LateReply { ms },
            "error_after_acceptance" => Self::ErrorAfterAcceptance { status: status? },
            "lossy_echo" => Self::LossyEcho {
                how: Lossy::DoubleText,
            },
            "foreign_echo" => Self::ForeignEcho,
            "never_conflict" => Self::NeverConflict,
            "slow_settlement" => Self::SlowSettlement { ms },
            "returned_later" => Self::ReturnedLater { ms, days: 1 },
            "duplicate_callback" => Self::DuplicateCallback,
            "out_of_order_callback" => Self::OutOfOrderCallback { ms },
            "callback_lost" => Self::CallbackLost,
            "callback_bad_signature" => Self::CallbackBadSignature,
            _ => return None,
        })
    }
}

fn always() -> u16 {
    1_000
}

/// One fault, where it strikes, how often, and when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Where.
    pub channel: Channel,
    /// What.
    pub fault: Fault,
    /// How often, in a thousand requests. Absent means always.
    #[serde(default = "always")]
    pub per_mille: u16,
    /// Ends this many milliseconds after it was switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<u64>,
    /// Ends after it has struck this many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_max: Option<u32>,
    /// Strikes the same person or instruction at most this many times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_per_key_max: Option<u32>,
}

impl FaultRule {
    /// A fault that always strikes and never ends.
    #[must_use]
    pub fn always(channel: Channel, fault: Fault) -> Self {
        Self {
            channel,
            fault,
            per_mille: 1_000,
            until_ms: None,
            times_max: None,
            times_per_key_max: None,
        }
    }

    /// The same, in so many of a thousand requests.
    #[must_use]
    pub fn per_mille(mut self, per_mille: u16) -> Self {
        self.per_mille = per_mille;
        self
    }

    /// The same, for so many milliseconds.
    #[must_use]
    pub fn until_ms(mut self, ms: u64) -> Self {
        self.until_ms = Some(ms);
        self
    }

    /// The same, so many times.
    #[must_use]
    pub fn times_max(mut self, times: u32) -> Self {
        self.times_max = Some(times);
        self
    }

    /// The same, so many times for one person or instruction.
    #[must_use]
    pub fn times_per_key_max(mut self, times: u32) -> Self {
        self.times_per_key_max = Some(times);
        self
    }
}

/// A set of fault rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// The rules; each is asked on its own.
    #[serde(default)]
    pub rules: Vec<FaultRule>,
}

impl Faults {
    /// No faults.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }
}

/// How many (rule, person or instruction) pairs are remembered before the oldest half is let go.
const KEYS_REMEMBERED_MAX: usize = 200_000;

/// How often rules have struck, and whom.
#[derive(Default)]
struct Counts {
    times: Vec<u32>,
    by_key: HashMap<u64, u32>,
    by_key_before: HashMap<u64, u32>,
}

impl Counts {
    /// Counts one strike against a key unless it has had its share.
    fn take_key(&mut self, key: u64, max: u32) -> bool {
        let so_far = self
            .by_key
            .get(&key)
            .or_else(|| self.by_key_before.get(&key))
            .copied()
            .unwrap_or(0);
        if so_far >= max {
            return false;
        }
        if self.by_key.len() >= KEYS_REMEMBERED_MAX / 2 {
            self.by_key_before = std::mem::take(&mut self.by_key);
        }
        self.by_key.insert(key, so_far + 1);
        true
    }
}

struct Active {
    faults: Faults,
    since_micros: i64,
}

/// The faults that are on now; can be switched while the world runs.
pub struct FaultSwitch {
    active: RwLock<Active>,
    counts: Mutex<Counts>,
    clock: Clock,
    seed: u64,
    draws: AtomicU64,
}

impl FaultSwitch {
    pub(crate) fn new(faults: Faults, seed: u64, clock: Clock) -> Self {
        let switch = Self {
            active: RwLock::new(Active {
                faults: Faults::none(),
                since_micros: 0,
            }),
            counts: Mutex::new(Counts::default()),
            clock,
            seed,
            draws: AtomicU64::new(0),
        };
        switch.set(faults);
        switch
    }

    /// Switches to these faults; counters and time limits begin anew.
    pub fn set(&self, faults: Faults) {
        // The same order as in `draw`: first what is active, then the counts.
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts = Counts::default();
        counts.times.resize(faults.rules.len(), 0);
        active.faults = faults;
        active.since_micros = self.clock.wall_micros();
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        self.set(Faults::none());
    }

    /// The faults that were switched on last, ended ones included.
    #[must_use]
    pub fn current(&self) -> Faults {
        self.active
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .faults
            .clone()
    }

    /// How many times each rule has struck.
    #[must_use]
    pub fn struck(&self) -> Vec<u32> {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .times
            .clone()
    }

    /// What befalls a request on `channel` about `key` (a document number, an instruction id).
    pub(crate) fn draw(
        &self,
        channel: Channel,
        key: &str,
        personal: &[FaultRule],
        asked: &[Fault],
    ) -> Plan {
        let mut plan = Plan::default();
        for fault in asked {
            plan.add(*fault);
        }
        for (i, rule) in personal.iter().enumerate() {
            // Personal rules have no switch-on time and share the per-key counters under numbers of their own.
            if rule.channel.covers(channel) && self.strikes(usize::MAX - i, rule, key, 0) {
                plan.add(rule.fault);
            }
        }
        let active = self.active.read().unwrap_or_else(PoisonError::into_inner);
        if active.faults.rules.is_empty() {
            return plan;
        }
        let elapsed_ms = (self.clock.wall_micros() - active.since_micros) / 1_000;
        for (i, rule) in active.faults.rules.iter().enumerate() {
            if rule.channel.covers(channel) && self.strikes(i, rule, key, elapsed_ms) {
                plan.add(rule.fault);
            }
        }
        plan
    }

    fn strikes(&self, index: usize, rule: &FaultRule, key: &str, elapsed_ms: i64) -> bool {
        let limit_ms = rule
            .until_ms
            .map_or(i64::MAX, |ms| i64::try_from(ms).unwrap_or(i64::MAX));
        if elapsed_ms >= limit_ms || !self.chosen(index, rule, key) {
            return false;
        }
        if rule.times_max.is_none() && rule.times_per_key_max.is_none() && index >= usize::MAX / 2 {
            return true;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = counts.times.get(index).copied().unwrap_or(0);
        if rule.times_max.is_some_and(|max| so_far >= max) {
            return false;
        }
        let per_key_max = match (index >= usize::MAX / 2, rule.times_max) {
            // For a rule of one person, "times" and "times for one person" are the same.
            (true, Some(max)) => Some(max.min(rule.times_per_key_max.unwrap_or(max))),
            _ => rule.times_per_key_max,
        };
        if per_key_max.is_some_and(|max| !counts.take_key(hash(&(index, key)), max)) {
            return false;
        }
        if let Some(times) = counts.times.get_mut(index) {
            *times = so_far.saturating_add(1);
        }
        true
    }

    /// Whether a rule with a rate means this request. What stays with a person or an instruction is settled by seed, rule and key, so
    /// that the same ones are struck in every run whatever runs at once; what passes is drawn anew for each request.
    fn chosen(&self, index: usize, rule: &FaultRule, key: &str) -> bool {
        if rule.per_mille >= 1_000 {
            return true;
        }
        let drawn = if rule.fault.stays() {
            hash(&(self.seed, index, key))
        } else {
            hash(&(self.seed, index, self.draws.fetch_add(1, Ordering::Relaxed)))
        };
        drawn % 1_000 < u64::from(rule.per_mille)
    }
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    // `DefaultHasher::new` has fixed keys: the same in every run of the same program.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl std::fmt::Debug for FaultSwitch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultSwitch")
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}
