//! Stub.
use crate::context::Context;
use crate::domain::audit::Alarm;
use crate::domain::award::{Award, Budget, BudgetKey};
use crate::domain::district::DistrictCode;
use crate::domain::id::{JournalId, PaymentId};
use crate::domain::ledger::{Balance, JournalEntry};
use crate::domain::money::Money;
use crate::domain::payment::{Instruction, Payment, PaymentState};
use crate::domain::person::Staff;
use crate::error::StageError;

/// 财务.
#[derive(Clone)]
pub struct Finance { ctx: Context }
/// Filter.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "stub")]
pub struct PaymentFilter { pub state: Option<PaymentState>, pub policy: Option<String>, pub district: Option<DistrictCode>, pub after: Option<PaymentId>, pub limit: u32 }
/// Line.
#[expect(missing_docs, reason = "stub")]
pub struct PaymentLine { pub payment: Payment, pub award: Award, pub last_instruction: Option<Instruction> }
/// Chain.
#[expect(missing_docs, reason = "stub")]
pub struct PaymentChain { pub payment: Payment, pub award: Award, pub instructions: Vec<Instruction> }
#[expect(missing_docs, clippy::missing_errors_doc, clippy::unused_async, reason = "stub")]
impl Finance {
    #[must_use]
    pub const fn new(ctx: Context) -> Self { Self { ctx } }
    pub async fn payments(&self, _staff: &Staff, _filter: PaymentFilter) -> Result<Vec<PaymentLine>, StageError> { let _ = &self.ctx; Ok(Vec::new()) }
    pub async fn payment(&self, _staff: &Staff, _id: PaymentId) -> Result<PaymentChain, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn release_held(&self, _staff: &Staff, _id: PaymentId) -> Result<Payment, StageError> { Err(StageError::NotFound { what: "stub" }) }
    pub async fn balances(&self, _staff: &Staff) -> Result<Vec<Balance>, StageError> { Ok(Vec::new()) }
    pub async fn journal(&self, _staff: &Staff, _after: Option<JournalId>, _limit: u32) -> Result<Vec<JournalEntry>, StageError> { Ok(Vec::new()) }
    pub async fn budgets(&self, _staff: &Staff) -> Result<Vec<Budget>, StageError> { Ok(Vec::new()) }
    pub async fn appropriate(&self, _staff: &Staff, key: BudgetKey, amount: Money, _reference: &str) -> Result<Budget, StageError> { Ok(Budget { key, appropriated: amount, reserved: Money::ZERO }) }
    pub async fn alarms(&self, _staff: &Staff) -> Result<Vec<Alarm>, StageError> { Ok(Vec::new()) }
}
