//! The page of a case: head, evidence beside claim, what may be done, and everything that has happened.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::criteria::Table;
use super::granted::GrantedPart;
use super::panel::Panel;
use super::timeline::{Moment, Namer};
use crate::domain::desk::{Card, Deed, Stage};
use crate::domain::form::Dispute;
use crate::domain::id::CaseId;
use crate::domain::person::Staff;
use crate::domain::policy::Policy;
use crate::error::StageError;
use crate::review::dossier::Dossier;
use crate::web::Web;
use crate::web::pages::desk::LastDay;
use crate::web::pages::desk::form::{Control, Typed};
use crate::web::pages::desk::refusal::Refusal;
use crate::web::pages::files::FilesPart;
use crate::web::pages::layout::Page;
use crate::web::problem::Problem;
use crate::web::texts as t;
use crate::web::words::Words;

/// What somebody comes to the page with.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) typed: Typed,
    pub(super) refusal: Option<Refusal>,
    pub(super) done: Option<Words>,
}

/// Why somebody looks who is not the officer.
#[derive(Template)]
#[template(path = "desk/look.html")]
pub(super) struct LookPage<'a> {
    page: &'a Page,
    done: Option<Words>,
    error: Option<Words>,
}

impl LookPage<'_> {
    pub(super) fn first(page: &Page, done: Option<Words>) -> Response {
        let error = None;
        page.render(StatusCode::OK, &LookPage { page, done, error })
    }
}

