//! Trust, but look: samples, recoveries, and what is to come back.

pub mod receivables;
pub mod recovery;
pub mod repay;
pub mod sample;

use crate::web::routes::of;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::{Amount, IdText, Instant};
use crate::domain::person::Role;
use crate::domain::recovery::Receivable;
use crate::web::auth::Access;
use crate::web::routes::Routes;

/// Who looks and decides.
const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Supervisor]);
/// Who keeps the accounts.
const FINANCE: Access = Access::Staff(&[Role::Finance]);

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(DESK, of!(sample::sample))
        .add(DESK, of!(recovery::recovery))
        .add(DESK, of!(receivables::receivables))
        .add(FINANCE, of!(repay::repay))
}

/// What is to come back of one payment (追回).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receivable)]
pub struct ReceivableView {
    /// The payment's id.
    payment_id: IdText,
    /// The case in which it was decided.
    case_id: IdText,
    /// What was paid, and is claimed.
    amount: Amount,
    /// What has come back so far.
    repaid: Amount,
    /// What is still to come.
    outstanding: Amount,
    /// When it was claimed.
    opened_at: Instant,
    /// When nothing was to come any more.
    ended_at: Option<Instant>,
}

impl ReceivableView {
    fn of(receivable: &Receivable) -> Self {
        Self {
            payment_id: IdText::of(&receivable.payment),
            case_id: IdText::of(&receivable.case),
            amount: receivable.amount.into(),
            repaid: receivable.repaid.into(),
            outstanding: receivable.outstanding().into(),
            opened_at: receivable.opened_at.into(),
            ended_at: receivable.ended_at.map(Into::into),
        }
    }
}
