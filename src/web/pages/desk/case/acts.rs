//! A form of the page as a step of the desk.

use crate::domain::desk::Relief;
use crate::domain::id::CaseId;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::review::desk::Step;
use crate::web::Web;
use crate::web::pages::desk::form::Typed;
use crate::web::pages::layout::Page;
use crate::web::texts as t;
use crate::web::words::Words;

use super::chosen::Chosen;

macro_rules! act_words {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// What is done, as the address has it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum ActWord {
            $($(#[$doc])* $name,)+
        }

        impl ActWord {
            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            pub(super) fn parse(word: &str) -> Option<Self> {
                [$(Self::$name),+].into_iter().find(|act| act.as_str() == word)
            }
        }
    };
}

act_words! {
    /// Changes nothing: shows the case, with a purpose.
    Look = "look",
    /// Changes nothing: shows what will be decided.
    Preview = "preview",
    Take = "take",
    HandOver = "hand-over",
    Special = "special",
    Ask = "ask",
    TakeIn = "take-in",
    Note = "note",
    Settle = "settle",
    Unsettle = "unsettle",
    OfferDeferral = "offer-deferral",
    OfferDeclaration = "offer-declaration",
    Propose = "propose",
    /// Says whether the machine was right.
    Sample = "sample",
    /// Says whether a payment has to come back.
    Recovery = "recovery",
    Confirm = "confirm",
    WithdrawProposal = "withdraw-proposal",
    Reopen = "reopen",
    Check = "check",
    HandOn = "hand-on",
    Answer = "answer",
    Conflict = "conflict",
    Registers = "registers",
}

/// Does it, on the version that was seen.
pub(super) async fn perform(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: CaseId,
    act: ActWord,
    typed: &mut Typed,
) -> Result<(), StageError> {
    let seen = typed.get("seen").parse().unwrap_or_default();
    let words = typed.get("words").trim().to_owned();
    let cases = &web.cases;
    match act {
        ActWord::Propose => {
            let verdict = Chosen::of(typed, act)?.verdict();
            cases.propose(staff, id, seen, &verdict).await?;
        }
        ActWord::Sample => {
            let verdict = Chosen::of(typed, act)?.verdict();
            cases.look_at_sample(staff, id, seen, &verdict).await?;
        }
        ActWord::Recovery => {
            let verdict = Chosen::of(typed, act)?.recovery();
            cases.decide_recovery(staff, id, seen, &verdict).await?;
        }
        ActWord::Confirm => {
            cases.confirm(staff, id, seen, &words).await?;
        }
        ActWord::Reopen => {
            cases.reopen(staff, id, seen, &words).await?;
        }
        ActWord::Answer => {
            cases.answer(staff, id, seen, &words).await?;
        }
        ActWord::Conflict => cases.declare_conflict(staff, id).await?,
        ActWord::Registers => ask_registers(web, page, staff, id, seen).await?,
        _ => {
            let step = step(act, typed)?;
            cases.act(staff, id, seen, step, &words).await?;
        }
    }
    Ok(())
}

fn step(act: ActWord, typed: &Typed) -> Result<Step, StageError> {
    let criterion = || typed.get("criterion").to_owned();
    Ok(match act {
        ActWord::Take => Step::Take,
        ActWord::HandOver => Step::HandOver {
            officer: typed.get("officer").to_owned(),
        },
        ActWord::Special => Step::MarkSpecial,
        ActWord::Ask if typed.get("whole") == "yes" => Step::Ask {
            criteria: Vec::new(),
        },
        ActWord::Ask => Step::Ask {
            criteria: criteria(typed)?,
        },
        ActWord::TakeIn => Step::TakeIn,
        ActWord::Settle => Step::Settle {
            criterion: criterion(),
            file: typed.get("file").parse().ok(),
        },
        ActWord::Unsettle => Step::Unsettle {
            criterion: criterion(),
        },
        ActWord::OfferDeferral => Step::Offer {
            relief: Relief::Deferral,
            criteria: criteria(typed)?,
        },
        ActWord::OfferDeclaration => Step::Offer {
            relief: Relief::Declaration,
            criteria: criteria(typed)?,
        },
        ActWord::WithdrawProposal => Step::WithdrawProposal,
        ActWord::Check => Step::Check {
            held: match typed.get("held") {
                "yes" => true,
                "no" => false,
                _ => return Err(missing("held")),
            },
        },
        ActWord::HandOn => Step::HandOn {
            to: typed.get("to").trim().to_owned(),
        },
        // Performed by themselves, or nothing but looking.
        ActWord::Look
        | ActWord::Preview
        | ActWord::Note
        | ActWord::Propose
        | ActWord::Sample
        | ActWord::Recovery
        | ActWord::Confirm
        | ActWord::Reopen
        | ActWord::Answer
        | ActWord::Conflict
        | ActWord::Registers => Step::Note,
    })
}

fn criteria(typed: &Typed) -> Result<Vec<String>, StageError> {
    let criteria = typed.all("criteria");
    if criteria.is_empty() {
        return Err(missing("criteria"));
    }
    Ok(criteria)
}

pub(super) fn missing(field: &'static str) -> StageError {
    StageError::Invalid {
        field,
        reason: "choose one".to_owned(),
    }
}

/// Asks every register of the policy anew, fills the form with what they say, and writes into the case that it was done.
async fn ask_registers(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: CaseId,
    seen: i64,
) -> Result<(), StageError> {
    let (application, round) = web.cases.may_ask_registers(staff, id, seen).await?;
    let policy = web.ctx.policies.by_hash(application.policy.hash);
    let policy = policy.ok_or(StageError::NotFound { what: "policy" })?;
    let wanted: Vec<_> = if round.0 == 0 {
        policy.sources().iter().collect()
    } else {
        policy.sources_for_renewal(round.0).iter().collect()
    };
    let collected = web.prefill.collect(&application, round, &wanted).await?;
    if round.0 == 0 && !collected.evidence.is_empty() {
        web.prefill.refill(&application).await?;
    }
    let answered = collected
        .fetches
        .iter()
        .filter(|one| one.evidence.is_some());
    let names: Vec<_> = answered
        .map(|one| page.say(t::source(one.source)).into_owned())
        .collect();
    let words = page.say(said(&names)).into_owned();
    web.cases.act(staff, id, seen, Step::Note, &words).await?;
    Ok(())
}

fn said(names: &[String]) -> Words {
    use crate::web::texts::casework::{REGISTERS_NONE, REGISTERS_NOTE};
    if names.is_empty() {
        return Words::with(
            format!("{}{}。", REGISTERS_NOTE.zh, REGISTERS_NONE.zh),
            format!("{}{}.", REGISTERS_NOTE.en, REGISTERS_NONE.en),
        );
    }
    Words::with(
        format!("{}{}。", REGISTERS_NOTE.zh, names.join("、")),
        format!("{}{}.", REGISTERS_NOTE.en, names.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_leads_to_its_act_and_nothing_else_does() {
        assert_eq!(ActWord::parse("take-in"), Some(ActWord::TakeIn));
        assert_eq!(ActWord::parse("TAKE"), None);
        assert_eq!(ActWord::parse(""), None);
    }

    #[test]
    fn what_was_not_chosen_is_asked_for() {
        let typed = Typed::posted("check", &[]);
        assert!(step(ActWord::Check, &typed).is_err());
        assert!(step(ActWord::Ask, &typed).is_err());
    }
}
