//! 追回: what payees pay back is booked, once by its bank reference, and never more than is owed.

use serde_json::json;

use super::service::Finance;
use crate::domain::id::PaymentId;
use crate::domain::ledger::Movement;
use crate::domain::money::Money;
use crate::domain::person::Staff;
use crate::domain::recovery::Receivable;
use crate::error::StageError;
use crate::instruct::move_money;
use crate::store::StoreError;

impl Finance {
    /// Books what a payee has paid back. The bank's reference makes it happen once: the same amount under the same reference changes
    /// nothing.
    ///
    /// # Errors
    /// `NotFound` where nothing was claimed, and for another district's; `Invalid` for nothing, or for more than is still owed;
    /// `NotInState` for a reference used with another amount.
    pub async fn book_repayment(
        &self,
        staff: &Staff,
        id: PaymentId,
        amount: Money,
        reference: &str,
    ) -> Result<Receivable, StageError> {
        let chain = self.chain(staff, id).await?;
        let ctx = self.context();
        let mut tx = ctx.store.write().await?;
        tx.receivable(id)
            .await?
            .ok_or(StageError::not_found("receivable"))?;
        if amount.is_zero() {
            return Err(too_much("a repayment is more than 0.00"));
        }
        let once = format!("{id}:{reference}");
        // The journal first, for it knows what was booked: a reference used before rolls back whole.
        match move_money(ctx, &mut tx, Movement::Repay, &chain.award, amount, &once).await {
            Err(StageError::Store(StoreError::Conflict(_))) => {
                drop(tx);
                return self.booked_before(id, amount, &once).await;
            }
            other => other?,
        }
        if !tx.repay(id, amount, ctx.now()).await? {
            return Err(too_much("more than is still owed"));
        }
        let detail = json!({ "amount": amount });
        let (actor, subject) = (super::service::actor(staff), id.to_string());
        ctx.audit(&mut tx, actor, "payment.repaid", subject, detail)
            .await?;
        let receivable = tx.receivable(id).await?;
        tx.commit().await?;
        receivable.ok_or_else(|| StageError::corrupt("a receivable vanished"))
    }

    async fn booked_before(
        &self,
        id: PaymentId,
        amount: Money,
        once: &str,
    ) -> Result<Receivable, StageError> {
        let mut tx = self.context().store.read().await?;
        let before = tx.journal_of(Movement::Repay, once).await?;
        if before.is_none_or(|before| before.amount != amount) {
            return Err(StageError::NotInState {
                what: "reference",
                state: "used",
            });
        }
        tx.receivable(id)
            .await?
            .ok_or(StageError::not_found("receivable"))
    }
}

fn too_much(reason: &str) -> StageError {
    StageError::Invalid {
        field: "amount",
        reason: reason.to_owned(),
    }
}
