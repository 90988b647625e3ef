//! What an applicant is told, and in which words.
//!
//! An [`Occasion`] is something that has happened to an application or to one of its payments; [`Occasion::message`] decides which
//! [`Template`] tells it and what is filled in. A message leaves the house, so nothing personal goes into it: a reference number, an
//! amount, a date, the number of an instalment. Everything else is on the page, behind the sign-in.

use std::collections::BTreeMap;

use super::id::{ApplicationId, AwardId, CaseId, DecisionId, InstructionId, NoticeId};
use super::money::Money;
use super::payment::PaymentState;
use super::person::Private;
use super::policy::Lang;
use super::time::{Date, Timestamp};

/// Something an applicant is told of. Whatever brings it about, and however often, it is told once: see [`Occasion::key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A register does not answer; the application goes on by itself.
    Parked,
    /// 转人工.
    Referred {
        /// The decision that names the reasons.
        decision: DecisionId,
    },
    /// Approved in substance; the money of the line is used up.
    WaitingForBudget {
        /// The approving decision.
        decision: DecisionId,
    },
    /// Approved; 公示 first.
    Publicity {
        /// The award.
        award: AwardId,
        /// All instalments together.
        total: Money,
        /// Last day of publicity.
        until: Date,
    },
    /// Approved, by the machine or by a person; the money is on its way.
    Approved {
        /// The award.
        award: AwardId,
        /// All instalments together.
        total: Money,
    },
    /// A person refused.
    Refused {
        /// The refusing decision.
        decision: DecisionId,
    },
    /// At the payee's bank.
    Settled {
        /// The instruction that carried it.
        instruction: InstructionId,
        /// Which instalment.
        instalment: u8,
        /// How much.
        amount: Money,
    },
    /// 退票, or refused by the treasury: a corrected account is needed.
    Returned {
        /// The instruction that came back.
        instruction: InstructionId,
        /// Which instalment.
        instalment: u8,
        /// How much.
        amount: Money,
    },
    /// 资格复核 passed: a later instalment is on its way.
    RecheckPassed {
        /// The approving decision.
        decision: DecisionId,
        /// Which instalment.
        instalment: u8,
        /// How much.
        amount: Money,
    },
    /// The re-check before an instalment went to a person.
    RecheckReferred {
        /// The decision that names the reasons.
        decision: DecisionId,
        /// Which instalment.
        instalment: u8,
    },
    /// The re-check ended without anything to pay.
    RecheckEnded {
        /// The decision.
        decision: DecisionId,
        /// Which instalment.
        instalment: u8,
    },
    /// 一次性告知: an officer asked for everything that is missing, once.
    CaseAsked {
        /// The desk's case.
        case: CaseId,
        /// Last day for supplying it.
        until: Date,
    },
    /// 容缺: what was deferred did not come, and the application has ended.
    CaseLapsed {
        /// The desk's case.
        case: CaseId,
    },
    /// Approved; a person looks before the money goes.
    LookedAtFirst {
        /// The award.
        award: AwardId,
        /// All instalments together.
        total: Money,
    },
    /// 追回: whether a payment has to come back is looked into.
    RecoveryOpened {
        /// The desk's case.
        case: CaseId,
        /// Which instalment.
        instalment: u8,
        /// How much.
        amount: Money,
    },
    /// 追回: it has to.
    RecoveryClaimed {
        /// The desk's case.
        case: CaseId,
        /// Which instalment.
        instalment: u8,
        /// How much.
        amount: Money,
    },
    /// 追回: it has not.
    RecoveryLetBe {
        /// The desk's case.
        case: CaseId,
        /// Which instalment.
        instalment: u8,
    },
}

