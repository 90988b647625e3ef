//! Whether a server is there and whether its clock agrees with ours. Asks about nobody: `GET {base}/health` when the server has it,
//! else just a connection.

use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::http::{Http, HttpError, Reply};
use super::signed::below;
use super::wire::header;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Status of `/health`; `None` when there was only a connection.
    pub status: Option<u16>,
    /// Their clock minus ours in seconds, when the reply told.
    pub skew_s: Option<i64>,
}

/// Knocks at `base`.
///
/// # Errors
/// When there is no connection in time.
pub async fn knock(
    http: &Http,
    base: &Url,
    now_s: i64,
    patience: Duration,
) -> Result<Presence, HttpError> {
    let health = below(base, "/health").ok_or(HttpError::BadRequest)?;
    match http.get(health, patience).await {
        Ok(reply) => Ok(Presence {
            status: Some(reply.status),
            skew_s: skew(&reply, now_s),
        }),
        Err(_) => connect(base, patience).await.map(|()| Presence {
            status: None,
            skew_s: None,
        }),
    }
}

async fn connect(base: &Url, patience: Duration) -> Result<(), HttpError> {
    let host = base
        .host_str()
        .ok_or(HttpError::BadRequest)?
        .trim_matches(['[', ']']);
    let port = base.port_or_known_default().ok_or(HttpError::BadRequest)?;
    match timeout(patience, TcpStream::connect((host, port))).await {
        Err(_) => Err(HttpError::TimedOut),
        Ok(Err(_)) => Err(HttpError::Unreachable),
        Ok(Ok(_)) => Ok(()),
    }
}

/// From the wire's own timestamp, else from HTTP's `Date` header (RFC 9110).
fn skew(reply: &Reply, now_s: i64) -> Option<i64> {
    let signed = reply
        .header(header::TIMESTAMP)
        .and_then(|text| text.parse::<i64>().ok());
    let theirs_s = signed.or_else(|| {
        let date = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(reply.header("date")?)
            .ok()?;
        Some(date.as_second())
    })?;
    theirs_s.checked_sub(now_s)
}
