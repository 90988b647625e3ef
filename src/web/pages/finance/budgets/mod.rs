//! The pages of appropriations: budget lines and the forecast, the orders that change them, the end of a year.

mod charts;
mod forecast;
mod lines;
mod order;
mod orders;
mod propose;
mod year_end;

use crate::domain::award::BudgetKey;
use crate::domain::budget_order::{Becomes, DoesNotFit};
use crate::domain::money::Money;
use crate::web::Web;
use crate::web::causes::Names;
use crate::web::pages::layout::Page;
use crate::web::routes::{Routes, of};
use crate::web::texts::budgets as t;
use crate::web::words::Words;

/// Where the lines are.
pub(in super::super) const ADDRESS: &str = "/finance/budgets";

/// What leads from one of these pages to the others.
pub(in super::super) const PARTS: [(&str, Words); 3] = [
    (ADDRESS, t::NAV_LINES),
    (orders::ADDRESS, t::NAV_ORDERS),
    (year_end::ADDRESS, t::NAV_YEAR_END),
];

/// Every page of appropriations.
pub(super) fn routes() -> Routes {
    use super::STAFF;
    Routes::new()
        .add(STAFF, of!(lines::lines))
        .add(STAFF, of!(orders::orders))
        .add(STAFF, of!(propose::new))
        .add(STAFF, of!(propose::preview))
        .add(STAFF, of!(propose::propose))
        .add(STAFF, of!(order::show))
        .add(STAFF, of!(order::approve))
        .add(STAFF, of!(order::decline))
        .add(STAFF, of!(order::withdraw))
        .add(STAFF, of!(year_end::show))
        .add(STAFF, of!(year_end::propose))
        .add(STAFF, of!(year_end::approve))
}

/// A line as people say it: policy, district, year.
fn line_name(web: &Web, page: &Page, key: &BudgetKey) -> String {
    format!("{} · {}", short_name(web, page, key), key.year)
}

/// A line of a year that is said elsewhere: policy and district.
fn short_name(web: &Web, page: &Page, key: &BudgetKey) -> String {
    let names = Names(&web.ctx.policies);
    let (policy, district) = (
        names.policy(&key.policy),
        names.district(Some(key.district)),
    );
    format!("{} · {}", page.say(policy), page.say(district))
}

/// A line before and after an order.
struct Change {
    line: String,
    granted: (String, String),
    promised: String,
    free: (String, String),
}

/// What an order does to its lines, or why it cannot be done.
struct Outlook {
    changes: Vec<Change>,
    wrong: Option<Words>,
}

impl Outlook {
    fn of(web: &Web, page: &Page, becomes: &Result<Vec<Becomes>, DoesNotFit>) -> Self {
        match becomes {
            Ok(lines) => Self {
                changes: lines.iter().map(|line| change(web, page, line)).collect(),
                wrong: None,
            },
            Err(error) => Self {
                changes: Vec::new(),
                wrong: Some(match error {
                    DoesNotFit::Short { free } => t::short(*free),
                    DoesNotFit::TooMuch => t::TOO_MUCH,
                }),
            },
        }
    }
}

fn change(web: &Web, page: &Page, line: &Becomes) -> Change {
    let money = |amount: Money| page.money(amount);
    Change {
        line: line_name(web, page, &line.before.key),
        granted: (
            money(line.before.appropriated),
            money(line.after.appropriated),
        ),
        promised: money(line.before.reserved),
        free: (money(line.before.free()), money(line.after.free())),
    }
}
