//! One filing: `Prefill::file` and `Approve::decide` in process, against the bare transactions with the same rows.

use std::time::{Duration, Instant};

use sanmiao::app::DATABASE_FILE;
use sanmiao::approve::Approve;
use sanmiao::context::Context;
use sanmiao::domain::application::Typed;
use sanmiao::domain::bank::AccountKind;
use sanmiao::domain::person::Applicant;
use sanmiao::domain::person::Private;
use sanmiao::ports::Principal;
use sanmiao::prefill::Prefill;
use sanmiao::prefill::service::{FormView, Opening};
use sanmiao_mocks::Person;

use super::bare::{self, Bare};
use super::rows::Kept;
use super::stand::{self, Beside, Folder};

/// Times of both sides, person by person.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) file: Vec<Duration>,
    pub(crate) decide: Vec<Duration>,
    pub(crate) ours: Vec<Duration>,
    pub(crate) bare_file: Vec<Duration>,
    pub(crate) bare_decide: Vec<Duration>,
    pub(crate) bare: Vec<Duration>,
    pub(crate) approved: usize,
}

/// Files and judges `people`, one after the other; after each, the same rows are written bare.
pub(crate) async fn run(people: usize, seed: u64) -> Times {
    let beside = Beside::start(seed, people);
    let folder = Folder::new("filing");
    let ours = folder.path().join("ours");
    let app = stand::assemble(&beside.world, &ours).await;
    let ctx = app.context();
    let mut drafts = Vec::new();
    for person in beside.world.people() {
        drafts.push((person, open(ctx, &app, &beside, person).await));
    }
    let bare = Bare::open(&stand::copy(ctx, &folder.path().join("bare")).await).await;
    let reader = bare::pool(&ours.join(DATABASE_FILE)).await;
    let (prefill, approve) = (Prefill::new(ctx.clone()), Approve::new(ctx.clone()));
    let mut times = Times::default();
    for (person, (me, view)) in drafts {
        let card = person.card();
        let typed = Typed {
            kind: AccountKind::Other,
            account: card.account.number.parse().unwrap(),
            bank: card.account.bank_cnaps.parse().unwrap(),
            phone: Private::new(card.phone),
        };
        let id = view.application.id;
        let start = Instant::now();
        prefill
            .file(me.id, id, view.snapshot.id, typed, "bench")
            .await
            .unwrap();
        let filed = start.elapsed();
        let after = approve.decide(id).await.unwrap();
        let both = start.elapsed();
        times.file.push(filed);
        times.decide.push(both.saturating_sub(filed));
        times.ours.push(both);
        times.approved += usize::from(after.state.name().as_str() == "approved");
        let kept = Kept::read(&reader, &id.to_string()).await;
        let start = Instant::now();
        bare.file(&kept).await;
        let filed = start.elapsed();
        bare.decide(&kept).await;
        let both = start.elapsed();
        times.bare_file.push(filed);
        times.bare_decide.push(both.saturating_sub(filed));
        times.bare.push(both);
    }
    reader.close().await;
    bare.close().await;
    times
}

async fn open(
    ctx: &Context,
    app: &sanmiao::app::App,
    beside: &Beside,
    person: &Person,
) -> (Applicant, FormView) {
    let token = beside.world.token_for(&person.subject).unwrap();
    let Principal::Applicant(claims) = app.identity().principal(&token).await.unwrap() else {
        unreachable!()
    };
    let prefill = Prefill::new(ctx.clone());
    let me = prefill.enrol(&claims).await.unwrap();
    let policy = ctx
        .policies
        .in_force(&person.applies_for, ctx.world.clock.today())
        .unwrap();
    let scope: Vec<_> = policy.sources().iter().collect();
    let opening = Opening {
        policy: &person.applies_for,
        scope: &scope,
        purpose: &person.applies_for,
        request_id: "bench",
    };
    let view = prefill.open(&me, &opening).await.unwrap();
    (me, view)
}
