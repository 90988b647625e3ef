//! `GET /finance/budgets/orders/new`: an order is written, looked at and proposed. Each kind has a form of its own, so that none asks for what
//! does not belong to it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::payments::Choice;
use super::{Outlook, line_name, lines, order, orders};
use crate::domain::award::{Budget, BudgetKey};
use crate::domain::budget_order::{Change, ChangeError, REFERENCE_MAX, is_over};
use crate::domain::district::DistrictCode;
use crate::domain::money::Money;
use crate::domain::person::Staff;
use crate::error::StageError;
use crate::finance::budgets::Proposal;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
use crate::web::extract::{Fields, Query, Read, TextRule, text};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts as t;
use crate::web::words::Words;

/// Where an order is written.
pub(super) const ADDRESS: &str = "/finance/budgets/orders/new";
const REFERENCE: TextRule = TextRule::line(REFERENCE_MAX);

/// Which kind; an addition when none is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    kind: &'static str,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.optional("kind", text(TextRule::line(20)))?;
        Some(Self {
            kind: known(kind.as_deref().unwrap_or_default()),
        })
    }
}

/// The kind of a word; an addition for a word that is none.
fn known(word: &str) -> &'static str {
    let mut words = Change::WORDS.into_iter();
    words.find(|known| *known == word).unwrap_or("add")
}

/// What was typed and chosen.
#[derive(Debug, Default)]
struct Typed {
    kind: &'static str,
    from: String,
    policy: String,
    district: String,
    year: String,
    amount: String,
    reference: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        let field = |name| posted.get(name).unwrap_or_default().trim().to_owned();
        Self {
            kind: known(&field("kind")),
            from: field("from"),
            policy: field("policy"),
            district: field("district"),
            year: field("year"),
            amount: field("amount"),
            reference: field("reference"),
        }
    }

    fn takes(&self) -> bool {
        self.kind != "add"
    }

    fn gives(&self) -> bool {
        matches!(self.kind, "add" | "move")
    }

    /// The line that is granted less, as the form's choice names it.
    fn from(&self) -> Option<BudgetKey> {
        let mut parts = self.from.split('/');
        let key = BudgetKey {
            policy: parts.next()?.to_owned(),
            district: parts.next()?.parse().ok()?,
            year: parts.next()?.parse().ok()?,
        };
        Some(key)
    }

    /// The line that is granted more; of a move it is of the same year.
    fn to(&self) -> Option<BudgetKey> {
        let year = if self.takes() {
            self.from()?.year
        } else {
            self.year.parse().ok()?
        };
        (!self.policy.is_empty()).then_some(())?;
        Some(BudgetKey {
            policy: self.policy.clone(),
            district: self.district.parse().ok()?,
            year,
        })
    }

    /// What is to be proposed, or everything that is wrong.
    fn proposal(&self, web: &Web) -> Result<Proposal, Vec<Fault>> {
        let mut faults = Vec::new();
        let from = self.takes().then(|| self.from());
        if from == Some(None) {
            faults.push(Fault::of("from", t::budgets::FROM_NEEDS));
        }
        let to = self.gives().then(|| self.to());
        if to == Some(None) && faults.is_empty() {
            faults.push(Fault::of("policy", t::budgets::TO_NEEDS));
        }
        let amount = self.amount.parse().ok();
        let amount = amount.filter(|amount: &Money| !amount.is_zero());
        if amount.is_none() {
            faults.push(Fault::of("amount", t::budgets::AMOUNT_NEEDS));
        }
        if REFERENCE.check(&self.reference).is_err() {
            faults.push(Fault::of("reference", t::budgets::REFERENCE_NEEDS));
        }
        let change = Change::of(self.kind, from.flatten(), to.flatten());
        let (Some(change), Some(amount), true) = (change, amount, faults.is_empty()) else {
            return Err(faults);
        };
        let today = web.ctx.now().china_date();
        change
            .check(amount, today)
            .map_err(|error| vec![Fault::of(place(error), t::budgets::wrong(error))])?;
        Ok(Proposal {
            change,
            amount,
            reference: self.reference.clone(),
        })
    }
}

/// Which field a change's error is about.
const fn place(error: ChangeError) -> &'static str {
    match error {
        ChangeError::Nothing => "amount",
        ChangeError::SameLine | ChangeError::OtherYear => "policy",
        ChangeError::YearNotOver { .. } => "from",
        ChangeError::NoBudgetYear => "year",
    }
}

/// What is wrong with a field.
struct Fault {
    field: &'static str,
    words: Words,
}

impl Fault {
    const fn of(field: &'static str, words: Words) -> Self {
        Self { field, words }
    }
}

#[derive(Template)]
#[template(path = "finance/budgets/new.html")]
struct NewPage<'a> {
    page: &'a Page,
    kinds: Vec<Choice>,
    typed: &'a Typed,
    from: Vec<(String, String, bool)>,
    policies: Vec<Choice>,
    districts: Vec<Choice>,
    years: Vec<Choice>,
    faults: Vec<Fault>,
}

impl NewPage<'_> {
    fn fault(&self, field: &str) -> Option<Words> {
        let fault = self.faults.iter().find(|fault| fault.field == field);
        fault.map(|fault| fault.words.clone())
    }
}

#[derive(Template)]
#[template(path = "finance/budgets/preview.html")]
struct PreviewPage<'a> {
    page: &'a Page,
    typed: &'a Typed,
    kind: Words,
    amount: String,
    outlook: Outlook,
}

/// The form of one kind of order.
#[utoipa::path(get, path = "/finance/budgets/orders/new", operation_id = "finance_budget_order_form", tag = "pages",
    params(("kind" = Option<String>, Query, description = "`add`, `move`, `carry_over` or `lapse`")),
    responses((status = 200, description = "The page")))]
