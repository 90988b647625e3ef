//! A case of the desk, its acts, and the card by which an applicant follows it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Amount, Day, Hash, IdText, Instant};
use crate::domain::calendar::WorkingCalendar;
use crate::domain::desk::{
    Act, CaseFile, DeskCase, Ending, Next, Offer, Officer, Proposal, Relief, Stage, TrackingCard,
    Verdict, placing,
};
use crate::domain::time::Date;
use crate::store::CaseLine;
use crate::web::words::Words;

/// A case as a queue shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseLineView {
    /// Its id, also the number on the tracking card.
    pub id: IdText,
    /// `filing`, `recheck`, `report`, `sample` or `recovery`.
    #[schema(example = "filing")]
    pub about: String,
    /// The application, where there is one.
    pub application_id: Option<IdText>,
    /// The instalment, where it is about one.
    pub payment_id: Option<IdText>,
    /// Under which policy.
    #[schema(example = "foshan-phd-settling-in")]
    pub policy: Option<String>,
    /// Of which district; none at city level.
    #[schema(example = "440604")]
    pub district: Option<String>,
    /// Subject of its officer; none while it waits for one.
    #[schema(example = "reviewer-440604")]
    pub officer: Option<String>,
    /// `waiting`, `working`, `asked`, `proposed`, `checking` or `closed`.
    #[schema(example = "working")]
    pub stage: &'static str,
    /// How it ended: `approved`, `refused`, `answered`, `handed_on`, `lapsed`, `withdrawn` or `broken`.
    #[schema(example = json!(null))]
    pub ending: Option<&'static str>,
    /// `none`, `yellow` or `red`.
    #[schema(example = "none")]
    pub card: &'static str,
    /// Whether it has the longer time limit.
    pub special: bool,
    /// Its last day; none while the clock stands, and after the end.
    pub due: Option<Day>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it ended.
    pub closed_at: Option<Instant>,
    /// Counts its acts; an act names the version that was seen.
    #[schema(example = 2)]
    pub version: i64,
}

impl From<&CaseLine> for CaseLineView {
    fn from(line: &CaseLine) -> Self {
        Self {
            id: IdText::of(&line.id),
            about: line.about.clone(),
            application_id: line.application.as_ref().map(IdText::of),
            payment_id: line.payment.as_ref().map(IdText::of),
            policy: line.policy.clone(),
            district: line.district.map(|district| district.to_string()),
            officer: line.officer.clone(),
            stage: line.stage.as_str(),
            ending: line.ending.map(Ending::as_str),
            card: line.card.as_str(),
            special: line.special,
            due: line.due.map(Into::into),
            opened_at: line.opened_at.into(),
            closed_at: line.closed_at.map(Into::into),
            version: line.version,
        }
    }
}

/// How a case should be decided, and who has agreed so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// `approve`, `refuse` or `answer`.
    #[schema(example = "approve")]
    pub verdict: &'static str,
    /// What an approval would grant.
    pub amount: Amount,
    /// How many people must agree, the one who proposed among them.
    #[schema(example = 2)]
    pub needs: u8,
    /// Who agrees so far.
    #[schema(example = json!(["reviewer-440604"]))]
    pub agreed: Vec<String>,
}

impl From<&Proposal> for ProposalView {
    fn from(proposal: &Proposal) -> Self {
        Self {
            verdict: match proposal.verdict {
                Verdict::Approve => "approve",
                Verdict::Refuse => "refuse",
                Verdict::Answer => "answer",
            },
            amount: proposal.amount.into(),
            needs: proposal.needs,
            agreed: proposal.agreed.clone(),
        }
    }
}

/// What may be taken, or was taken, instead of supplying a document now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// `deferral` (容缺受理) or `declaration` (告知承诺).
    #[schema(example = "deferral")]
    pub relief: &'static str,
    /// For which criteria.
    #[schema(example = json!(["full_time"]))]
    pub criteria: Vec<String>,
    /// Last day for supplying, or for checking.
    pub until: Day,
}

