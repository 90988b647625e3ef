//! `GET /api/v1/desk/cases`: the queues.

use axum::Json;
use axum::extract::State;

use crate::domain::desk::{Card, StageName};
use crate::domain::district::DistrictCode;
use crate::domain::id::CaseId;
use crate::domain::time::Date;
use crate::store::{CaseFilter, CaseLine};
use crate::web::Web;
use crate::web::api::views::{CaseLineView, IdText, Page};
use crate::web::auth::Desk;
use crate::web::extract::{Fields, Query, Read, TextRule, chosen, integer, parsed, text};
use crate::web::problem::Problem;

/// Items on a page when none are asked for.
const LIMIT: u32 = 50;
/// Stands for no last day in a cursor.
const NO_DAY: &str = "none";

/// Which of them, and which page.
#[derive(Debug)]
pub struct Filter(CaseFilter);

impl Read for Filter {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let stages = (
            "请填写 waiting、working、asked、proposed、checking 或 closed",
            "write waiting, working, asked, proposed, checking or closed",
        );
        let districts = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let days = (
            "请填写日期，例如 2026-11-27",
            "write a day, such as 2026-11-27",
        );
        let cards = ("请填写 none、yellow 或 red", "write none, yellow or red");
        let kinds = (
            "请填写 filing、recheck 或 report",
            "write filing, recheck or report",
        );
        let cursors = ("请填写上一页的 next", "write the `next` of the page before");
        let stage = fields.optional("stage", chosen(StageName::parse, stages));
        let officer = fields.optional("officer", text(TextRule::line(200)));
        let district = fields.optional("district", parsed::<DistrictCode>(districts));
        let policy = fields.optional("policy", text(TextRule::line(100)));
        let card = fields.optional("card", chosen(Card::parse, cards));
        let about = fields.optional("about", chosen(kind, kinds));
        let due_until = fields.optional("due_until", parsed::<Date>(days));
        let after = fields.optional("after", chosen(key, cursors));
        let limit = fields.optional("limit", integer(1, 200));
        let limit = limit?
            .and_then(|limit| u32::try_from(limit).ok())
            .unwrap_or(LIMIT);
        Some(Self(CaseFilter {
            stage: stage?,
            officer: officer?,
            district: district?,
            policy: policy?,
            card: card?,
            about: about?,
            due_until: due_until?,
            after: after?,
            limit,
        }))
    }
}

fn kind(word: &str) -> Option<String> {
    let kinds = ["filing", "recheck", "report"];
    kinds.contains(&word).then(|| word.to_owned())
}

/// A cursor: the last day and the id of the last case of a page.
fn key(text: &str) -> Option<(Option<Date>, CaseId)> {
    let (day, id) = text.split_once('_')?;
    let day = match day {
        NO_DAY => None,
        day => Some(day.parse().ok()?),
    };
    Some((day, id.parse().ok()?))
}

fn cursor(line: &CaseLine) -> IdText {
    let (day, id) = line.key();
    let day = day.map_or_else(|| NO_DAY.to_owned(), |day| day.to_string());
    IdText::from(format!("{day}_{id}"))
}

/// Cases of one's district, page by page, by their last day; those whose clock stands come last. Without a stage, what has not ended.
#[utoipa::path(get, path = "/api/v1/desk/cases", operation_id = "desk_cases", tag = "desk",
    params(
        ("stage" = Option<String>, Query, description = "Only in this stage", example = "working"),
        ("officer" = Option<String>, Query, description = "Only of this officer, by subject", example = "reviewer-440604"),
        ("district" = Option<String>, Query, description = "Only of this district", example = "440604"),
        ("policy" = Option<String>, Query, description = "Only of this policy", example = "foshan-phd-settling-in"),
        ("card" = Option<String>, Query, description = "Only with this card: none, yellow or red", example = "red"),
        ("about" = Option<String>, Query, description = "Only about this: filing, recheck or report", example = "filing"),
        ("due_until" = Option<String>, Query, description = "Only with a last day up to this one", example = "2026-11-27"),
        ("after" = Option<String>, Query, description = "The page behind this cursor, the `next` of the page before",
            example = "2026-11-27_019a0000-0000-7000-8000-000000000001"),
        ("limit" = Option<u32>, Query, description = "Items on a page, 1 to 200; 50 by itself", example = 50)
    ),
    responses((status = 200, description = "One page", body = Page<CaseLineView>)))]
pub(super) async fn cases(
    State(web): State<Web>,
    Desk(staff): Desk,
    Query(Filter(filter)): Query<Filter>,
) -> Result<Json<Page<CaseLineView>>, Problem> {
    let limit = filter.limit;
    let found = web.cases.queue(&staff, filter).await?;
    Ok(Json(Page::of(&found, limit, cursor, |line| line.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_day_or_none_and_an_id() {
        let id = "019a0000-0000-7000-8000-000000000001";
        let day: Date = "2026-11-27".parse().unwrap();
        assert_eq!(
            key(&format!("2026-11-27_{id}")),
            Some((Some(day), id.parse().unwrap()))
        );
        assert_eq!(
            key(&format!("none_{id}")),
            Some((None, id.parse().unwrap()))
        );
        for wrong in ["", "_", "2026-11-27", id, "2026-11-32_x", "none_x"] {
            assert_eq!(key(wrong), None, "{wrong}");
        }
    }
}
