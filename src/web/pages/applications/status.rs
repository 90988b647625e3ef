//! How a filed application stands: the answer with every check, the desk that has it, and the money's way to the bank.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::tracking::{Refused, Tracking};
use super::{account, rating};
use crate::approve::explain::Explanation;
use crate::domain::application::{Application, ApplicationState, StateName};
use crate::domain::judgement::{Cause, Verdict};
use crate::domain::money::Money;
use crate::domain::payment::{Instruction, InstructionState, PaymentState};
use crate::domain::time::Timestamp;
use crate::payout::service::PaymentView;
use crate::web::Web;
use crate::web::api::views::next;
use crate::web::pages::home::title;
use crate::web::pages::layout::Page;
use crate::web::problem::Problem;
use crate::web::texts as t;
use crate::web::texts::causes as c;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    page: &'a Page,
    title: String,
    reference: String,
    headline: Words,
    done: Option<Words>,
    moves: bool,
    steps: [Step; 3],
    total: Option<String>,
    next: Words,
    down: Vec<String>,
    promised: Option<String>,
    desk: String,
    tracking: Option<Tracking>,
    refused: Option<Refused>,
    money: Vec<Paying>,
    notice: Vec<(String, String, String)>,
    checks: Vec<Check>,
    offers: Offers,
    rating: Option<rating::Card>,
}

/// What can be done from the page.
struct Offers {
    receipt: bool,
    person: bool,
    withdrawal: bool,
}

impl Offers {
    fn of(state: StateName, payments: &[PaymentView]) -> Self {
        let machine_is_to_decide = matches!(state, StateName::Filed | StateName::Parked);
        let person_is_to_decide =
            matches!(state, StateName::Referred | StateName::WaitingForBudget);
        Self {
            receipt: payments
                .iter()
                .any(|view| view.payment.state == PaymentState::Settled),
            person: machine_is_to_decide,
            withdrawal: machine_is_to_decide || person_is_to_decide,
        }
    }
}

/// 秒报, 秒批 or 秒付.
struct Step {
    name: Words,
    mood: &'static str,
    mark: &'static str,
    at: String,
}

/// One criterion.
pub(super) struct Check {
    pub(super) title: String,
    pub(super) mood: &'static str,
    pub(super) mark: &'static str,
    pub(super) verdict: Words,
    /// Registers it waits for.
    pub(super) waits_for: String,
    pub(super) reason: String,
    pub(super) advice: Option<String>,
    pub(super) basis: String,
    /// What it is, its value, and who says so.
    pub(super) facts: Vec<(String, String, String)>,
}