/// A text that is registered with the operators under its name, with places for its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each is documented at the occasion of the same name, and its words follow"
)]
pub enum Template {
    ApplicationParked,
    ApplicationReferred,
    ApplicationWaitingForBudget,
    ApplicationPublicity,
    ApplicationApproved,
    ApplicationRefused,
    PaymentSettled,
    PaymentReturned,
    RecheckPassed,
    RecheckReferred,
    RecheckEnded,
    CaseAsked,
    CaseLapsed,
    ApplicationLookedAtFirst,
    RecoveryOpened,
    RecoveryClaimed,
    RecoveryLetBe,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 17] = [
        Self::ApplicationParked,
        Self::ApplicationReferred,
        Self::ApplicationWaitingForBudget,
        Self::ApplicationPublicity,
        Self::ApplicationApproved,
        Self::ApplicationRefused,
        Self::PaymentSettled,
        Self::PaymentReturned,
        Self::RecheckPassed,
        Self::RecheckReferred,
        Self::RecheckEnded,
        Self::CaseAsked,
        Self::CaseLapsed,
        Self::ApplicationLookedAtFirst,
        Self::RecoveryOpened,
        Self::RecoveryClaimed,
        Self::RecoveryLetBe,
    ];

    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationParked => "application_parked",
            Self::ApplicationReferred => "application_referred",
            Self::ApplicationWaitingForBudget => "application_waiting_for_budget",
            Self::ApplicationPublicity => "application_publicity",
            Self::ApplicationApproved => "application_approved",
            Self::ApplicationRefused => "application_refused",
            Self::PaymentSettled => "payment_settled",
            Self::PaymentReturned => "payment_returned",
            Self::RecheckPassed => "recheck_passed",
            Self::RecheckReferred => "recheck_referred",
            Self::RecheckEnded => "recheck_ended",
            Self::CaseAsked => "case_asked",
            Self::CaseLapsed => "case_lapsed",
            Self::ApplicationLookedAtFirst => "application_looked_at_first",
            Self::RecoveryOpened => "recovery_opened",
            Self::RecoveryClaimed => "recovery_claimed",
            Self::RecoveryLetBe => "recovery_let_be",
        }
    }

    /// The template of a name, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|template| template.as_str() == word)
    }

    /// What is filled in: exactly the places of both texts.
    #[must_use]
    pub const fn params(self) -> &'static [&'static str] {
        match self {
            Self::ApplicationParked
            | Self::ApplicationReferred
            | Self::ApplicationWaitingForBudget
            | Self::ApplicationRefused
            | Self::CaseLapsed => &["reference"],
            Self::CaseAsked => &["reference", "until"],
            Self::ApplicationPublicity => &["reference", "amount", "until"],
            Self::ApplicationApproved | Self::ApplicationLookedAtFirst => &["reference", "amount"],
            Self::PaymentSettled
            | Self::PaymentReturned
            | Self::RecheckPassed
            | Self::RecoveryOpened
            | Self::RecoveryClaimed => &["reference", "instalment", "amount"],
            Self::RecheckReferred | Self::RecheckEnded | Self::RecoveryLetBe => {
                &["reference", "instalment"]
            }
        }
    }

    /// The words, with `{name}` where a parameter goes.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = self.texts();
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::ApplicationParked => (
                "您的申请（编号{reference}）已收到。有一个数据来源暂时没有应答，恢复后将自动继续办理，您无需再做任何操作。",
                "Your application {reference} has been received. One register does not answer at the moment; the application goes on by itself when it is back, and you need do nothing.",
            ),
            Self::ApplicationReferred => (
                "您的申请（编号{reference}）已转人工办理，全部原因已一次性列明，请登录申请页面查看。",
                "Your application {reference} is now with a person. Every reason is on the page of the application, all at once.",
            ),
            Self::ApplicationWaitingForBudget => (
                "您的申请（编号{reference}）符合条件，正在按先后顺序等待预算，资金到位后将自动发放。",
                "Your application {reference} meets the conditions and waits for the budget, first come, first served. It goes on by itself when the money is there.",
            ),
            Self::ApplicationPublicity => (
                "您的申请（编号{reference}）已通过，金额{amount}元，公示至{until}。公示期满无异议将自动发放。",
                "Your application {reference} has been approved for {amount} yuan and is published until {until}. It is paid by itself when nobody has objected by then.",
            ),
            Self::ApplicationApproved => (
                "您的申请（编号{reference}）已批准，金额{amount}元，款项将按期拨付。",
                "Your application {reference} has been approved for {amount} yuan. Each instalment is paid on its day.",
            ),
            Self::ApplicationRefused => (
                "您的申请（编号{reference}）未获批准。理由、依据以及您的救济权利和期限，请登录申请页面查看。",
                "Your application {reference} has been refused. The grounds, the legal basis and your remedies with their time limits are on the page of the application.",
            ),
            Self::PaymentSettled => (
                "您的申请（编号{reference}）第{instalment}期款项{amount}元已由银行入账。",
                "Instalment {instalment} of your application {reference}, {amount} yuan, has arrived at your bank.",
            ),
            Self::PaymentReturned => (
                "您的申请（编号{reference}）第{instalment}期款项{amount}元被银行退回，请登录申请页面更正收款账户，更正后将重新拨付。",
                "Instalment {instalment} of your application {reference}, {amount} yuan, came back from the bank. Please correct your account on the page of the application; it is then paid again.",
            ),
            Self::RecheckPassed => (
                "您的申请（编号{reference}）第{instalment}期已通过资格复核，{amount}元正在拨付。",
                "The re-check before instalment {instalment} of your application {reference} has passed; {amount} yuan is on its way.",
            ),
            Self::RecheckReferred => (
                "您的申请（编号{reference}）第{instalment}期的资格复核已转人工办理，全部原因请登录申请页面查看。",
                "The re-check before instalment {instalment} of your application {reference} is now with a person. Every reason is on the page of the application.",
            ),
            Self::RecheckEnded => (
                "您的申请（编号{reference}）第{instalment}期经资格复核不予发放。理由以及您的救济权利，请登录申请页面查看。",
                "After the re-check nothing is paid for instalment {instalment} of your application {reference}. The reasons and your remedies are on the page of the application.",
            ),
            Self::CaseAsked => (
                "您的申请（编号{reference}）需要补正，所缺内容已一次性告知，请于{until}前（含当日）登录申请页面补正。",
                "Something is missing from your application {reference}. The page of the application says what, all at once; please supply it by {until}.",
            ),
            Self::CaseLapsed => (
                "您的申请（编号{reference}）容缺受理的材料逾期未补，已按约定终止办理。您可以重新申请。",
                "What was deferred for your application {reference} did not come in time, and it has ended as agreed. You may apply again.",
            ),
            Self::ApplicationLookedAtFirst
            | Self::RecoveryOpened
            | Self::RecoveryClaimed
            | Self::RecoveryLetBe => self.trust_texts(),
        }
    }

    /// The part of [`Self::texts`] about what people look at, and about what is recovered.
    const fn trust_texts(self) -> (&'static str, &'static str) {
        match self {
            Self::RecoveryOpened => (
                "您的申请（编号{reference}）第{instalment}期款项{amount}元是否应予退回，正由工作人员核查。现在无需退款，结果将另行通知，情况请登录申请页面查看。",
                "A person looks into whether instalment {instalment} of your application {reference}, {amount} yuan, has to be paid back. Nothing is to be paid now; you will be told the result, and the page of the application says why.",
            ),
            Self::RecoveryClaimed => (
                "您的申请（编号{reference}）第{instalment}期款项{amount}元应予退回。理由、依据、退款方式以及您的救济权利，请登录申请页面查看。",
                "Instalment {instalment} of your application {reference}, {amount} yuan, has to be paid back. The grounds, the legal basis, how to pay and your remedies are on the page of the application.",
            ),
            Self::RecoveryLetBe => (
                "您的申请（编号{reference}）第{instalment}期款项经核查无需退回。",
                "Instalment {instalment} of your application {reference} was looked into and need not be paid back.",
            ),
            _ => (
                "您的申请（编号{reference}）已批准，金额{amount}元。付款前由工作人员核看一次，核看后即按期拨付，您无需再做任何操作。",
                "Your application {reference} has been approved for {amount} yuan. A person looks before the money goes; each instalment is paid on its day after that, and you need do nothing.",
            ),
        }
    }
}

