//! What will be decided, before it is: amount and instalments, who else must agree, what the applicant will read.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chosen::{Chosen, Word};
use super::granted::is_on_its_way;
use super::sheet::{self, Looked};
use crate::approve::record::remedies;
use crate::domain::desk::About;
use crate::domain::id::CaseId;
use crate::domain::judgement::{Due, PlannedInstalment};
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::review::dossier::Dossier;
use crate::web::Web;
use crate::web::pages::desk::form::Typed;
use crate::web::pages::desk::refusal::Refusal;
use crate::web::pages::layout::Page;
use crate::web::problem::Problem;
use crate::web::texts as t;
use crate::web::words::Words;

#[derive(Template)]
#[template(path = "desk/preview.html")]
struct PreviewPage<'a> {
    page: &'a Page,
    headline: String,
    number: String,
    seen: i64,
    purpose: &'a str,
    verdict: &'static str,
    verdict_words: Words,
    /// Where it is made final.
    act: &'static str,
    burdens: bool,
    grounds: String,
    legal_basis: String,
    amount: Option<String>,
    instalments: Vec<(u8, String, String)>,
    /// Whether it takes somebody else before it is decided.
    needs_another: bool,
    /// What else happens at once.
    follows: Option<Words>,
    /// What the applicant reads first.
    reads: Words,
    remedies: Vec<String>,
}

/// The page; or the case again, when it could not be decided so.
pub(super) async fn page(
    web: &Web,
    page: &Page,
    staff: &Staff,
    id: CaseId,
    mut typed: Typed,
) -> Result<Response, Problem> {
    let purpose = super::purpose(web, staff, id, &typed).await?;
    let dossier = match web.cases.lay_out(staff, id, &purpose).await {
        Ok(dossier) => dossier,
        Err(error) => return sheet::without_purpose(page, error),
    };
    match checked(&dossier, &typed) {
        Ok(chosen) => {
            let template = PreviewPage::of(page, &dossier, &purpose, chosen);
            Ok(page.render(StatusCode::OK, &template))
        }
        Err(error) => {
            let refusal = Refusal::of(error, &mut typed)?;
            let looked = Looked {
                typed,
                refusal: Some(refusal),
                done: None,
            };
            Ok(sheet::laid_out(web, page, &dossier, &purpose, &looked))
        }
    }
}

/// What the stage will hold a decision to, said before anybody makes it final.
fn checked(dossier: &Dossier, typed: &Typed) -> Result<Chosen, StageError> {
    let seen: i64 = typed.get("seen").parse().unwrap_or_default();
    let case = dossier.case();
    if case.version != seen {
        let acts = dossier.view.acts.iter();
        return Err(StageError::CaseMoved {
            id: case.id,
            seen,
            since: acts.filter(|act| act.seq > seen).cloned().collect(),
        });
    }
    let chosen = Chosen::any(typed)?;
    dossier.would(chosen.word.deed())?;
    written("grounds", &chosen.grounds)?;
    if chosen.word.burdens() {
        written("legal_basis", &chosen.legal_basis)?;
    }
    match chosen.word {
        Word::Approve => approvable(dossier)?,
        Word::Right if pays(dossier) => thawed(dossier)?,
        Word::Recover if is_on_its_way(dossier) => {
            return Err(StageError::NotInState {
                what: "payment",
                state: "on_its_way",
            });
        }
        _ => {}
    }
    Ok(chosen)
}

/// Whether money waits for what is found.
fn pays(dossier: &Dossier) -> bool {
    let granted = dossier.granted.as_ref();
    granted.is_some_and(|granted| granted.is_held)
}

/// Longest words of a decision, in characters.
const WORDS_MAX: usize = 2_000;

fn written(field: &'static str, text: &str) -> Result<(), StageError> {
    if (1..=WORDS_MAX).contains(&text.chars().count()) {
        return Ok(());
    }
    let reason = format!("1 to {WORDS_MAX} characters are needed");
    Err(StageError::Invalid { field, reason })
}

fn thawed(dossier: &Dossier) -> Result<(), StageError> {
    match &dossier.frozen {
        Some(freeze) => Err(StageError::Frozen {
            reason: freeze.reason.clone(),
        }),
        None => Ok(()),
    }
}

