//! Stub.
use crate::context::Context;
use crate::domain::application::Typed;
use crate::domain::id::{ApplicantId, ApplicationId, PaymentId};
use crate::domain::payment::{Instruction, Payment};
use crate::error::StageError;
use crate::ports::Callback;

/// 秒付.
#[derive(Clone)]
pub struct Payout { ctx: Context }
/// One payment with its instructions.
#[expect(missing_docs, reason = "stub")]
pub struct PaymentView { pub payment: Payment, pub instructions: Vec<Instruction> }
#[expect(missing_docs, clippy::missing_errors_doc, clippy::unused_async, reason = "stub")]
impl Payout {
    #[must_use]
    pub const fn new(ctx: Context) -> Self { Self { ctx } }
    pub async fn payments_of(&self, _who: ApplicantId, _id: ApplicationId) -> Result<Vec<PaymentView>, StageError> { let _ = &self.ctx; Err(StageError::NotFound { what: "stub" }) }
    pub async fn correct_account(&self, _who: ApplicantId, _payment: PaymentId, _typed: Typed) -> Result<Payment, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn take_event(&self, _event: Callback, _body: &[u8]) -> Result<(), StageError> { Ok(()) }
}
