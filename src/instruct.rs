//! Stores the next instruction of a payment: shared by approval, by instalments that fall due and by a corrected
//! account, so that there is one place where money becomes "instructed".

use crate::context::Context;
use crate::domain::application::{Application, Typed};
use crate::domain::award::{Award, BudgetKey};
use crate::domain::id::JournalId;
use crate::domain::ledger::{JournalEntry, Movement};
use crate::domain::money::Money;
use crate::domain::payment::{Instruction, Payee, Payment, PaymentState};
use crate::domain::person::{Applicant, Private};
use crate::domain::policy::Lang;
use crate::error::StageError;
use crate::store::Tx;

/// What goes along with an order besides the payment.
pub struct Terms<'a> {
    /// Who receives it.
    pub payee: &'a Payee,
    /// 用途, as the payee's bank statement will show it.
    pub purpose: &'a str,
    /// Ties the order to the act that caused it.
    pub request_id: &'a str,
    /// `Instruct` for a first generation, `Reinstruct` after a return.
    pub movement: Movement,
}

/// Whether nothing of an award goes on by machine: its policy or its district is frozen, or a person looks first.
///
/// # Errors
/// Of the store.
pub async fn stands_still(tx: &mut Tx, award: &Award) -> Result<bool, StageError> {
    let BudgetKey {
        policy, district, ..
    } = &award.budget;
    Ok(tx
        .freeze_over(Some(policy), Some(*district))
        .await?
        .is_some()
        || tx.hold_on(award.application).await?.is_some())
}

/// Stores the next generation's instruction of a payment and moves its money to `Instructed`.
///
/// # Errors
/// `NotInState` while the application is held; of the store. The caller's transaction is then rolled back whole.
pub async fn instruct(
    ctx: &Context,
    tx: &mut Tx,
    award: &Award,
    payment: Payment,
    terms: &Terms<'_>,
) -> Result<Payment, StageError> {
    // The last door before the treasury: whoever comes by whichever way finds it shut.
    if tx.hold_on(award.application).await?.is_some() {
        return Err(StageError::NotInState {
            what: "payment",
            state: "held until a person has looked",
        });
    }
    let instruction = Instruction::make(
        &payment,
        award,
        terms.payee,
        terms.purpose,
        terms.request_id,
        ctx.now(),
    )
    .map_err(|error| StageError::corrupt(error.to_string()))?;
    tx.insert_instruction(&instruction).await?;
    move_money(
        ctx,
        tx,
        terms.movement,
        award,
        payment.amount,
        &instruction.id.to_string(),
    )
    .await?;
    let next = Payment {
        state: PaymentState::Instructed,
        generation: instruction.generation,
        ..payment
    };
    Ok(tx.update_payment(&next).await?)
}

/// Takes money from one account and gives it to another, once for each movement and reference.
///
/// # Errors
/// Of the store; a second posting of the same movement and reference is refused there.
pub async fn move_money(
    ctx: &Context,
    tx: &mut Tx,
    movement: Movement,
    award: &Award,
    amount: Money,
    reference: &str,
) -> Result<(), StageError> {
    tx.post(&JournalEntry {
        id: ctx.id(JournalId::new),
        at: ctx.now(),
        movement,
        budget: award.budget.clone(),
        amount,
        reference: reference.to_owned(),
    })
    .await?;
    Ok(())
}

/// An award has ended: whatever of it is not paid and not on its way goes back to its budget line, in the ledger as in its total.
/// What a person has to decide about is left to them; nothing of it is paid while the application is held.
///
/// # Errors
/// Of the store.
pub async fn cancel_unpaid(ctx: &Context, tx: &mut Tx, award: &Award) -> Result<(), StageError> {
    for payment in tx.payments_of(award.id).await? {
        cancel(ctx, tx, award, payment).await?;
    }
    Ok(())
}

/// Cancels one payment that is not paid and not on its way; any other is left as it is.
///
/// # Errors
/// Of the store.
pub async fn cancel(
    ctx: &Context,
    tx: &mut Tx,
    award: &Award,
    payment: Payment,
) -> Result<(), StageError> {
    let movement = match payment.state {
        PaymentState::Scheduled => Movement::Release,
        PaymentState::Returned => Movement::ReleaseReturned,
        _ => return Ok(()),
    };
    let (amount, reference) = (payment.amount, payment.id.to_string());
    let ended = Payment {
        amount: Money::ZERO,
        state: PaymentState::Cancelled,
        ..payment
    };
    tx.update_payment(&ended).await?;
    if amount.is_zero() {
        return Ok(());
    }
    move_money(ctx, tx, movement, award, amount, &reference).await?;
    Ok(tx.release_budget(&award.budget, amount).await?)
}

/// The award a payment belongs to.
///
/// # Errors
/// When it is missing, which a foreign key forbids.
pub async fn award_of(tx: &mut Tx, payment: &Payment) -> Result<Award, StageError> {
    tx.award(payment.award)
        .await?
        .ok_or_else(|| StageError::corrupt(format!("payment {} has no award", payment.id)))
}

/// The payee an applicant's typed account makes: its holder is the applicant.
#[must_use]
pub fn payee_of(name: &Private<String>, typed: &Typed) -> Payee {
    Payee {
        name: name.clone(),
        account: Private::new(typed.account.reveal().to_owned()),
        bank: typed.bank.to_string(),
    }
}

/// Everything an award's payments need besides themselves, read once.
pub struct Payable {
    payee: Payee,
    purpose: String,
    request_id: String,
}

impl Payable {
    /// Reads who is paid and for what.
    ///
    /// # Errors
    /// When the award's application was never filed or its policy is unknown: neither can be.
    pub async fn load(ctx: &Context, tx: &mut Tx, award: &Award) -> Result<Self, StageError> {
        let application = tx
            .application(award.application)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let applicant = tx
            .applicant(award.applicant)
            .await?
            .ok_or(StageError::not_found("applicant"))?;
        Self::of(ctx, &application, &applicant)
    }

    /// The same from what was read before.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn of(
        ctx: &Context,
        application: &Application,
        applicant: &Applicant,
    ) -> Result<Self, StageError> {
        let corrupt = |what| StageError::corrupt(format!("application {} {what}", application.id));
        let filing = application
            .filing
            .as_ref()
            .ok_or_else(|| corrupt("was never filed"))?;
        let policy = ctx
            .policies
            .by_hash(application.policy.hash)
            .ok_or_else(|| corrupt("has an unknown policy"))?;
        Ok(Self {
            payee: payee_of(&applicant.name, &filing.typed),
            purpose: policy.title(Lang::Zh).to_owned(),
            request_id: application.request_id.clone(),
        })
    }

    /// The terms of one instruction.
    #[must_use]
    pub fn terms(&self, movement: Movement) -> Terms<'_> {
        Terms {
            payee: &self.payee,
            purpose: &self.purpose,
            request_id: &self.request_id,
            movement,
        }
    }
}
