//! `/finance/differences`: 差异, what statements and our books do not agree on, one by one side by side.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::payments::Choice;
use crate::domain::id::FinanceCaseId;
use crate::domain::statement::{DifferenceKind, FinanceCase, FinanceCaseState, GROUNDS_CHARS_MAX};
use crate::domain::time::{Date, parse_date};
use crate::error::StageError;
use crate::finance::differences::SideBySide;
use crate::store::differences::DifferenceFilter;
use crate::store::statements::KeptLine;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Id, Query, Read, TextRule, chosen, id, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

/// Where they are.
pub(super) const ADDRESS: &str = "/finance/differences";
/// Differences on a page.
const LINES: u32 = 50;
/// What grounds may be.
const GROUNDS: TextRule = TextRule::lines(GROUNDS_CHARS_MAX);

/// Which of them, and which page. A form sends an empty text for "all".
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Open ones, unless something else is asked for.
    state: Option<FinanceCaseState>,
    every_state: bool,
    kind: Option<DifferenceKind>,
    day: Option<Date>,
    mine: bool,
    after: Option<FinanceCaseId>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let states = ("请填写状态，例如 open", "write a state, such as open");
        let state = fields.optional("state", chosen(or_all(FinanceCaseState::parse), states));
        let kinds = (
            "请填写差异类型，例如 amount",
            "write a kind, such as amount",
        );
        let kind = fields.optional("kind", chosen(or_all(DifferenceKind::parse), kinds));
        let days = ("请按 2026-11-20 填写日期", "write a date as 2026-11-20");
        let day = fields.optional("day", chosen(or_all(|text| parse_date(text).ok()), days));
        let mine = fields.optional("mine", text(TextRule::line(5)));
        let after = fields.optional("after", id::<FinanceCaseId>);
        let state = state?;
        Some(Self {
            every_state: state == Some(None),
            state: state.flatten(),
            kind: kind?.flatten(),
            day: day?.flatten(),
            mine: mine?.is_some(),
            after: after?,
        })
    }
}

fn or_all<T>(parse: impl Fn(&str) -> Option<T>) -> impl Fn(&str) -> Option<Option<T>> {
    move |text| match text {
        "" => Some(None),
        text => parse(text).map(Some),
    }
}

impl Asked {
    fn state(&self) -> Option<FinanceCaseState> {
        let usual = (!self.every_state).then_some(FinanceCaseState::Open);
        self.state.or(usual)
    }

    fn filter(&self, me: &str) -> DifferenceFilter {
        DifferenceFilter {
            state: self.state(),
            kind: self.kind,
            day: self.day,
            owner: self.mine.then(|| me.to_owned()),
            district: None,
            after: self.after,
            limit: LINES + 1,
        }
    }

    /// The address of the page behind this one.
    fn next(&self, last: FinanceCaseId) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", self.state().map_or("", FinanceCaseState::as_str));
        query.append_pair("kind", self.kind.map_or("", DifferenceKind::as_str));
        if let Some(day) = self.day {
            query.append_pair("day", &day.to_string());
        }
        if self.mine {
            query.append_pair("mine", "yes");
        }
        query.append_pair("after", &last.to_string());
        format!("{ADDRESS}?{}", query.finish())
    }
}

/// A difference as a row.
struct Row {
    id: String,
    mood: &'static str,
    kind: Words,
    side: Words,
    what: Option<Words>,
    reference: String,
    day: String,
    ours: String,
    theirs: String,
    owner: String,
    due_on: String,
    is_open: bool,
    state: Words,
}

#[derive(Template)]
#[template(path = "finance/differences.html")]
struct DifferencesPage<'a> {
    page: &'a Page,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    day: String,
    mine: bool,
    rows: Vec<Row>,
    next: Option<String>,
}

