//! A few of the referred cases, each worked to its end by its officer and its applicant: over the API of the desk, like everybody.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::drive::{Driver, Story, id_of};
use super::look::{districts, reviewer};
use crate::cli::CliError;
use crate::domain::judgement::AMOUNT_CRITERION;
use crate::domain::signal::Signal;
use crate::gateways::http::Method;

/// Cases read at once of a district; a few are worked.
const PAGE: usize = 200;
/// What is shown of each kind is shown twice, as far as there are people for it.
const PLANS: [Plan; 6] = [
    Plan::Settle,
    Plan::Refuse,
    Plan::Ask,
    Plan::Settle,
    Plan::Refuse,
    Plan::Ask,
];
/// The rule a refusal rests on, as an officer of the demonstration writes it.
const BASIS: &str = "演示：本政策所列条件";

/// How a case goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// 一次性告知: the applicant supplies, and it is approved.
    Ask,
    /// What no register could prove is settled, and it is approved.
    Settle,
    /// Refused, with grounds, legal basis and remedies.
    Refuse,
}

/// What a person has to say about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Findings {
    /// Criteria to be settled before an approval.
    open: Vec<String>,
    /// Whether a register says the contrary of one.
    contrary: bool,
    /// Whether the amount cannot be reckoned: then nothing is approved here.
    no_amount: bool,
    /// Everything that stands in the way, in the words of the decision.
    reason: String,
}

impl Findings {
    fn read(review: &Value) -> Self {
        let mut findings = Self::default();
        let mut reasons = Vec::new();
        for finding in review["findings"].as_array().into_iter().flatten() {
            let criterion = finding["criterion"].as_str().unwrap_or_default();
            let verdict = finding["verdict"].as_str().unwrap_or_default();
            if verdict == "met" {
                continue;
            }
            if Signal::ALL.iter().any(|one| one.as_str() == criterion) {
                reasons.push(format!("signal: {criterion}"));
                continue;
            }
            reasons.push(format!("{criterion}: {verdict}"));
            findings.contrary |= verdict == "not_met";
            if criterion == AMOUNT_CRITERION {
                findings.no_amount = true;
            } else {
                findings.open.push(criterion.to_owned());
            }
        }
        findings.reason = reasons.join(", ");
        findings
    }
}

impl Plan {
    /// Whether a case can go so, told as it would be told in earnest.
    const fn fits(self, findings: &Findings) -> bool {
        match self {
            Self::Ask => !findings.no_amount && !findings.open.is_empty(),
            Self::Settle => !findings.no_amount && !findings.contrary,
            Self::Refuse => findings.contrary,
        }
    }
}

/// A case that was worked.
#[derive(Debug, Clone)]
pub struct Worked {
    /// Its number.
    pub case: String,
    /// Which application.
    pub application: String,
    /// What stood in the way.
    pub reason: String,
    /// What was done, in its order.
    pub acts: Vec<&'static str>,
    /// How it ended; nothing when it did not.
    pub ending: Option<String>,
}

/// A case under way, as its officer sees it.
struct Matter<'s> {
    story: &'s Story,
    /// The application.
    application: String,
    /// The case, as last seen.
    case: Value,
    officer: String,
    boss: String,
    findings: Findings,
    acts: Vec<&'static str>,
}

