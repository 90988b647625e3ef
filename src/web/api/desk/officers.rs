//! `/api/v1/desk/officers`: who works at the desk, who is away.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::check::truth;
use crate::domain::desk::Officer;
use crate::domain::district::DistrictCode;
use crate::domain::person::Role;
use crate::review::staffing::{HandedOver, Roster};
use crate::web::Web;
use crate::web::api::views::OfficerView;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Fields, Read, TextRule, chosen, parsed, text};
use crate::web::problem::Problem;

/// An officer with what they have to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterLine {
    /// Who.
    officer: OfficerView,
    /// Open cases they have.
    #[schema(example = 12)]
    open: i64,
    /// Of these with a yellow card.
    #[schema(example = 1)]
    yellow: i64,
    /// Of these with a red card.
    #[schema(example = 0)]
    red: i64,
}

impl From<&Roster> for RosterLine {
    fn from(line: &Roster) -> Self {
        Self {
            officer: (&line.officer).into(),
            open: line.open,
            yellow: line.yellow,
            red: line.red,
        }
    }
}

/// Everybody known at the desk, with what they have to do; a district's staff see their own district.
#[utoipa::path(get, path = "/api/v1/desk/officers", operation_id = "desk_officers", tag = "desk",
    responses((status = 200, description = "Officers, by subject", body = [RosterLine])))]
pub(super) async fn officers(
    State(web): State<Web>,
    Desk(staff): Desk,
) -> Result<Json<Vec<RosterLine>>, Problem> {
    let lines = web.cases.roster(&staff).await?;
    Ok(Json(lines.iter().map(Into::into).collect()))
}

/// Somebody who is to be known at the desk.
#[derive(Debug, ToSchema)]
pub struct OfficerRequest {
    /// Subject at the identity provider.
    #[schema(example = "reviewer-2", max_length = 200)]
    subject: String,
    /// Name, as applicants see it on their tracking card.
    #[schema(example = "王明", max_length = 100)]
    name: String,
    /// How to reach them, as applicants see it.
    #[schema(example = "0757-83320000", max_length = 100)]
    contact: String,
    /// Their district; `null` at city level.
    #[schema(value_type = Option<String>, example = "440604")]
    district: Option<DistrictCode>,
    /// `reviewer` gets cases, `supervisor` is known by name alone.
    #[schema(value_type = String, example = "reviewer")]
    role: Role,
}

impl Read for OfficerRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let roles = (
            "请填写 reviewer 或 supervisor",
            "write reviewer or supervisor",
        );
        let subject = fields.required("subject", text(TextRule::line(200)));
        let name = fields.required("name", text(TextRule::line(100)));
        let contact = fields.required("contact", text(TextRule::line(100)));
        let district = fields.optional("district", parsed::<DistrictCode>(codes));
        let role = fields.required("role", chosen(desk_role, roles));
        Some(Self {
            subject: subject?,
            name: name?,
            contact: contact?,
            district: district?,
            role: role?,
        })
    }
}

fn desk_role(word: &str) -> Option<Role> {
    Role::parse(word).filter(|role| matches!(role, Role::Reviewer | Role::Supervisor))
}

/// Makes somebody known as an officer, or changes what is known, as a supervisor. Whoever is enrolled is there.
#[utoipa::path(post, path = "/api/v1/desk/officers", operation_id = "desk_enrol", tag = "desk",
    request_body = OfficerRequest,
    responses((status = 200, description = "Known", body = OfficerView)))]
pub(super) async fn enrol(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<OfficerRequest>,
) -> Result<Json<OfficerView>, Problem> {
    let officer = Officer {
        subject: asked.subject,
        name: asked.name,
        contact: asked.contact,
        district: asked.district,
        away: false,
    };
    web.cases.enrol(&staff, &officer, asked.role).await?;
    Ok(Json((&officer).into()))
}

/// Who goes, or comes back.
#[derive(Debug, ToSchema)]
pub struct AwayRequest {
    /// Subject of the officer.
    #[schema(example = "reviewer-2", max_length = 200)]
    subject: String,
    /// Whether they are away from now on.
    #[schema(example = true)]
    away: bool,
}

impl Read for AwayRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let subject = fields.required("subject", text(TextRule::line(200)));
        let away = fields.required("away", truth);
        Some(Self {
            subject: subject?,
            away: away?,
        })
    }
}

/// What became of the cases of somebody who went away.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandedOverView {
    /// With another officer now.
    #[schema(example = 12)]
    moved: usize,
    /// Still theirs: nobody else is there for them.
    #[schema(example = 0)]
    left: usize,
}

impl From<HandedOver> for HandedOverView {
    fn from(done: HandedOver) -> Self {
        Self {
            moved: done.moved,
            left: done.left,
        }
    }
}

/// An officer goes away, or comes back: themselves, or as their supervisor. Whoever goes hands over every open case.
#[utoipa::path(post, path = "/api/v1/desk/officers/away", operation_id = "desk_away", tag = "desk",
    request_body = AwayRequest,
    responses(
        (status = 200, description = "Known, and handed over", body = HandedOverView),
        (status = 404, description = "No such officer in one's district", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn away(
    State(web): State<Web>,
    Desk(staff): Desk,
    Body(asked): Body<AwayRequest>,
) -> Result<Json<HandedOverView>, Problem> {
    let done = web
        .cases
        .set_away(&staff, &asked.subject, asked.away)
        .await?;
    Ok(Json(done.into()))
}
