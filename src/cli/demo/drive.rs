//! The people of the demonstration: each with a token of their own, and nothing but the public API.

use std::time::Duration;

use sanmiao_mocks::{Person, PersonCard};
use serde_json::{Value, json};

use super::town::Town;
use crate::cli::CliError;
use crate::domain::district::DistrictCode;
use crate::domain::money::Money;
use crate::domain::time::{Date, Timestamp};
use crate::gateways::http::{Http, Method, Request, Url};

/// For one request.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Pause between two looks at an application that is not decided or paid yet.
const LOOK_MS: u64 = 100;
/// How often it is looked at before the story ends as it stands: two minutes.
const LOOKS_MAX: u32 = 1_200;
/// Enough for everybody, in fen: ten thousand million yuan.
const AMPLE_FEN: i64 = 1_000_000_000_000;
/// What the line that runs dry gets for each person of the whole demonstration, in fen: not quite enough.
const SCARCE_FEN_A_PERSON: i64 = 1_000_000;
/// The district and policy whose line runs dry until it is topped up.
const SCARCE: (&str, &str) = ("440608", "foshan-phd-settling-in");

/// Drives people through the API.
pub struct Driver<'a> {
    town: &'a Town,
    http: Http,
    policies: Vec<(String, Value)>,
    year: i16,
}

/// What became of one person.
pub struct Story {
    token: String,
    card: PersonCard,
    /// The application as last seen.
    pub application: Value,
    /// Rows that registers or sign-in filled.
    pub filled: u64,
    /// Rows the person typed.
    pub typed: u64,
    /// Seen parked.
    pub parked: bool,
    /// Seen with a person: whatever came of it was not the machine's doing.
    pub referred: bool,
    /// Seen waiting for budget.
    pub waited: bool,
    /// Every payment, as last seen.
    pub payments: Vec<Value>,
    /// Returns met on the way.
    pub returned: u64,
    /// Why the person could not file, when they could not.
    pub refused_at_the_door: Option<String>,
}

impl Story {
    /// The application's state.
    #[must_use]
    pub fn state(&self) -> &str {
        self.application["state"].as_str().unwrap_or("none")
    }

    /// Who it is at the provider.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.card.subject
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Moment of filing.
    #[must_use]
    pub fn filed_at(&self) -> Option<Timestamp> {
        instant(&self.application["filed_at"])
    }
}

/// An instant of the API.
#[must_use]
pub fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

