//! `GET /finance/payments`: payments, page by page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::district::DistrictCode;
use crate::domain::id::PaymentId;
use crate::domain::payment::PaymentState;
use crate::domain::person::Staff;
use crate::finance::service::PaymentLine;
use crate::store::PaymentFilter;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::Names;
use crate::web::extract::{Fields, Query, Read, chosen, id};
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

/// Where it is.
pub(super) const ADDRESS: &str = "/finance/payments";
/// Payments on a page.
const LINES: u32 = 50;
/// Longest id of a policy.
const POLICY_CHARS_MAX: usize = 100;

/// Which of them, and which page. A form sends an empty text for "all".
#[derive(Debug, Default)]
pub(super) struct Asked {
    state: Option<PaymentState>,
    policy: String,
    district: Option<DistrictCode>,
    after: Option<PaymentId>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let states = (
            "请填写状态，例如 returned",
            "write a state, such as returned",
        );
        let state = or_all(PaymentState::parse);
        let state = fields.optional("state", chosen(state, states));
        let codes = (
            "请填写六位行政区划代码",
            "write a district's six-digit code",
        );
        let district = or_all(|text| text.parse().ok());
        let district = fields.optional("district", chosen(district, codes));
        let policies = ("请填写政策编号", "write the id of a policy");
        let policy = fields.optional("policy", chosen(policy, policies));
        let after = fields.optional("after", id::<PaymentId>);
        Some(Self {
            state: state?.flatten(),
            policy: policy?.unwrap_or_default(),
            district: district?.flatten(),
            after: after?,
        })
    }
}

fn policy(text: &str) -> Option<String> {
    (text.chars().count() <= POLICY_CHARS_MAX).then(|| text.to_owned())
}

/// A choice of which the empty text means all.
pub(super) fn or_all<T>(parse: impl Fn(&str) -> Option<T>) -> impl Fn(&str) -> Option<Option<T>> {
    move |text| match text {
        "" => Some(None),
        text => parse(text).map(Some),
    }
}

impl Asked {
    fn filter(&self) -> PaymentFilter {
        PaymentFilter {
            state: self.state,
            policy: (!self.policy.is_empty()).then(|| self.policy.clone()),
            district: self.district,
            after: self.after,
            limit: LINES + 1,
        }
    }

    /// The address of the page behind this one.
    fn next(&self, last: PaymentId) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(state) = self.state {
            query.append_pair("state", state.as_str());
        }
        if !self.policy.is_empty() {
            query.append_pair("policy", &self.policy);
        }
        if let Some(district) = self.district {
            query.append_pair("district", district.as_str());
        }
        query.append_pair("after", &last.to_string());
        format!("{ADDRESS}?{}", query.finish())
    }
}

/// One of a list of choices.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) words: Words,
    pub(super) chosen: bool,
}

/// A payment as a row.
pub(super) struct Line {
    pub(super) id: String,
    /// The end of its id, by which people tell payments apart.
    pub(super) short: String,
    pub(super) instalment: Words,
    pub(super) amount: String,
    pub(super) mood: &'static str,
    pub(super) state: Words,
    pub(super) due_on: String,
    pub(super) instruction: Option<Words>,
    pub(super) policy: Words,
    pub(super) district: String,
}

#[derive(Template)]
#[template(path = "finance/payments.html")]
struct PaymentsPage<'a> {
    page: &'a Page,
    states: Vec<Choice>,
    policies: Vec<Choice>,
    /// Empty for a district's staff, who see their own.
    districts: Vec<Choice>,
    lines: Vec<Line>,
    next: Option<String>,
}

/// Payments of one's district, page by page.
#[utoipa::path(get, path = "/finance/payments", operation_id = "finance_payments_page", tag = "pages",
    params(
        ("state" = Option<String>, Query, description = "Only in this state"),
        ("policy" = Option<String>, Query, description = "Only of this policy"),
        ("district" = Option<String>, Query, description = "Only of this district"),
        ("after" = Option<String>, Query, description = "The page behind this id")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn payments(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), ADDRESS);
    let mut found = web.finance.payments(&staff, asked.filter()).await?;
    let is_more = found.len() > LINES as usize;
    found.truncate(LINES as usize);
    let last = found.last().map(|line| line.payment.id);
    let template = PaymentsPage {
        page: &page,
        states: states(asked.state),
        policies: policies(&web, &asked.policy),
        districts: districts(&page, &staff, asked.district),
        lines: lines(&web, &page, &found),
        next: last.filter(|_| is_more).map(|last| asked.next(last)),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Payments as rows.
pub(super) fn lines(web: &Web, page: &Page, found: &[PaymentLine]) -> Vec<Line> {
    let names = Names(&web.ctx.policies);
    let line = |line: &PaymentLine| {
        let PaymentLine {
            payment,
            award,
            newest,
        } = line;
        let id = payment.id.to_string();
        Line {
            short: id[id.len() - 6..].to_owned(),
            id,
            instalment: instalment(payment.instalment),
            amount: page.money(payment.amount),
            mood: mood(payment.state),
            state: t::finance::payment(payment.state),
            due_on: payment.due_on.to_string(),
            instruction: newest
                .as_ref()
                .map(|one| t::finance::instruction(one.state)),
            policy: names.policy(&award.budget.policy),
            district: page.value(&award.budget.district.to_string()),
        }
    };
    found.iter().map(line).collect()
}

pub(super) fn instalment(number: u8) -> Words {
    Words::with(format!("第 {number} 期"), format!("instalment {number}"))
}

/// How a state looks.
pub(super) const fn mood(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Settled => "met",
        PaymentState::Held | PaymentState::Returned => "not",
        PaymentState::Referred | PaymentState::Instructed => "open",
        PaymentState::Scheduled | PaymentState::Cancelled => "wait",
    }
}

fn states(asked: Option<PaymentState>) -> Vec<Choice> {
    let all = Choice {
        value: String::new(),
        words: t::finance::EVERY_STATE,
        chosen: asked.is_none(),
    };
    let each = PaymentState::ALL.map(|state| Choice {
        value: state.as_str().to_owned(),
        words: t::finance::payment(state),
        chosen: asked == Some(state),
    });
    [all].into_iter().chain(each).collect()
}

/// Every policy of the book to choose from.
pub(super) fn policies(web: &Web, asked: &str) -> Vec<Choice> {
    let mut ids: Vec<&str> = web.ctx.policies.ids().collect();
    ids.dedup();
    let names = Names(&web.ctx.policies);
    let all = Choice {
        value: String::new(),
        words: t::finance::EVERY_POLICY,
        chosen: asked.is_empty(),
    };
    let each = ids.into_iter().map(|id| Choice {
        value: id.to_owned(),
        words: names.policy(id),
        chosen: asked == id,
    });
    [all].into_iter().chain(each).collect()
}

/// Every district to choose from; none for a district's staff, who see their own.
pub(super) fn districts(page: &Page, staff: &Staff, asked: Option<DistrictCode>) -> Vec<Choice> {
    if staff.district.is_some() {
        return Vec::new();
    }
    let all = Choice {
        value: String::new(),
        words: t::finance::EVERY_DISTRICT,
        chosen: asked.is_none(),
    };
    let each = DistrictCode::FOSHAN_DISTRICTS.map(|code| {
        let name = page.value(&code.to_string());
        Choice {
            value: code.to_string(),
            words: Words::with(name.clone(), name),
            chosen: asked == Some(code),
        }
    });
    [all].into_iter().chain(each).collect()
}