impl From<&Offer> for OfferView {
    fn from(offer: &Offer) -> Self {
        Self {
            relief: match offer.relief {
                Relief::Deferral => "deferral",
                Relief::Declaration => "declaration",
            },
            criteria: offer.criteria.clone(),
            until: offer.until.into(),
        }
    }
}

/// A case as its acts have made it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseBody {
    /// Its id, also the number on the tracking card.
    pub id: IdText,
    /// `filing`, `recheck`, `report`, `sample` or `recovery`.
    #[schema(example = "filing")]
    pub about: &'static str,
    /// The application, where there is one; its evidence is at `/api/v1/review/applications/{id}`.
    pub application_id: Option<IdText>,
    /// The instalment, where it is about one.
    pub payment_id: Option<IdText>,
    /// Under which policy.
    #[schema(example = "foshan-phd-settling-in")]
    pub policy: Option<String>,
    /// Of which district; none at city level.
    #[schema(example = "440604")]
    pub district: Option<String>,
    /// Subject of its officer; none while it waits for one.
    #[schema(example = "reviewer-440604")]
    pub officer: Option<String>,
    /// `waiting`, `working`, `asked`, `proposed`, `checking` or `closed`.
    #[schema(example = "working")]
    pub stage: &'static str,
    /// Asked: last day for supplying. Checking: last day for checking.
    pub until: Option<Day>,
    /// How it ended.
    #[schema(example = json!(null))]
    pub ending: Option<&'static str>,
    /// `none`, `yellow` or `red`.
    #[schema(example = "none")]
    pub card: &'static str,
    /// Whether it has the longer time limit.
    pub special: bool,
    /// Its last day; none while the clock stands, after the end, and where the calendar does not reach.
    pub due: Option<Day>,
    /// Whether the applicant was asked for everything (一次性告知): that is done once.
    pub asked: bool,
    /// Criteria that a person has settled.
    #[schema(example = json!(["full_time"]))]
    pub settled: Vec<String>,
    /// Offered, and not taken yet.
    pub offered: Option<OfferView>,
    /// Deferred, and not supplied yet.
    pub deferred: Option<OfferView>,
    /// Declared by the applicant.
    pub declared: Option<OfferView>,
    /// How it should be decided, while others must agree.
    pub proposal: Option<ProposalView>,
    /// The decision it led to.
    pub decision_id: Option<IdText>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it ended.
    pub closed_at: Option<Instant>,
    /// Counts its acts; an act names the version that was seen.
    #[schema(example = 2)]
    pub version: i64,
}

impl CaseBody {
    /// A case as it stands on a day.
    #[must_use]
    pub fn of(case: &DeskCase, calendar: &WorkingCalendar, today: Date) -> Self {
        let (opening, about) = (&case.opening, case.opening.about);
        let placing = placing(case, calendar, today).ok();
        let (until, ending, closed_at, proposal) = match &case.stage {
            Stage::Asked { until } | Stage::Checking { until } => (Some(*until), None, None, None),
            Stage::Proposed(proposal) => (None, None, None, Some(proposal)),
            Stage::Closed { ending, at } => (None, Some(*ending), Some(*at), None),
            Stage::Waiting | Stage::Working => (None, None, None, None),
        };
        Self {
            id: IdText::of(&case.id),
            about: about.as_str(),
            application_id: about.application().map(|id| IdText::of(&id)),
            payment_id: about.payment().map(|id| IdText::of(&id)),
            policy: opening.policy.clone(),
            district: opening.district.map(|district| district.to_string()),
            officer: case.officer.clone(),
            stage: case.stage.name().as_str(),
            until: until.map(Into::into),
            ending: ending.map(Ending::as_str),
            card: case.card.as_str(),
            special: case.special,
            due: placing.and_then(|placing| placing.due).map(Into::into),
            asked: case.asked,
            settled: case.settled.iter().cloned().collect(),
            offered: case.offer.as_ref().map(Into::into),
            deferred: case.deferral.as_ref().map(Into::into),
            declared: case.declared.as_ref().map(Into::into),
            proposal: proposal.map(Into::into),
            decision_id: case.decision.map(|id| IdText::of(&id)),
            opened_at: case.opened_at.into(),
            closed_at: closed_at.map(Into::into),
            version: case.version,
        }
    }
}

