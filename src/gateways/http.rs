//! The one HTTP client: no proxy, no redirects, a time-out on everything, and never more than [`BODY_BYTES_MAX`] of a body.

use std::sync::Once;
use std::time::Duration;

pub use reqwest::header::HeaderMap;
use reqwest::{Client, redirect};
pub use reqwest::{Method, Url};

/// A longer reply is not read to its end.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// A handshake that takes longer is a server that is not there.
const CONNECT_MS_MAX: u64 = 2_000;
/// No exchange takes longer, whatever the caller asks for.
const OVERALL_MS_MAX: u64 = 60_000;

static RING: Once = Once::new();

/// Why there is no reply. Carries no address and no body: both may hold what is private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The time was up.
    #[error("no answer in time")]
    TimedOut,
    /// No connection, or it broke before the head of the reply.
    #[error("no connection")]
    Unreachable,
    /// The body ended before its announced length.
    #[error("the answer was cut short")]
    CutShort,
    /// The body is longer than [`BODY_BYTES_MAX`].
    #[error("the answer is longer than {BODY_BYTES_MAX} bytes")]
    TooLong,
    /// The address or a header cannot be sent.
    #[error("the request cannot be sent")]
    BadRequest,
    /// The client cannot be made: no certificate authorities on this machine.
    #[error("the HTTP client cannot be made")]
    NoClient,
}

/// A reply, read to its end.
#[derive(Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; at most [`BODY_BYTES_MAX`].
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's value, when it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// One request, ready to be sent.
#[derive(Clone)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Name and value of each header.
    pub headers: &'a [(&'static str, String)],
    /// `None` sends no body. It is JSON unless a header says otherwise.
    pub body: Option<Vec<u8>>,
    /// For the whole exchange.
    pub timeout: Duration,
}

/// The client; cheap to clone, connections are shared.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
}

impl Http {
    /// Makes the client, and installs ring as the process's cryptography the first time.
    ///
    /// On a machine without certificate authorities (a bare container) the client trusts none: plain HTTP works, HTTPS
    /// fails closed.
    ///
    /// # Errors
    /// When the TLS library refuses to start.
    pub fn new() -> Result<Self, HttpError> {
        RING.call_once(|| {
            // An error says that another part of the process has installed one already, which serves as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = builder()
            .build()
            .or_else(|_| builder().tls_certs_only([]).build())
            .map_err(|_| HttpError::NoClient)?;
        Ok(Self { client })
    }

    /// Sends one request once and reads the reply.
    ///
    /// # Errors
    /// When there is no whole reply; any status is a reply.
    pub async fn send(&self, request: Request<'_>) -> Result<Reply, HttpError> {
        let mut builder = self
            .client
            .request(request.method, request.url)
            .timeout(request.timeout.min(Duration::from_millis(OVERALL_MS_MAX)));
        for (name, value) in request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = request.body {
            if !request
                .headers
                .iter()
                .any(|(name, _)| *name == "content-type")
            {
                builder = builder.header("content-type", "application/json");
            }
            builder = builder.body(body);
        }
        let response = builder
            .send()
            .await
            .map_err(|error| before_the_head(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_to_end(response).await?;
        Ok(Reply {
            status,
            headers,
            body,
        })
    }

    /// Gets an unsigned document (discovery, keys, health).
    ///
    /// # Errors
    /// When there is no whole reply; any status is a reply.
    pub async fn get(&self, url: Url, timeout: Duration) -> Result<Reply, HttpError> {
        self.send(Request {
            method: Method::GET,
            url,
            headers: &[],
            body: None,
            timeout,
        })
        .await
    }
}

async fn read_to_end(mut response: reqwest::Response) -> Result<Vec<u8>, HttpError> {
    // The announced length is a claim: it may refuse early, but never decides how much is read.
    if response
        .content_length()
        .is_some_and(|length| length > BODY_BYTES_MAX as u64)
    {
        return Err(HttpError::TooLong);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| within_the_body(&error))?
    {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(HttpError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn before_the_head(error: &reqwest::Error) -> HttpError {
    if error.is_timeout() {
        HttpError::TimedOut
    } else if error.is_builder() {
        HttpError::BadRequest
    } else {
        HttpError::Unreachable
    }
}

fn within_the_body(error: &reqwest::Error) -> HttpError {
    if error.is_timeout() {
        HttpError::TimedOut
    } else {
        HttpError::CutShort
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the room clients are made in"
)]
fn builder() -> reqwest::ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
        .timeout(Duration::from_millis(OVERALL_MS_MAX))
        .pool_idle_timeout(Duration::from_secs(30))
        // Its own retries would send an instruction a second time behind the dispatcher's back.
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .user_agent(concat!("sanmiao/", env!("CARGO_PKG_VERSION")))
}
