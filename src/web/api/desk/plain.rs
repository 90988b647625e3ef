//! Acts of an officer that say no more than their words: take, special, note, supplied at the counter, proposal withdrawn.

use axum::Json;
use axum::extract::State;

use super::{ActRequest, SilentActRequest, after};
use crate::domain::id::CaseId;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::api::views::CaseBody;
use crate::web::auth::Desk;
use crate::web::extract::{Body, Id};
use crate::web::problem::Problem;

/// Takes a case: one that waits, or, as a supervisor, a colleague's.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/take", operation_id = "desk_take", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = SilentActRequest,
    responses(
        (status = 200, description = "Theirs", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn take(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<SilentActRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::Take;
    let case = web.cases.act(&staff, id, seen, step, "").await?;
    Ok(after(&web, &case))
}

/// Marks it as special, with the longer time limit. The words say why; what is overdue is not made special.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/special", operation_id = "desk_mark_special", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = ActRequest,
    responses(
        (status = 200, description = "Special", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn mark_special(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<ActRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::MarkSpecial;
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}

/// Writes a note into the timeline. Applicants do not see it.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/notes", operation_id = "desk_note", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = ActRequest,
    responses(
        (status = 200, description = "Noted", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn note(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<ActRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::Note;
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}

/// The applicant brought to the counter what they were asked for, or what was deferred; the clock goes on.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/supplied", operation_id = "desk_take_in", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = SilentActRequest,
    responses(
        (status = 200, description = "Supplied", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn take_in(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<SilentActRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::TakeIn;
    let case = web.cases.act(&staff, id, seen, step, "").await?;
    Ok(after(&web, &case))
}

/// Takes a proposal off the table, so that the case can be worked on. The words say why.
#[utoipa::path(post, path = "/api/v1/desk/cases/{id}/withdraw-proposal", operation_id = "desk_withdraw_proposal", tag = "desk",
    params(("id" = String, Path, description = "The case's id", example = "019a0000-0000-7000-8000-000000000004")),
    request_body = ActRequest,
    responses(
        (status = 200, description = "Off the table", body = CaseBody),
        (status = 409, description = "It has changed since it was seen, and `changed` lists how; or it stands where this cannot be done", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn withdraw_proposal(
    State(web): State<Web>,
    Desk(staff): Desk,
    Id(id): Id<CaseId>,
    Body(asked): Body<ActRequest>,
) -> Result<Json<CaseBody>, Problem> {
    let seen = asked.seen_version;
    let step = Step::WithdrawProposal;
    let case = web.cases.act(&staff, id, seen, step, &asked.words).await?;
    Ok(after(&web, &case))
}