/// One thing that happened to a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActView {
    /// The version of the case after it.
    #[schema(example = 3)]
    version: i64,
    /// When.
    at: Instant,
    /// Who: `machine`, `public`, `applicant:ID` or `staff:SUBJECT`.
    #[schema(example = "staff:reviewer-440604")]
    by: String,
    /// What, such as `case.settled`.
    #[schema(example = "case.settled")]
    act: &'static str,
    /// Ids, days and names of criteria that belong to it.
    #[schema(value_type = Object, example = json!({"deed": "settled", "criterion": "full_time", "file": null}))]
    detail: serde_json::Value,
    /// What they wrote.
    #[schema(example = "劳动合同载明全职")]
    words: Option<String>,
}

impl From<&Act> for ActView {
    fn from(act: &Act) -> Self {
        Self {
            version: act.seq,
            at: act.at.into(),
            by: act.by.to_string(),
            act: act.deed.as_str(),
            detail: serde_json::to_value(&act.deed).unwrap_or_default(),
            words: act.words.as_ref().map(|words| words.reveal().clone()),
        }
    }
}

/// A file that was handed in with a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseFileView {
    /// Its id.
    pub id: IdText,
    /// As its owner called it.
    #[schema(example = "劳动合同.pdf")]
    pub name: String,
    /// As its content says: `application/pdf`, `image/jpeg` or `image/png`.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Its length.
    #[schema(example = 48_213)]
    pub bytes: i64,
    /// SHA-256 of its content.
    pub hash: Hash,
}

impl From<&CaseFile> for CaseFileView {
    fn from(file: &CaseFile) -> Self {
        Self {
            id: IdText::of(&file.id),
            name: file.name.reveal().clone(),
            media_type: file.media_type.clone(),
            bytes: file.bytes,
            hash: (&file.hash).into(),
        }
    }
}

/// Somebody who handles cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficerView {
    /// Subject at the identity provider.
    #[schema(example = "reviewer-440604")]
    pub subject: String,
    /// Name, as applicants see it.
    #[schema(example = "王明")]
    pub name: String,
    /// How to reach them, as applicants see it.
    #[schema(example = "0757-83320000")]
    pub contact: String,
    /// Their district; none at city level.
    #[schema(example = "440604")]
    pub district: Option<String>,
    /// Whether they are away.
    pub away: bool,
}

impl From<&Officer> for OfficerView {
    fn from(officer: &Officer) -> Self {
        Self {
            subject: officer.subject.clone(),
            name: officer.name.clone(),
            contact: officer.contact.clone(),
            district: officer.district.map(|district| district.to_string()),
            away: officer.away,
        }
    }
}

/// What an applicant hears of their officer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// Their name.
    #[schema(example = "王明")]
    pub name: String,
    /// How to reach them.
    #[schema(example = "0757-83320000")]
    pub contact: String,
}

/// One step so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// When.
    pub at: Instant,
    /// What, such as `case.assigned`.
    #[schema(example = "case.assigned")]
    pub act: &'static str,
}