pub(super) async fn new(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let typed = Typed {
        kind: asked.kind,
        year: web.ctx.now().china_date().year().to_string(),
        ..Typed::default()
    };
    form(&web, &page, &staff, &typed, (StatusCode::OK, Vec::new())).await
}

/// What the order would do, before it is proposed.
#[utoipa::path(post, path = "/finance/budgets/orders/preview", operation_id = "finance_preview_budget_order", tag = "pages",
    responses((status = 200, description = "The page"), (status = 422, description = "The form again")))]
pub(super) async fn preview(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let typed = Typed::of(&posted);
    if posted.get("again").is_some() {
        return form(&web, &page, &staff, &typed, (StatusCode::OK, Vec::new())).await;
    }
    let proposal = match typed.proposal(&web) {
        Ok(proposal) => proposal,
        Err(faults) => return refused(&web, &page, &staff, &typed, faults).await,
    };
    let becomes = web.finance.preview_order(&staff, &proposal).await;
    let becomes = becomes.map_err(back)?;
    let template = PreviewPage {
        page: &page,
        typed: &typed,
        kind: t::budgets::kind(typed.kind),
        amount: page.money(proposal.amount),
        outlook: Outlook::of(&web, &page, &becomes),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Proposes the order.
#[utoipa::path(post, path = "/finance/budgets/orders", operation_id = "finance_propose_budget_order_page", tag = "pages",
    responses((status = 303, description = "Proposed"), (status = 422, description = "The form again")))]
pub(super) async fn propose(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let typed = Typed::of(&posted);
    let proposal = match typed.proposal(&web) {
        Ok(proposal) => proposal,
        Err(faults) => return refused(&web, &page, &staff, &typed, faults).await,
    };
    match web.finance.propose_order(&staff, &proposal).await {
        Ok(proposed) => {
            let word = if proposed.is_new {
                "proposed"
            } else {
                "before"
            };
            Ok(order::done(proposed.order.id, word))
        }
        Err(StageError::NotInState { what, .. }) => {
            let fault = if what == "reference" {
                Fault::of("reference", t::budgets::REFERENCE_USED)
            } else {
                Fault::of("from", t::budgets::ALREADY_ENDING)
            };
            let wrong = (StatusCode::CONFLICT, vec![fault]);
            form(&web, &page, &staff, &typed, wrong).await
        }
        Err(error) => Err(back(error)),
    }
}

fn back(error: StageError) -> Problem {
    Problem::from(error).way_out(orders::ADDRESS.to_owned(), t::budgets::BACK)
}

async fn refused(
    web: &Web,
    page: &Page,
    staff: &Staff,
    typed: &Typed,
    faults: Vec<Fault>,
) -> Result<Response, Problem> {
    let wrong = (StatusCode::UNPROCESSABLE_ENTITY, faults);
    form(web, page, staff, typed, wrong).await
}

async fn form(
    web: &Web,
    page: &Page,
    staff: &Staff,
    typed: &Typed,
    (status, faults): (StatusCode, Vec<Fault>),
) -> Result<Response, Problem> {
    let today = web.ctx.now().china_date();
    let mut from = web.finance.all_budget_lines(staff).await?;
    // What was chosen stays in the list, or another line would stand chosen in its place.
    from.retain(|line| value(&line.key) == typed.from || !line.free().is_zero());
    if typed.kind == "carry_over" {
        from.retain(|line| is_over(line.key.year, today));
    }
    let from = from.iter().map(|line| choice(web, page, typed, line));
    let year = typed.year.parse().unwrap_or_else(|_| today.year());
    let near = [today.year() - 1, today.year(), today.year() + 1];
    let template = NewPage {
        page,
        kinds: kinds(typed.kind),
        from: from.collect(),
        policies: policies(web, &typed.policy),
        districts: districts(web, staff, &typed.district),
        years: lines::choices(near.to_vec(), &[year], year),
        typed,
        faults,
    };
    Ok(page.render(status, &template))
}

/// A line as the form names it.
fn value(line: &BudgetKey) -> String {
    format!("{}/{}/{}", line.policy, line.district, line.year)
}

fn choice(web: &Web, page: &Page, typed: &Typed, line: &Budget) -> (String, String, bool) {
    let value = value(&line.key);
    let left = page.say(t::budgets::FREE);
    let words = format!(
        "{} · {left} {}",
        line_name(web, page, &line.key),
        page.money(line.free())
    );
    let chosen = value == typed.from;
    (value, words, chosen)
}

fn kinds(chosen: &str) -> Vec<Choice> {
    let kind = |word: &str| Choice {
        value: word.to_owned(),
        words: t::budgets::kind(word),
        chosen: word == chosen,
    };
    Change::WORDS.into_iter().map(kind).collect()
}

fn policies(web: &Web, chosen: &str) -> Vec<Choice> {
    let names = Names(&web.ctx.policies);
    let policy = |id: &str| Choice {
        value: id.to_owned(),
        words: names.policy(id),
        chosen: id == chosen,
    };
    web.ctx.policies.ids().map(policy).collect()
}

fn districts(web: &Web, staff: &Staff, chosen: &str) -> Vec<Choice> {
    let names = Names(&web.ctx.policies);
    let all = DistrictCode::FOSHAN_DISTRICTS
        .into_iter()
        .chain([DistrictCode::FOSHAN]);
    all.filter(|district| staff.covers(Some(district)))
        .map(|district| Choice {
            value: district.to_string(),
            words: names.district(Some(district)),
            chosen: district.as_str() == chosen,
        })
        .collect()
}
