//! `GET /desk`: the queue. Its lines come by last day from an index, a page at a time and without a count, so that it answers at once
//! whatever stands behind it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::filters::{Asked, Choices, View};
use super::{LastDay, done, roles};
use crate::domain::desk::{Card, Officer, StageName};
use crate::domain::person::{Role, Staff};
use crate::review::CaseDesk;
use crate::store::CaseLine;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::pages::finance;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

/// Cases on a page.
pub(super) const LINES: u32 = 50;

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct QueuePage<'a> {
    page: &'a Page,
    /// Who works here, as signed in: their subject, roles and district.
    me: String,
    done: Option<Words>,
    errors: &'a [(Option<String>, Words)],
    handed: Option<&'a Handed>,
    views: Vec<View>,
    choices: Choices,
    /// The filter as the address has it.
    query: String,
    lines: Vec<Line>,
    next: Option<String>,
    is_first: bool,
    officers: Vec<(String, String)>,
    typed_officer: String,
    typed_words: String,
}

/// One case.
pub(super) struct Line {
    id: String,
    version: i64,
    /// The last digits of its number, by which people tell cases apart.
    short: String,
    kind: Words,
    policy: String,
    district: String,
    officer: String,
    is_mine: bool,
    stage: Words,
    last: LastDay,
    card: Option<(Words, &'static str)>,
    is_special: bool,
    is_ticked: bool,
}

/// What came of handing over several.
#[derive(Default)]
pub(super) struct Handed {
    /// How many went over.
    pub(super) moved: usize,
    /// Address, short number and why, of those that did not.
    pub(super) left: Vec<(String, String, Words)>,
}

/// What somebody comes back to the queue with.
#[derive(Default)]
pub(super) struct Back {
    pub(super) done: Option<Words>,
    pub(super) errors: Vec<(Option<String>, Words)>,
    pub(super) handed: Option<Handed>,
    pub(super) ticked: Vec<String>,
    pub(super) officer: String,
    pub(super) words: String,
}

/// The queue, or for staff without a part in it where their work is.
#[utoipa::path(get, path = "/desk", operation_id = "desk", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(in crate::web::pages) async fn desk(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    uri: Uri,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), "/desk");
    if !staff.has(Role::Reviewer) && !staff.has(Role::Supervisor) {
        if staff.has(Role::Finance) {
            return Ok(see_other(finance::DAY));
        }
        return Ok(roles::page(&page, &staff));
    }
    let asked = Asked::of(uri.query().unwrap_or_default(), &staff);
    let back = Back {
        done: done(&uri),
        ..Back::default()
    };
    shown(&web, &page, &staff, &asked, &back, StatusCode::OK).await
}

/// The queue as it was asked for.
///
/// # Errors
/// `Forbidden` for another district.
pub(super) async fn shown(
    web: &Web,
    page: &Page,
    staff: &Staff,
    asked: &Asked,
    back: &Back,
    status: StatusCode,
) -> Result<Response, Problem> {
    let mut filter = asked.filter(web);
    // One more than is shown tells whether there is a next page.
    filter.limit = LINES + 1;
    let mut lines = web.cases.queue(staff, filter).await?;
    let is_more = lines.len() > LINES as usize;
    lines.truncate(LINES as usize);
    let officers = web.cases.colleagues(staff).await?;
    let names = Names::of(web, page, staff, &officers, back);
    let template = QueuePage {
        page,
        me: me(page, staff),
        done: back.done.clone(),
        errors: &back.errors,
        handed: back.handed.as_ref(),
        views: views(&web.cases, page, staff, asked).await?,
        choices: Choices::of(web, page, staff, asked, &officers),
        query: asked.query(),
        next: lines
            .last()
            .filter(|_| is_more)
            .map(|last| asked.after(last)),
        is_first: !asked.is_continued(),
        lines: lines.iter().map(|line| names.line(line)).collect(),
        officers: officers
            .iter()
            .filter(|officer| !officer.away)
            .map(|officer| (officer.subject.clone(), officer.name.clone()))
            .collect(),
        typed_officer: back.officer.clone(),
        typed_words: back.words.clone(),
    };
    Ok(page.render(status, &template))
}

fn me(page: &Page, staff: &Staff) -> String {
    let roles: Vec<_> = staff.roles.iter().map(|role| role.as_str()).collect();
    let place = staff.district.map_or_else(
        || page.say(t::casework::CITY_LEVEL).into_owned(),
        |code| page.value(code.as_str()),
    );
    format!("{} · {} · {place}", staff.subject.subject, roles.join(", "))
}

async fn views(
    cases: &CaseDesk,
    page: &Page,
    staff: &Staff,
    asked: &Asked,
) -> Result<Vec<View>, Problem> {
    let saved = cases.filters(staff).await?;
    Ok(View::all(page, staff, asked, saved))
}

/// What turns a row into a line for people.
struct Names<'a> {
    web: &'a Web,
    page: &'a Page,
    me: &'a str,
    officers: BTreeMap<&'a str, &'a str>,
    ticked: &'a [String],
}

impl<'a> Names<'a> {
    fn of(
        web: &'a Web,
        page: &'a Page,
        staff: &'a Staff,
        officers: &'a [Officer],
        back: &'a Back,
    ) -> Self {
        let names = officers.iter();
        let names = names.map(|officer| (officer.subject.as_str(), officer.name.as_str()));
        Self {
            web,
            page,
            me: &staff.subject.subject,
            officers: names.collect(),
            ticked: &back.ticked,
        }
    }

    fn line(&self, line: &CaseLine) -> Line {
        let (page, id) = (self.page, line.id.to_string());
        let officer = line.officer.as_deref();
        let is_mine = officer == Some(self.me);
        Line {
            short: short(&id),
            version: line.version,
            kind: t::casework::kind(&line.about),
            policy: policy(self.web, page, line.policy.as_deref()),
            district: line.district.map_or_else(
                || page.say(t::casework::CITY_LEVEL).into_owned(),
                |code| page.value(code.as_str()),
            ),
            officer: match officer {
                None => page.say(t::casework::NOBODY).into_owned(),
                Some(subject) => self
                    .officers
                    .get(subject)
                    .map_or(subject, |name| name)
                    .to_owned(),
            },
            is_mine,
            stage: match line.ending {
                Some(ending) => t::casework::ending(ending),
                None => t::casework::stage(line.stage),
            },
            last: LastDay::of(self.web, line.due, line.stage),
            card: match line.card {
                Card::None => None,
                Card::Yellow => Some((t::casework::card(line.card), "yellow")),
                Card::Red => Some((t::casework::card(line.card), "red")),
            },
            is_special: line.special,
            is_ticked: self.ticked.contains(&id),
            id,
        }
    }
}

/// A policy by its title, as of today; by its name where none is in force.
pub(super) fn policy(web: &Web, page: &Page, id: Option<&str>) -> String {
    let Some(id) = id else {
        return String::new();
    };
    let known = web.ctx.policies.in_force(id, web.ctx.world.clock.today());
    known.map_or_else(
        || id.to_owned(),
        |policy| page.text(&policy.document().title).to_owned(),
    )
}

/// The end of a number, which differs where the beginning tells the time.
pub(super) fn short(id: &str) -> String {
    id.rsplit('-').next().unwrap_or(id).to_owned()
}

/// Every stage that a queue can be asked for.
pub(super) const STAGES: [StageName; 6] = StageName::ALL;