impl<'a> Driver<'a> {
    /// A driver for a running town.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(town: &'a Town) -> Result<Self, CliError> {
        let http = Http::new().map_err(CliError::failed)?;
        let year = town.context().world.clock.today().year();
        let policies = crate::web::api::policies::cards(
            &town.context().policies,
            Date::constant(year, 12, 31),
        );
        let policies = policies
            .into_iter()
            .map(|card| (card.id.clone(), json!(card.sources)))
            .collect();
        Ok(Self {
            town,
            http,
            policies,
            year,
        })
    }

    /// The people.
    #[must_use]
    pub fn people(&self) -> Vec<&'a Person> {
        self.town.world().people().iter().collect()
    }

    /// Grants every line ample money, but one not quite enough: one officer proposes, another approves.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn appropriate_scarce(&self) -> Result<(), CliError> {
        let scarce_fen = SCARCE_FEN_A_PERSON * i64::try_from(self.people().len()).unwrap_or(1);
        for (policy, _) in &self.policies {
            for district in DistrictCode::FOSHAN_DISTRICTS {
                let scarce = (district.as_str(), policy.as_str()) == SCARCE;
                self.appropriate(
                    policy,
                    district.as_str(),
                    if scarce { scarce_fen } else { AMPLE_FEN },
                    1,
                )
                .await?;
            }
        }
        Ok(())
    }

    /// Tops up the line that ran dry: its waiting list moves.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn appropriate_ample(&self) -> Result<(), CliError> {
        self.appropriate(SCARCE.1, SCARCE.0, AMPLE_FEN, 2).await
    }

    async fn appropriate(
        &self,
        policy: &str,
        district: &str,
        fen: i64,
        number: u8,
    ) -> Result<(), CliError> {
        let amount = Money::from_fen(fen).map_err(CliError::failed)?;
        let line = json!({ "policy": policy, "district": district, "year": self.year });
        let body = json!({
            "kind": "add", "to": line, "amount": amount,
            "reference": format!("demo-{policy}-{district}-{number}"),
        });
        let (maker, checker) = (self.token("finance-maker")?, self.token("finance-checker")?);
        let orders = "/api/v1/finance/budgets/orders";
        let order = self.call(Method::POST, orders, &maker, Some(body)).await?;
        // A demonstration on data of an earlier one finds its orders approved.
        if order["state"] != "proposed" {
            return Ok(());
        }
        let path = format!("{orders}/{}/approve", id_of(&order)?);
        let seen = json!({ "version": order["version"] });
        self.call(Method::POST, &path, &checker, Some(seen))
            .await
            .map(drop)
    }

    /// One person opens the form, reads it, types account and telephone, and files.
    ///
    /// # Errors
    /// When the service cannot be reached or answers what it must not.
    pub async fn file(&self, person: &Person) -> Result<Story, CliError> {
        let token = self.token(&person.subject)?;
        let card = person.card();
        let scope = self.policies.iter().find(|(id, _)| *id == card.applies_for);
        let scope = scope.map(|(_, sources)| sources.clone()).ok_or_else(|| {
            CliError::Unusable(format!(
                "no policy {:?} is in force; the people file asks for it",
                card.applies_for
            ))
        })?;
        let body = json!({ "policy": card.applies_for, "consent": { "scope": scope, "purpose": card.applies_for } });
        let opened = self
            .call(Method::POST, "/api/v1/applications", &token, Some(body))
            .await?;
        let form = &opened["form"];
        let mut story = Story {
            token,
            application: opened["application"].clone(),
            filled: form["filled"].as_u64().unwrap_or(0),
            typed: form["typed"].as_u64().unwrap_or(0),
            parked: false,
            referred: false,
            waited: false,
            payments: Vec::new(),
            returned: 0,
            refused_at_the_door: None,
            card,
        };
        let mut body = account(
            &story.card.account.number,
            &story.card.account.bank_cnaps,
            &story.card.phone,
        );
        body["snapshot_id"] = form["snapshot_id"].clone();
        let path = format!("/api/v1/applications/{}/file", id_of(&story.application)?);
        story.application = self
            .call(Method::POST, &path, &story.token, Some(body))
            .await?;
        note(&mut story);
        Ok(story)
    }

    /// Follows an application to its decision and its money to the bank; corrects the account when the money comes back.
    ///
    /// # Errors
    /// When the service cannot be reached or answers what it must not.
    pub async fn follow(&self, mut story: Story) -> Result<Story, CliError> {
        let path = format!("/api/v1/applications/{}", id_of(&story.application)?);
        for _ in 0..LOOKS_MAX {
            story.application = self.call(Method::GET, &path, &story.token, None).await?;
            note(&mut story);
            if !matches!(story.state(), "filed" | "parked" | "waiting_for_budget")
                && self.paid(&mut story, &path).await?
            {
                if story.parked {
                    // A register that answered late has filled its rows by now.
                    let form = self
                        .call(Method::GET, &format!("{path}/form"), &story.token, None)
                        .await?;
                    story.filled = form["form"]["filled"].as_u64().unwrap_or(story.filled);
                }
                break;
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        Ok(story)
    }

    /// Whether nothing more happens to the payments by itself today.
    async fn paid(&self, story: &mut Story, path: &str) -> Result<bool, CliError> {
        if story.state() != "approved" {
            return Ok(true);
        }
        let payments = self
            .call(Method::GET, &format!("{path}/payments"), &story.token, None)
            .await?;
        story.payments = payments.as_array().cloned().unwrap_or_default();
        let mut rests = true;
        for payment in story.payments.clone() {
            match payment["state"].as_str() {
                Some("settled" | "scheduled" | "held" | "cancelled" | "referred") => {}
                Some("returned") => {
                    let corrected = self.correct(story, &payment).await?;
                    rests = rests && !corrected;
                }
                _ => rests = false,
            }
        }
        Ok(rests)
    }

    /// 退票: the person names another account, if they have one.
    async fn correct(&self, story: &mut Story, payment: &Value) -> Result<bool, CliError> {
        let Some(spare) = &story.card.spare_account else {
            return Ok(false);
        };
        let body = account(&spare.number, &spare.bank_cnaps, &story.card.phone);
        let path = format!("/api/v1/payments/{}/account", id_of(payment)?);
        self.call(Method::POST, &path, &story.token, Some(body))
            .await?;
        story.returned += 1;
        Ok(true)
    }

    pub(super) fn token(&self, subject: &str) -> Result<String, CliError> {
        let token = self.town.world().token_for(subject);
        token.ok_or_else(|| CliError::Failed("the made-up world gives no token".to_owned()))
    }

    /// One request; any answer but success ends the demonstration with the problem's own words.
    ///
    /// # Errors
    /// When there is no answer, or it is a problem.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> Result<Value, CliError> {
        let url: Url = format!("{}{path}", self.town.service())
            .parse()
            .map_err(CliError::failed)?;
        let headers = [("authorization", format!("Bearer {token}"))];
        let body = body.map(|body| body.to_string().into_bytes());
        let request = Request {
            method,
            url,
            headers: &headers,
            body,
            timeout: TIMEOUT,
        };
        let reply = self.http.send(request).await.map_err(CliError::failed)?;
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
        if (200..300).contains(&reply.status) {
            return Ok(answer);
        }
        let (title, detail) = (answer["title_en"].as_str(), answer["detail_en"].as_str());
        let words = format!(
            "{} {}",
            title.unwrap_or("no title"),
            detail.unwrap_or_default()
        );
        Err(CliError::Failed(format!(
            "the service answered {}: {words}",
            reply.status
        )))
    }

    /// The ledger's balances, as finance sees them.
    ///
    /// # Errors
    /// When the service cannot be reached.
    pub async fn balances(&self) -> Result<Value, CliError> {
        let token = self.token("finance-checker")?;
        self.call(Method::GET, "/api/v1/finance/ledger", &token, None)
            .await
    }
}

fn account(number: &str, bank: &str, phone: &str) -> Value {
    json!({ "account": number, "bank": bank, "phone": phone })
}

pub(super) fn id_of(thing: &Value) -> Result<&str, CliError> {
    thing["id"]
        .as_str()
        .ok_or_else(|| CliError::Failed("the service answered without an id".to_owned()))
}

fn note(story: &mut Story) {
    let state = story.state().to_owned();
    story.parked |= state == "parked";
    story.referred |= state == "referred";
    story.waited |= state == "waiting_for_budget";
}
