//! `GET /applications/{id}/receipt`: what was paid, to be printed or saved as PDF by the browser.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{account, address};
use crate::domain::application::Application;
use crate::domain::id::ApplicationId;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::payout::service::PaymentView;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::extract::Id;
use crate::web::pages::home::title;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;

#[derive(Template)]
#[template(path = "receipt.html")]
struct Receipt<'a> {
    page: &'a Page,
    id: String,
    title: String,
    payee: String,
    lines: Vec<Line>,
    total: String,
}

/// One instalment that is at the bank.
struct Line {
    instalment: u8,
    amount: String,
    account: String,
    at: String,
    treasury_no: String,
}

impl Line {
    fn of(page: &Page, application: &Application, view: &PaymentView) -> Option<Self> {
        let newest = view.instructions.last()?;
        Some(Self {
            instalment: view.payment.instalment,
            amount: page.money(view.payment.amount),
            account: account::shown(page, application, newest),
            at: page.moment(newest.settled_at?),
            treasury_no: newest.treasury_no.clone().unwrap_or_default(),
        })
    }
}

/// What was paid so far.
#[utoipa::path(get, path = "/applications/{id}/receipt", operation_id = "receipt_page", tag = "pages",
    params(("id" = String, Path, description = "The application's id")),
    responses((status = 200, description = "The page")))]
pub(in crate::web::pages) async fn receipt(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Me(me): Me,
    Id(id): Id<ApplicationId>,
) -> Result<Response, Problem> {
    let page = Page::new(
        preferences,
        Some(&visit),
        format!("{}/receipt", address(id)),
    );
    let application = web.prefill.one(me.id, id).await?;
    let payments = web.payout.payments_of(me.id, id).await?;
    let settled = || {
        let all = payments.iter();
        all.filter(|view| view.payment.state == PaymentState::Settled)
    };
    let total = Money::sum(settled().map(|view| view.payment.amount)).unwrap_or(Money::ZERO);
    let template = Receipt {
        page: &page,
        id: id.to_string(),
        title: title(&web, &page, &application),
        payee: me.name.reveal().clone(),
        lines: settled()
            .filter_map(|view| Line::of(&page, &application, view))
            .collect(),
        total: page.money(total),
    };
    Ok(page.render(StatusCode::OK, &template))
}
