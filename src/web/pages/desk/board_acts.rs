//! What a supervisor does on the board: freeze, lift, send away, call back, enrol. What is dangerous is asked about once more.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::board::{ADDRESS, EnrolForm, Forms, FreezeForm, policies, scope, shown};
use crate::domain::desk::Officer;
use crate::domain::district::DistrictCode;
use crate::domain::id::FreezeId;
use crate::domain::person::{Role, Staff};
use crate::error::StageError;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::TextRule;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::{Kind, Problem};
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

/// The question whether somebody is sure.
#[derive(Template)]
#[template(path = "desk/board_sure.html")]
struct Sure<'a> {
    page: &'a Page,
    title: Words,
    words: Words,
    /// Behind the words.
    count: String,
    action: &'static str,
    shown: Vec<(Words, String)>,
    fields: Vec<(&'static str, String)>,
}

fn to_board(done: &str) -> Response {
    see_other(&format!("{ADDRESS}?done={done}"))
}

fn refused(error: StageError) -> Problem {
    Problem::from(error).way_out(ADDRESS.to_owned(), t::board::BACK)
}

fn is_sure(posted: &Posted) -> bool {
    posted.get("sure") == Some("yes")
}

/// What somebody typed, with line feeds alone.
fn typed(posted: &Posted, name: &str) -> String {
    let text = posted.get(name).unwrap_or_default();
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Acts are the supervisor's; whoever looks on is told so before anything is read.
fn must_supervise(staff: &Staff) -> Result<(), Problem> {
    if staff.has(Role::Supervisor) {
        return Ok(());
    }
    Err(refused(StageError::Forbidden {
        needs: "the role supervisor",
    }))
}

/// A district that was chosen; none when none was.
fn chosen_district(posted: &Posted) -> Result<Option<DistrictCode>, Problem> {
    let text = posted.get("district").unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let code = text.parse().map(Some);
    code.map_err(|_| Problem::new(Kind::InvalidBody).way_out(ADDRESS.to_owned(), t::board::BACK))
}

/// Freezes a policy or a district.
#[utoipa::path(post, path = "/desk/board/freeze", operation_id = "desk_freeze_page", tag = "pages",
    responses((status = 200, description = "Sure?"), (status = 303, description = "Frozen")))]
pub(super) async fn freeze(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    must_supervise(&staff)?;
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let district = chosen_district(&posted)?;
    let form = FreezeForm {
        is_open: true,
        policy: typed(&posted, "policy"),
        district: district.map(|code| code.to_string()).unwrap_or_default(),
        reason: typed(&posted, "reason"),
        ..FreezeForm::default()
    };
    let form = FreezeForm {
        scope_error: form.policy.is_empty() && district.is_none(),
        reason_error: TextRule::lines(2_000).check(&form.reason).is_err(),
        ..form
    };
    if form.scope_error || form.reason_error {
        let forms = Forms {
            freeze: form,
            ..Forms::default()
        };
        return shown(&web, &page, &staff, None, forms).await;
    }
    let policy = (!form.policy.is_empty()).then_some(form.policy.as_str());
    if is_sure(&posted) {
        let frozen = web.cases.freeze(&staff, policy, district, &form.reason);
        frozen.await.map_err(refused)?;
        return Ok(to_board("frozen"));
    }
    let what = scope(&page, &policies(&web, &page), &form.policy, district);
    let sure = Sure {
        page: &page,
        title: t::board::SURE_FREEZE,
        words: t::board::SURE_FREEZE_TEXT,
        count: String::new(),
        action: "/desk/board/freeze",
        shown: vec![
            (t::board::COLUMN_WHAT, what),
            (t::board::COLUMN_REASON, form.reason.clone()),
        ],
        fields: vec![
            ("policy", form.policy),
            ("district", form.district),
            ("reason", form.reason),
        ],
    };
    Ok(page.render(StatusCode::OK, &sure))
}

/// Lifts a freeze.
#[utoipa::path(post, path = "/desk/board/lift", operation_id = "desk_lift_page", tag = "pages",
    responses((status = 200, description = "Sure?"), (status = 303, description = "Lifted")))]
