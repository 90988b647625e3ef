//! Problems (RFC 9457): every refusal of the API, in Chinese and in English.
//!
//! A handler returns a [`Problem`]; it travels as an extension of the response until [`render`], the layer that knows the
//! request's id and language, writes it. What axum and its layers refuse by themselves is turned into a problem there too, so
//! that no error leaves the house in another form.

mod kinds;
mod of_stage;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ALLOW, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use kinds::Kind;
pub use of_stage::upload_words;

use super::pages::{self, preferences::Preferences};
use super::words::{Language, Words};
use crate::telemetry::RequestId;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Most errors listed in one problem; a body with more is broken in a way that more lines do not explain better.
pub const ERRORS_MAX: usize = 32;

/// One thing that is wrong with one member of a body or one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a parameter.
    pub pointer: String,
    /// What is wrong.
    pub reason: Words,
    /// How to mend it.
    pub mend: Words,
}

/// A refusal, with all that the one who is refused needs to act.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    kind: Kind,
    detail: Words,
    errors: Vec<FieldError>,
    more: Map<String, Value>,
    retry_after_s: Option<u32>,
    challenge: Option<&'static str>,
    way_out: Option<(String, Words)>,
}

impl Problem {
    /// A problem whose detail says no more than its kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self::because(kind, kind.about())
    }

    /// A problem with its own detail. No personal data in it: it may be shown on a screen others see.
    #[must_use]
    pub fn because(kind: Kind, detail: Words) -> Self {
        let inner = Inner {
            kind,
            detail,
            errors: Vec::new(),
            more: Map::new(),
            retry_after_s: None,
            challenge: None,
            way_out: None,
        };
        Self(Box::new(inner))
    }

    /// With what is wrong, member by member; at most [`ERRORS_MAX`] are kept.
    #[must_use]
    pub fn errors(mut self, mut errors: Vec<FieldError>) -> Self {
        errors.truncate(ERRORS_MAX);
        self.0.errors = errors;
        self
    }

    /// With one more member (RFC 9457, 3.2).
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// With `retry-after` in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// With `www-authenticate`.
    #[must_use]
    pub fn challenge(mut self, challenge: &'static str) -> Self {
        self.0.challenge = Some(challenge);
        self
    }

    /// With where a person can go on, for a page: a path of this service and what the link to it says.
    #[must_use]
    pub fn way_out(mut self, path: String, words: Words) -> Self {
        self.0.way_out = Some((path, words));
        self
    }

    /// Where a person can go on; the start when nothing else was said.
    #[must_use]
    pub fn where_to(&self) -> (&str, Words) {
        match &self.0.way_out {
            Some((path, words)) => (path, words.clone()),
            None => ("/", Words::of("返回首页", "To the start")),
        }
    }

    /// What happened in this case.
    #[must_use]
    pub fn detail(&self) -> &Words {
        &self.0.detail
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.kind.status()
    }

    /// The body as it is sent: the wanted language first, both always.
    #[must_use]
    pub fn body(&self, instance: &str, language: Language) -> ProblemBody {
        let problem = &*self.0;
        let mut members: Vec<(String, Member)> = vec![
            ("type".to_owned(), Member::Json(problem.kind.uri().into())),
            (
                "status".to_owned(),
                Member::Json(problem.kind.status().as_u16().into()),
            ),
        ];
        let statements = [
            ("title", problem.kind.title()),
            ("detail", problem.detail.clone()),
        ];
        for (name, text) in in_order(&statements, language) {
            members.push((name, Member::Json(text.into())));
        }
        members.push(("instance".to_owned(), Member::Json(instance.into())));
        if !problem.errors.is_empty() {
            let errors = problem
                .errors
                .iter()
                .map(|error| error_body(error, language))
                .collect();
            members.push(("errors".to_owned(), Member::Errors(errors)));
        }
        let more = problem
            .more
            .iter()
            .map(|(name, value)| (name.clone(), Member::Json(value.clone())));
        members.extend(more);
        ProblemBody(members)
    }

    /// Writes what stands in headers.
    pub fn headers(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
    }
}

/// Names and texts of some statements, every one in the wanted language first; English names end in `_en`.
fn in_order(statements: &[(&'static str, Words)], language: Language) -> Vec<(String, String)> {
    let chinese = statements
        .iter()
        .map(|(name, words)| ((*name).to_owned(), words.zh.to_string()));
    let english = statements
        .iter()
        .map(|(name, words)| (format!("{name}_en"), words.en.to_string()));
    match language {
        Language::Chinese => chinese.chain(english).collect(),
        Language::English => english.chain(chinese).collect(),
    }
}

fn error_body(error: &FieldError, language: Language) -> Vec<(String, String)> {
    let statements = [
        ("reason", error.reason.clone()),
        ("mend", error.mend.clone()),
    ];
    let mut members = vec![("pointer".to_owned(), error.pointer.clone())];
    members.extend(in_order(&statements, language));
    members
}

/// A problem's members in the order in which they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemBody(Vec<(String, Member)>);

#[derive(Debug, Clone, PartialEq)]
enum Member {
    Json(Value),
    Errors(Vec<Vec<(String, String)>>),
}

impl Serialize for ProblemBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(value) => value.serialize(serializer),
            Self::Errors(errors) => {
                serializer.collect_seq(errors.iter().map(|error| InOrder(error)))
            }
        }
    }
}

struct InOrder<'a>(&'a [(String, String)]);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