#[derive(Template)]
#[template(path = "desk/case.html")]
struct CasePage<'a> {
    page: &'a Page,
    done: Option<&'a Words>,
    errors: &'a [(Option<String>, Words)],
    moved: Vec<Moment>,
    purpose: &'a str,
    seen: i64,
    headline: String,
    about: String,
    tags: Vec<(Words, &'static str)>,
    number: String,
    facts: Vec<Fact>,
    report: Option<String>,
    table: Table,
    granted: Option<GrantedPart>,
    disputes: Vec<(String, String, String)>,
    fetches: Vec<(String, String, String, &'static str)>,
    files: FilesPart,
    timeline: Vec<Moment>,
    panel: Panel,
}

/// One figure of the head.
struct Fact {
    name: Words,
    value: String,
    more: String,
    mood: &'static str,
}

/// The page of a case, once it is written down that somebody looks.
///
/// # Errors
/// `NotFound` also for another district's; of the store.
pub(super) async fn page(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: CaseId,
    purpose: &str,
    looked: Looked,
) -> Result<Response, Problem> {
    match web.cases.lay_out(staff, id, purpose).await {
        Ok(dossier) => Ok(laid_out(web, page, &dossier, purpose, &looked)),
        Err(error) => without_purpose(page, error),
    }
}

/// Asks for the purpose when that is all that is missing.
pub(super) fn without_purpose(page: &Page, error: StageError) -> Result<Response, Problem> {
    match error {
        StageError::Invalid {
            field: "purpose", ..
        } => {
            let (done, error) = (None, Some(t::casework::LOOK_MISSING));
            let look = LookPage { page, done, error };
            Ok(page.render(StatusCode::UNPROCESSABLE_ENTITY, &look))
        }
        other => Err(other.into()),
    }
}

/// The page itself.
pub(super) fn laid_out(
    web: &Web,
    page: &Page,
    dossier: &Dossier,
    purpose: &str,
    looked: &Looked,
) -> Response {
    let policy = policy_of(web, dossier);
    let namer = Namer {
        page,
        dossier,
        policy: policy.as_deref(),
    };
    let case = dossier.case();
    let refusal = looked.refusal.as_ref();
    let since = refusal.map(|refusal| refusal.since.as_slice());
    let template = CasePage {
        page,
        done: looked.done.as_ref(),
        errors: &looked.typed.errors,
        moved: since
            .unwrap_or_default()
            .iter()
            .map(|act| namer.moment(act))
            .collect(),
        purpose,
        seen: case.version,
        headline: headline(page, dossier),
        about: about(&namer),
        tags: tags(dossier),
        number: case.id.to_string(),
        facts: facts(web, &namer),
        report: report(dossier),
        table: Table::of(&namer, &looked.typed),
        granted: GrantedPart::of(page, dossier),
        disputes: disputes(&namer),
        fetches: fetches(page, dossier),
        files: files(web, dossier),
        timeline: dossier
            .view
            .acts
            .iter()
            .rev()
            .map(|act| namer.moment(act))
            .collect(),
        panel: Panel::of(&namer, &looked.typed),
    };
    let status = refusal.map_or(StatusCode::OK, |refusal| refusal.status);
    page.render(status, &template)
}

fn policy_of(web: &Web, dossier: &Dossier) -> Option<std::sync::Arc<Policy>> {
    let filing = dossier.filing.as_ref()?;
    web.ctx.policies.by_hash(filing.application.policy.hash)
}

/// Whose case it is.
pub(super) fn headline(page: &Page, dossier: &Dossier) -> String {
    match &dossier.filing {
        Some(filing) => filing.applicant.name.reveal().clone(),
        None => page.say(t::casework::kind("report")).into_owned(),
    }
}

/// What it is about, and under which policy.
fn about(namer: &Namer<'_>) -> String {
    let kind = t::casework::kind(namer.dossier.case().opening.about.as_str());
    let kind = namer.page.say(kind);
    match namer.policy {
        Some(policy) => format!("{kind} · {}", namer.page.text(&policy.document().title)),
        None => kind.into_owned(),
    }
}

fn tags(dossier: &Dossier) -> Vec<(Words, &'static str)> {
    let case = dossier.case();
    let mut tags = vec![match &case.stage {
        Stage::Closed { ending, .. } => (t::casework::ending(*ending), ""),
        other => (t::casework::stage(other.name()), "wait"),
    }];
    match case.card {
        Card::None => {}
        Card::Yellow => tags.push((t::casework::card(case.card), "yellow")),
        Card::Red => tags.push((t::casework::card(case.card), "red")),
    }
    if case.special {
        tags.push((t::casework::SPECIAL, ""));
    }
    tags
}

fn facts(web: &Web, namer: &Namer<'_>) -> Vec<Fact> {
    let (page, dossier) = (namer.page, namer.dossier);
    let case = dossier.case();
    let plain = |name, value: String, more: String| Fact {
        name,
        value,
        more,
        mood: "",
    };
    let last = LastDay::of(web, dossier.view.line.due, case.stage.name());
    let officer = match &case.officer {
        Some(subject) => namer.officer(subject),
        None => page.say(t::casework::NOBODY).into_owned(),
    };
    let contact = dossier.view.officer.as_ref();
    let contact = contact.map(|officer| officer.contact.clone());
    let district = case.opening.district.as_ref();
    let place = district.map_or_else(
        || page.say(t::casework::CITY_LEVEL).into_owned(),
        |district| page.value(district.as_str()),
    );
    let mut facts = vec![
        Fact {
            name: t::casework::COLUMN_DUE,
            more: if last.day.is_empty() {
                String::new()
            } else {
                page.say(&last.words).into_owned()
            },
            value: if last.day.is_empty() {
                page.say(&last.words).into_owned()
            } else {
                last.day
            },
            mood: last.mood,
        },
        plain(
            t::casework::COLUMN_OFFICER,
            officer,
            contact.unwrap_or_default(),
        ),
        plain(
            t::casework::COLUMN_DISTRICT,
            place,
            format!(
                "{} {}",
                page.say(t::casework::OPENED),
                page.moment(case.opened_at)
            ),
        ),
    ];
    if let Some((value, more)) = amount(page, dossier) {
        facts.insert(0, plain(t::casework::WOULD_GRANT, value, more));
    }
    facts
}

/// What an approval grants, and how many must agree to it.
fn amount(page: &Page, dossier: &Dossier) -> Option<(String, String)> {
    let prospect = dossier.prospect.as_ref()?;
    let Some(amount) = prospect.amount else {
        let none = page.say(t::casework::WOULD_GRANT_NONE).into_owned();
        return Some((none, String::new()));
    };
    let needs = if dossier.needs > 1 {
        format!(
            "{}: {}",
            page.say(t::casework::PROPOSED_NEEDS),
            dossier.needs
        )
    } else {
        String::new()
    };
    Some((page.money(amount), needs))
}

/// What was reported, in the words of whoever did.
fn report(dossier: &Dossier) -> Option<String> {
    let first = dossier.view.acts.first()?;
    let is_report = matches!(&first.deed, Deed::Opened(opening) if !opening.about.is_referral());
    let words = first.words.as_ref().filter(|_| is_report)?;
    Some(words.reveal().clone())
}

fn disputes(namer: &Namer<'_>) -> Vec<(String, String, String)> {
    let filing = namer.dossier.filing.as_ref();
    let disputes = filing.map(|filing| filing.disputes.as_slice());
    let disputes = disputes.unwrap_or_default().iter();
    disputes
        .map(|dispute| {
            (
                row_title(namer, &dispute.field),
                dispute.words.reveal().clone(),
                namer.page.moment(dispute.at),
            )
        })
        .collect()
}

fn row_title(namer: &Namer<'_>, field: &str) -> String {
    if field == Dispute::WHOLE {
        return namer.page.say(t::casework::DISPUTE_WHOLE).into_owned();
    }
    let form = namer.policy.map(Policy::form).unwrap_or_default();
    let row = form.iter().find(|row| row.id == field);
    row.map_or(field, |row| namer.page.text(&row.title))
        .to_owned()
}

/// Register, how it went, when; and how that looks.
fn fetches(page: &Page, dossier: &Dossier) -> Vec<(String, String, String, &'static str)> {
    let filing = dossier.filing.as_ref();
    let fetches = filing.map(|filing| filing.fetches.as_slice());
    let fetches = fetches.unwrap_or_default().iter().rev();
    fetches
        .map(|fetch| {
            let went = page.say(t::casework::fetch(fetch.outcome));
            let tries = page.say(t::casework::FETCH_TRIES);
            let mood = if fetch.evidence.is_some() {
                "met"
            } else {
                "not"
            };
            (
                page.say(t::source(fetch.source)).into_owned(),
                format!(
                    "{went} · {} ms · {} {tries}",
                    fetch.elapsed_ms, fetch.attempts
                ),
                page.moment(fetch.asked_at),
                mood,
            )
        })
        .collect()
}

/// What was handed in; its officer puts more to it while it is open.
fn files(web: &Web, dossier: &Dossier) -> FilesPart {
    let takes = dossier.is_officer() && dossier.would(Deed::Noted).is_ok();
    let case = dossier.case();
    FilesPart::of_case(web, case.id, case.version, &dossier.view.files, takes)
}
