//! 好差评: once their matter has ended, applicants say how it was. Whoever is not content is answered, in a case of the desk with a time
//! limit of its own, and not by whoever handled the matter.

use serde_json::json;

use crate::docket;
use crate::domain::application::{Application, StateName};
use crate::domain::desk::{About, Ending, Opening, StageName, Who};
use crate::domain::id::{ApplicantId, ApplicationId, CaseId};
use crate::domain::payment::PaymentState;
use crate::domain::person::{Actor, Private};
use crate::domain::rating::{Grade, Rating, WORDS_MAX, rules};
use crate::error::StageError;
use crate::store::Tx;

use super::CaseDesk;

/// Whether a matter can be rated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It has not ended.
    NotYet,
    /// It has ended, and nothing was said.
    Open,
    /// This was said.
    Said(Rating),
}

impl CaseDesk {
    /// Whether an applicant can rate their matter, or what they said.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn rating(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Standing, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = own(&mut tx, who, id).await?;
        if let Some(rating) = tx.rating_of(id).await? {
            return Ok(Standing::Said(rating));
        }
        Ok(if has_ended(&mut tx, &application).await? {
            Standing::Open
        } else {
            Standing::NotYet
        })
    }

    /// Takes down what an applicant says, once and for good; a bad grade opens the case in which it is answered.
    ///
    /// # Errors
    /// `NotFound` for another's; `NotInState` before the end, and when it was said before; `Invalid` for more words than are taken.
    pub async fn rate(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        grade: Grade,
        words: Option<&str>,
    ) -> Result<Rating, StageError> {
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        if words.is_some_and(|words| words.chars().count() > WORDS_MAX) {
            return Err(StageError::Invalid {
                field: "words",
                reason: format!("at most {WORDS_MAX} characters are taken"),
            });
        }
        match self.try_rate(who, id, grade, words).await {
            // Said twice at once: one of the two is stored.
            Err(error) if error.lost_race() => Err(said_before()),
            other => other,
        }
    }

    async fn try_rate(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        grade: Grade,
        words: Option<&str>,
    ) -> Result<Rating, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let application = own(&mut tx, who, id).await?;
        if tx.rating_of(id).await?.is_some() {
            return Err(said_before());
        }
        if !has_ended(&mut tx, &application).await? {
            return Err(StageError::NotInState {
                what: "application",
                state: application.state.name().as_str(),
            });
        }
        let case = if grade.is_bad() {
            Some(
                self.open_answer(&mut tx, &application, grade, words)
                    .await?,
            )
        } else {
            None
        };
        let rating = Rating {
            application: id,
            grade,
            words: words.map(|words| Private::new(words.to_owned())),
            at: ctx.now(),
            case,
        };
        tx.insert_rating(&rating).await?;
        let (actor, detail) = (Actor::Applicant(who), json!({ "grade": grade }));
        ctx.audit(&mut tx, actor, "application.rated", id.to_string(), detail)
            .await?;
        tx.commit().await?;
        Ok(rating)
    }

    /// The case in which somebody answers who did not handle the matter.
    async fn open_answer(
        &self,
        tx: &mut Tx,
        application: &Application,
        grade: Grade,
        words: Option<&str>,
    ) -> Result<CaseId, StageError> {
        let handled = tx.cases_of_application(application.id).await?;
        let apart: Vec<String> = handled
            .into_iter()
            .filter_map(|case| case.officer)
            .collect();
        let opening = Opening {
            about: About::Report {
                application: Some(application.id),
            },
            applicant: Some(application.applicant),
            policy: Some(application.policy.id.clone()),
            district: application.district,
            rules: rules(),
        };
        let said = format!("{} {}", title(grade), words.unwrap_or_default());
        let words = Some(Private::new(said.trim().to_owned()));
        let by = Who::Applicant(application.applicant);
        let case = docket::open_apart(&self.ctx, tx, opening, by, words, &apart).await?;
        Ok(case.id)
    }
}

/// What the officer reads first.
const fn title(grade: Grade) -> &'static str {
    match grade {
        Grade::VeryDissatisfied => "好差评：非常不满意。Service rating: very dissatisfied.",
        _ => "好差评：不满意。Service rating: dissatisfied.",
    }
}

const fn said_before() -> StageError {
    StageError::NotInState {
        what: "rating",
        state: "said",
    }
}

async fn own(tx: &mut Tx, who: ApplicantId, id: ApplicationId) -> Result<Application, StageError> {
    let application = tx.application(id).await?;
    application
        .filter(|application| application.applicant == who)
        .ok_or(StageError::not_found("application"))
}

/// Refused, the first money at the bank, or its case ended in another way than with an approval, which is not the end of it.
async fn has_ended(tx: &mut Tx, application: &Application) -> Result<bool, StageError> {
    match application.state.name() {
        StateName::Draft | StateName::Filed | StateName::Parked => return Ok(false),
        StateName::Refused => return Ok(true),
        _ => {}
    }
    if let Some(award) = tx.award_of(application.id).await? {
        let payments = tx.payments_of(award.id).await?;
        return Ok(payments
            .iter()
            .any(|payment| payment.state == PaymentState::Settled));
    }
    let cases = tx.cases_of_application(application.id).await?;
    Ok(cases.iter().any(|case| {
        let is_over = case.stage == StageName::Closed && case.ending != Some(Ending::Approved);
        case.about == "filing" && is_over
    }))
}
