//! People who go on through every crash, as people do: whoever gets no answer asks again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use sanmiao_mocks::{Person, World};
use serde_json::{Value, json};

use crate::support::house::{DISTRICTS, client, text};

/// Pause before asking again.
const AGAIN: Duration = Duration::from_millis(30);
/// Longest way of one person in quiet times, and what each kill may add to it: lives are short, and an exchange that is cut off
/// waits for its lease to end.
const PATIENCE: Duration = Duration::from_mins(2);
const PATIENCE_A_KILL: Duration = Duration::from_secs(4);

/// The way everybody goes.
pub(crate) struct Ways {
    world: Arc<World>,
    base: String,
    http: reqwest::Client,
}

impl Ways {
    pub(crate) fn new(world: Arc<World>, base: String) -> Self {
        Self {
            world,
            base,
            http: client(),
        }
    }

    /// Money for everybody.
    pub(crate) async fn fund(&self) {
        for policy in [
            "foshan-phd-settling-in",
            "foshan-postdoc-settling-in",
            "foshan-junior-mid-level",
        ] {
            for district in DISTRICTS {
                self.fund_line(policy, district).await;
            }
        }
    }

    /// One of finance proposes, the other approves; whichever of it was done before a kill is not done again.
    async fn fund_line(&self, policy: &str, district: &str) {
        let year = china_year(&self.world);
        let line = json!({ "policy": policy, "district": district, "year": year });
        let body = json!({
            "kind": "add", "to": line, "amount": "900000000.00", "reference": format!("{policy} {district}"),
        });
        let path = "/api/v1/finance/budgets/orders";
        let (_, order) = self
            .persist("finance-maker", Method::POST, path, Some(&body))
            .await;
        let (path, seen) = (
            format!("{path}/{}/approve", text(&order, "/id")),
            json!({ "version": 0 }),
        );
        let (_, answer) = self
            .persist("finance-checker", Method::POST, &path, Some(&seen))
            .await;
        let state = answer
            .pointer("/changed/state")
            .or_else(|| answer.get("state"));
        assert_eq!(state, Some(&json!("approved")), "{answer}");
    }

    /// Opens, files, and stays until the first payment is settled or a person has the matter.
    pub(crate) async fn walk(&self, at: usize, kills: usize) {
        let person = self.world.people()[at].clone();
        let kills = u32::try_from(kills).expect("a small number");
        let patience = PATIENCE + PATIENCE_A_KILL * kills;
        let walked = tokio::time::timeout(patience, self.walk_on(&person)).await;
        assert!(
            walked.is_ok(),
            "person {at} ({:?}) did not arrive",
            person.traits
        );
    }

    async fn walk_on(&self, person: &Person) {
        let policy = &person.applies_for;
        let body =
            json!({ "policy": policy, "consent": { "scope": scope(policy), "purpose": policy } });
        let (status, opened) = self
            .persist(
                &person.subject,
                Method::POST,
                "/api/v1/applications",
                Some(&body),
            )
            .await;
        assert_eq!(status, 201, "{opened}");
        let id = text(&opened, "/application/id").to_owned();
        let account = &person.account;
        let body = json!({
            "snapshot_id": text(&opened, "/form/snapshot_id"),
            "account": account.number, "bank": account.bank_cnaps, "phone": person.phone,
        });
        let path = format!("/api/v1/applications/{id}/file");
        let (status, filed) = self
            .persist(&person.subject, Method::POST, &path, Some(&body))
            .await;
        assert!(status == 200 || status == 202, "{filed}");
        while !self.arrived(person, &id).await {
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn arrived(&self, person: &Person, id: &str) -> bool {
        let (_, seen) = self
            .persist(
                &person.subject,
                Method::GET,
                &format!("/api/v1/applications/{id}"),
                None,
            )
            .await;
        match text(&seen, "/state") {
            "referred" => return true,
            "approved" => {}
            _ => return false,
        }
        let path = format!("/api/v1/applications/{id}/payments");
        let (_, payments) = self
            .persist(&person.subject, Method::GET, &path, None)
            .await;
        let list = payments
            .get("items")
            .unwrap_or(&payments)
            .as_array()
            .cloned()
            .unwrap_or_default();
        let Some(first) = list.first() else {
            return false;
        };
        match text(first, "/state") {
            "returned" => {
                self.correct(person, first).await;
                false
            }
            // A monthly policy pays next September.
            "settled" | "scheduled" => true,
            _ => false,
        }
    }

    async fn correct(&self, person: &Person, payment: &Value) {
        let account = person.spare_account.as_ref().unwrap_or(&person.account);
        let body =
            json!({ "account": account.number, "bank": account.bank_cnaps, "phone": person.phone });
        let path = format!("/api/v1/payments/{}/account", text(payment, "/id"));
        // An earlier try may have been taken just before a kill; then this one is refused, and that is right.
        let _taken_or_too_late = self
            .persist(&person.subject, Method::POST, &path, Some(&body))
            .await;
    }

    /// Asks until there is an answer that is not a passing one.
    async fn persist(
        &self,
        subject: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        loop {
            match self.ask(subject, method.clone(), path, body).await {
                Some((status, answer)) if status < 500 && status != 429 => return (status, answer),
                _ => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    async fn ask(
        &self,
        subject: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let token = self.world.token_for(subject)?;
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.ok()?;
        Some((
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        ))
    }
}

/// The registers a policy asks.
fn scope(policy: &str) -> Vec<&'static str> {
    let book = sanmiao::policy::shipped::book();
    let policy = book
        .in_force(policy, crate::support::people::AS_OF)
        .expect("in force");
    policy
        .sources()
        .iter()
        .map(sanmiao::domain::source::SourceId::as_str)
        .collect()
}

fn china_year(world: &World) -> i16 {
    let at = sanmiao::domain::time::Timestamp::from_micros(world.clock().wall_micros());
    at.china_date().year()
}