fn approvable(dossier: &Dossier) -> Result<(), StageError> {
    thawed(dossier)?;
    let left = dossier.unsettled();
    if !left.is_empty() {
        return Err(StageError::Invalid {
            field: "settled",
            reason: left.join(", "),
        });
    }
    let amount = dossier
        .prospect
        .as_ref()
        .and_then(|prospect| prospect.amount);
    amount.map(drop).ok_or_else(|| StageError::Invalid {
        field: "verdict",
        reason: "no amount".to_owned(),
    })
}

impl<'a> PreviewPage<'a> {
    fn of(page: &'a Page, dossier: &Dossier, purpose: &'a str, chosen: Chosen) -> Self {
        let case = dossier.case();
        let word = chosen.word;
        let burdens = word.burdens();
        Self {
            page,
            headline: sheet::headline(page, dossier),
            number: case.id.to_string(),
            seen: case.version,
            purpose,
            verdict: word.as_str(),
            verdict_words: word.words(),
            act: word.act().as_str(),
            burdens,
            grounds: chosen.grounds,
            legal_basis: if burdens {
                chosen.legal_basis
            } else {
                String::new()
            },
            amount: amount(page, dossier, word),
            instalments: instalments(page, dossier, word),
            needs_another: word == Word::Approve && dossier.needs > 1,
            follows: follows(dossier, word),
            reads: reads(word),
            remedies: remedies(),
        }
    }
}

/// What is granted, or has to come back.
fn amount(page: &Page, dossier: &Dossier, word: Word) -> Option<String> {
    let amount = match word {
        Word::Approve => dossier.prospect.as_ref()?.amount?,
        Word::Recover | Word::LetBe => dossier.granted.as_ref()?.recalled.as_ref()?.amount,
        Word::Refuse | Word::Right | Word::Wrong => return None,
    };
    Some(page.money(amount))
}

/// How an approval is paid.
fn instalments(page: &Page, dossier: &Dossier, word: Word) -> Vec<(u8, String, String)> {
    let is_filing = matches!(dossier.case().opening.about, About::Filing { .. });
    let prospect = dossier.prospect.as_ref();
    let prospect = prospect.filter(|_| is_filing && word == Word::Approve);
    let instalments = prospect.map(|prospect| prospect.instalments.as_slice());
    let instalments = instalments.unwrap_or_default().iter();
    instalments.map(|one| instalment(page, one)).collect()
}

/// What happens at once, where that is not the decision itself.
fn follows(dossier: &Dossier, word: Word) -> Option<Words> {
    Some(match word {
        Word::Approve | Word::Refuse => return None,
        Word::Right if pays(dossier) => t::trust::FOLLOWS_RIGHT_HELD,
        Word::Right => t::trust::FOLLOWS_RIGHT,
        Word::Wrong => t::trust::FOLLOWS_WRONG,
        Word::Recover => t::trust::FOLLOWS_RECOVER,
        Word::LetBe => t::trust::FOLLOWS_LET_BE,
    })
}

/// What the applicant reads first.
const fn reads(word: Word) -> Words {
    match word {
        Word::Approve => t::casework::PREVIEW_APPROVED,
        Word::Refuse => t::casework::PREVIEW_REFUSED,
        Word::Right => t::trust::READS_RIGHT,
        Word::Wrong => t::trust::READS_WRONG,
        Word::Recover => t::trust::READS_RECOVER,
        Word::LetBe => t::trust::READS_LET_BE,
    }
}

/// Number, amount, and when it is paid.
fn instalment(page: &Page, one: &PlannedInstalment) -> (u8, String, String) {
    let due = match one.due {
        Due::AtAward => t::casework::PREVIEW_AT_AWARD,
        Due::MonthsAfterAward(months) => Words::with(
            format!("批准后 {months} 个月"),
            format!("{months} months after the approval"),
        ),
        Due::On(day) => Words::with(day.to_string(), day.to_string()),
    };
    let mut when = page.say(due).into_owned();
    if one.recheck {
        when.push_str(" · ");
        when.push_str(&page.say(t::casework::PREVIEW_RECHECKED));
    }
    (one.no, page.money(one.amount), when)
}
