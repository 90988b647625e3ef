//! `POST /api/v1/applications/{id}/file`: one click. Files what was confirmed, then lets the machine judge.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;

use crate::domain::application::{Application, StateName, Typed};
use crate::domain::bank::{AccountKind, AccountNumber, BankCode};
use crate::domain::id::{ApplicationId, SnapshotId};
use crate::domain::person::Private;
use crate::telemetry::RequestId;
use crate::web::Web;
use crate::web::api::payments::account::{AccountRequest, read_account};
use crate::web::api::views::ApplicationView;
use crate::web::auth::Me;
use crate::web::extract::{Body, Fields, Id, Read, id};
use crate::web::problem::Problem;

/// The form that was confirmed, and the little that no register holds.
#[derive(Debug, ToSchema)]
pub struct FileRequest {
    /// The form that was confirmed. Its values do not travel back.
    #[schema(value_type = String, example = "019a0000-0000-7000-8000-000000000002")]
    snapshot_id: SnapshotId,
    /// What the account is called: `youyue_card` (优粤佛山卡) or `other`; `other` when it is left out. Every account is checked and paid in
    /// the same way.
    #[schema(value_type = String, required = false, example = "youyue_card", default = "other")]
    account_kind: AccountKind,
    /// Account the money goes to; its holder is the applicant.
    #[schema(value_type = String, example = "6222020000000000018")]
    account: AccountNumber,
    /// The bank's 12-digit CNAPS code.
    #[schema(value_type = String, example = "102588000018")]
    bank: BankCode,
    /// Mobile telephone for messages.
    #[schema(value_type = String, example = "13800000000")]
    phone: Private<String>,
}

impl Read for FileRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let snapshot_id = fields.required("snapshot_id", id);
        let AccountRequest {
            account_kind,
            account,
            bank,
            phone,
        } = read_account(fields)?;
        Some(Self {
            snapshot_id: snapshot_id?,
            account_kind,
            account,
            bank,
            phone,
        })
    }
}

/// Files the confirmed form (秒报) and lets the machine judge it at once (秒批).
///
/// Filing the same form twice gives the same answer. `202` means that it is filed and goes on by itself: a register does not
/// answer, or judging was interrupted.
#[utoipa::path(post, path = "/api/v1/applications/{id}/file", operation_id = "file_application", tag = "applications",
    params(("id" = String, Path, description = "The application's id", example = "019a0000-0000-7000-8000-000000000001")),
    request_body = FileRequest,
    responses(
        (status = 200, description = "Filed and judged", body = ApplicationView),
        (status = 202, description = "Filed; goes on by itself", body = ApplicationView),
        (status = 409, description = "Another form is the newest, or a benefit of this family is held already",
            body = crate::web::problem::ProblemSchema, content_type = "application/problem+json")
    ))]
pub(super) async fn file(
    State(web): State<Web>,
    Me(me): Me,
    request_id: RequestId,
    Id(id): Id<ApplicationId>,
    Body(asked): Body<FileRequest>,
) -> Result<(StatusCode, Json<ApplicationView>), Problem> {
    let typed = Typed {
        kind: asked.account_kind,
        account: asked.account,
        bank: asked.bank,
        phone: asked.phone,
    };
    let filed = web
        .prefill
        .file(me.id, id, asked.snapshot_id, typed, request_id.as_str())
        .await?;
    let application = if filed.state.name() == StateName::Filed {
        judged(&web, filed).await
    } else {
        filed
    };
    Ok((
        status(&application),
        Json(ApplicationView::of(&application)),
    ))
}

/// The application after judging. It is filed, whatever happens here: when judging fails, the resumer takes it up.
pub(super) async fn judged(web: &Web, filed: Application) -> Application {
    match web.approve.decide(filed.id).await {
        Ok(application) => application,
        Err(error) => {
            tracing::error!(%error, "an application was not judged; it is taken up again");
            web.ctx.bell.ring_resume();
            filed
        }
    }
}

fn status(application: &Application) -> StatusCode {
    match application.state.name() {
        StateName::Parked | StateName::Filed => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    }
}