pub(super) async fn lift(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    must_supervise(&staff)?;
    let gone = || refused(StageError::NotFound { what: "freeze" });
    let id = posted.get("freeze").and_then(|text| text.parse().ok());
    let id: FreezeId = id.ok_or_else(gone)?;
    if is_sure(&posted) {
        web.cases.lift(&staff, id).await.map_err(refused)?;
        return Ok(to_board("lifted"));
    }
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let freezes = web.cases.freezes(&staff).await?;
    let freeze = freezes.into_iter().find(|freeze| freeze.id == id);
    let freeze = freeze.ok_or_else(gone)?;
    let policy = freeze.policy.unwrap_or_default();
    let what = scope(&page, &policies(&web, &page), &policy, freeze.district);
    let sure = Sure {
        page: &page,
        title: t::board::SURE_LIFT,
        words: t::board::SURE_LIFT_TEXT,
        count: String::new(),
        action: "/desk/board/lift",
        shown: vec![
            (t::board::COLUMN_WHAT, what),
            (t::board::COLUMN_REASON, freeze.reason),
        ],
        fields: vec![("freeze", id.to_string())],
    };
    Ok(page.render(StatusCode::OK, &sure))
}

/// Sends somebody away, with everything they have handed over, or calls them back. Officers do it themselves, supervisors for others.
#[utoipa::path(post, path = "/desk/board/away", operation_id = "desk_away_page", tag = "pages",
    responses((status = 200, description = "Sure?"), (status = 303, description = "Done")))]
pub(super) async fn away(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let subject = typed(&posted, "subject");
    let goes = posted.get("away") == Some("yes");
    if staff.subject.subject != subject {
        must_supervise(&staff)?;
    }
    if !goes || is_sure(&posted) {
        let done = web.cases.set_away(&staff, &subject, goes).await;
        let done = done.map_err(refused)?;
        return Ok(to_board(match (goes, done.left) {
            (false, _) => "back",
            (true, 0) => "away",
            (true, _) => "left",
        }));
    }
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let roster = web.cases.roster(&staff).await?;
    let line = roster
        .into_iter()
        .find(|line| line.officer.subject == subject);
    let line = line.ok_or_else(|| refused(StageError::NotFound { what: "officer" }))?;
    let sure = Sure {
        page: &page,
        title: t::board::SURE_AWAY,
        words: t::board::SURE_AWAY_TEXT,
        count: line.open.to_string(),
        action: "/desk/board/away",
        shown: vec![(t::board::COLUMN_NAME, line.officer.name)],
        fields: vec![("subject", subject), ("away", "yes".to_owned())],
    };
    Ok(page.render(StatusCode::OK, &sure))
}

/// Makes somebody known at the desk, or changes what is known.
#[utoipa::path(post, path = "/desk/board/enrol", operation_id = "desk_enrol_page", tag = "pages",
    responses((status = 303, description = "Known"), (status = 422, description = "The form again")))]
pub(super) async fn enrol(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    must_supervise(&staff)?;
    let district = chosen_district(&posted)?;
    let mut form = EnrolForm {
        is_open: true,
        subject: typed(&posted, "subject"),
        name: typed(&posted, "name"),
        contact: typed(&posted, "contact"),
        district: district.map(|code| code.to_string()).unwrap_or_default(),
        supervises: posted.get("role") == Some("supervisor"),
        wrong: Vec::new(),
    };
    for (name, value, most, words) in [
        ("subject", &form.subject, 200, t::board::NEEDS_SUBJECT),
        ("name", &form.name, 100, t::board::NEEDS_NAME),
        ("contact", &form.contact, 100, t::board::NEEDS_CONTACT),
    ] {
        if TextRule::line(most).check(value).is_err() {
            form.wrong.push((name, words));
        }
    }
    if !form.wrong.is_empty() {
        let page = Page::new(preferences, Some(&visit), ADDRESS);
        let forms = Forms {
            enrol: form,
            ..Forms::default()
        };
        return shown(&web, &page, &staff, None, forms).await;
    }
    let role = if form.supervises {
        Role::Supervisor
    } else {
        Role::Reviewer
    };
    let officer = Officer {
        subject: form.subject,
        name: form.name,
        contact: form.contact,
        district,
        away: false,
    };
    let known = web.cases.enrol(&staff, &officer, role).await;
    known.map_err(refused)?;
    Ok(to_board("enrolled"))
}
