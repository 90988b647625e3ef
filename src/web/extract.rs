//! What comes in: bodies, parameters and ids. Nothing is read that was not asked for, and all that is wrong is said at once.

mod fields;
mod json;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body as Stream;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use futures_util::StreamExt as _;

pub use fields::{Fault, Fields, TextRule, amount, chosen, id, integer, parsed, text};
pub use json::{Node, ParseError, ParseFault, parse};

use super::Web;
use super::problem::{FieldError, Kind, Problem};
use super::words::Words;

/// Most bytes of a body when the configuration says nothing else.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_SECONDS_MAX: u64 = 10;

/// Something that is read from the members of a JSON object or from the parameters of an address.
pub trait Read: Sized {
    /// Reads every member, so that all errors are known; `None` when one of them stands in `fields`.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: Read, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        check_media_type(request.headers())?;
        let most = request
            .extensions()
            .get::<Web>()
            .map_or(BODY_BYTES_MAX, |web| web.body_bytes_max);
        let bytes = take_bytes(most, request).await?;
        read_body(&bytes).map(Self)
    }
}

/// Reads a body's bytes.
///
/// # Errors
/// A problem that says where the bytes are no JSON, or every member that is wrong.
pub fn read_body<T: Read>(bytes: &[u8]) -> Result<T, Problem> {
    let node = parse(bytes).map_err(|error| malformed(&error))?;
    let Node::Object(members) = &node else {
        let error = FieldError {
            pointer: String::new(),
            reason: Words::of("提交的内容不是 JSON 对象", "the body is not a JSON object"),
            mend: Words::of("请提交 {…} 形式的对象", "send an object, {…}"),
        };
        return Err(Problem::new(Kind::InvalidBody).errors(vec![error]));
    };
    Fields::of_body(members)
        .finish()
        .map_err(|errors| Problem::new(Kind::InvalidBody).errors(errors))
}

fn malformed(error: &ParseError) -> Problem {
    Problem::new(Kind::MalformedJson).errors(vec![error.as_field_error()])
}

/// The whole body, no longer than is read.
///
/// # Errors
/// When it is longer, breaks off, or takes too long.
pub async fn take_bytes(most: usize, request: Request) -> Result<Vec<u8>, Problem> {
    let declared = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    tokio::time::timeout(
        Duration::from_secs(BODY_SECONDS_MAX),
        collect(most, request.into_body()),
    )
    .await
    .unwrap_or_else(|_| Err(Problem::new(Kind::RequestTimeout)))
}

fn too_large(most: usize) -> Problem {
    Problem::new(Kind::BodyTooLarge).member("bytes_max", most)
}

async fn collect(most: usize, body: Stream) -> Result<Vec<u8>, Problem> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::because(
                Kind::MalformedJson,
                Words::of(
                    "请求内容没有完整送达。",
                    "The body broke off before its end.",
                ),
            )
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// `application/json`, UTF-8, not compressed.
fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = headers
        .get(CONTENT_ENCODING)
        .is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let json = match (types.next(), types.next()) {
        (Some(value), None) => is_json(value),
        _ => false,
    };
    if plain && json {
        Ok(())
    } else {
        Err(Problem::new(Kind::UnsupportedMediaType))
    }
}

fn is_json(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, coding)) if name.eq_ignore_ascii_case("charset") => {
                coding.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

/// The parameters of the address.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: Read, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read_query(&parts.uri).map(Self)
    }
}

/// Reads the parameters of an address.
///
/// # Errors
/// A problem that names every parameter that is wrong, unknown or given twice.
pub fn read_query<T: Read>(address: &Uri) -> Result<T, Problem> {
    let refused = |errors| Problem::new(Kind::InvalidQuery).errors(errors);
    let Ok(axum::extract::Query(pairs)) =
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(address)
    else {
        return Err(Problem::new(Kind::InvalidQuery));
    };
    let mut members = BTreeMap::new();
    let mut twice = Vec::new();
    for (name, value) in pairs {
        let pointer = fields::shortened(&format!("?{name}"));
        if members.insert(name, Node::Text(value)).is_some() {
            twice.push(FieldError {
                pointer,
                reason: Words::of("参数出现了两次", "the parameter is given twice"),
                mend: Words::of("请只保留一个", "give it once"),
            });
        }
    }
    if !twice.is_empty() {
        return Err(refused(twice));
    }
    Fields::of_query(&members).finish().map_err(refused)
}

/// Reads the fields of a form that came beside a file.
///
/// # Errors
/// A problem that names every field that is wrong, unknown or given twice.
pub fn read_fields<T: Read>(fields: Vec<(String, String)>) -> Result<T, Problem> {
    let mut members = BTreeMap::new();
    let mut twice = Vec::new();
    for (name, value) in fields {
        let pointer = fields::shortened(&format!("/{name}"));
        if members.insert(name, Node::Text(value)).is_some() {
            twice.push(FieldError {
                pointer,
                reason: Words::of("该项出现了两次", "the field is given twice"),
                mend: Words::of("请只保留一个", "give it once"),
            });
        }
    }
    let refused = |errors| Problem::new(Kind::InvalidBody).errors(errors);
    if !twice.is_empty() {
        return Err(refused(twice));
    }
    Fields::of_body(&members).finish().map_err(refused)
}

/// The two ids in the path, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Ids<A, B>(pub A, pub B);

impl<A: std::str::FromStr, B: std::str::FromStr, S: Send + Sync> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(Kind::NotFound);
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| missing())?;
        let mut texts = params.iter().map(|(_, text)| text);
        let first = texts.next().and_then(|text| text.parse().ok());
        let second = texts.next().and_then(|text| text.parse().ok());
        Ok(Self(
            first.ok_or_else(missing)?,
            second.ok_or_else(missing)?,
        ))
    }
}

/// The one id in the path; a text that is no id is something that does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<T: std::str::FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let missing = || Problem::new(Kind::NotFound);
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| missing())?;
        let (_, text) = params.iter().next().ok_or_else(missing)?;
        text.parse().map(Self).map_err(|_| missing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf8_is_taken() {
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(is_json(&HeaderValue::from_static(good)), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=gbk",
            "application/jsonx",
            "application/problem+json",
            "",
        ] {
            assert!(!is_json(&HeaderValue::from_static(bad)), "{bad}");
        }
    }

    #[test]
    fn a_compressed_body_is_refused() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        assert!(check_media_type(&headers).is_ok());
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(check_media_type(&headers).is_err());
    }
}
