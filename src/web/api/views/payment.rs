//! A payment and the instructions that carry it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Amount, Day, IdText, Instant};
use crate::domain::mask::account_tail;
use crate::domain::payment::{Instruction, Payment};
use crate::payout::service::PaymentView;

/// An instalment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentBody {
    /// Its id.
    pub id: IdText,
    /// The award it belongs to.
    pub award_id: IdText,
    /// 1 for the first.
    #[schema(example = 1)]
    pub instalment: u8,
    /// How much.
    pub amount: Amount,
    /// First day on which it may be paid.
    pub due_on: Day,
    /// Whether eligibility is checked again first (资格复核).
    pub recheck: bool,
    /// `scheduled`, `referred`, `instructed`, `settled`, `returned`, `held` or `cancelled`.
    #[schema(example = "settled")]
    pub state: &'static str,
    /// Whether a person looks before it is paid; it goes on by itself after that. Told to the applicant.
    pub waits_for_a_look: bool,
    /// Its instructions, oldest first; only the newest in lists of the finance desk.
    pub instructions: Vec<InstructionView>,
}

impl PaymentBody {
    /// With the instructions that are shown.
    pub fn of<'a>(
        payment: &Payment,
        instructions: impl IntoIterator<Item = &'a Instruction>,
    ) -> Self {
        Self {
            id: IdText::of(&payment.id),
            award_id: IdText::of(&payment.award),
            instalment: payment.instalment,
            amount: payment.amount.into(),
            due_on: payment.due_on.into(),
            recheck: payment.recheck,
            state: payment.state.as_str(),
            waits_for_a_look: false,
            instructions: instructions
                .into_iter()
                .map(InstructionView::from)
                .collect(),
        }
    }

    /// As its own applicant sees it.
    #[must_use]
    pub fn own(view: &PaymentView) -> Self {
        Self {
            waits_for_a_look: view.waits_for_a_look,
            ..Self::of(&view.payment, &view.instructions)
        }
    }
}

/// To whom it goes, with the account masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayeeView {
    /// Name of the payee.
    #[schema(example = "张三")]
    pub name: String,
    /// The account, its last four digits.
    #[schema(example = "****0018")]
    pub account: String,
    /// The bank's CNAPS code.
    #[schema(example = "102588000018")]
    pub bank: String,
}

/// An instruction to the treasury.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstructionView {
    /// Its id at the treasury, the same for ever.
    #[schema(example = "01M249TE00EW3RE1R70W3GE1R7-1-1")]
    pub id: String,
    /// 1, 2, …: a new one only after a return or a refusal was mended.
    #[schema(example = 1)]
    pub generation: u8,
    /// The one it replaces.
    pub replaces: Option<String>,
    /// `ready`, `unknown`, `acknowledged`, `settled`, `returned`, `rejected` or `held`.
    #[schema(example = "settled")]
    pub state: &'static str,
    /// To whom it goes; `null` when the stored bytes cannot be read, which is also an alarm.
    pub payee: Option<PayeeView>,
    /// The treasury's own number.
    pub treasury_no: Option<String>,
    /// When it was stored.
    pub created_at: Instant,
    /// When the treasury acknowledged it.
    pub acknowledged_at: Option<Instant>,
    /// When it settled.
    pub settled_at: Option<Instant>,
    /// When it came back (退票).
    pub returned_at: Option<Instant>,
    /// The treasury's code for a return or a refusal.
    #[schema(example = "ACCOUNT_CLOSED")]
    pub reason_code: Option<String>,
}

impl From<&Instruction> for InstructionView {
    fn from(instruction: &Instruction) -> Self {
        let order = instruction.order().ok();
        Self {
            id: instruction.id.to_string(),
            generation: instruction.generation,
            replaces: instruction.replaces.map(|id| id.to_string()),
            state: instruction.state.as_str(),
            payee: order.map(|order| PayeeView {
                name: order.payee_name,
                account: account_tail(&order.payee_account),
                bank: order.payee_bank,
            }),
            treasury_no: instruction.treasury_no.clone(),
            created_at: instruction.created_at.into(),
            acknowledged_at: instruction.acknowledged_at.map(Into::into),
            settled_at: instruction.settled_at.map(Into::into),
            returned_at: instruction.returned_at.map(Into::into),
            reason_code: instruction.reason_code.clone(),
        }
    }
}