/// Differences, page by page.
#[utoipa::path(get, path = "/finance/differences", operation_id = "finance_differences_page", tag = "pages",
    params(
        ("state" = Option<String>, Query, description = "Only in this state; open ones by itself, all when empty"),
        ("kind" = Option<String>, Query, description = "Only of this kind"),
        ("day" = Option<String>, Query, description = "Only of this day"),
        ("mine" = Option<String>, Query, description = "Only those the visitor sees to"),
        ("after" = Option<String>, Query, description = "The page behind this id")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn differences(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let filter = asked.filter(&staff.subject.subject);
    let mut found = web.finance.differences(&staff, filter).await?;
    let is_more = found.len() > LINES as usize;
    found.truncate(LINES as usize);
    let last = found.last().map(|case| case.id);
    let template = DifferencesPage {
        page: &page,
        states: states(&asked),
        kinds: kinds(&asked),
        day: asked.day.map(|day| day.to_string()).unwrap_or_default(),
        mine: asked.mine,
        rows: found.iter().map(|case| row(&page, case)).collect(),
        next: last.filter(|_| is_more).map(|last| asked.next(last)),
    };
    Ok(page.render(StatusCode::OK, &template))
}

fn states(asked: &Asked) -> Vec<Choice> {
    let all = Choice {
        value: String::new(),
        words: t::finance::EVERY_STATE,
        chosen: asked.every_state,
    };
    let each = FinanceCaseState::ALL.iter().map(|state| Choice {
        value: state.as_str().to_owned(),
        words: t::statements::state(*state),
        chosen: asked.state() == Some(*state),
    });
    each.chain([all]).collect()
}

fn kinds(asked: &Asked) -> Vec<Choice> {
    let all = Choice {
        value: String::new(),
        words: t::statements::EVERY_KIND,
        chosen: asked.kind.is_none(),
    };
    let each = DifferenceKind::ALL.iter().map(|kind| Choice {
        value: kind.as_str().to_owned(),
        words: t::statements::difference(*kind),
        chosen: asked.kind == Some(*kind),
    });
    [all].into_iter().chain(each).collect()
}

fn row(page: &Page, case: &FinanceCase) -> Row {
    let one = &case.difference;
    let money = |amount: Option<_>| amount.map(|amount| page.money(amount)).unwrap_or_default();
    Row {
        id: case.id.to_string(),
        mood: match case.state {
            FinanceCaseState::Open => "not",
            FinanceCaseState::Closed | FinanceCaseState::Explained => "met",
        },
        kind: t::statements::difference(one.key.kind),
        side: t::statements::side(one.key.side),
        what: one.key.what.map(t::statements::what),
        reference: one.key.reference.clone(),
        day: one.day.to_string(),
        ours: money(one.ours),
        theirs: money(one.theirs),
        owner: case
            .owner
            .clone()
            .unwrap_or_else(|| page.say(t::statements::NOBODY).into_owned()),
        due_on: case.due_on.to_string(),
        is_open: case.state == FinanceCaseState::Open,
        state: t::statements::state(case.state),
    }
}

/// What one side says.
struct Says {
    what: Words,
    amount: String,
    account: String,
    day: String,
    serial: String,
}

#[derive(Template)]
#[template(path = "finance/difference.html")]
struct DifferencePage<'a> {
    page: &'a Page,
    done: Option<Words>,
    row: Row,
    version: i64,
    /// Ours, the treasury's, the bank's.
    sides: Vec<(Words, Vec<Says>)>,
    found_by: String,
    explained: Option<String>,
    closed_by: String,
    closed_at: String,
    grounds: String,
    takes: bool,
    typed: String,
    grounds_error: bool,
}

/// What the page shows besides the difference.
#[derive(Default)]
struct Shown {
    done: Option<Words>,
    typed: String,
    grounds_error: bool,
}

/// What was done just now.
#[derive(Debug)]
pub(super) struct Done(Option<Words>);

impl Read for Done {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let word = fields.optional("done", text(TextRule::line(20)))?;
        Some(Self(match word.as_deref() {
            Some("taken") => Some(t::statements::DONE_TAKEN),
            Some("closed") => Some(t::statements::DONE_CLOSED),
            _ => None,
        }))
    }
}

/// One difference: ours, the treasury's, the bank's.
#[utoipa::path(get, path = "/finance/differences/{id}", operation_id = "finance_difference_page", tag = "pages",
    params(
        ("id" = String, Path, description = "The difference's id"),
        ("done" = Option<String>, Query, description = "What was done just now")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn show(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<FinanceCaseId>,
    Query(Done(done)): Query<Done>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), address(id));
    let found = web.finance.difference(&staff, id).await.map_err(gone)?;
    let me = &staff.subject.subject;
    let shown = Shown {
        done,
        ..Shown::default()
    };
    Ok(page_of(&page, &found, me, shown))
}

/// Sees to it from now on.
#[utoipa::path(post, path = "/finance/differences/{id}/take", operation_id = "finance_take_difference_page", tag = "pages",
    params(("id" = String, Path, description = "The difference's id")),
    responses((status = 303, description = "Theirs")))]
