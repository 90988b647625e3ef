//! What will be decided, before it is: amount and instalments, who else must agree, what the applicant will read.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::acts::verdict;
use super::sheet::{self, Looked};
use crate::approve::record::remedies;
use crate::domain::desk::{About, Deed, NotDone, Verdict as CaseVerdict};
use crate::domain::id::CaseId;
use crate::domain::judgement::{Due, PlannedInstalment};
use crate::domain::money::Money;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::review::dossier::Dossier;
use crate::review::service::Verdict;
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
    grounds: String,
    legal_basis: String,
    amount: Option<String>,
    instalments: Vec<(u8, String, String)>,
    /// Whether it takes somebody else before it is decided.
    needs_another: bool,
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
        Ok(verdict) => {
            let template = PreviewPage::of(page, &dossier, &purpose, verdict);
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
fn checked(dossier: &Dossier, typed: &Typed) -> Result<Verdict, StageError> {
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
    let verdict = verdict(typed)?;
    may(dossier, &verdict)?;
    let (grounds, basis) = match &verdict {
        Verdict::Approve { grounds } => (grounds, None),
        Verdict::Refuse {
            grounds,
            legal_basis,
        } => (grounds, Some(legal_basis)),
    };
    written("grounds", grounds)?;
    if let Some(basis) = basis {
        written("legal_basis", basis)?;
        return Ok(verdict);
    }
    approvable(dossier)?;
    Ok(verdict)
}

fn may(dossier: &Dossier, verdict: &Verdict) -> Result<(), NotDone> {
    dossier.would(Deed::Proposed {
        verdict: match verdict {
            Verdict::Approve { .. } => CaseVerdict::Approve,
            Verdict::Refuse { .. } => CaseVerdict::Refuse,
        },
        amount: Money::ZERO,
        needs: 1,
    })
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

fn approvable(dossier: &Dossier) -> Result<(), StageError> {
    if let Some(freeze) = &dossier.frozen {
        let reason = freeze.reason.clone();
        return Err(StageError::Frozen { reason });
    }
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
    fn of(page: &'a Page, dossier: &Dossier, purpose: &'a str, verdict: Verdict) -> Self {
        let case = dossier.case();
        let approves = matches!(verdict, Verdict::Approve { .. });
        let prospect = dossier.prospect.as_ref().filter(|_| approves);
        let instalments = prospect.map(|prospect| prospect.instalments.as_slice());
        let (word, words, grounds, legal_basis) = match verdict {
            Verdict::Approve { grounds } => {
                ("approve", t::casework::APPROVE, grounds, String::new())
            }
            Verdict::Refuse {
                grounds,
                legal_basis,
            } => ("refuse", t::casework::REFUSE, grounds, legal_basis),
        };
        let is_filing = matches!(case.opening.about, About::Filing { .. });
        Self {
            page,
            headline: sheet::headline(page, dossier),
            number: case.id.to_string(),
            seen: case.version,
            purpose,
            verdict: word,
            verdict_words: words,
            grounds,
            legal_basis,
            amount: prospect
                .and_then(|prospect| prospect.amount)
                .map(|amount| page.money(amount)),
            instalments: instalments
                .unwrap_or_default()
                .iter()
                .filter(|_| is_filing)
                .map(|one| instalment(page, one))
                .collect(),
            needs_another: approves && dossier.needs > 1,
            remedies: remedies(),
        }
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
