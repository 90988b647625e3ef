//! The one way in which a route comes into being: with its access rule, and with its refusals in the OpenAPI document.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::MethodRouter;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::Web;
use super::auth::{Access, authorize};
use super::problem::MEDIA_TYPE;
use super::session::Visitors;

/// First word of the rule of a page.
pub const PAGE: &str = "page";

/// A handler with what `#[utoipa::path]` says of it, each made only when it is asked for: who serves needs no description, and the
/// schemas of all routes are megabytes that an idle service would hold.
#[derive(Clone, Copy)]
pub struct Route {
    /// Its path, with `{name}` for what varies.
    pub path: fn() -> String,
    /// The handler under its method.
    pub methods: fn() -> MethodRouter<Web>,
    /// The same with its description.
    pub described: fn() -> UtoipaMethodRouter<Web>,
}

/// The [`Route`] of each handler named.
macro_rules! of {
    ($($($handler:ident)::+),+) => {
        [$(crate::web::routes::Route {
            // The first two are what the third does inside, by rules of the same macro, without the schemas.
            path: || utoipa_axum::routes!(@path [path()] of $($handler)::+),
            methods: || {
                let methods = utoipa_axum::routes!(@path [methods()] of $($handler)::+);
                methods.iter().fold(axum::routing::MethodRouter::new(), |router, method| {
                    router.on(utoipa_axum::PathItemExt::to_method_filter(method), $($handler)::+)
                })
            },
            described: || utoipa_axum::routes!($($handler)::+),
        }),+]
    };
}
pub(crate) use of;

/// Routes, each with its rule. There is no way to add one without.
#[derive(Default)]
pub struct Routes(Vec<(Access, Route)>);

impl Routes {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With routes more, open to whom the rule says.
    #[must_use]
    pub fn add(mut self, access: Access, routes: impl IntoIterator<Item = Route>) -> Self {
        let guarded = routes.into_iter().map(|route| (access, route));
        self.0.extend(guarded);
        self
    }

    /// With the routes of another part.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The path of every route.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(_, route)| (route.path)())
    }

    /// The routes as they are served: the rule stands before everything else of the route.
    pub fn router(&self) -> axum::Router<Web> {
        let each = self.0.iter().copied();
        each.fold(axum::Router::new(), |router, (access, route)| {
            let guard =
                from_fn(move |request: Request, next: Next| authorize(access, request, next));
            router.route(&(route.path)(), (route.methods)().route_layer(guard))
        })
    }

    /// The routes as they are described, rules and refusals with them.
    #[must_use]
    pub fn description(&self) -> OpenApi {
        let each = self.0.iter();
        let described = each.fold(OpenApiRouter::default(), |router, (access, route)| {
            let (schemas, mut paths, methods) = (route.described)();
            for item in paths.paths.values_mut() {
                operations(item).for_each(|operation| describe(operation, *access));
            }
            router.routes((schemas, paths, methods))
        });
        described.into_openapi()
    }
}

/// Every operation of a path.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .flatten()
}

/// Writes the rule and the refusals that follow from it and from what is read into the operation.
fn describe(operation: &mut Operation, access: Access) {
    let (security, rule): (Option<&str>, Vec<&str>) = match access {
        Access::Public => (None, vec!["public"]),
        Access::Applicant => (Some("bearer"), vec!["applicant"]),
        Access::Staff(roles) => (
            Some("bearer"),
            roles.iter().map(|role| role.as_str()).collect(),
        ),
        Access::TreasurySignature => (Some("treasury_signature"), vec!["treasury_signature"]),
        Access::Page(visitors) | Access::PageWithFile(visitors) => {
            // Pages are no part of the API: they are told by this word alone and left out of its document.
            let word = match visitors {
                Visitors::Anybody => "anybody",
                Visitors::Applicant => "applicant",
                Visitors::Staff => "staff",
            };
            (None, vec![PAGE, word])
        }
    };
    let scopes: [&str; 0] = [];
    operation.security = Some(match security {
        Some(name) => vec![SecurityRequirement::new(name, scopes)],
        None => vec![SecurityRequirement::default()],
    });
    let extensions = operation.extensions.get_or_insert_default();
    extensions.insert("x-access".to_owned(), rule.into());
    let refusals = refusals(operation, access);
    for (status, description) in refusals {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| problem_response(description));
    }
}

fn refusals(operation: &Operation, access: Access) -> Vec<(&'static str, &'static str)> {
    let mut refusals = vec![("default", "Any other problem, such as 500, 503 or 504.")];
    match access {
        Access::Public | Access::Page(_) | Access::PageWithFile(_) => {}
        Access::Applicant | Access::Staff(_) => {
            refusals.push(("401", "No access token, or one that is not believed."));
            refusals.push(("403", "The token's roles do not allow this."));
        }
        Access::TreasurySignature => refusals.push(("401", "The signature does not hold.")),
    }
    let parameters = operation.parameters.iter().flatten();
    let places: Vec<&ParameterIn> = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(&parameter.parameter_in),
            RefOr::Ref(_) => None,
        })
        .collect();
    if places.contains(&&ParameterIn::Path) {
        refusals.push(("404", "No such thing, or not theirs to see."));
    }
    if places.contains(&&ParameterIn::Query) {
        refusals.push(("400", "A parameter is wrong; `errors` lists every one."));
    }
    if operation.request_body.is_some() {
        refusals.push(("400", "The body is not JSON."));
        refusals.push(("413", "The body is larger than is read, 64 KiB by itself."));
        refusals.push(("415", "The body is not declared as UTF-8 JSON."));
        refusals.push((
            "422",
            "The body is JSON but wrong; `errors` lists everything at once.",
        ));
    }
    refusals
}

fn problem_response(description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    RefOr::T(
        ResponseBuilder::new()
            .description(description)
            .content(MEDIA_TYPE, content)
            .build(),
    )
}
