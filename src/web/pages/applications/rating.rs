//! `POST /applications/{id}/rating`, and the form for it on the page of a matter that has ended.

use axum::extract::State;
use axum::response::Response;

use super::address;
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::domain::rating::{Grade, WORDS_MAX};
use crate::error::StageError;
use crate::review::rating::Standing;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::shell::see_other;
use crate::web::problem::{FieldError, Kind, Problem};
use crate::web::session::Posted;
use crate::web::texts::causes as c;
use crate::web::words::Words;

/// What stands on the page: the form, or what was said.
pub(super) enum Card {
    /// The grades to choose from, and how many characters may be written.
    Form(Vec<(&'static str, Words)>, usize),
    /// The grade, and the number of the case in which it is answered.
    Said(Words, Option<String>),
}

/// The card of a matter that has ended.
pub(super) async fn card(
    web: &Web,
    who: ApplicantId,
    id: ApplicationId,
) -> Result<Option<Card>, StageError> {
    Ok(match web.cases.rating(who, id).await? {
        Standing::NotYet => None,
        Standing::Open => {
            let grades = Grade::ALL.map(|grade| (grade.as_str(), c::grade(grade)));
            Some(Card::Form(grades.into(), WORDS_MAX))
        }
        Standing::Said(rating) => {
            let number = rating.case.map(|case| case.to_string());
            Some(Card::Said(c::grade(rating.grade), number))
        }
    })
}

/// Takes down what an applicant says; sent twice it is said once.
#[utoipa::path(post, path = "/applications/{id}/rating", operation_id = "rating_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 303, description = "To the page")))]
pub(in crate::web::pages) async fn rate(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
    posted: Posted,
) -> Result<Response, Problem> {
    let grade = posted.get("grade").and_then(Grade::parse);
    let grade = grade.ok_or_else(|| {
        Problem::new(Kind::Refused).errors(vec![FieldError {
            pointer: "/grade".to_owned(),
            reason: c::CHOOSE_GRADE,
            mend: c::CHOOSE_GRADE,
        }])
    })?;
    let said = web.cases.rate(me.id, id, grade, posted.get("words")).await;
    match said {
        Ok(_) | Err(StageError::NotInState { what: "rating", .. }) => {
            Ok(see_other(&format!("{}#rating", address(id))))
        }
        Err(error) => Err(error.into()),
    }
}