pub(super) async fn take(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<FinanceCaseId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let taken = web.finance.take_difference(&staff, id, seen(&posted)).await;
    taken.map_err(|error| back(id, error))?;
    Ok(see_other(&format!("{}?done=taken", address(id))))
}

/// Closes it with grounds.
#[utoipa::path(post, path = "/finance/differences/{id}/close", operation_id = "finance_close_difference_page", tag = "pages",
    params(("id" = String, Path, description = "The difference's id")),
    responses((status = 303, description = "Closed"), (status = 422, description = "The page, with what is missing")))]
pub(super) async fn close(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Id(id): Id<FinanceCaseId>,
    posted: Posted,
) -> Result<Response, Problem> {
    // A browser sends line breaks as two characters.
    let grounds = posted
        .get("grounds")
        .unwrap_or_default()
        .replace("\r\n", "\n");
    if GROUNDS.check(&grounds).is_err() {
        let page = Page::new(preferences, Some(&visit), address(id));
        let found = web.finance.difference(&staff, id).await.map_err(gone)?;
        let shown = Shown {
            typed: grounds,
            grounds_error: true,
            ..Shown::default()
        };
        return Ok(page_of(&page, &found, &staff.subject.subject, shown));
    }
    let closed = web
        .finance
        .close_difference(&staff, id, seen(&posted), &grounds);
    closed.await.map_err(|error| back(id, error))?;
    Ok(see_other(&format!("{}?done=closed", address(id))))
}

fn seen(posted: &Posted) -> i64 {
    let seen = posted
        .get("seen_version")
        .and_then(|text| text.parse().ok());
    // A version that no row has: it reads like one that was overtaken.
    seen.unwrap_or(0)
}

fn address(id: FinanceCaseId) -> String {
    format!("{ADDRESS}/{id}")
}

fn gone(error: StageError) -> Problem {
    Problem::from(error).way_out(ADDRESS.to_owned(), t::statements::BACK)
}

fn back(id: FinanceCaseId, error: StageError) -> Problem {
    Problem::from(error).way_out(address(id), t::statements::ONE_TITLE)
}

fn page_of(page: &Page, found: &SideBySide, me: &str, shown: Shown) -> Response {
    let case = &found.case;
    let by_news = case.state == FinanceCaseState::Explained;
    let by_news = by_news.then(|| page.say(t::statements::BY_OUR_NEWS).into_owned());
    let explained = case.explained_by.map(|id| id.to_string()).or(by_news);
    let template = DifferencePage {
        page,
        done: shown.done,
        row: row(page, case),
        version: case.version,
        sides: vec![
            (t::statements::OURS, ours(page, found)),
            (
                t::statements::side(crate::domain::statement::Side::Treasury),
                said(page, &found.treasury),
            ),
            (
                t::statements::side(crate::domain::statement::Side::Bank),
                said(page, &found.bank),
            ),
        ],
        found_by: case.found_by.to_string(),
        explained,
        closed_by: case.closed_by.clone().unwrap_or_default(),
        closed_at: case.closed_at.map(|at| page.moment(at)).unwrap_or_default(),
        grounds: case
            .grounds
            .as_ref()
            .map(|grounds| grounds.reveal().clone())
            .unwrap_or_default(),
        takes: case.owner.as_deref() != Some(me),
        typed: shown.typed,
        grounds_error: shown.grounds_error,
    };
    let status = if shown.grounds_error {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    page.render(status, &template)
}

fn ours(page: &Page, found: &SideBySide) -> Vec<Says> {
    let own = found.ours.iter();
    own.map(|own| {
        let day = own.returned.or(own.settled);
        Says {
            what: t::finance::instruction(own.state),
            amount: page.money(own.amount),
            account: own.masked.clone(),
            day: day.map(|day| day.to_string()).unwrap_or_default(),
            serial: String::new(),
        }
    })
    .collect()
}

fn said(page: &Page, lines: &[KeptLine]) -> Vec<Says> {
    let line = |line: &KeptLine| Says {
        what: t::statements::what(line.what),
        amount: page.money(line.amount),
        account: line.masked.clone().unwrap_or_default(),
        day: line.day.to_string(),
        serial: line.serial.clone().unwrap_or_default(),
    };
    lines.iter().map(line).collect()
}
