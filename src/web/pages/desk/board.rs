//! `GET /desk/board`: 督办台.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::desk::{Ending, Freeze};
use crate::domain::district::DistrictCode;
use crate::domain::person::{Role, Staff};
use crate::domain::rating::{Grade, Grades};
use crate::review::board::{Board, Why};
use crate::review::staffing::Roster;
use crate::store::CaseLine;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

/// Where it is.
pub(super) const ADDRESS: &str = "/desk/board";

/// What was done just now.
#[derive(Debug)]
pub(super) struct Done(Option<Words>);

impl Read for Done {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let word = fields.optional("done", text(TextRule::line(20)))?;
        Some(Self(word.as_deref().and_then(done)))
    }
}

fn done(word: &str) -> Option<Words> {
    Some(match word {
        "frozen" => t::board::DONE_FROZEN,
        "lifted" => t::board::DONE_LIFTED,
        "away" => t::board::DONE_AWAY,
        "left" => t::board::DONE_LEFT,
        "back" => t::board::DONE_BACK,
        "enrolled" => t::board::DONE_ENROLLED,
        _ => return None,
    })
}

/// A case that wants an eye.
struct CaseRow {
    mood: &'static str,
    why: Words,
    kind: Words,
    id: String,
    /// The end of its id, by which people tell cases apart.
    short: String,
    due: String,
    officer: String,
    district: String,
    policy: String,
}

struct OfficerRow {
    subject: String,
    name: String,
    district: String,
    open: i64,
    yellow: i64,
    red: i64,
    away: bool,
    /// Whether the visitor may send them away, or call them back.
    switches: bool,
}

struct FreezeRow {
    id: String,
    what: String,
    reason: String,
    by: String,
    since: String,
    /// Whether it is the visitor's to lift.
    theirs: bool,
}

/// A text field of a form.
pub(super) struct Field<'f> {
    name: &'static str,
    label: Words,
    value: &'f str,
    chars_max: usize,
    error: Option<Words>,
}

/// The form to enrol somebody, as it was typed.
#[derive(Debug, Default)]
pub(super) struct EnrolForm {
    pub(super) is_open: bool,
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) contact: String,
    pub(super) district: String,
    pub(super) supervises: bool,
    pub(super) wrong: Vec<(&'static str, Words)>,
}

impl EnrolForm {
    pub(super) fn texts(&self) -> [Field<'_>; 3] {
        [
            ("subject", t::board::SUBJECT, &self.subject, 200),
            ("name", t::board::NAME, &self.name, 100),
            ("contact", t::board::CONTACT, &self.contact, 100),
        ]
        .map(|(name, label, value, chars_max)| Field {
            name,
            label,
            value,
            chars_max,
            error: self
                .wrong
                .iter()
                .find(|(field, _)| *field == name)
                .map(|(_, words)| words.clone()),
        })
    }
}

/// The form to freeze something, as it was typed.
#[derive(Debug, Default)]
pub(super) struct FreezeForm {
    pub(super) is_open: bool,
    pub(super) policy: String,
    pub(super) district: String,
    pub(super) reason: String,
    pub(super) scope_error: bool,
    pub(super) reason_error: bool,
}

/// The forms of the board.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub(super) enrol: EnrolForm,
    pub(super) freeze: FreezeForm,
}

