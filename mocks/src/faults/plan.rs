//! What befalls one request, all its faults together.

use super::{Fault, Lossy};

/// The faults of one request, ready to be acted on.
#[expect(
    clippy::struct_excessive_bools,
    reason = "faults are independent of each other: any of them may strike together"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) slow_ms: u64,
    pub(crate) is_down: bool,
    pub(crate) error_before: Option<u16>,
    pub(crate) is_truncated: bool,
    pub(crate) is_wrong_schema: bool,
    pub(crate) is_badly_signed: bool,
    pub(crate) contradicts: bool,
    pub(crate) loses_reply: bool,
    pub(crate) late_ms: u64,
    pub(crate) error_after: Option<u16>,
    pub(crate) treasury: TreasuryPlan,
}

/// The part of a plan that only the treasury reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TreasuryPlan {
    pub(crate) lossy: Option<Lossy>,
    pub(crate) echoes_other_account: bool,
    pub(crate) never_conflicts: bool,
    pub(crate) settles_later_ms: u64,
    /// Milliseconds, days.
    pub(crate) returns: Option<(u64, u16)>,
    pub(crate) callbacks: CallbackPlan,
}

/// What befalls the call-backs of one instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallbackPlan {
    pub(crate) twice: bool,
    pub(crate) first_held_ms: u64,
    pub(crate) lost: bool,
    pub(crate) badly_signed: bool,
}

impl Plan {
    /// Adds one fault; of two alike the later counts.
    pub(crate) fn add(&mut self, fault: Fault) {
        match fault {
            Fault::Slow { ms } => self.slow_ms = ms,
            Fault::Down => self.is_down = true,
            Fault::ServerError { status } => self.error_before = Some(status),
            Fault::Truncated => self.is_truncated = true,
            Fault::WrongSchema => self.is_wrong_schema = true,
            Fault::BadSignature => self.is_badly_signed = true,
            Fault::Contradict => self.contradicts = true,
            Fault::LostReply => self.loses_reply = true,
            Fault::LateReply { ms } => self.late_ms = ms,
            Fault::ErrorAfterAcceptance { status } => self.error_after = Some(status),
            Fault::LossyEcho { how } => self.treasury.lossy = Some(how),
            Fault::ForeignEcho => self.treasury.echoes_other_account = true,
            Fault::NeverConflict => self.treasury.never_conflicts = true,
            Fault::SlowSettlement { ms } => self.treasury.settles_later_ms = ms,
            Fault::ReturnedLater { ms, days } => self.treasury.returns = Some((ms, days)),
            Fault::DuplicateCallback => self.treasury.callbacks.twice = true,
            Fault::OutOfOrderCallback { ms } => self.treasury.callbacks.first_held_ms = ms,
            Fault::CallbackLost => self.treasury.callbacks.lost = true,
            Fault::CallbackBadSignature => self.treasury.callbacks.badly_signed = true,
        }
    }
}