/// What is sent: the name of a template and what is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which template.
    pub template: Template,
    /// Its parameters by name.
    pub params: BTreeMap<String, String>,
}

impl Message {
    /// The whole text in one language, as it is read on a telephone.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = self.template.text(lang).to_owned();
        for (name, value) in &self.params {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }
}

impl Occasion {
    /// Tells one occasion of an application from another. The store keeps it unique, so that one occasion makes one message,
    /// whoever comes upon it twice.
    #[must_use]
    pub fn key(&self) -> String {
        let template = self.template().as_str();
        match self {
            // Parked again and again while a register is away, and told of it once.
            Self::Parked => template.to_owned(),
            Self::Referred { decision }
            | Self::WaitingForBudget { decision }
            | Self::Refused { decision }
            | Self::RecheckPassed { decision, .. }
            | Self::RecheckReferred { decision, .. }
            | Self::RecheckEnded { decision, .. } => format!("{template}:{decision}"),
            Self::CaseAsked { case, .. }
            | Self::CaseLapsed { case }
            | Self::RecoveryOpened { case, .. }
            | Self::RecoveryClaimed { case, .. }
            | Self::RecoveryLetBe { case, .. } => {
                format!("{template}:{case}")
            }
            Self::Publicity { award, .. }
            | Self::Approved { award, .. }
            | Self::LookedAtFirst { award, .. } => {
                format!("{template}:{award}")
            }
            Self::Settled { instruction, .. } | Self::Returned { instruction, .. } => {
                format!("{template}:{instruction}")
            }
        }
    }

