//! A browser as far as the door sees one: it keeps cookies, follows no redirect by itself, and says where its forms come from.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request};
use axum::routing::{get, post};
use sanmiao::web::Web;
use sanmiao::web::auth::{Access, Me};
use sanmiao::web::problem::Problem;
use sanmiao::web::routes::{Route, Routes};
use sanmiao::web::session::{Posted, Visit, Visitors};
use serde_json::{Value, json};
use utoipa_axum::routes;

use super::house::{House, Reply};

/// Where browsers reach the house.
pub(super) const ORIGIN: &str = "https://sanmiao.example";
/// Name of the session's cookie there.
pub(super) const SESSION: &str = "__Host-sanmiao";
/// Name of the cookie from before a session.
pub(super) const BEFORE: &str = "__Host-sanmiao-before";

/// Pages of the tests' own: one that gives back what was kept, one that takes a form.
pub(super) fn pages() -> Routes {
    let page = Route {
        path: || "/test/page".to_owned(),
        methods: || get(test_page),
        described: || routes!(test_page),
    };
    let form = Route {
        path: || "/test/form".to_owned(),
        methods: || post(test_form),
        described: || routes!(test_form),
    };
    Routes::new().add(Access::Page(Visitors::Applicant), [page, form])
}

#[utoipa::path(get, path = "/test/page", responses((status = 200)))]
async fn test_page(State(web): State<Web>, visit: Visit, Me(me): Me) -> Result<String, Problem> {
    let kept = visit.take_kept(&web, "/test/page").await?;
    let kept = kept.map(|kept| json!({"path": kept.path, "fields": kept.fields.reveal()}));
    let answer = json!({"csrf": visit.csrf(), "who": me.id.to_string(), "kept": kept});
    Ok(answer.to_string())
}

#[utoipa::path(post, path = "/test/form", responses((status = 200)))]
async fn test_form(posted: Posted) -> String {
    json!(posted.fields()).to_string()
}

/// One browser of one person.
pub(super) struct Browser<'h> {
    house: &'h House,
    pub(super) jar: RefCell<BTreeMap<String, String>>,
}

impl<'h> Browser<'h> {
    pub(super) fn of(house: &'h House) -> Self {
        Self {
            house,
            jar: RefCell::default(),
        }
    }

    /// The same cookies in another window; what one of the two learns the other does not.
    pub(super) fn copy(&self) -> Self {
        Self {
            house: self.house,
            jar: self.jar.clone(),
        }
    }

    pub(super) fn cookie(&self, name: &str) -> String {
        self.jar.borrow().get(name).cloned().unwrap_or_default()
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    /// A form from a page of the house.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let headers = [("origin", ORIGIN), ("sec-fetch-site", "same-origin")];
        self.post_from(path, fields, &headers).await
    }

    pub(super) async fn post_from(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.send(Method::POST, path, headers, Some(form.finish()))
            .await
    }

    /// A form of another kind from a page of the house.
    pub(super) async fn post_as(&self, path: &str, kind: &str, body: Vec<u8>) -> Reply {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("accept", "text/html")
            .header("content-type", kind)
            .header("origin", ORIGIN)
            .header("referer", format!("{ORIGIN}/home"));
        for (name, value) in self.jar.borrow().iter() {
            request = request.header("cookie", format!("{name}={value}"));
        }
        self.house
            .send(request.body(Body::from(body)).unwrap())
            .await
    }

    /// The token of the forms of any page.
    pub(super) async fn csrf_of(&self, path: &str) -> String {
        let page = self.get(path).await.text;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: Option<String>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "text/html,*/*;q=0.8");
        for (name, value) in self.jar.borrow().iter() {
            request = request.header("cookie", format!("{name}={value}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if form.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let body = form.map_or_else(Body::empty, Body::from);
        let reply = self.house.send(request.body(body).unwrap()).await;
        for value in reply.headers.get_all("set-cookie") {
            self.keep(value.to_str().unwrap());
        }
        reply
    }

    fn keep(&self, set_cookie: &str) {
        let (pair, attributes) = set_cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let mut jar = self.jar.borrow_mut();
        if attributes.contains("Max-Age=0") {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Begins to sign in; the state the provider was given.
    pub(super) async fn depart(&self, return_to: &str) -> String {
        let path = format!(
            "/sign-in?return_to={}",
            url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect::<String>()
        );
        let reply = self.get(&path).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let address: url::Url = reply.header("location").parse().unwrap();
        assert_eq!(address.host_str(), Some("id.example"));
        let (_, state) = address
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap();
        state.into_owned()
    }

    /// Comes back from the provider as somebody: in these tests the code says who.
    pub(super) async fn arrive(&self, code: &str, state: &str) -> Reply {
        self.get(&format!("/sign-in/callback?code={code}&state={state}"))
            .await
    }

    /// Signs in as somebody; where they are sent.
    pub(super) async fn sign_in(&self, who: &str, return_to: &str) -> String {
        let state = self.depart(return_to).await;
        let reply = self.arrive(who, &state).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.header("location").to_owned()
    }

    /// What the tests' own page says.
    pub(super) async fn page(&self) -> Value {
        let reply = self.get("/test/page").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    pub(super) async fn csrf(&self) -> String {
        self.page().await["csrf"].as_str().unwrap().to_owned()
    }
}

impl Reply {
    /// Holds that it is a page that refuses, in the language asked for, with a way out and without a word of JSON.
    #[track_caller]
    pub(super) fn is_refusal_page(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "text/html; charset=utf-8",
            "{self:?}"
        );
        for part in ["<!doctype html>", "<html lang=\"", "<h1>", "<a href=\"/"] {
            assert!(self.text.contains(part), "{part}: {self:?}");
        }
    }
}
