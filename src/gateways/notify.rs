//! Messages to applicants, over the signed wire to a sink that knows the operators.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde::Serialize;

use super::signed::{Question, SignedServer};
use super::treasury::why;
use crate::domain::id::NoticeId;
use crate::ports::{Notice, Notifier, NotifyError};

/// The sink at its address.
#[derive(Debug, Clone)]
pub struct HttpNotifier {
    server: SignedServer,
    timeout: Duration,
}

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "message_id")]
    id: NoticeId,
    to: &'a str,
    channel: &'static str,
    template: &'a str,
    params: &'a BTreeMap<String, String>,
}

impl HttpNotifier {
    /// The sink at `server`; `timeout` is for one message.
    #[must_use]
    pub const fn new(server: SignedServer, timeout: Duration) -> Self {
        Self { server, timeout }
    }
}

#[async_trait]
impl Notifier for HttpNotifier {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        let message = Message {
            id: notice.id,
            to: notice.to.reveal(),
            channel: notice.channel.as_str(),
            template: &notice.template,
            params: &notice.params,
        };
        let body = serde_json::to_vec(&message).map_err(|_| NotifyError::Unavailable {
            why: "cannot be written",
        })?;
        let question = Question {
            method: Method::POST,
            path: "/messages",
            body: Some(&body),
            request_id: &notice.request_id,
            timeout: self.timeout,
        };
        let reply = self
            .server
            .ask(question)
            .await
            .map_err(|error| NotifyError::Unavailable { why: why(error) })?;
        match reply.status {
            200..300 => Ok(()),
            408 | 429 | 500.. => Err(NotifyError::Unavailable {
                why: "server error",
            }),
            status => Err(NotifyError::Refused { status }),
        }
    }
}

/// Where nobody has configured a sink: says so, as a register that nobody configured does.
#[derive(Debug, Clone, Copy)]
pub struct NoNotifier;

#[async_trait]
impl Notifier for NoNotifier {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        tracing::debug!(message_id = %notice.id, "no message sink is configured");
        Err(NotifyError::NotConfigured)
    }
}