    /// How a re-check ended that was decided, by the machine or by a person: with something to pay, or with nothing.
    #[must_use]
    pub const fn of_grant(decision: DecisionId, instalment: u8, amount: Money) -> Self {
        if amount.is_zero() {
            Self::RecheckEnded {
                decision,
                instalment,
            }
        } else {
            Self::RecheckPassed {
                decision,
                instalment,
                amount,
            }
        }
    }

    /// Where a payment went by an instruction; `None` for a state that nobody is told of.
    #[must_use]
    pub const fn of_payment(
        state: PaymentState,
        instruction: InstructionId,
        instalment: u8,
        amount: Money,
    ) -> Option<Self> {
        match state {
            PaymentState::Settled => Some(Self::Settled {
                instruction,
                instalment,
                amount,
            }),
            PaymentState::Returned => Some(Self::Returned {
                instruction,
                instalment,
                amount,
            }),
            _ => None,
        }
    }

    /// The message that tells it; `reference` is the number the applicant knows the application by.
    #[must_use]
    pub fn message(&self, reference: ApplicationId) -> Message {
        let mut params = BTreeMap::from([("reference".to_owned(), reference.to_string())]);
        let mut fill = |name: &str, value: String| params.insert(name.to_owned(), value);
        match self {
            Self::Parked
            | Self::Referred { .. }
            | Self::WaitingForBudget { .. }
            | Self::Refused { .. }
            | Self::CaseLapsed { .. } => {}
            Self::CaseAsked { until, .. } => {
                fill("until", until.to_string());
            }
            Self::Publicity { total, until, .. } => {
                fill("amount", total.to_string());
                fill("until", until.to_string());
            }
            Self::Approved { total, .. } | Self::LookedAtFirst { total, .. } => {
                fill("amount", total.to_string());
            }
            Self::Settled {
                instalment, amount, ..
            }
            | Self::Returned {
                instalment, amount, ..
            }
            | Self::RecheckPassed {
                instalment, amount, ..
            }
            | Self::RecoveryOpened {
                instalment, amount, ..
            }
            | Self::RecoveryClaimed {
                instalment, amount, ..
            } => {
                fill("instalment", instalment.to_string());
                fill("amount", amount.to_string());
            }
            Self::RecheckReferred { instalment, .. }
            | Self::RecheckEnded { instalment, .. }
            | Self::RecoveryLetBe { instalment, .. } => {
                fill("instalment", instalment.to_string());
            }
        }
        Message {
            template: self.template(),
            params,
        }
    }

    const fn template(&self) -> Template {
        match self {
            Self::Parked => Template::ApplicationParked,
            Self::Referred { .. } => Template::ApplicationReferred,
            Self::WaitingForBudget { .. } => Template::ApplicationWaitingForBudget,
            Self::Publicity { .. } => Template::ApplicationPublicity,
            Self::Approved { .. } => Template::ApplicationApproved,
            Self::Refused { .. } => Template::ApplicationRefused,
            Self::Settled { .. } => Template::PaymentSettled,
            Self::Returned { .. } => Template::PaymentReturned,
            Self::RecheckPassed { .. } => Template::RecheckPassed,
            Self::RecheckReferred { .. } => Template::RecheckReferred,
            Self::RecheckEnded { .. } => Template::RecheckEnded,
            Self::CaseAsked { .. } => Template::CaseAsked,
            Self::CaseLapsed { .. } => Template::CaseLapsed,
            Self::LookedAtFirst { .. } => Template::ApplicationLookedAtFirst,
            Self::RecoveryOpened { .. } => Template::RecoveryOpened,
            Self::RecoveryClaimed { .. } => Template::RecoveryClaimed,
            Self::RecoveryLetBe { .. } => Template::RecoveryLetBe,
        }
    }
}

/// The channel of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Text message.
    Sms,
    /// `WeChat` template message.
    Wechat,
}

impl Channel {
    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Wechat => "wechat",
        }
    }

    /// The channel of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Sms, Self::Wechat]
            .into_iter()
            .find(|channel| channel.as_str() == word)
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeState {
    /// To be sent, or sent with nobody having said that it arrived.
    Waiting,
    /// The sink has it.
    Sent,
    /// Never sent again: the sink refused it, its attempts are used up, or there is no sink.
    Dead,
}