/// 服务跟踪卡: number, officer, what is missing, what comes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackingView {
    /// The number of the case.
    pub number: IdText,
    /// Who follows it to its end; none while one is found.
    pub officer: Option<ContactView>,
    /// Criteria of which something is missing.
    #[schema(example = json!(["full_time"]))]
    pub missing: Vec<String>,
    /// What is missing, in the officer's words, while it is.
    #[schema(example = "请补充劳动合同。")]
    pub notice: Option<String>,
    /// Why what was paid has to come back, on what legal basis, and what can be done about it, when that was decided.
    #[schema(example = json!(null))]
    pub claimed: Option<String>,
    /// What is still to come back of it.
    pub outstanding: Option<Amount>,
    /// What may be taken instead of supplying a document now.
    pub offered: Option<OfferView>,
    /// Who is next: `officer_sought`, `officer`, `you`, `second_person`, `check` or `nobody`.
    #[schema(example = "officer")]
    pub turn: &'static str,
    /// Last day of what comes next.
    pub until: Option<Day>,
    /// How it ended.
    #[schema(example = json!(null))]
    pub ending: Option<&'static str>,
    /// What comes next, in Chinese.
    pub next_zh: String,
    /// What comes next, in English.
    pub next_en: String,
    /// What has happened that concerns the applicant, oldest first.
    pub so_far: Vec<StepView>,
    /// What the applicant handed in.
    pub files: Vec<CaseFileView>,
}

impl TrackingView {
    /// The card with what the applicant handed in.
    #[must_use]
    pub fn of(card: &TrackingCard, files: &[CaseFile]) -> Self {
        let (turn, until, words) = turn(&card.next);
        let ending = match card.next {
            Next::Nothing { ending } => Some(ending.as_str()),
            _ => None,
        };
        let officer = card.officer.as_ref().map(|(name, contact)| ContactView {
            name: name.clone(),
            contact: contact.clone(),
        });
        Self {
            number: IdText::of(&card.number),
            officer,
            missing: card.missing.clone(),
            notice: card.notice.as_ref().map(|words| words.reveal().clone()),
            claimed: card.claimed.as_ref().map(|words| words.reveal().clone()),
            outstanding: card.owed.as_ref().map(|owed| owed.outstanding().into()),
            offered: card.offered.as_ref().map(Into::into),
            turn,
            until: until.map(Into::into),
            ending,
            next_zh: words.zh.into_owned(),
            next_en: words.en.into_owned(),
            so_far: card
                .so_far
                .iter()
                .map(|(at, act)| StepView {
                    at: (*at).into(),
                    act,
                })
                .collect(),
            files: files.iter().map(Into::into).collect(),
        }
    }
}

/// Whose turn it is, until when, and in words.
const fn turn(next: &Next) -> (&'static str, Option<Date>, Words) {
    match next {
        Next::AnOfficer => (
            "officer_sought",
            None,
            Words::of(
                "正在为您指定经办人。",
                "An officer is being found for your case.",
            ),
        ),
        Next::TheOfficer { due } => (
            "officer",
            *due,
            Words::of(
                "经办人正在办理，您无须再做任何事。",
                "Your officer is working on it; you need do nothing.",
            ),
        ),
        Next::YouSupply { until, ends: false } => (
            "you",
            Some(*until),
            Words::of(
                "请在期限前补充所列材料；逾期由经办人按现有材料办理。",
                "Please supply what is listed by that day; after it the officer goes on with what is there.",
            ),
        ),
        Next::YouSupply { until, ends: true } => (
            "you",
            Some(*until),
            Words::of(
                "请在期限前补齐容缺材料；逾期本次申请终止，可重新申请。",
                "Please supply what was deferred by that day; late is the end of this application, and you may apply anew.",
            ),
        ),
        Next::ASecondPerson => (
            "second_person",
            None,
            Words::of(
                "金额较大，正由第二人复核。",
                "The amount is large: a second person looks at it.",
            ),
        ),
        Next::ACheck { until } => (
            "check",
            Some(*until),
            Words::of(
                "已按您的承诺办理，事后核查中。",
                "Decided on your declaration, which is being checked.",
            ),
        ),
        Next::Nothing { .. } => (
            "nobody",
            None,
            Words::of("本事项已办结。", "This case has ended."),
        ),
    }
}
