//! 服务跟踪卡 on an application's page, and what a person decided about it.

use crate::approve::record::Stored;
use crate::domain::application::{Application, StateName};
use crate::domain::desk::{Next, Offer, TrackingCard};
use crate::domain::id::ApplicantId;
use crate::domain::policy::Policy;
use crate::error::StageError;
use crate::web::Web;
use crate::web::pages::files::FilesPart;
use crate::web::pages::layout::Page;
use crate::web::texts as t;
use crate::web::words::Words;

/// The card as the page shows it.
pub(super) struct Tracking {
    pub(super) number: String,
    /// Name and contact.
    pub(super) officer: Option<(String, String)>,
    pub(super) next: Words,
    /// Until when that is.
    pub(super) until: Option<(Words, String)>,
    /// Why what was paid has to come back, a line each: grounds, legal basis, remedies.
    pub(super) claimed: Vec<String>,
    /// What was claimed, what has come back, what is still to come.
    pub(super) owed: Option<[String; 3]>,
    /// What is missing, in the officer's words.
    pub(super) notice: Option<String>,
    /// What it concerns.
    pub(super) missing: Vec<String>,
    /// Whether they can supply something now.
    pub(super) supplies: bool,
    pub(super) offer: Option<Offered>,
    pub(super) so_far: Vec<(Words, String)>,
    /// What they handed in, and the form for more.
    pub(super) files: FilesPart,
}

/// A relief they may take.
pub(super) struct Offered {
    pub(super) title: Words,
    pub(super) text: Words,
    pub(super) criteria: String,
    pub(super) until: String,
}

impl Offered {
    pub(super) fn of(page: &Page, policy: Option<&Policy>, offer: &Offer) -> Self {
        Self {
            title: t::tracking::offer_title(offer.relief),
            text: t::tracking::offer_text(offer.relief),
            criteria: titles(page, policy, &offer.criteria).join("、"),
            until: offer.until.to_string(),
        }
    }
}

impl Tracking {
    /// The card of an application that has, or had, a case.
    ///
    /// # Errors
    /// Of the store.
    pub(super) async fn of(
        web: &Web,
        page: &Page,
        application: &Application,
    ) -> Result<Option<Self>, StageError> {
        let card = match card(web, application.applicant, application).await {
            Ok(card) => card,
            Err(StageError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let policy = web.ctx.policies.by_hash(application.policy.hash);
        let files = web
            .cases
            .own_files(application.applicant, card.number)
            .await?;
        let open = !matches!(card.next, Next::Nothing { .. });
        let files = FilesPart::of_application(web, application.id, &files, open);
        Ok(Some(Self::shown(page, policy.as_deref(), &card, files)))
    }

    /// The day that was promised holds while no officer has been found, too.
    pub(super) fn promise(&mut self, day: Option<&str>) {
        if self.next == t::tracking::NEXT_OFFICER_FOUND {
            self.until = day.map(|day| (t::PROMISED, day.to_owned()));
        }
    }

    fn shown(page: &Page, policy: Option<&Policy>, card: &TrackingCard, files: FilesPart) -> Self {
        let (next, until) = next(&card.next);
        Self {
            number: card.number.to_string(),
            officer: card.officer.clone(),
            next,
            until,
            claimed: card
                .claimed
                .iter()
                .flat_map(|words| words.reveal().lines())
                .map(str::to_owned)
                .collect(),
            owed: card.owed.as_ref().map(|owed| {
                [owed.amount, owed.repaid, owed.outstanding()].map(|sum| page.money(sum))
            }),
            notice: card.notice.as_ref().map(|words| words.reveal().clone()),
            missing: titles(page, policy, &card.missing),
            supplies: matches!(card.next, Next::YouSupply { .. }),
            offer: card
                .offered
                .as_ref()
                .map(|offer| Offered::of(page, policy, offer)),
            so_far: card
                .so_far
                .iter()
                .filter_map(|(at, act)| Some((t::tracking::so_far(act)?, page.moment(*at))))
                .collect(),
            files,
        }
    }
}

/// What comes next, and until when.
fn next(next: &Next) -> (Words, Option<(Words, String)>) {
    use t::tracking as c;
    match next {
        Next::AnOfficer => (c::NEXT_OFFICER_FOUND, None),
        Next::TheOfficer { due } => {
            let due = due.map(|due| (t::PROMISED, due.to_string()));
            (c::NEXT_OFFICER, due)
        }
        Next::YouSupply { until, ends } => {
            let words = if *ends {
                c::NEXT_SUPPLY_ENDS
            } else {
                c::NEXT_SUPPLY
            };
            (words, Some((c::CARD_UNTIL, until.to_string())))
        }
        Next::ASecondPerson => (c::NEXT_SECOND, None),
        Next::ACheck { until } => (c::NEXT_CHECK, Some((c::CARD_UNTIL, until.to_string()))),
        Next::Nothing { ending } => (c::ended(*ending), None),
    }
}

/// Criteria by their titles.
pub(super) fn titles(page: &Page, policy: Option<&Policy>, ids: &[String]) -> Vec<String> {
    let criteria = policy.map(Policy::criteria).unwrap_or_default();
    let title = |id: &String| {
        let known = criteria.iter().find(|criterion| criterion.id == *id);
        known
            .map_or(id.as_str(), |known| page.text(&known.title))
            .to_owned()
    };
    ids.iter().map(title).collect()
}

/// The card that an applicant acts on; there is nothing to act on without one.
///
/// # Errors
/// `NotFound` for another's application, and for one without a case.
pub(super) async fn card(
    web: &Web,
    who: ApplicantId,
    application: &Application,
) -> Result<TrackingCard, StageError> {
    let case = web.cases.case_to_follow(who, application.id).await?;
    web.cases.track(who, case).await
}

/// A refusal as its applicant reads it: grounds, legal basis and remedies.
pub(super) struct Refused {
    pub(super) grounds: String,
    pub(super) legal_basis: String,
    pub(super) remedies: Vec<String>,
    pub(super) at: String,
}

impl Refused {
    /// The decision of an application that was refused.
    ///
    /// # Errors
    /// Of the store.
    pub(super) async fn of(
        web: &Web,
        page: &Page,
        application: &Application,
    ) -> Result<Option<Self>, StageError> {
        if application.state.name() != StateName::Refused {
            return Ok(None);
        }
        let mut tx = web.ctx.store.read().await?;
        let decision = tx.decisions_of(application.id).await?.into_iter().last();
        let Some(decision) = decision else {
            return Ok(None);
        };
        let stored = serde_json::from_slice::<Stored>(&decision.record).ok();
        let grounds = stored.and_then(|stored| stored.grounds);
        Ok(grounds.map(|grounds| Self {
            grounds: grounds.grounds,
            legal_basis: grounds.legal_basis.unwrap_or_default(),
            remedies: grounds.remedies.unwrap_or_default(),
            at: page.moment(decision.at),
        }))
    }
}
