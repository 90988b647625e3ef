//! The door: HTTP in, problems and JSON out. Nothing is decided here; handlers sequence the stages.
//!
//! | module | job |
//! |---|---|
//! | [`routes`] | a route comes into being only with an access rule |
//! | [`auth`] | tokens, roles, the treasury's seal |
//! | [`extract`] | bodies and parameters, strictly, with all errors at once |
//! | [`problem`] | RFC 9457 in Chinese and English |
//! | [`request_id`] | one id a request; the access line |
//! | [`guard`] | limits, time-outs, panics, security headers |
//! | [`events`] | server-sent events |
//! | [`figures`] | the public figures, kept for a minute |
//! | [`causes`], [`chart`] | the analysis of causes in tables, and charts as SVG |
//! | [`health`], [`metrics`], [`openapi`] | for those who run and use it |
//! | [`api`] | a file an endpoint |
//! | [`session`] | browsers: cookies, sessions, forms |
//! | [`upload`] | files in and out |
//! | [`pages`] | a file a page |

pub mod api;
pub mod auth;
pub mod causes;
pub mod chart;
pub mod events;
pub mod extract;
pub mod figures;
pub mod guard;
pub mod health;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod request_id;
pub mod routes;
pub mod session;
pub mod table;
pub mod texts;
pub mod upload;
pub mod words;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::web::routes::of;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use tokio::sync::watch;

use self::auth::Access;
use self::events::Streams;
use self::figures::Figures;
use self::pages::report::ReportBound;
use self::problem::{Kind, Problem};
use self::routes::Routes;
use self::session::Browsers;
use self::upload::UploadRoom;
use crate::approve::Approve;
use crate::context::Context;
use crate::finance::Terms;
use crate::finance::batches::Paying;
use crate::finance::service::Finance;
use crate::payout::service::Payout;
use crate::ports::{CallbackGate, Identity, SignIn};
use crate::prefill::service::Prefill;
use crate::review::{CaseDesk, CauseDesk, Review};

/// What the door is made of; `app` brings it.
pub struct Parts {
    /// What every stage is given.
    pub ctx: Context,
    /// Who a bearer token stands for.
    pub identity: Arc<dyn Identity>,
    /// Which call-backs are the treasury's.
    pub gate: Arc<dyn CallbackGate>,
    /// Sign-in of browsers, where it is configured.
    pub sign_in: Option<Arc<dyn SignIn>>,
    /// Under which address browsers come, and how long their sessions last.
    pub browsers: Browsers,
    /// Who pays by the payout files, where that is configured.
    pub paying: Option<Arc<Paying>>,
    /// What the installation has settled for finance.
    pub finance: Terms,
    /// Most bytes of a body.
    pub max_body_bytes: usize,
    /// Turns true when the service is told to end: event streams end, so that the server can.
    pub stop: watch::Receiver<bool>,
}

/// All that handlers need; cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Door>);

/// What handlers see behind [`Web`].
pub struct Door {
    /// What every stage is given.
    pub ctx: Context,
    /// Who a bearer token stands for.
    pub identity: Arc<dyn Identity>,
    /// Which call-backs are the treasury's.
    pub gate: Arc<dyn CallbackGate>,
    /// Sign-in of browsers, where it is configured.
    pub sign_in: Option<Arc<dyn SignIn>>,
    /// Their cookies and how long their sessions last.
    pub browsers: Browsers,
    /// 秒报.
    pub prefill: Prefill,
    /// 秒批.
    pub approve: Approve,
    /// 秒付.
    pub payout: Payout,
    /// 转人工.
    pub review: Review,
    /// The desk's cases.
    pub cases: CaseDesk,
    /// Why things were referred.
    pub causes: CauseDesk,
    /// 财务.
    pub finance: Finance,
    /// How the service keeps its word.
    pub figures: Figures,
    /// Open event streams.
    pub streams: Streams,
    /// Files that are being read.
    pub uploads: UploadRoom,
    /// Reports that came in this minute.
    pub reports: ReportBound,
    /// Limits.
    pub limits: Limits,
    /// Most bytes of a body.
    pub body_bytes_max: usize,
    /// Turns true when the service is told to end.
    pub stop: watch::Receiver<bool>,
}

/// Limits of the door.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a request may take until it is answered (an event stream: until it begins).
    pub request: Duration,
    /// Event streams a person may hold open.
    pub streams_per_person: u8,
    /// How long one event stream lasts before the client has to come back with a fresh token.
    pub stream: Duration,
    /// Silence after which an event stream sends a comment to show that it lives.
    pub keep_alive: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            streams_per_person: 4,
            stream: Duration::from_mins(15),
            keep_alive: Duration::from_secs(15),
        }
    }
}

impl Web {
    /// Puts the door together.
    #[must_use]
    pub fn new(parts: Parts, limits: Limits) -> Self {
        let Parts {
            ctx,
            identity,
            gate,
            sign_in,
            browsers,
            max_body_bytes,
            paying,
            finance,
            stop,
        } = parts;
        Self(Arc::new(Door {
            prefill: Prefill::new(ctx.clone()),
            approve: Approve::new(ctx.clone()),
            payout: Payout::new(ctx.clone()),
            review: Review::new(ctx.clone()),
            cases: CaseDesk::new(ctx.clone()),
            causes: CauseDesk::new(&ctx),
            finance: Finance::new(ctx.clone())
                .with_paying(paying)
                .with_terms(finance),
            figures: Figures::new(ctx.clone()),
            streams: Streams::new(limits.streams_per_person),
            uploads: UploadRoom::default(),
            reports: ReportBound::default(),
            body_bytes_max: max_body_bytes,
            ctx,
            identity,
            gate,
            sign_in,
            browsers,
            limits,
            stop,
        }))
    }
}

impl Deref for Web {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.0
    }
}

/// Every route there is.
#[must_use]
pub fn all_routes() -> Routes {
    Routes::new()
        .add(Access::Public, of!(health::healthz))
        .add(Access::Public, of!(health::readyz))
        .add(Access::Public, of!(metrics::metrics))
        .add(Access::Public, of!(openapi::openapi))
        .merge(api::routes())
        .merge(pages::routes())
}

/// The service as a router, ready to be served.
pub fn router(parts: Parts) -> Router {
    router_of(Web::new(parts, Limits::default()))
}

/// The same with limits of one's own.
pub fn router_of(web: Web) -> Router {
    router_with(web, &all_routes())
}

/// The same with routes of one's own.
///
/// From the outside in: the request's id and access line, security headers, problems, limits of address and headers, panics,
/// the time-out; then the route with its access rule.
pub fn router_with(web: Web, routes: &Routes) -> Router {
    let limit = web.limits.request;
    let identifying = web.clone();
    routes
        .router()
        .fallback(|| async { Problem::new(Kind::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(Kind::MethodNotAllowed) })
        .with_state(web)
        .layer(from_fn(move |request: Request, next: Next| {
            guard::in_time(limit, request, next)
        }))
        .layer(from_fn(guard::catch_panic))
        .layer(from_fn(guard::bounded))
        .layer(from_fn(problem::render))
        .layer(from_fn(guard::headers))
        .layer(from_fn(move |request: Request, next: Next| {
            request_id::identify(identifying.clone(), request, next)
        }))
}
