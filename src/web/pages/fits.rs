//! 精准服务: `POST /home/fits` asks the registers, with the consent the page describes; `POST /home/fits/forget` takes all of it back.
//! What came of it is shown on `/home`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::layout::Page;
use super::shell::see_other;
use crate::approve::Told;
use crate::domain::fit::{Fit, Open, Standing};
use crate::domain::judgement::Cause;
use crate::domain::policy::document::{Criterion, Instalments};
use crate::domain::policy::{Policy, PolicyBook};
use crate::domain::source::SourceId;
use crate::domain::time::Date;
use crate::telemetry::RequestId;
use crate::web::Web;
use crate::web::auth::Me;
use crate::web::problem::Problem;
use crate::web::texts as t;
use crate::web::words::Words;

/// Where it is shown.
const SHOWN_AT: &str = "/home#fits";

/// What somebody was told, as their page shows it.
pub(super) struct Shown {
    /// When the registers were asked.
    pub(super) asked: String,
    /// Registers that did not answer.
    pub(super) silent: String,
    /// Those that fit, wait, or nearly fit.
    pub(super) close: Vec<Card>,
    /// The others.
    pub(super) far: Vec<Card>,
}

/// One policy.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) basis: String,
    pub(super) is_sample: bool,
    pub(super) standing: Standing,
    pub(super) amount: Option<String>,
    /// What is not proven: the condition, why, and what can be done.
    pub(super) open: Vec<Missing>,
    /// Whom the form would ask.
    pub(super) sources: String,
    /// The application that holds this benefit already.
    pub(super) taken: Option<String>,
}

/// A condition that is not proven.
pub(super) struct Missing {
    pub(super) title: String,
    pub(super) why: Words,
    pub(super) advice: String,
}

impl Card {
    /// A class and a word for how far it fits.
    pub(super) const fn mood(&self) -> (&'static str, Words) {
        match self.standing {
            Standing::Fits => ("met", t::FIT_YES),
            Standing::Waits => ("open", t::FIT_WAITS),
            Standing::Nearly => ("open", t::FIT_NEARLY),
            Standing::NotNow => ("", t::FIT_NOT_NOW),
        }
    }

    /// What applying all the same would come to.
    pub(super) const fn anyway(&self) -> Words {
        match self.standing {
            Standing::Waits => t::FIT_FILE_AHEAD,
            Standing::Fits | Standing::Nearly | Standing::NotNow => t::FIT_STILL,
        }
    }

    pub(super) fn fits(&self) -> bool {
        self.standing == Standing::Fits
    }

    fn of(page: &Page, policy: &Policy, fit: &Fit, told: &Told) -> Self {
        let document = policy.document();
        let up_to = match policy.instalments() {
            Instalments::Monthly(_) => page.say(t::FIT_UP_TO).into_owned(),
            Instalments::Shares(_) => String::new(),
        };
        Self {
            id: policy.id().to_owned(),
            title: page.text(&document.title).to_owned(),
            basis: document.basis.clone(),
            is_sample: policy.is_sample(),
            standing: fit.standing,
            amount: fit
                .amount
                .map(|amount| format!("{up_to}{}", page.money(amount))),
            open: missing(page, policy, fit),
            sources: names(page, &policy.sources().iter().collect::<Vec<_>>()),
            taken: told.taken.get(policy.id()).map(ToString::to_string),
        }
    }
}

impl Shown {
    /// As of now: a version that is not in force any more is left out, for nobody can apply under it.
    pub(super) fn of(web: &Web, page: &Page, told: &Told) -> Self {
        let today = web.ctx.world.clock.today();
        let in_force = |fit: &Fit| current(&web.ctx.policies, fit, today);
        let cards = told.fits.fits.iter().filter_map(|fit| {
            let policy = in_force(fit)?;
            Some(Card::of(page, &policy, fit, told))
        });
        let (close, far) = cards.partition(|card| card.standing != Standing::NotNow);
        Self {
            asked: page.moment(told.fits.made_at),
            silent: names(page, &told.fits.silent),
            close,
            far,
        }
    }
}

/// Registers by name.
pub(super) fn names(page: &Page, sources: &[SourceId]) -> String {
    let named = sources.iter().map(|source| page.say(t::source(*source)));
    named.collect::<Vec<_>>().join(" · ")
}

fn current(book: &PolicyBook, fit: &Fit, on: Date) -> Option<Arc<Policy>> {
    book.in_force(&fit.policy.id, on)
        .filter(|policy| policy.hash() == fit.policy.hash)
}

fn missing(page: &Page, policy: &Policy, fit: &Fit) -> Vec<Missing> {
    let named = |open: &Open| {
        let at = policy.criterion_index(&open.criterion)?;
        let why = t::why_open(&open.causes);
        Some(match policy.criteria().get(at) {
            Some(criterion) => Missing {
                title: page.text(&criterion.title).to_owned(),
                why,
                advice: advice(page, criterion, open),
            },
            None => Missing {
                title: page.say(t::POLICY_AMOUNTS).into_owned(),
                why,
                advice: String::new(),
            },
        })
    };
    fit.open.iter().filter_map(named).collect()
}

/// What can be done; where only a register is waited for, nothing need be.
fn advice(page: &Page, criterion: &Criterion, open: &Open) -> String {
    if open.causes == [Cause::SourceUnavailable] {
        String::new()
    } else {
        page.text(&criterion.advice).to_owned()
    }
}

/// Asks, unless everything was answered a few minutes ago.
#[utoipa::path(post, path = "/home/fits", operation_id = "fits", tag = "pages",
    responses((status = 303, description = "To what came of it")))]
pub(super) async fn look(
    State(web): State<Web>,
    Me(me): Me,
    request_id: RequestId,
) -> Result<Response, Problem> {
    let told = web.approve.told(me.id).await?;
    if !told.is_some_and(|told| told.fits.is_fresh(web.ctx.now())) {
        let scope = web.prefill.looked_up_in();
        let looked_up = web
            .prefill
            .look_up(&me, &scope, request_id.as_str())
            .await?;
        web.approve.fits(&me, looked_up).await?;
    }
    Ok(see_other(SHOWN_AT))
}

/// Takes it back.
#[utoipa::path(post, path = "/home/fits/forget", operation_id = "forget_fits", tag = "pages",
    responses((status = 303, description = "To the page without it")))]
pub(super) async fn forget(State(web): State<Web>, Me(me): Me) -> Result<Response, Problem> {
    web.approve.forget_fits(me.id).await?;
    Ok(see_other(SHOWN_AT))
}
