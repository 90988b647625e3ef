//! What finance staff do. Every call asks for the role itself, so that no caller can forget it.

use std::sync::Arc;

use serde_json::json;

use crate::context::Context;
use crate::domain::audit::{Access, Alarm};
use crate::domain::award::Award;
use crate::domain::budget_order::YearEndRule;
use crate::domain::id::{AccessId, InstructionId, JournalId, PaymentId};
use crate::domain::ledger::{Balance, JournalEntry};
use crate::domain::payment::{Instruction, InstructionState, Payment, PaymentState};
use crate::domain::person::{Actor, Role, Staff};
use crate::error::StageError;
use crate::instruct::award_of;
use crate::store::PaymentFilter;

use super::batches::Paying;
use super::terms::Terms;

/// Most alarms listed at once.
const ALARMS_MAX: u32 = 500;

/// A payment in a list.
#[derive(Debug, Clone)]
pub struct PaymentLine {
    /// The payment.
    pub payment: Payment,
    /// Its award.
    pub award: Award,
    /// Its newest instruction.
    pub newest: Option<Instruction>,
}

/// A payment with its whole chain.
#[derive(Debug, Clone)]
pub struct PaymentChain {
    /// The payment.
    pub payment: Payment,
    /// Its award.
    pub award: Award,
    /// Every instruction, oldest first.
    pub instructions: Vec<Instruction>,
    /// Every line of the journal about it, oldest first; the award's own are among them.
    pub entries: Vec<JournalEntry>,
}

/// A whole account, for somebody who said why.
pub struct Unmasked {
    /// The instruction that names it.
    pub instruction: InstructionId,
    /// The account.
    pub account: String,
}

/// The finance desk.
#[derive(Clone)]
pub struct Finance {
    ctx: Context,
    paying: Option<Arc<Paying>>,
    terms: Terms,
}

impl Finance {
    /// On this context.
    #[must_use]
    pub fn new(ctx: Context) -> Self {
        Self {
            ctx,
            paying: None,
            terms: Terms::default(),
        }
    }

    /// With what the installation has settled.
    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// With who pays by the payout files; without, none are prepared.
    #[must_use]
    pub fn with_paying(self, paying: Option<Arc<Paying>>) -> Self {
        Self { paying, ..self }
    }

    pub(super) fn paying(&self) -> Option<&Paying> {
        self.paying.as_deref()
    }

    /// What becomes of money that a year leaves unpromised.
    #[must_use]
    pub const fn rule(&self) -> YearEndRule {
        self.terms.year_end
    }

    pub(super) const fn terms(&self) -> Terms {
        self.terms
    }

    pub(super) const fn context(&self) -> &Context {
        &self.ctx
    }

