//! An application.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Day, Hash, IdText, Instant};
use crate::domain::application::{Application, ApplicationState, PolicyRef, StateName};
use crate::web::words::Words;

/// The policy version by which an application is judged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyView {
    /// Its id.
    #[schema(example = "foshan-phd-settling-in")]
    pub id: String,
    /// First day of the version.
    pub effective: Day,
    /// Hash of the version.
    pub hash: Hash,
}

impl From<&PolicyRef> for PolicyView {
    fn from(policy: &PolicyRef) -> Self {
        Self {
            id: policy.id.clone(),
            effective: policy.effective.into(),
            hash: (&policy.hash).into(),
        }
    }
}

/// An application as it stands. Members that a state does not have are left out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApplicationView {
    /// Its id, also its reference number.
    pub id: IdText,
    /// By what it is judged.
    pub policy: PolicyView,
    /// District that pays and reviews, once known.
    #[schema(example = "440604")]
    pub district: Option<String>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filed_at: Option<Instant>,
    /// The form that was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<IdText>,
    /// Counts every change; a decision names the version that was seen.
    #[schema(example = 3)]
    pub version: i64,
    /// Where it stands: `draft`, `filed`, `parked`, `referred`, `waiting_for_budget`, `publicity`, `approved`, `refused` or
    /// `withdrawn`.
    #[schema(example = "parked")]
    pub state: &'static str,
    /// Nothing more happens to it; its payments go on.
    pub is_final: bool,
    /// Since when it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// Parked: registers still missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["social_security"]))]
    pub sources: Vec<&'static str>,
    /// Parked: when they are asked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Instant>,
    /// The decision on which the state rests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_id: Option<IdText>,
    /// What was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub award_id: Option<IdText>,
    /// Publicity (公示): its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publicity_until: Option<Day>,
    /// What happens next, in Chinese.
    pub next_zh: String,
    /// What happens next, in English.
    pub next_en: String,
}

impl ApplicationView {
    /// Of an application. What was typed stays with the applicant and the database.
    #[must_use]
    pub fn of(application: &Application) -> Self {
        let name = application.state.name();
        let next = next(name);
        let filing = application.filing.as_ref();
        let bare = Self {
            id: IdText::of(&application.id),
            policy: (&application.policy).into(),
            district: application.district.as_ref().map(ToString::to_string),
            opened_at: application.opened_at.into(),
            filed_at: filing.map(|filing| filing.at.into()),
            snapshot_id: filing.map(|filing| IdText::of(&filing.snapshot)),
            version: application.version,
            state: name.as_str(),
            is_final: name.is_final(),
            since: None,
            sources: Vec::new(),
            retry_at: None,
            decision_id: None,
            award_id: None,
            publicity_until: None,
            next_zh: next.zh.into_owned(),
            next_en: next.en.into_owned(),
        };
        bare.with_state(&application.state)
    }

    fn with_state(mut self, state: &ApplicationState) -> Self {
        match state {
            ApplicationState::Draft => {}
            ApplicationState::Filed => self.since = self.filed_at.clone(),
            ApplicationState::Parked {
                sources,
                since,
                retry_at,
            } => {
                self.sources = sources.iter().map(|source| source.as_str()).collect();
                self.since = Some((*since).into());
                self.retry_at = Some((*retry_at).into());
            }
            ApplicationState::Referred { decision, since }
            | ApplicationState::WaitingForBudget { decision, since } => {
                self.decision_id = Some(IdText::of(decision));
                self.since = Some((*since).into());
            }
            ApplicationState::Publicity {
                decision,
                award,
                until,
            } => {
                self.decision_id = Some(IdText::of(decision));
                self.award_id = Some(IdText::of(award));
                self.publicity_until = Some((*until).into());
            }
            ApplicationState::Approved {
                decision,
                award,
                at,
            } => {
                self.decision_id = Some(IdText::of(decision));
                self.award_id = Some(IdText::of(award));
                self.since = Some((*at).into());
            }
            ApplicationState::Refused { decision, at } => {
                self.decision_id = Some(IdText::of(decision));
                self.since = Some((*at).into());
            }
            ApplicationState::Withdrawn { at } => self.since = Some((*at).into()),
        }
        self
    }
}

/// What happens next in each state.
#[must_use]
pub const fn next(state: StateName) -> Words {
    match state {
        StateName::Draft => Words::of(
            "请核对自动填好的表单，确认后提交。",
            "Check the form that was filled for you, then file it.",
        ),
        StateName::Filed => Words::of(
            "已受理，正在自动审批。",
            "Filed; it is being judged by machine now.",
        ),
        StateName::Parked => Words::of(
            "有数源部门暂时没有应答，恢复后自动继续，您无须再做任何事。",
            "A register does not answer at the moment. It goes on by itself when the register is back; you need do nothing.",
        ),
        StateName::Referred => Words::of(
            "已转人工办理，全部原因见审批说明。",
            "A person has it now; the explanation lists every reason.",
        ),
        StateName::WaitingForBudget => Words::of(
            "符合条件，待预算指标到位后按先后次序自动办理。",
            "The conditions are met. It goes on by itself, first come, first served, when money is appropriated.",
        ),
        StateName::Publicity => Words::of(
            "已通过，正在公示，期满无异议即拨付。",
            "Approved and published; payment follows when the days have passed without objection.",
        ),
        StateName::Approved => Words::of(
            "已通过，款项正在拨付。",
            "Approved; the money is on its way.",
        ),
        StateName::Refused => Words::of(
            "未通过。理由、依据和救济途径见审批说明。",
            "Refused by a person. The explanation gives grounds, legal basis and remedies.",
        ),
        StateName::Withdrawn => Words::of("您已撤回申请。", "You took it back."),
    }
}
