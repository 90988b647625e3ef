//! Is it alive, and can it work.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Web;
use super::problem::{Kind, Problem};

/// What works.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; what is not ok is a problem.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// The process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "operations",
    responses((status = 200, description = "Alive", body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    OK
}

/// The database answers and policies are loaded.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "operations",
    responses((status = 200, description = "Ready for work", body = Health)))]
pub(super) async fn readyz(State(web): State<Web>) -> Result<Json<Health>, Problem> {
    let missing = |what: &str| {
        Problem::new(Kind::Unavailable)
            .member("missing", what)
            .retry_after(1)
    };
    if let Err(error) = web.ctx.store.ping().await {
        tracing::warn!(%error, "not ready: the database does not answer");
        return Err(missing("database"));
    }
    if super::api::policies::cards(&web.ctx.policies, web.ctx.world.clock.today()).is_empty() {
        return Err(missing("policies"));
    }
    Ok(OK)
}
