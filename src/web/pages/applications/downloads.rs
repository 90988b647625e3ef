//! `GET /applications/{id}/data.json` and `/bundle.json`: what is kept of oneself, and the newest decision for whoever wants to recompute it.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::approve::service::Viewer;
use crate::domain::id::ApplicationId;
use crate::domain::typing::Typing;
use crate::web::Web;
use crate::web::api::views::{ApplicationView, DecisionView, FindingView, FormBody, PaymentBody};
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::problem::{Kind, Problem};

/// All that is kept of one application, as the API shows it.
#[derive(Serialize)]
struct Everything {
    name: String,
    document_type: &'static str,
    document_number: String,
    application: ApplicationView,
    form: FormBody,
    decision: Option<DecisionView>,
    findings: Vec<FindingView>,
    payments: Vec<PaymentBody>,
    /// What was typed and is not filed yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    typed_so_far: Option<Typing>,
}

/// My data, whole.
#[utoipa::path(get, path = "/applications/{id}/data.json", operation_id = "data_download", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The data")))]
pub(in crate::web::pages) async fn data(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    let form = web.prefill.form(me.id, id).await?;
    let explained = web.approve.explain(Viewer::Applicant(me.id), id).await?;
    let payments = web.payout.payments_of(me.id, id).await?;
    let everything = Everything {
        name: me.name.reveal().clone(),
        document_type: me.document.document_type().as_str(),
        document_number: me.document.reveal().to_owned(),
        application: ApplicationView::of(&explained.application),
        form: FormBody::of(&form.snapshot, &form.disputes),
        decision: explained.decision.as_ref().map(Into::into),
        findings: explained.findings.iter().map(Into::into).collect(),
        payments: payments.iter().map(PaymentBody::own).collect(),
        typed_so_far: web.prefill.typing(me.id, id).await?,
    };
    attachment("sanmiao-data", id, &everything)
}

/// The decision with everything it rests on; `sanmiao replay FILE` recomputes it offline.
#[utoipa::path(get, path = "/applications/{id}/bundle.json", operation_id = "bundle_download", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The bundle")))]
pub(in crate::web::pages) async fn bundle(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    let bundle = web.approve.bundle(me.id, id).await?;
    attachment("sanmiao-decision", id, &bundle)
}

fn attachment(name: &str, id: ApplicationId, body: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_vec_pretty(body).map_err(|_| Problem::new(Kind::Internal))?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}-{id}.json\""))
        .map_err(|_| Problem::new(Kind::Internal))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, text).into_response())
}