impl Driver<'_> {
    /// Works a few of the referred cases to their end; the same ones for the same people.
    ///
    /// # Errors
    /// When the service cannot be reached or answers what it must not.
    pub async fn work_cases<'s>(
        &self,
        stories: impl Iterator<Item = &'s Story>,
    ) -> Result<Vec<Worked>, CliError> {
        let mut referred: HashMap<String, &Story> = HashMap::new();
        for story in stories.filter(|story| story.state() == "referred") {
            referred.insert(id_of(&story.application)?.to_owned(), story);
        }
        let (mut plans, mut worked) = (PLANS.to_vec(), Vec::new());
        for (line, story) in self.lines_of(&referred).await? {
            if plans.is_empty() {
                break;
            }
            let mut matter = self.look_into(line, story).await?;
            let fitting = plans.iter().position(|plan| plan.fits(&matter.findings));
            if let Some(at) = fitting {
                self.work(plans.remove(at), &mut matter).await?;
                worked.push(matter.told());
            }
        }
        Ok(worked)
    }

    /// The cases of these applications, in the order of their people.
    async fn lines_of<'s>(
        &self,
        referred: &HashMap<String, &'s Story>,
    ) -> Result<Vec<(Value, &'s Story)>, CliError> {
        let mut lines = Vec::new();
        for district in districts() {
            let officer = reviewer(district);
            let token = self.token(&officer)?;
            let path = format!("/api/v1/desk/cases?about=filing&officer={officer}&limit={PAGE}");
            let page = self.call(Method::GET, &path, &token, None).await?;
            for line in page["items"].as_array().into_iter().flatten() {
                let application = line["application_id"].as_str().unwrap_or_default();
                if let Some(story) = referred.get(application) {
                    lines.push((line.clone(), *story));
                }
            }
        }
        lines.sort_by(|one, other| one.1.subject().cmp(other.1.subject()));
        Ok(lines)
    }

    async fn look_into<'s>(&self, line: Value, story: &'s Story) -> Result<Matter<'s>, CliError> {
        let application = id_of(&story.application)?.to_owned();
        let district = line["district"].as_str().unwrap_or("440600").to_owned();
        let officer = self.token(line["officer"].as_str().unwrap_or_default())?;
        let path = format!("/api/v1/review/applications/{application}?purpose=demo");
        let review = self.call(Method::GET, &path, &officer, None).await?;
        Ok(Matter {
            story,
            application,
            case: line,
            officer,
            boss: self.token(&format!("supervisor-{district}"))?,
            findings: Findings::read(&review),
            acts: Vec::new(),
        })
    }

    async fn work(&self, plan: Plan, matter: &mut Matter<'_>) -> Result<(), CliError> {
        if plan == Plan::Ask {
            self.ask_and_supply(matter).await?;
        }
        if plan == Plan::Refuse {
            let refusal = json!({
                "verdict": "refuse", "grounds": "演示：登记显示不符合条件。", "legal_basis": BASIS,
            });
            return self.act(matter, "refused", "propose", refusal).await;
        }
        for criterion in matter.findings.open.clone() {
            let ground = json!({ "criterion": criterion, "words": "演示：已向出具单位核实。" });
            self.act(matter, "settled", "settle", ground).await?;
        }
        let approval = json!({ "verdict": "approve", "grounds": "演示：已核实，符合条件。" });
        self.act(matter, "approved", "propose", approval).await?;
        while matter.case["stage"] == "proposed" {
            let boss = matter.boss.clone();
            let words = json!({ "words": "演示：同意。" });
            self.act_as(&boss, matter, "agreed by a second person", "confirm", words)
                .await?;
        }
        Ok(())
    }

    async fn ask_and_supply(&self, matter: &mut Matter<'_>) -> Result<(), CliError> {
        let words = "演示：请一次补齐下列各项的证明。";
        let notice = json!({ "criteria": matter.findings.open, "words": words });
        self.act(matter, "asked once", "ask", notice).await?;
        let path = format!("/api/v1/applications/{}/case/supply", matter.application);
        let supplied = json!({ "words": "演示：证明已补齐。" });
        let token = matter.story.token();
        self.call(Method::POST, &path, token, Some(supplied))
            .await?;
        matter.acts.push("supplied");
        let path = format!("/api/v1/desk/cases/{}?purpose=demo", id_of(&matter.case)?);
        let seen = self.call(Method::GET, &path, &matter.officer, None).await?;
        matter.case = seen["case"].clone();
        Ok(())
    }

    async fn act(
        &self,
        matter: &mut Matter<'_>,
        said: &'static str,
        act: &str,
        body: Value,
    ) -> Result<(), CliError> {
        let officer = matter.officer.clone();
        self.act_as(&officer, matter, said, act, body).await
    }

    /// One act on the version that was seen.
    async fn act_as(
        &self,
        token: &str,
        matter: &mut Matter<'_>,
        said: &'static str,
        act: &str,
        mut body: Value,
    ) -> Result<(), CliError> {
        body["seen_version"] = matter.case["version"].clone();
        let path = format!("/api/v1/desk/cases/{}/{act}", id_of(&matter.case)?);
        matter.case = self.call(Method::POST, &path, token, Some(body)).await?;
        if matter.acts.last() != Some(&said) {
            matter.acts.push(said);
        }
        Ok(())
    }
}

impl Matter<'_> {
    fn told(self) -> Worked {
        Worked {
            case: self.case["id"].as_str().unwrap_or_default().to_owned(),
            application: self.application,
            reason: self.findings.reason,
            acts: self.acts,
            ending: self.case["ending"].as_str().map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(list: &[(&str, &str)]) -> Findings {
        let one = |(criterion, verdict): &(&str, &str)| json!({ "criterion": criterion, "verdict": verdict });
        let list: Vec<_> = list.iter().map(one).collect();
        Findings::read(&json!({ "findings": list }))
    }

    #[test]
    fn what_the_registers_contradict_is_not_settled_and_what_has_no_amount_is_not_approved() {
        let unproven = findings(&[("full_time", "cannot_establish"), ("age", "met")]);
        assert_eq!(unproven.open, ["full_time"]);
        assert_eq!(unproven.reason, "full_time: cannot_establish");
        assert!(Plan::Settle.fits(&unproven) && !Plan::Refuse.fits(&unproven));
        let contrary = findings(&[("contract_term", "not_met")]);
        assert!(Plan::Refuse.fits(&contrary) && Plan::Ask.fits(&contrary));
        assert!(!Plan::Settle.fits(&contrary));
        let unknown = findings(&[(AMOUNT_CRITERION, "cannot_establish")]);
        assert!(unknown.open.is_empty());
        for plan in PLANS {
            assert!(!plan.fits(&unknown), "{plan:?}");
        }
    }

    #[test]
    fn a_signal_is_a_reason_and_nothing_to_settle() {
        let signal = findings(&[(Signal::ALL[0].as_str(), "cannot_establish")]);
        assert!(signal.open.is_empty() && signal.reason.starts_with("signal: "));
        assert!(
            Plan::Settle.fits(&signal),
            "a person says so, and it is approved"
        );
    }
}