/// A refusal (RFC 9457). Kinds may have members beside these, described where `type` leads.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes what Problem::body writes; never made")]
pub struct ProblemSchema {
    /// Where this kind of problem is described; stable.
    #[schema(
        rename = "type",
        format = "uri-reference",
        example = "/problems/invalid-body"
    )]
    r#type: String,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// The kind, in Chinese.
    #[schema(example = "提交的内容有误")]
    title: String,
    /// The kind, in English.
    #[schema(example = "The body is not as it must be")]
    title_en: String,
    /// This case, in Chinese.
    detail: String,
    /// This case, in English.
    detail_en: String,
    /// The request's id, also in `x-request-id`.
    #[schema(example = "0198c0ffee")]
    instance: String,
    /// Everything that is wrong with the body or the parameters, all at once.
    #[schema(required = false)]
    errors: Vec<FieldErrorSchema>,
}

/// One thing that is wrong.
#[derive(ToSchema)]
#[schema(as = FieldError)]
#[expect(dead_code, reason = "describes what Problem::body writes; never made")]
pub struct FieldErrorSchema {
    /// JSON pointer into the body, or `?name` for a parameter.
    #[schema(example = "/amount")]
    pointer: String,
    /// What is wrong, in Chinese.
    #[schema(example = "金额写成了 JSON 数字")]
    reason: String,
    /// How to mend it, in Chinese.
    #[schema(example = "请写成字符串，例如 \"100000.00\"")]
    mend: String,
    /// What is wrong, in English.
    #[schema(example = "the amount is a JSON number")]
    reason_en: String,
    /// How to mend it, in English.
    #[schema(example = "write it as a string, such as \"100000.00\"")]
    mend_en: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        self.headers(response.headers_mut());
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Set on every answer of a page's route: what it refuses it refuses with a page.
#[derive(Debug, Clone, Copy)]
pub struct OfPage;

/// Marks a response that is a whole document already, whatever its status.
#[derive(Debug, Clone, Copy)]
pub struct SaidAll;

/// Whether whoever asks for an address that no route answers is a person with a browser.
fn wants_page(request: &Request) -> bool {
    let accepts = request.headers().get(ACCEPT);
    let html = accepts
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.contains("text/html"));
    html && !request.uri().path().starts_with("/api/")
}

/// Writes the problem of a response that carries one, and turns every other error into one: JSON for the API, a page for
/// people.
pub async fn render(request: Request, next: Next) -> Response {
    let language = Language::wanted(request.headers());
    let preferences = Preferences::of(request.headers());
    let wants_page = wants_page(&request);
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let problem = match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => Arc::clone(problem),
        // A page that says itself what is wrong, such as a form with errors.
        None if response.extensions().get::<SaidAll>().is_some() => return response,
        None => match Kind::of_bare_status(response.status()) {
            Some(kind) => Arc::new(Problem::new(kind)),
            None => return response,
        },
    };
    let instance = id.as_ref().map_or("", RequestId::as_str);
    if wants_page || response.extensions().get::<OfPage>().is_some() {
        return pages::refusal(&problem, instance, preferences, response.headers());
    }
    written(&problem, instance, language, response.headers())
}

fn written(problem: &Problem, instance: &str, language: Language, before: &HeaderMap) -> Response {
    let body = problem.body(instance, language);
    let text = serde_json::to_vec(&body).unwrap_or_else(|_| b"{}".to_vec());
    let mut response = (problem.status(), text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(
        CONTENT_LANGUAGE,
        HeaderValue::from_static(language.content_language()),
    );
    headers.insert(VARY, HeaderValue::from_static("accept-language"));
    if let Some(allow) = before.get(ALLOW) {
        headers.insert(ALLOW, allow.clone());
    }
    problem.headers(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(problem: &Problem, language: Language) -> Value {
        serde_json::to_value(problem.body("r1", language)).unwrap()
    }

    #[test]
    fn both_languages_stand_in_every_problem_and_a_name_means_the_same_always() {
        for kind in Kind::ALL {
            for language in [Language::Chinese, Language::English] {
                let body = value(&Problem::new(*kind), language);
                for name in ["title", "detail"] {
                    let text = body[name].as_str().unwrap();
                    assert!(!text.is_ascii(), "{kind:?} {name}");
                }
                for name in ["title_en", "detail_en"] {
                    let text = body[name].as_str().unwrap();
                    assert!(!text.is_empty() && text.is_ascii(), "{kind:?} {name}");
                }
                assert_eq!(body["type"], kind.uri());
                assert_eq!(body["instance"], "r1");
            }
        }
    }

    #[test]
    fn the_wanted_language_is_written_first() {
        let problem = Problem::new(Kind::NotFound);
        let text = |language| serde_json::to_string(&problem.body("r1", language)).unwrap();
        let (zh, en) = (text(Language::Chinese), text(Language::English));
        assert!(zh.find("\"title\"") < zh.find("\"title_en\""));
        assert!(en.find("\"title\"") > en.find("\"title_en\""));
    }

    #[test]
    fn errors_are_bounded() {
        let error = FieldError {
            pointer: "/x".to_owned(),
            reason: Words::of("错", "wrong"),
            mend: Words::of("改", "mend"),
        };
        let problem = Problem::new(Kind::InvalidBody).errors(vec![error; 1000]);
        assert_eq!(
            value(&problem, Language::Chinese)["errors"]
                .as_array()
                .unwrap()
                .len(),
            ERRORS_MAX
        );
    }

    #[test]
    fn members_beyond_the_standard_are_kept() {
        let problem = Problem::new(Kind::Stale).member("current_version", 3);
        assert_eq!(value(&problem, Language::English)["current_version"], 3);
    }
}
