//! `GET /api/v1/figures`: how the service keeps its word.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::Instant;
use crate::domain::figures::{Group, OfPolicy, Promise, Spread, WINDOW, seconds, share};
use crate::web::Web;
use crate::web::problem::Problem;

/// Figures of the service promise. Shares are texts with four decimals, seconds texts with three.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresCard {
    /// When they were made; they are kept for a minute.
    pub made_at: Instant,
    /// Newest filed applications, without those withdrawn, that are looked at.
    #[schema(example = 1000)]
    pub window: u32,
    /// How many there were.
    pub filed: usize,
    /// How many of them are decided.
    pub decided: usize,
    /// Of all that are decided; absent while they are so few that it would tell of single people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<GroupCard>,
    /// The same by policy.
    pub by_policy: Vec<PolicyFigures>,
}

/// Figures of one policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyFigures {
    /// Its id; absent for policies that are put together because few people apply for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "foshan-phd-settling-in")]
    pub policy: Option<String>,
    /// Its figures.
    pub figures: GroupCard,
}

/// Figures of some decided applications.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupCard {
    /// How many.
    pub decided: usize,
    /// How many the machine approved at once.
    pub approved_by_machine: usize,
    /// Their share.
    #[schema(example = "0.7200")]
    pub approved_by_machine_share: String,
    /// How many went to a person first.
    pub to_people: usize,
    /// Their share.
    #[schema(example = "0.2800")]
    pub to_people_share: String,
    /// From filing to the first decision, whatever it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_to_decision: Option<SpreadCard>,
    /// From filing to the first instalment at the bank, whoever decided, waits for publicity and budget included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_to_money: Option<SpreadCard>,
    /// Answers of registers that stood in for paper.
    pub register_answers: u64,
    /// Materials not brought, against what the policy document says was asked for before.
    pub materials: MaterialsCard,
    /// Working days from filing to money, against what the policy document says it took before.
    pub working_days: WorkingDaysCard,
}

/// A distribution of seconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpreadCard {
    /// Of how many applications.
    pub over: usize,
    /// Half took no longer.
    #[schema(example = "0.059")]
    pub p50: String,
    /// Ninety-nine in a hundred took no longer.
    #[schema(example = "1.380")]
    pub p99: String,
}

/// Materials of applications that the machine approved.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialsCard {
    /// Applications whose policy document says how many were asked for.
    pub over: usize,
    /// Applications whose policy document does not; nothing is reckoned for them.
    pub left_out: usize,
    /// How many were not brought.
    pub saved: u64,
}

/// Working days of applications whose first money is at the bank. One that was begun counts as a whole one.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkingDaysCard {
    /// Applications whose policy document says how many it took before.
    pub over: usize,
    /// Applications whose policy document does not; nothing is reckoned for them.
    pub left_out: usize,
    /// What they would have taken before, all together.
    pub before: u64,
    /// What they took, all together.
    pub now: u64,
    /// The difference; below zero when it took longer.
    pub saved: i64,
}

impl From<&Promise> for FiguresCard {
    fn from(promise: &Promise) -> Self {
        let told = promise.told.as_ref();
        let by_policy = told.map_or(&[][..], |told| &told.by_policy);
        Self {
            made_at: promise.made_at.into(),
            window: WINDOW,
            filed: promise.filed,
            decided: promise.decided,
            all: told.map(|told| (&told.all).into()),
            by_policy: by_policy
                .iter()
                .map(|(of, group)| PolicyFigures {
                    policy: match of {
                        OfPolicy::One(id) => Some(id.clone()),
                        OfPolicy::Others => None,
                    },
                    figures: group.into(),
                })
                .collect(),
        }
    }
}

impl From<&Group> for GroupCard {
    fn from(group: &Group) -> Self {
        let share_of = |part: usize| share(count(part), count(group.decided));
        Self {
            decided: group.decided,
            approved_by_machine: group.by_machine,
            approved_by_machine_share: share_of(group.by_machine),
            to_people: group.to_people(),
            to_people_share: share_of(group.to_people()),
            seconds_to_decision: group.to_decision.map(Into::into),
            seconds_to_money: group.to_money.map(Into::into),
            register_answers: group.answers,
            materials: MaterialsCard {
                over: group.materials.over,
                left_out: group.materials.left_out,
                saved: group.materials.saved,
            },
            working_days: WorkingDaysCard {
                over: group.days.over,
                left_out: group.days.left_out,
                before: group.days.before,
                now: group.days.now,
                saved: group.days.saved(),
            },
        }
    }
}

impl From<Spread> for SpreadCard {
    fn from(spread: Spread) -> Self {
        Self {
            over: spread.over,
            p50: seconds(spread.p50_us),
            p99: seconds(spread.p99_us),
        }
    }
}

fn count(applications: usize) -> u64 {
    u64::try_from(applications).unwrap_or(u64::MAX)
}

/// Figures of the service promise, of the newest filed applications.
#[utoipa::path(get, path = "/api/v1/figures", operation_id = "figures", tag = "figures",
    responses((status = 200, description = "The figures", body = FiguresCard)))]
pub(super) async fn figures(State(web): State<Web>) -> Result<impl IntoResponse, Problem> {
    let promise = web.figures.get().await?;
    let card = FiguresCard::from(&*promise);
    Ok(([(CACHE_CONTROL, "public, max-age=60")], Json(card)))
}