    /// Payments by state, policy and district; a district's finance staff see their own district.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn payments(
        &self,
        staff: &Staff,
        filter: PaymentFilter,
    ) -> Result<Vec<PaymentLine>, StageError> {
        must_be_finance(staff)?;
        let filter = PaymentFilter {
            district: staff.narrow(filter.district)?,
            ..filter
        };
        let mut tx = self.ctx.store.read().await?;
        let mut lines = Vec::new();
        for payment in tx.list_payments(&filter).await? {
            let award = award_of(&mut tx, &payment).await?;
            let newest = tx.instructions_of(payment.id).await?.into_iter().last();
            lines.push(PaymentLine {
                payment,
                award,
                newest,
            });
        }
        Ok(lines)
    }

    /// One payment with its whole chain. It names the payee, so the look is written down.
    ///
    /// # Errors
    /// `NotFound` also for another district's.
    pub async fn payment(&self, staff: &Staff, id: PaymentId) -> Result<PaymentChain, StageError> {
        let chain = self.chain(staff, id).await?;
        self.looked(staff, id, "payment", "finance").await?;
        Ok(chain)
    }

    pub(super) async fn chain(
        &self,
        staff: &Staff,
        id: PaymentId,
    ) -> Result<PaymentChain, StageError> {
        must_be_finance(staff)?;
        let mut tx = self.ctx.store.read().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        let award = award_of(&mut tx, &payment).await?;
        if !staff.covers(Some(&award.budget.district)) {
            return Err(StageError::not_found("payment"));
        }
        let instructions = tx.instructions_of(id).await?;
        let mut references = vec![award.id.to_string(), id.to_string()];
        references.extend(instructions.iter().map(|one| one.id.to_string()));
        let entries = tx.journal_about(&references).await?;
        Ok(PaymentChain {
            payment,
            award,
            instructions,
            entries,
        })
    }

    /// The whole account of a payment's newest instruction. Who looked and why is written down before anything is shown.
    ///
    /// # Errors
    /// `NotFound` also for another district's and for a payment without an instruction.
    pub async fn unmask(
        &self,
        staff: &Staff,
        id: PaymentId,
        reason: &str,
    ) -> Result<Unmasked, StageError> {
        let chain = self.chain(staff, id).await?;
        let newest = chain.instructions.last();
        let newest = newest.ok_or(StageError::not_found("instruction"))?;
        let order = newest.order();
        let order = order.map_err(|_| StageError::corrupt("an instruction cannot be read"))?;
        self.looked(staff, id, "account", reason).await?;
        Ok(Unmasked {
            instruction: newest.id,
            account: order.payee_account,
        })
    }

    async fn looked(
        &self,
        staff: &Staff,
        id: PaymentId,
        kind: &str,
        purpose: &str,
    ) -> Result<(), StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        tx.access(&Access {
            id: ctx.id(AccessId::new),
            at: ctx.now(),
            staff: staff.subject.subject.clone(),
            subject: id.to_string(),
            kind: kind.to_owned(),
            purpose: purpose.to_owned(),
        })
        .await?;
        Ok(tx.commit().await?)
    }

    /// Lets a held payment be carried again, after a person has looked: the same instruction, its attempts counted anew.
    ///
    /// # Errors
    /// `NotInState` unless it is held and its instruction may still be carried.
    pub async fn release_held(&self, staff: &Staff, id: PaymentId) -> Result<Payment, StageError> {
        let chain = self.chain(staff, id).await?;
        let newest = chain
            .instructions
            .last()
            .ok_or_else(|| StageError::corrupt("a held payment has no instruction"))?;
        let now = self.ctx.now();
        if chain.payment.state != PaymentState::Held || newest.state != InstructionState::Unknown {
            let state = chain.payment.state.as_str();
            return Err(StageError::NotInState {
                what: "payment",
                state,
            });
        }
        let mut tx = self.ctx.store.write().await?;
        if !tx.restart_instruction(&newest.id, now).await? {
            return Err(StageError::Stale {
                what: "instruction",
            });
        }
        let payment = tx
            .update_payment(&Payment {
                state: PaymentState::Instructed,
                ..chain.payment.clone()
            })
            .await?;
        self.ctx
            .audit(
                &mut tx,
                actor(staff),
                "payment.released",
                id.to_string(),
                json!({}),
            )
            .await?;
        tx.commit().await?;
        self.ctx.bell.ring_dispatch();
        Ok(payment)
    }

    /// Balances of every account of every budget line.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn balances(&self, staff: &Staff) -> Result<Vec<Balance>, StageError> {
        must_be_finance(staff)?;
        let mut balances = self.ctx.store.read().await?.balances().await?;
        balances.retain(|balance| staff.covers(Some(&balance.budget.district)));
        Ok(balances)
    }

    /// The journal, in order.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn journal(
        &self,
        staff: &Staff,
        after: Option<JournalId>,
        limit: u32,
    ) -> Result<Vec<JournalEntry>, StageError> {
        must_be_finance(staff)?;
        let mut entries = self
            .ctx
            .store
            .read()
            .await?
            .journal_page(after, limit)
            .await?;
        entries.retain(|entry| staff.covers(Some(&entry.budget.district)));
        Ok(entries)
    }

    /// What waits for a person.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn alarms(&self, staff: &Staff) -> Result<Vec<Alarm>, StageError> {
        must_be_finance(staff)?;
        Ok(self.ctx.store.read().await?.open_alarms(ALARMS_MAX).await?)
    }
}

pub(super) fn actor(staff: &Staff) -> Actor {
    Actor::Staff(staff.subject.subject.clone())
}

pub(super) fn must_be_finance(staff: &Staff) -> Result<(), StageError> {
    if staff.has(Role::Finance) {
        Ok(())
    } else {
        Err(StageError::Forbidden {
            needs: "the role finance",
        })
    }
}

/// Grounds that a person wrote: something, and not a book.
pub(super) fn some_grounds(text: &str, chars_max: usize) -> Result<&str, StageError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > chars_max {
        return Err(StageError::Invalid {
            field: "grounds",
            reason: format!("1 to {chars_max} characters are taken"),
        });
    }
    Ok(text)
}