#[derive(Template)]
#[template(path = "desk/board.html")]
struct BoardPage<'a> {
    page: &'a Page,
    done: Option<Words>,
    errors: Vec<(&'static str, Words)>,
    /// Whether the visitor supervises.
    acts: bool,
    /// Whether there is anybody whom the visitor may send away.
    switches: bool,
    glance: [(&'static str, Words, usize); 5],
    attention: Vec<CaseRow>,
    officers: Vec<OfficerRow>,
    freezes: Vec<FreezeRow>,
    reports: [(Words, i64); 4],
    endings: Vec<(Words, Words, i64)>,
    /// How many of each grade; empty when nobody has rated anything.
    grades: Vec<(Words, usize)>,
    /// Of the bad ones: answered in time, late, open.
    answers: [(Words, usize); 3],
    districts: Vec<(String, String)>,
    freeze_districts: Vec<(String, String)>,
    policies: Vec<(String, String)>,
    enrol: EnrolForm,
    freeze: FreezeForm,
}

/// The board.
#[utoipa::path(get, path = "/desk/board", operation_id = "desk_board", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn board(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(Done(done)): Query<Done>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    shown(&web, &page, &staff, done, Forms::default()).await
}

/// The board with what was typed into its forms.
pub(super) async fn shown(
    web: &Web,
    page: &Page,
    staff: &Staff,
    done: Option<Words>,
    forms: Forms,
) -> Result<Response, Problem> {
    let board = web.cases.board(staff).await?;
    let errors = errors(&forms);
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let policies = policies(web, page);
    let acts = staff.has(Role::Supervisor);
    let officers: Vec<_> = board
        .roster
        .iter()
        .map(|line| officer_row(page, staff, line))
        .collect();
    let template = BoardPage {
        page,
        done,
        errors,
        acts,
        switches: officers.iter().any(|one| one.switches),
        glance: glance(&board),
        attention: board
            .attention
            .iter()
            .map(|(why, line)| case_row(page, &board.roster, &policies, *why, line))
            .collect(),
        officers,
        freezes: board
            .freezes
            .iter()
            .map(|freeze| freeze_row(page, staff, &policies, freeze))
            .collect(),
        reports: reports(&board),
        endings: board
            .endings
            .iter()
            .map(|(about, ending, count)| (kind(about), ended(*ending), *count))
            .collect(),
        grades: grades(&board.grades),
        answers: [
            (t::board::ANSWERED_IN_TIME, board.grades.answered_in_time),
            (t::board::ANSWER_LATE, board.grades.late),
            (t::board::ANSWER_OPEN, board.grades.open),
        ],
        districts: districts(page, staff, t::board::CITY),
        freeze_districts: districts(page, staff, t::board::EVERY_DISTRICT),
        policies,
        enrol: forms.enrol,
        freeze: forms.freeze,
    };
    Ok(page.render(status, &template))
}

fn errors(forms: &Forms) -> Vec<(&'static str, Words)> {
    let mut errors = forms.enrol.wrong.clone();
    if forms.freeze.scope_error {
        errors.push(("freeze-policy", t::board::NEEDS_SCOPE));
    }
    if forms.freeze.reason_error {
        errors.push(("freeze-reason", t::board::NEEDS_REASON));
    }
    errors
}

fn glance(board: &Board) -> [(&'static str, Words, usize); 5] {
    let count = |why: Why| {
        board
            .attention
            .iter()
            .filter(|(one, _)| *one == why)
            .count()
    };
    [
        Why::Red,
        Why::Yellow,
        Why::CheckOverdue,
        Why::Waiting,
        Why::DueToday,
    ]
    .map(|why| {
        let count = count(why);
        let mood = if count > 0 { mood(why) } else { "" };
        (mood, because(why), count)
    })
}

const fn mood(why: Why) -> &'static str {
    match why {
        Why::Red => "not",
        Why::Yellow | Why::CheckOverdue => "open",
        Why::Waiting | Why::DueToday => "wait",
    }
}

const fn because(why: Why) -> Words {
    match why {
        Why::Red => t::board::RED,
        Why::Yellow => t::board::YELLOW,
        Why::CheckOverdue => t::board::CHECK_OVERDUE,
        Why::Waiting => t::board::WAITING,
        Why::DueToday => t::board::DUE_TODAY,
    }
}

fn kind(about: &str) -> Words {
    t::casework::kind(about)
}

const fn ended(ending: Ending) -> Words {
    match ending {
        Ending::Approved => t::board::APPROVED,
        Ending::Refused => t::board::REFUSED,
        Ending::Answered => t::board::ANSWERED,
        Ending::HandedOn => t::board::HANDED_ON,
        Ending::Lapsed => t::board::LAPSED,
        Ending::Withdrawn => t::board::WITHDRAWN,
        Ending::Broken => t::board::BROKEN,
        Ending::Right => t::trust::ENDED_RIGHT,
        Ending::Wrong => t::trust::ENDED_WRONG,
        Ending::Recovering => t::trust::ENDED_RECOVERING,
        Ending::LetBe => t::trust::ENDED_LET_BE,
    }
}

fn grades(grades: &Grades) -> Vec<(Words, usize)> {
    if grades.all() == 0 {
        return Vec::new();
    }
    let each = Grade::ALL.into_iter().zip(grades.counts);
    each.map(|(grade, count)| (t::causes::grade(grade), count))
        .collect()
}

/// Registered, answered, handed on, open.
fn reports(board: &Board) -> [(Words, i64); 4] {
    let of = |wanted: Option<Ending>| {
        let counted = board.endings.iter().filter(|(about, ending, _)| {
            about == "report" && wanted.is_none_or(|wanted| wanted == *ending)
        });
        counted.map(|(_, _, count)| count).sum::<i64>()
    };
    [
        (t::board::REPORTS_REGISTERED, of(None) + board.reports_open),
        (t::board::REPORTS_ANSWERED, of(Some(Ending::Answered))),
        (t::board::REPORTS_HANDED_ON, of(Some(Ending::HandedOn))),
        (t::board::REPORTS_OPEN, board.reports_open),
    ]
}

fn case_row(
    page: &Page,
    roster: &[Roster],
    policies: &[(String, String)],
    why: Why,
    line: &CaseLine,
) -> CaseRow {
    let id = line.id.to_string();
    let name = |subject: &String| {
        let known = roster.iter().find(|one| one.officer.subject == *subject);
        known.map_or_else(|| subject.clone(), |one| one.officer.name.clone())
    };
    let officer = line.officer.as_ref().map(name);
    CaseRow {
        mood: mood(why),
        why: because(why),
        kind: kind(&line.about),
        short: id[id.len() - 6..].to_owned(),
        id,
        due: line.due.map(|day| day.to_string()).unwrap_or_default(),
        officer: officer.unwrap_or_else(|| page.say(t::board::NOBODY).into_owned()),
        district: district(page, line.district, t::board::CITY),
        policy: titled(policies, line.policy.as_deref().unwrap_or_default()),
    }
}

fn officer_row(page: &Page, staff: &Staff, line: &Roster) -> OfficerRow {
    let officer = &line.officer;
    OfficerRow {
        subject: officer.subject.clone(),
        name: officer.name.clone(),
        district: district(page, officer.district, t::board::CITY),
        open: line.open,
        yellow: line.yellow,
        red: line.red,
        away: officer.away,
        switches: staff.has(Role::Supervisor) || staff.subject.subject == officer.subject,
    }
}

fn freeze_row(
    page: &Page,
    staff: &Staff,
    policies: &[(String, String)],
    freeze: &Freeze,
) -> FreezeRow {
    FreezeRow {
        id: freeze.id.to_string(),
        what: scope(
            page,
            policies,
            freeze.policy.as_deref().unwrap_or_default(),
            freeze.district,
        ),
        reason: freeze.reason.clone(),
        by: freeze.by.clone(),
        since: page.moment(freeze.at),
        theirs: staff.district.is_none() || staff.district == freeze.district,
    }
}

/// What a freeze is over, in words.
pub(super) fn scope(
    page: &Page,
    policies: &[(String, String)],
    policy: &str,
    of: Option<DistrictCode>,
) -> String {
    let policy = if policy.is_empty() {
        page.say(t::board::EVERY_POLICY).into_owned()
    } else {
        titled(policies, policy)
    };
    let place = district(page, of, t::board::EVERY_DISTRICT);
    format!("{policy} · {place}")
}

fn titled(policies: &[(String, String)], id: &str) -> String {
    let known = policies.iter().find(|(known, _)| known == id);
    known.map_or_else(|| id.to_owned(), |(_, title)| title.clone())
}

fn district(page: &Page, code: Option<DistrictCode>, none: Words) -> String {
    code.map_or_else(
        || page.say(none).into_owned(),
        |code| page.value(&code.to_string()),
    )
}

/// Ids and titles of the policies in force.
pub(super) fn policies(web: &Web, page: &Page) -> Vec<(String, String)> {
    let today = web.ctx.world.clock.today();
    let policies = web.ctx.policies.all_in_force(today);
    policies
        .iter()
        .map(|policy| {
            let title = page.text(&policy.document().title).to_owned();
            (policy.id().to_owned(), title)
        })
        .collect()
}

/// What a visitor may choose: a district's staff their own district, and who is of the city every one, or none.
fn districts(page: &Page, staff: &Staff, none: Words) -> Vec<(String, String)> {
    if let Some(own) = staff.district {
        return vec![(own.to_string(), page.value(&own.to_string()))];
    }
    let mut all = vec![(String::new(), page.say(none).into_owned())];
    let codes = ["440604", "440605", "440606", "440607", "440608"];
    all.extend(codes.map(|code| (code.to_owned(), page.value(code))));
    all
}
