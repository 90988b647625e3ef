//! `/api/v1/desk`: the reviewer's desk (办不成事窗口). Every act names the version of the case that was seen; whoever was overtaken is
//! told by what.

pub mod answer;
pub mod ask;
pub mod cases;
pub mod check;
pub mod confirm;
pub mod conflict;
pub mod files;
pub mod freezes;
pub mod hand_on;
pub mod hand_over;
pub mod offer;
pub mod officers;
pub mod one;
pub mod plain;
pub mod propose;
pub mod reopen;
pub mod reports;
pub mod settle;

use crate::web::routes::of;
use axum::Json;
use utoipa::ToSchema;

use super::views::CaseBody;
use crate::domain::desk::DeskCase;
use crate::domain::person::Role;
use crate::web::Web;
use crate::web::auth::Access;
use crate::web::extract::{Fault, Fields, Node, Read, TextRule, integer, text};
use crate::web::routes::Routes;

/// Who works here.
const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Supervisor]);
/// Who supervises it.
const SUPERVISION: Access = Access::Staff(&[Role::Supervisor]);

/// Longest words of an act, in characters.
const WORDS: TextRule = TextRule::lines(2000);
/// Most criteria that an act names.
const CRITERIA_MAX: usize = 100;

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .add(DESK, of!(cases::cases))
        .add(DESK, of!(one::one))
        .add(DESK, of!(plain::take))
        .add(DESK, of!(hand_over::hand_over))
        .add(DESK, of!(plain::mark_special))
        .add(DESK, of!(plain::note))
        .add(DESK, of!(ask::ask))
        .add(DESK, of!(plain::take_in))
        .add(DESK, of!(settle::settle))
        .add(DESK, of!(settle::unsettle))
        .add(DESK, of!(offer::offer))
        .add(DESK, of!(check::check))
        .add(DESK, of!(propose::propose))
        .add(DESK, of!(confirm::confirm))
        .add(DESK, of!(plain::withdraw_proposal))
        .add(DESK, of!(answer::answer))
        .add(DESK, of!(hand_on::hand_on))
        .add(SUPERVISION, of!(reopen::reopen))
        .add(DESK, of!(conflict::conflict))
        .add(DESK, of!(files::attach))
        .add(DESK, of!(files::file))
        .merge(of_staffing())
}

/// Around the cases: officers, freezes, reports.
fn of_staffing() -> Routes {
    Routes::new()
        .add(DESK, of!(officers::officers))
        .add(SUPERVISION, of!(officers::enrol))
        .add(DESK, of!(officers::away))
        .add(DESK, of!(freezes::freezes))
        .add(SUPERVISION, of!(freezes::freeze))
        .add(SUPERVISION, of!(freezes::lift))
        .add(DESK, of!(reports::report))
        .add(DESK, of!(reports::endings))
}

/// A case after an act.
pub(super) fn after(web: &Web, case: &DeskCase) -> Json<CaseBody> {
    let today = web.ctx.now().china_date();
    Json(CaseBody::of(case, &web.ctx.calendar, today))
}

/// An act that goes without words.
#[derive(Debug, ToSchema)]
pub struct SilentActRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
}

impl Read for SilentActRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            seen_version: seen(fields)?,
        })
    }
}

/// An act with words.
#[derive(Debug, ToSchema)]
pub struct ActRequest {
    /// The case's version as it was seen.
    #[schema(example = 2, minimum = 1)]
    seen_version: i64,
    /// Why, or what.
    #[schema(example = "已电话核实。", max_length = 2000)]
    words: String,
}

impl Read for ActRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let (seen_version, words) = (seen(fields), words(fields));
        Some(Self {
            seen_version: seen_version?,
            words: words?,
        })
    }
}

fn seen(fields: &mut Fields<'_>) -> Option<i64> {
    fields.required("seen_version", integer(1, i64::MAX))
}

fn words(fields: &mut Fields<'_>) -> Option<String> {
    fields.required("words", text(WORDS))
}

/// The name of one criterion.
fn criterion(node: &Node) -> Result<String, Fault> {
    text(TextRule::line(100))(node)
}

fn criteria(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    fields.list("criteria", CRITERIA_MAX, criterion)
}
