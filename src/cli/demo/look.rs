//! The officers of the demonstration: one a district, who look at what was drawn of the machine's approvals, over the API like everybody.

use serde_json::{Value, json};

use super::drive::{Driver, id_of};
use crate::cli::CliError;
use crate::domain::district::DistrictCode;
use crate::gateways::http::Method;

/// Samples read at once.
const PAGE: usize = 200;

impl Driver<'_> {
    /// A supervisor makes an officer of each district known, so that cases have one from the first moment.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn enrol_officers(&self) -> Result<(), CliError> {
        for district in districts() {
            let body = json!({
                "subject": reviewer(district), "name": "演示经办人", "contact": "0757-00000000",
                "district": district, "role": "reviewer",
            });
            let boss = self.token(&format!("supervisor-{district}"))?;
            let path = "/api/v1/desk/officers";
            self.call(Method::POST, path, &boss, Some(body)).await?;
        }
        Ok(())
    }

    /// Every officer looks at every sample that is theirs and finds it right; the made-up people are what they say. How many they were.
    ///
    /// # Errors
    /// When the service cannot be reached or answers what it must not.
    pub async fn look_at_samples(&self) -> Result<u64, CliError> {
        let mut looked = 0;
        for district in districts() {
            let officer = reviewer(district);
            let token = self.token(&officer)?;
            loop {
                let path =
                    format!("/api/v1/desk/cases?about=sample&officer={officer}&limit={PAGE}");
                let page = self.call(Method::GET, &path, &token, None).await?;
                let samples = page["items"].as_array().cloned().unwrap_or_default();
                if samples.is_empty() {
                    break;
                }
                for sample in &samples {
                    self.look_at(sample, &token).await?;
                    looked += 1;
                }
            }
        }
        Ok(looked)
    }

    async fn look_at(&self, sample: &Value, token: &str) -> Result<(), CliError> {
        let body = json!({
            "seen_version": sample["version"], "verdict": "right", "grounds": "演示：材料与登记一致。",
        });
        let path = format!("/api/v1/desk/cases/{}/sample", id_of(sample)?);
        self.call(Method::POST, &path, token, Some(body))
            .await
            .map(drop)
    }
}

pub(super) fn districts() -> impl Iterator<Item = &'static str> {
    DistrictCode::FOSHAN_DISTRICTS
        .iter()
        .map(DistrictCode::as_str)
        .chain(["440600"])
}

pub(super) fn reviewer(district: &str) -> String {
    format!("reviewer-{district}")
}