impl NoticeState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Dead];

    /// The word in the database and on `/metrics`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    /// The state of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A message to an applicant, written in the transaction of what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id, the same at every attempt: the sink drops a second one.
    pub id: NoticeId,
    /// The application it is about.
    pub application: ApplicationId,
    /// What it tells.
    pub occasion: String,
    /// Over which channel.
    pub channel: Channel,
    /// Telephone or open id. Forgotten once nothing is to be sent any more.
    pub to: Option<Private<String>>,
    /// What is said.
    pub message: Message,
    /// Where it stands.
    pub state: NoticeState,
    /// Fencing epoch: every lease raises it, every update names it.
    pub epoch: i64,
    /// How often it was sent.
    pub attempts: i64,
    /// When a worker may take it next.
    pub next_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
    /// Goes along as `x-request-id`.
    pub request_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(1_795_141_800);

    fn occasions() -> [Occasion; 17] {
        let (decision, award) = (DecisionId::new(AT, [1; 10]), AwardId::new(AT, [2; 10]));
        let instruction = InstructionId::new(award, 1, 1);
        let case = CaseId::new(AT, [4; 10]);
        let amount = Money::from_fen(10_000_000).unwrap();
        let (instalment, until) = (2, Date::constant(2026, 11, 27));
        [
            Occasion::Parked,
            Occasion::Referred { decision },
            Occasion::WaitingForBudget { decision },
            Occasion::Publicity {
                award,
                total: amount,
                until,
            },
            Occasion::Approved {
                award,
                total: amount,
            },
            Occasion::Refused { decision },
            Occasion::Settled {
                instruction,
                instalment,
                amount,
            },
            Occasion::Returned {
                instruction,
                instalment,
                amount,
            },
            Occasion::RecheckPassed {
                decision,
                instalment,
                amount,
            },
            Occasion::RecheckReferred {
                decision,
                instalment,
            },
            Occasion::RecheckEnded {
                decision,
                instalment,
            },
            Occasion::CaseAsked { case, until },
            Occasion::CaseLapsed { case },
            Occasion::LookedAtFirst {
                award,
                total: amount,
            },
            Occasion::RecoveryOpened {
                case,
                instalment,
                amount,
            },
            Occasion::RecoveryClaimed {
                case,
                instalment,
                amount,
            },
            Occasion::RecoveryLetBe { case, instalment },
        ]
    }

    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<_> = text
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
            .collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_occasion_fills_its_template_and_no_two_share_one() {
        let reference = ApplicationId::new(AT, [3; 10]);
        let mut templates = Vec::new();
        for occasion in occasions() {
            let message = occasion.message(reference);
            templates.push(message.template);
            for lang in [Lang::Zh, Lang::En] {
                let mut declared = message.template.params().to_vec();
                declared.sort_unstable();
                assert_eq!(places(message.template.text(lang)), declared);
                assert_eq!(message.params.keys().collect::<Vec<_>>(), declared);
                let text = message.text(lang);
                assert!(
                    !text.contains('{') && text.contains(&reference.to_string()),
                    "{text}"
                );
            }
        }
        templates.sort_unstable();
        assert_eq!(templates, Template::ALL);
    }

    #[test]
    fn an_amount_is_a_text_with_two_decimals_and_a_date_is_iso() {
        let [_, _, _, publicity, ..] = occasions();
        let params = publicity.message(ApplicationId::new(AT, [3; 10])).params;
        assert_eq!(params["amount"], "100000.00");
        assert_eq!(params["until"], "2026-11-27");
    }

    #[test]
    fn parked_again_is_the_same_occasion_and_another_decision_is_another() {
        assert_eq!(Occasion::Parked.key(), "application_parked");
        let [one, other] = [[1; 10], [2; 10]].map(|random| Occasion::Referred {
            decision: DecisionId::new(AT, random),
        });
        assert_ne!(one.key(), other.key());
        let mut keys: Vec<_> = occasions().iter().map(Occasion::key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 17);
    }

    #[test]
    fn every_word_comes_back() {
        for template in Template::ALL {
            assert_eq!(Template::parse(template.as_str()), Some(template));
        }
        for state in NoticeState::ALL {
            assert_eq!(NoticeState::parse(state.as_str()), Some(state));
        }
        for channel in [Channel::Sms, Channel::Wechat] {
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
        assert_eq!(Template::parse("filed"), None);
    }
}