/// One instalment.
struct Paying {
    id: String,
    instalment: u8,
    amount: String,
    state: String,
    /// Where it goes; empty before there is an instruction.
    account: String,
    came_back: bool,
    way: Vec<(&'static str, Words, String)>,
}

/// The page of an application that is no draft any more.
///
/// # Errors
/// Of the store.
pub(super) async fn page(
    web: &Web,
    page: &Page,
    application: Application,
    done: Option<Words>,
) -> Result<Response, Problem> {
    let who = application.applicant;
    let payments = web.payout.payments_of(who, application.id).await?;
    let findings = web.approve.findings(&application).await?;
    let state = application.state.name();
    let waits = state == StateName::Parked;
    let checks: Vec<Check> = findings
        .iter()
        .map(|finding| Check::of(page, finding, waits))
        .collect();
    let promised = promised(web, &application);
    let mut tracking = Tracking::of(web, page, &application).await?;
    if let Some(card) = &mut tracking {
        card.promise(promised.as_deref());
    }
    let template = StatusPage {
        page,
        title: title(web, page, &application),
        reference: application.id.to_string(),
        headline: t::state(state),
        done,
        moves: moves(state, &payments),
        steps: steps(page, &application, &payments),
        total: total(&payments).map(|total| page.money(total)),
        next: whats_next(state, &payments),
        down: down(page, &application.state),
        promised: promised.filter(|_| tracking.is_none()),
        desk: desk(page, &application),
        money: payments
            .iter()
            .map(|view| Paying::of(page, &application, view))
            .collect(),
        refused: Refused::of(web, page, &application).await?,
        // Once the officer has asked, their notice is the one.
        notice: if state == StateName::Referred && !is_asked(tracking.as_ref()) {
            open_points(&checks)
        } else {
            Vec::new()
        },
        tracking,
        checks,
        offers: Offers::of(state, &payments),
        rating: rating::card(web, who, application.id).await?,
    };
    Ok(page.render(StatusCode::OK, &template))
}

fn is_asked(tracking: Option<&Tracking>) -> bool {
    tracking.is_some_and(|card| card.notice.is_some())
}

/// Whether something will happen within sight of the page.
fn moves(state: StateName, payments: &[PaymentView]) -> bool {
    let on_its_way = payments
        .iter()
        .any(|view| view.payment.state == PaymentState::Instructed);
    let looked_at = payments.iter().any(|view| view.waits_for_a_look);
    match state {
        StateName::Draft | StateName::Refused | StateName::Withdrawn => false,
        StateName::Approved => on_its_way || looked_at,
        StateName::Filed
        | StateName::Parked
        | StateName::Referred
        | StateName::WaitingForBudget
        | StateName::Publicity => true,
    }
}

/// What happens next; once approved, how far the money is.
fn whats_next(state: StateName, payments: &[PaymentView]) -> Words {
    let any = |wanted| payments.iter().any(|view| view.payment.state == wanted);
    let looked_at = payments.iter().any(|view| view.waits_for_a_look);
    match state {
        StateName::Approved if looked_at => t::trust::HELD_LINE,
        StateName::Approved if any(PaymentState::Returned) => t::RETURNED_TITLE,
        StateName::Approved if any(PaymentState::Instructed) => next(state),
        StateName::Approved if any(PaymentState::Settled) => t::MONEY_SETTLED,
        _ => next(state),
    }
}

fn total(payments: &[PaymentView]) -> Option<Money> {
    let amounts = payments.iter().map(|view| view.payment.amount);
    Money::sum(amounts).filter(|total| *total > Money::ZERO)
}

/// 秒报 → 秒批 → 秒付, each with its moment.
fn steps(page: &Page, application: &Application, payments: &[PaymentView]) -> [Step; 3] {
    let filed = application.filing.as_ref().map(|filing| filing.at);
    let approved = match &application.state {
        ApplicationState::Approved { at, .. } => Some(*at),
        ApplicationState::Publicity { .. } => filed,
        _ => None,
    };
    let newest = payments.iter().filter_map(|view| view.instructions.last());
    let settled = newest
        .filter_map(|instruction| instruction.settled_at)
        .min();
    let states = [filed, approved, settled];
    let first_open = states.iter().position(Option::is_none);
    let names = [t::STEP_PREFILL, t::STEP_APPROVE, t::STEP_PAY];
    let mut at = 0;
    names.map(|name| {
        let step = Step {
            name,
            mood: match states[at] {
                Some(_) => "done",
                None if first_open == Some(at) => "now",
                None => "",
            },
            mark: ["报", "批", "付"][at],
            at: states[at].map(|at| page.moment(at)).unwrap_or_default(),
        };
        at += 1;
        step
    })
}

fn down(page: &Page, state: &ApplicationState) -> Vec<String> {
    let ApplicationState::Parked { sources, .. } = state else {
        return Vec::new();
    };
    let names = sources.iter().map(|source| page.say(t::source(*source)));
    names.map(std::borrow::Cow::into_owned).collect()
}

/// The day by which a person promises an answer: working days of the policy, from the day after it came to them.
fn promised(web: &Web, application: &Application) -> Option<String> {
    let ApplicationState::Referred { since, .. } = &application.state else {
        return None;
    };
    let policy = web.ctx.policies.by_hash(application.policy.hash)?;
    let days = policy.service().deadline_working_days;
    let last = web
        .ctx
        .calendar
        .add_working_days(since.china_date(), days)
        .ok()?;
    Some(last.to_string())
}

/// Who has it: the desk of the district, or the city's where the district is not known.
fn desk(page: &Page, application: &Application) -> String {
    let place = application
        .district
        .as_ref()
        .map(|code| page.value(code.as_str()));
    let desk = page.say(t::DESK_NAME);
    match place {
        Some(place) => format!("{place} · {desk}"),
        None => desk.into_owned(),
    }
}

/// 一次性告知: what is open, all at once.
fn open_points(checks: &[Check]) -> Vec<(String, String, String)> {
    let open = checks.iter().filter(|check| check.mood != "met");
    open.map(|check| {
        let advice = check.advice.clone().unwrap_or_default();
        (check.title.clone(), check.reason.clone(), advice)
    })
    .collect()
}

impl Check {
    /// In words. While an application waits for registers, what they may settle waits too; once a person has it, it is open.
    pub(super) fn of(page: &Page, finding: &Explanation, waits: bool) -> Self {
        let waits = waits && !finding.waits_for.is_empty();
        let (mood, mark) = match finding.verdict {
            Verdict::Met => ("met", "✓"),
            Verdict::NotMet => ("not", "✕"),
            Verdict::CannotEstablish(_) if waits => ("wait", "…"),
            Verdict::CannotEstablish(_) => ("open", "?"),
        };
        let registers = finding.waits_for.iter().filter(|_| waits);
        let registers: Vec<_> = registers
            .map(|source| page.say(t::source(*source)))
            .collect();
        Self {
            title: page.text(&finding.title).to_owned(),
            mood,
            mark,
            verdict: if waits {
                t::CHECK_WAITS
            } else {
                t::verdict(finding.verdict)
            },
            waits_for: registers.join("、"),
            reason: page.text(&finding.reason).to_owned(),
            advice: finding
                .advice
                .as_ref()
                .map(|advice| page.text(advice).to_owned()),
            basis: finding.basis.clone(),
            facts: finding
                .facts
                .iter()
                .map(|fact| {
                    let evidence = fact.evidence.as_ref();
                    let place = evidence.and_then(|evidence| {
                        Some((
                            evidence.source.as_str(),
                            evidence.pointers.first()?.as_str(),
                        ))
                    });
                    let (source, pointer) = place.unwrap_or_default();
                    let value = fact.value.as_deref();
                    let value = value.map(|value| page.value_at(source, pointer, value));
                    let unknown = match fact.cause {
                        Some(Cause::NoRecord) => t::VALUE_NO_RECORD,
                        Some(Cause::Contradiction) => t::VALUE_CONTRADICTORY,
                        _ => t::VALUE_UNKNOWN,
                    };
                    let origin =
                        evidence.map_or(t::FROM_IDENTITY, |evidence| t::source(evidence.source));
                    (
                        page.text(&fact.title).to_owned(),
                        value.unwrap_or_else(|| page.say(unknown).into_owned()),
                        page.say(origin).into_owned(),
                    )
                })
                .collect(),
        }
    }
}

impl Paying {
    fn of(page: &Page, application: &Application, view: &PaymentView) -> Self {
        let payment = &view.payment;
        let mut way: Vec<_> = view
            .instructions
            .iter()
            .flat_map(|one| steps_of(page, one))
            .collect();
        if payment.state == PaymentState::Scheduled {
            way.push(("", t::DUE, payment.due_on.to_string()));
            if payment.recheck {
                way.push(("", t::RECHECK, String::new()));
            }
        }
        Self {
            id: payment.id.to_string(),
            instalment: payment.instalment,
            amount: page.money(payment.amount),
            state: page.say(standing(view)).into_owned(),
            account: view
                .instructions
                .last()
                .map(|newest| account::shown(page, application, newest))
                .unwrap_or_default(),
            // Another account has been named already, and a person looks at it.
            came_back: payment.state == PaymentState::Returned && !view.waits_for_a_look,
            way,
        }
    }
}

/// Where a payment stands, as its applicant reads it.
const fn standing(view: &PaymentView) -> Words {
    if view.waits_for_a_look {
        t::trust::HELD_LINE
    } else {
        t::payment(view.payment.state)
    }
}

/// The way of one instruction, as far as it got.
fn steps_of(page: &Page, instruction: &Instruction) -> Vec<(&'static str, Words, String)> {
    let mut way = vec![(
        "done",
        t::WAY_INSTRUCTED,
        page.moment(instruction.created_at),
    )];
    let mut step = |mood, words, at: Option<Timestamp>| {
        if let Some(at) = at {
            way.push((mood, words, page.moment(at)));
        }
    };
    step("done", t::WAY_ACCEPTED, instruction.acknowledged_at);
    step("done", t::WAY_SETTLED, instruction.settled_at);
    step("bad", t::WAY_RETURNED, instruction.returned_at);
    match instruction.state {
        InstructionState::Unknown | InstructionState::Held => {
            way.push(("", t::WAY_UNKNOWN, String::new()));
        }
        InstructionState::Rejected => way.push(("bad", t::WAY_REJECTED, String::new())),
        _ => {}
    }
    way
}
