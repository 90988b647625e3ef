//! One signed question to a server, and its answer held to the server's signature.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Url};

use super::entropy::token;
use super::http::{Http, HttpError, Reply, Request};
use super::wire::{ReplyStamp, RequestStamp, Target, WireError, WireKey, header, is_token};
use crate::ports::{Clock, Entropy};

/// Why an answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// There is no whole reply.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// There is one, but it is not signed as agreed. Its status is a hint, its body is nothing.
    #[error("a reply with status {status} is not to be believed: {why}")]
    Unsigned {
        /// Unverified HTTP status.
        status: u16,
        /// What does not hold.
        why: WireError,
    },
}

/// The verified answer to one question.
#[derive(Debug, Clone)]
pub struct Verified {
    /// HTTP status, covered by the signature.
    pub status: u16,
    /// Body, covered by the signature.
    pub body: Vec<u8>,
}

/// One server that shares a key with us.
#[derive(Clone)]
pub struct SignedServer {
    http: Http,
    base: Url,
    key: WireKey,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for SignedServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedServer")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// One question.
#[derive(Clone)]
pub struct Question<'a> {
    /// `GET` or `POST`.
    pub method: Method,
    /// Path below the server's base, from the `/` on.
    pub path: &'a str,
    /// Exact bytes to send; `None` sends no body.
    pub body: Option<&'a [u8]>,
    /// Goes along as `x-request-id`; one that is not 1..=64 of `[A-Za-z0-9_-]` is left out.
    pub request_id: &'a str,
    /// For the whole exchange.
    pub timeout: Duration,
}

impl SignedServer {
    /// The server at `base` (a path there is kept, a `/` at its end makes no difference).
    #[must_use]
    pub fn new(
        http: Http,
        base: Url,
        key: WireKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            http,
            base,
            key,
            clock,
            entropy,
        }
    }

    /// Asks once, under a new nonce, and verifies the answer.
    ///
    /// # Errors
    /// When there is no whole answer, or none that the key has signed for this very question.
    pub async fn ask(&self, question: Question<'_>) -> Result<Verified, ExchangeError> {
        let url = below(&self.base, question.path).ok_or(HttpError::BadRequest)?;
        let nonce = token(&*self.entropy);
        let headers = self
            .headers(&url, &question, nonce.clone())
            .map_err(|_| HttpError::BadRequest)?;
        let request = Request {
            method: question.method,
            url,
            headers: &headers,
            body: question.body.map(<[u8]>::to_vec),
            timeout: question.timeout,
        };
        let reply = self.http.send(request).await?;
        self.verify(&reply, &nonce)
            .map_err(|why| ExchangeError::Unsigned {
                status: reply.status,
                why,
            })?;
        Ok(Verified {
            status: reply.status,
            body: reply.body,
        })
    }

    fn headers(
        &self,
        url: &Url,
        question: &Question<'_>,
        nonce: String,
    ) -> Result<Vec<(&'static str, String)>, WireError> {
        let path_and_query = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let target = Target {
            method: question.method.as_str(),
            path_and_query: &path_and_query,
        };
        let body = question.body.unwrap_or_default();
        let stamp = RequestStamp::sign(
            &self.key,
            target,
            body,
            self.clock.now().as_seconds(),
            nonce,
        )?;
        let mut headers = stamp.headers().to_vec();
        if is_token(question.request_id) {
            headers.push((header::REQUEST_ID, question.request_id.to_owned()));
        }
        Ok(headers)
    }

    fn verify(&self, reply: &Reply, nonce: &str) -> Result<(), WireError> {
        let stamp = ReplyStamp::read(|name| reply.header(name))?;
        stamp.verify(
            &self.key,
            reply.status,
            nonce,
            &reply.body,
            self.clock.now().as_seconds(),
        )
    }
}

/// The address of `path` below `base`.
#[must_use]
pub fn below(base: &Url, path: &str) -> Option<Url> {
    let text = format!(
        "{}/{}",
        base.as_str().trim_end_matches('/'),
        path.trim_start_matches('/')
    );
    Url::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_below_the_base_with_one_slash_between() {
        for base in ["http://a:1", "http://a:1/"] {
            assert_eq!(
                below(&base.parse().unwrap(), "/query").unwrap().as_str(),
                "http://a:1/query"
            );
        }
        for base in ["http://a/api/v2", "http://a/api/v2/"] {
            assert_eq!(
                below(&base.parse().unwrap(), "query").unwrap().path(),
                "/api/v2/query"
            );
        }
    }
}
