//! `GET /finance/payments/{id}`: a payment with its whole chain; and what finance does with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::payments::{self, instalment, mood};
use crate::domain::id::{InstructionId, PaymentId};
use crate::domain::ledger::JournalEntry;
use crate::domain::mask::account_tail;
use crate::domain::payment::{Instruction, InstructionState, PaymentState};
use crate::finance::service::{PaymentChain, Unmasked};
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
use crate::web::extract::{Id, TextRule};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

/// Longest reason for a look at an account, in characters.
const REASON: TextRule = TextRule::line(200);

#[derive(Template)]
#[template(path = "finance/payment.html")]
struct PaymentPage<'a> {
    page: &'a Page,
    id: String,
    policy: Words,
    district: String,
    year: i16,
    instalment: Words,
    amount: String,
    award: String,
    due_on: String,
    recheck: bool,
    mood: &'static str,
    state: Words,
    instructions: Vec<Sent>,
    entries: Vec<Entry>,
    /// Whether it is held and may be carried on.
    releases: bool,
    reason: String,
    reason_error: bool,
}

/// One instruction.
struct Sent {
    id: String,
    generation: Words,
    mood: &'static str,
    state: Words,
    payee: String,
    account: String,
    bank: String,
    is_whole: bool,
    treasury_no: String,
    reason_code: String,
    digest: String,
    moments: Vec<(Words, String)>,
}

/// A line of the journal.
struct Entry {
    at: String,
    what: Words,
    from: Words,
    to: Words,
    amount: String,
}

/// What the page shows besides the payment.
#[derive(Default)]
struct Shown<'s> {
    unmasked: Option<Unmasked>,
    reason: &'s str,
    reason_error: bool,
}

/// One payment from award to bank.
#[utoipa::path(get, path = "/finance/payments/{id}", operation_id = "finance_payment_page", tag = "pages",
    params(("id" = String, Path, description = "The payment's id")),
    responses((status = 200, description = "The page")))]
pub(super) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let chain = web.finance.payment(&staff, id).await.map_err(gone)?;
    Ok(page_of(&web, &page, &chain, &Shown::default()))
}

/// Shows a whole account once, to somebody who says why.
#[utoipa::path(post, path = "/finance/payments/{id}/unmask", operation_id = "finance_unmask_page", tag = "pages",
    params(("id" = String, Path, description = "The payment's id")),
    responses((status = 200, description = "The page, with the whole account")))]
pub(super) async fn unmask(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let reason = posted.get("reason").unwrap_or_default().trim();
    let reason_error = REASON.check(reason).is_err();
    let unmasked = if reason_error {
        None
    } else {
        let unmasked = web.finance.unmask(&staff, id, reason).await;
        Some(unmasked.map_err(gone)?)
    };
    let chain = web.finance.payment(&staff, id).await.map_err(gone)?;
    let shown = Shown {
        unmasked,
        reason,
        reason_error,
    };
    Ok(page_of(&web, &page, &chain, &shown))
}

/// Carries a held payment on.
#[utoipa::path(post, path = "/finance/payments/{id}/release", operation_id = "finance_release_page", tag = "pages",
    params(("id" = String, Path, description = "The payment's id")),
    responses((status = 303, description = "Carried on")))]
pub(super) async fn release(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<PaymentId>,
) -> Result<Response, Problem> {
    let released = web.finance.release_held(&staff, id).await;
    released
        .map_err(|error| Problem::from(error).way_out(address(id), t::finance::PAYMENT_TITLE))?;
    Ok(see_other(&address(id)))
}

fn address(id: PaymentId) -> String {
    format!("{}/{id}", payments::ADDRESS)
}

fn gone(error: crate::error::StageError) -> Problem {
    Problem::from(error).way_out(payments::ADDRESS.to_owned(), t::finance::BACK_TO_PAYMENTS)
}

fn page_of(web: &Web, page: &Page, chain: &PaymentChain, shown: &Shown<'_>) -> Response {
    let PaymentChain {
        payment,
        award,
        instructions,
        entries,
    } = chain;
    let newest = instructions.last().map(|one| one.state);
    let template = PaymentPage {
        page,
        id: payment.id.to_string(),
        policy: Names(&web.ctx.policies).policy(&award.budget.policy),
        district: page.value(&award.budget.district.to_string()),
        year: award.budget.year,
        instalment: instalment(payment.instalment),
        amount: page.money(payment.amount),
        award: page.money(award.total),
        due_on: payment.due_on.to_string(),
        recheck: payment.recheck,
        mood: mood(payment.state),
        state: t::finance::payment(payment.state),
        instructions: instructions
            .iter()
            .map(|one| sent(page, one, shown.unmasked.as_ref()))
            .collect(),
        entries: entries.iter().map(|one| entry(page, one)).collect(),
        releases: payment.state == PaymentState::Held && newest == Some(InstructionState::Unknown),
        reason: shown.reason.to_owned(),
        reason_error: shown.reason_error,
    };
    let status = if shown.reason_error {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    page.render(status, &template)
}

fn sent(page: &Page, instruction: &Instruction, unmasked: Option<&Unmasked>) -> Sent {
    let whole = |id: InstructionId| unmasked.filter(|one| one.instruction == id);
    let (payee, account, bank, is_whole) = match instruction.order() {
        Err(_) => (
            page.say(t::finance::UNREADABLE).into_owned(),
            String::new(),
            String::new(),
            false,
        ),
        Ok(order) => {
            let whole = whole(instruction.id).map(|one| one.account.clone());
            let is_whole = whole.is_some();
            let account = whole.unwrap_or_else(|| account_tail(&order.payee_account));
            (order.payee_name, account, order.payee_bank, is_whole)
        }
    };
    let moments = [
        (t::finance::MADE, Some(instruction.created_at)),
        (t::finance::ACKNOWLEDGED, instruction.acknowledged_at),
        (t::finance::SETTLED, instruction.settled_at),
        (t::finance::RETURNED, instruction.returned_at),
    ];
    Sent {
        id: instruction.id.to_string(),
        generation: generation(instruction.generation),
        mood: mood_of(instruction.state),
        state: t::finance::instruction(instruction.state),
        payee,
        account,
        bank,
        is_whole,
        treasury_no: instruction.treasury_no.clone().unwrap_or_default(),
        reason_code: instruction.reason_code.clone().unwrap_or_default(),
        digest: instruction.payload_hash.to_string(),
        moments: moments
            .into_iter()
            .filter_map(|(words, at)| Some((words, page.moment(at?))))
            .collect(),
    }
}

fn generation(number: u8) -> Words {
    Words::with(format!("第 {number} 次"), format!("Generation {number}"))
}

pub(super) const fn mood_of(state: InstructionState) -> &'static str {
    match state {
        InstructionState::Settled => "met",
        InstructionState::Returned | InstructionState::Rejected | InstructionState::Held => "not",
        InstructionState::Unknown | InstructionState::Acknowledged => "open",
        InstructionState::Ready => "wait",
    }
}

fn entry(page: &Page, entry: &JournalEntry) -> Entry {
    let (from, to) = entry.movement.accounts();
    Entry {
        at: page.moment(entry.at),
        what: t::finance::movement(entry.movement),
        from: t::finance::account(from),
        to: t::finance::account(to),
        amount: page.money(entry.amount),
    }
}
