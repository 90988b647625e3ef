//! `GET /report` and `POST /report`: 反映, a stuck matter, told by anybody.

use std::sync::{Mutex, PoisonError};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::layout::Page;
use super::preferences::Preferences;
use crate::domain::id::ApplicantId;
use crate::domain::session::Visitor;
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::review::counter::Report;
use crate::web::Web;
use crate::web::extract::TextRule;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;

const ADDRESS: &str = "/report";
/// Reports that a node takes in a minute. Addresses tell nothing here: many people come through one, and one through many.
const A_MINUTE_MAX: u32 = 30;
/// Microseconds of a minute.
const MINUTE_US: i64 = 60_000_000;

/// How many reports came in this minute.
#[derive(Debug, Default)]
pub struct ReportBound(Mutex<(i64, u32)>);

impl ReportBound {
    /// Whether one more is taken.
    pub(in crate::web) fn takes(&self, now: Timestamp) -> bool {
        let minute = now.as_micros() / MINUTE_US;
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != minute {
            *counted = (minute, 0);
        }
        counted.1 += 1;
        counted.1 <= A_MINUTE_MAX
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Form<'a> {
    page: &'a Page,
    words: String,
    wrong: bool,
    crowded: bool,
    districts: Vec<(String, String, bool)>,
    applications: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "reported.html")]
struct Reported<'a> {
    page: &'a Page,
    number: String,
    officer: String,
    contact: String,
    due: String,
}

/// The form.
#[utoipa::path(get, path = "/report", operation_id = "report_form", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn form(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let form = empty(&web, &page, who(&visit), &Chosen::default()).await?;
    Ok(page.render(StatusCode::OK, &form))
}

/// What was chosen.
#[derive(Debug, Default)]
struct Chosen {
    words: String,
    district: String,
    application: String,
}

/// Registers it: it has a number and an officer from the first moment.
#[utoipa::path(post, path = "/report", operation_id = "report_page", tag = "pages",
    responses((status = 201, description = "Registered"), (status = 422, description = "The form again")))]
pub(super) async fn report(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let get = |name: &str| posted.get(name).unwrap_or_default().replace("\r\n", "\n");
    let chosen = Chosen {
        words: get("words"),
        district: get("district"),
        application: get("application"),
    };
    let who = who(&visit);
    let wrong = TextRule::lines(2_000).check(&chosen.words).is_err();
    let crowded = !wrong && !web.reports.takes(web.ctx.now());
    if wrong || crowded {
        let form = Form {
            wrong,
            crowded,
            ..empty(&web, &page, who, &chosen).await?
        };
        let status = if wrong {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        return Ok(page.render(status, &form));
    }
    let report = Report {
        // Who is not signed in has no application to name.
        application: who.and_then(|_| chosen.application.parse().ok()),
        district: chosen.district.parse().ok(),
        words: chosen.words,
    };
    let case = web.cases.report(who, &report).await?;
    let officer = web.cases.officer_of(&case).await?;
    let (officer, contact) = officer.map_or_else(Default::default, |one| (one.name, one.contact));
    let due = case.clock.due(&web.ctx.calendar).ok().flatten();
    let reported = Reported {
        page: &page,
        number: case.id.to_string(),
        officer,
        contact,
        due: due.map(|day| day.to_string()).unwrap_or_default(),
    };
    Ok(page.render(StatusCode::CREATED, &reported))
}

/// The applicant, when one is signed in.
fn who(visit: &Visit) -> Option<ApplicantId> {
    match visit.visitor() {
        Some(Visitor::Applicant(id)) => Some(*id),
        _ => None,
    }
}

async fn empty<'a>(
    web: &Web,
    page: &'a Page,
    who: Option<ApplicantId>,
    chosen: &Chosen,
) -> Result<Form<'a>, StageError> {
    let mut districts = vec![(
        String::new(),
        page.say(t::report::DISTRICT_NONE).into_owned(),
        chosen.district.is_empty(),
    )];
    let codes = ["440604", "440605", "440606", "440607", "440608"];
    districts
        .extend(codes.map(|code| (code.to_owned(), page.value(code), chosen.district == code)));
    let mut applications = Vec::new();
    if let Some(who) = who {
        for one in web.prefill.mine(who).await? {
            let id = one.id.to_string();
            let policy = web.ctx.policies.by_hash(one.policy.hash);
            let title = policy.map(|policy| page.text(&policy.document().title).to_owned());
            let title = title.unwrap_or(one.policy.id);
            let is_chosen = chosen.application == id;
            applications.push((id, title, is_chosen));
        }
    }
    Ok(Form {
        page,
        words: chosen.words.clone(),
        wrong: false,
        crowded: false,
        districts,
        applications,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_takes_so_many_and_the_next_begins_anew() {
        let bound = ReportBound::default();
        let at = |second: i64| Timestamp::from_seconds(1_795_399_200 + second);
        let taken = (0..100).filter(|_| bound.takes(at(0))).count();
        assert_eq!(taken, 30);
        assert!(!bound.takes(at(59)));
        assert!(bound.takes(at(60)));
    }
}
