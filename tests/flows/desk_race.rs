//! Many cases under eight racing reviewers: each is decided once, no act that was accepted is lost, none that was refused has happened, and
//! nobody acts on a view that is out of date.

use std::collections::{BTreeMap, BTreeSet};

use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::desk::{About, Act, Deed, DeskCase, Officer, Stage};
use sanmiao::domain::id::{ApplicationId, CaseId};
use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::error::StageError;
use sanmiao::gateways::clock::SystemClock;
use sanmiao::ports::Clock as _;
use sanmiao::review::CaseDesk;
use sanmiao::review::desk::Step;
use sanmiao::review::service::Verdict;
use sanmiao_mocks::{Person, Trait};

use crate::support::database::{Database, on_both_databases};
use crate::support::desk::{Desk, grant};
use crate::support::house::PHD;
use crate::support::people::{AS_OF, DISTRICT, referred};

/// So many cases without being told; `make desk-race` tells.
const CASES: usize = 60;
const REVIEWERS: usize = 8;
/// How far ahead a reviewer looks in the queue that all share: the fewer, the more they meet.
const WINDOW: usize = 12;

fn cases() -> usize {
    let told = std::env::var("SANMIAO_RACE_CASES").ok();
    told.map_or(CASES, |text| text.parse().expect("a number of cases"))
}

/// Somebody who may take any case of the district and handle it.
fn reviewer(number: usize) -> Staff {
    Staff {
        subject: Subject {
            issuer: "http://issuer".to_owned(),
            subject: format!("r{number}"),
        },
        roles: vec![Role::Reviewer, Role::Supervisor],
        district: Some(DISTRICT.parse().unwrap()),
    }
}

/// Doctors who work part-time, so that one finding is open.
fn people(count: usize) -> Vec<Person> {
    let part_time = referred().registers.talent_introduction.records[0].employment;
    let crowd = sanmiao_mocks::people::generate(41, count * 20 + 1_000, AS_OF);
    let mut people: Vec<Person> = crowd
        .into_iter()
        .filter(|person| person.is(Trait::Ordinary) && person.applies_for == PHD)
        .take(count)
        .collect();
    assert_eq!(people.len(), count, "the crowd is too small");
    for person in &mut people {
        for record in &mut person.registers.talent_introduction.records {
            DISTRICT.clone_into(&mut record.district);
            record.employment = part_time;
        }
    }
    people
}

/// What one reviewer tried, each try with a text that no other has.
#[derive(Default)]
struct Tried {
    accepted: BTreeMap<CaseId, BTreeSet<String>>,
    refused: BTreeSet<String>,
    stale: usize,
    forbidden: usize,
}

struct Racer {
    me: Staff,
    number: usize,
    desk: CaseDesk,
    stages: sanmiao::context::Context,
    rng: ChaCha20Rng,
    tried: Tried,
    tries: usize,
}

impl Racer {
    async fn race(mut self, mut queue: Vec<CaseId>) -> Tried {
        while !queue.is_empty() {
            let at = self.rng.random_range(0..WINDOW.min(queue.len()));
            let case = self.look(queue[at]).await;
            if case.is_closed() {
                queue.remove(at);
                continue;
            }
            // Others act between the look and the act.
            tokio::task::yield_now().await;
            self.act(&case).await;
        }
        self.tried
    }

    async fn look(&self, id: CaseId) -> DeskCase {
        let mut tx = self.stages.store.read().await.unwrap();
        tx.desk_case(id).await.unwrap().unwrap()
    }

    async fn act(&mut self, case: &DeskCase) {
        let me = self.me.subject.subject.clone();
        let mine = case.officer.as_deref() == Some(me.as_str());
        let chance: u8 = self.rng.random_range(0..100);
        self.tries += 1;
        let words = format!("try {} of {me}", self.tries);
        let settled = case.settled.contains("full_time");
        let done = match &case.stage {
            Stage::Proposed(proposal) if proposal.agreed.contains(&me) => {
                if chance >= 10 {
                    return;
                }
                self.step(case, Step::WithdrawProposal, &words).await
            }
            Stage::Proposed(_) => {
                let (id, seen) = (case.id, case.version);
                self.desk.confirm(&self.me, id, seen, &words).await
            }
            _ if !mine && chance < 80 => self.step(case, Step::Take, &words).await,
            // Not theirs to do, which the desk has to say.
            _ if !mine => self.step(case, Step::Note, &words).await,
            _ if chance < 25 => self.step(case, Step::Note, &words).await,
            _ if chance < 60 && !settled => {
                let criterion = "full_time".to_owned();
                let step = Step::Settle {
                    criterion,
                    file: None,
                };
                self.step(case, step, &words).await
            }
            _ if chance < 85 && settled => {
                let grounds = words.clone();
                self.propose(case, Verdict::Approve { grounds }).await
            }
            _ => {
                let (grounds, legal_basis) = (words.clone(), "样例".to_owned());
                let verdict = Verdict::Refuse {
                    grounds,
                    legal_basis,
                };
                self.propose(case, verdict).await
            }
        };
        self.note(case, words, done);
    }

    async fn step(&self, case: &DeskCase, step: Step, words: &str) -> Result<DeskCase, StageError> {
        self.desk
            .act(&self.me, case.id, case.version, step, words)
            .await
    }

    async fn propose(&self, case: &DeskCase, verdict: Verdict) -> Result<DeskCase, StageError> {
        self.desk
            .propose(&self.me, case.id, case.version, &verdict)
            .await
    }

    fn note(&mut self, case: &DeskCase, words: String, done: Result<DeskCase, StageError>) {
        let error = match done {
            Ok(after) => {
                assert!(after.version > case.version, "an act is on the timeline");
                self.tried
                    .accepted
                    .entry(case.id)
                    .or_default()
                    .insert(words);
                return;
            }
            Err(error) => error,
        };
        match error {
            StageError::CaseMoved { id, seen, since } => {
                assert_eq!((id, seen), (case.id, case.version));
                let first = since.first().expect("something has changed");
                assert_eq!(
                    first.seq,
                    seen + 1,
                    "what has changed since, from the first on"
                );
                assert!(
                    since.iter().all(|act| act.words.is_none()),
                    "and nobody's words"
                );
                self.tried.stale += 1;
            }
            StageError::Forbidden { .. } => self.tried.forbidden += 1,
            other => panic!("reviewer {}: {other}", self.number),
        }
        self.tried.refused.insert(words);
    }
}

/// The cases of people whom the machine referred, ready to be raced for.
async fn referred_cases(stages: &Desk, desk: &CaseDesk) -> Vec<(CaseId, ApplicationId)> {
    for number in 0..REVIEWERS {
        let officer = Officer {
            subject: format!("r{number}"),
            name: format!("经办人{number}"),
            contact: "0757-12345".to_owned(),
            district: Some(DISTRICT.parse().unwrap()),
            away: false,
        };
        let boss = Staff {
            district: None,
            ..reviewer(99)
        };
        desk.enrol(&boss, &officer, Role::Reviewer).await.unwrap();
    }
    let key = BudgetKey {
        policy: PHD.to_owned(),
        district: DISTRICT.parse().unwrap(),
        year: 2026,
    };
    grant(&stages.ctx, key, "900000000.00", "race").await;
    let mut all = Vec::new();
    for person in people(cases()) {
        let application = stages.file(&person).await.id;
        let case = desk
            .case_of(application)
            .await
            .unwrap()
            .expect("it was referred");
        all.push((case, application));
    }
    all
}

async fn race(stages: &Desk, desk: &CaseDesk, queue: &[CaseId]) -> Vec<Tried> {
    let mut racers = Vec::new();
    for number in 0..REVIEWERS {
        let racer = Racer {
            me: reviewer(number),
            number,
            desk: desk.clone(),
            stages: stages.ctx.clone(),
            rng: ChaCha20Rng::seed_from_u64(u64::try_from(number).unwrap()),
            tried: Tried::default(),
            tries: 0,
        };
        racers.push(tokio::spawn(racer.race(queue.to_vec())));
    }
    let mut tried = Vec::new();
    for racer in racers {
        tried.push(racer.await.expect("no reviewer met anything unexpected"));
    }
    tried
}

/// What the timeline of a case holds of what reviewers wrote; held to be whole and to have one decision.
fn written(case: CaseId, acts: &[Act]) -> BTreeSet<String> {
    let folded = DeskCase::fold(case, acts).expect("whole and in order");
    assert!(folded.is_closed());
    let decided = acts
        .iter()
        .filter(|act| matches!(act.deed, Deed::Decided { .. }));
    assert_eq!(decided.count(), 1, "{case} is decided once");
    let words = acts.iter().filter_map(|act| act.words.as_ref());
    words.map(|words| words.reveal().clone()).collect()
}

#[expect(
    clippy::print_stderr,
    reason = "what the campaign measured is for whoever runs it"
)]
async fn each_is_decided_once_and_no_act_is_lost(database: Database) {
    let stages = Desk::new(database).await;
    let desk = CaseDesk::new(stages.ctx.clone());
    let all = referred_cases(&stages, &desk).await;
    let mut queue: Vec<CaseId> = all.iter().map(|(case, _)| *case).collect();
    queue.shuffle(&mut ChaCha20Rng::seed_from_u64(1));
    let real = SystemClock::new();
    let tried = race(&stages, &desk, &queue).await;
    let took_ms = real.monotonic_us() / 1_000;

    let refused: BTreeSet<&String> = tried.iter().flat_map(|one| &one.refused).collect();
    let (mut acts, mut approved) = (0, 0);
    for (case, application) in &all {
        let mut tx = stages.ctx.store.read().await.unwrap();
        let timeline = tx.case_acts(*case, 0).await.unwrap();
        let decisions = tx.decisions_of(*application).await.unwrap();
        drop(tx);
        let Deed::Opened(opening) = &timeline[0].deed else {
            panic!("it begins")
        };
        assert!(matches!(opening.about, About::Filing { .. }));
        let written = written(*case, &timeline);
        let mut accepted = BTreeSet::new();
        for words in tried
            .iter()
            .filter_map(|one| one.accepted.get(case))
            .flatten()
        {
            assert!(accepted.insert(words.clone()), "{words} was accepted twice");
        }
        assert_eq!(written, accepted, "what was accepted is what happened");
        assert!(written.iter().all(|words| !refused.contains(words)));
        let people = decisions.iter().filter(|one| one.outcome != Outcome::Refer);
        assert_eq!(people.clone().count(), 1, "one decision of {application}");
        approved += people.filter(|one| one.outcome == Outcome::Approve).count();
        acts += accepted.len();
    }
    assert_eq!(stages.faults().await, Vec::<String>::new());
    let stale: usize = tried.iter().map(|one| one.stale).sum();
    let forbidden: usize = tried.iter().map(|one| one.forbidden).sum();
    assert!(stale > 0, "nobody was overtaken: that was no race");
    let measured = format!(
        "{} cases, {REVIEWERS} reviewers, {database:?}: {acts} acts accepted, {stale} on a view out of date, {forbidden} not theirs; \
         {approved} approved, {} refused; {took_ms} ms",
        all.len(),
        all.len() - approved,
    );
    // Shown with --no-capture, for whoever measures.
    eprintln!("{measured}");
}

on_both_databases! {
    async fn reviewers_race(database) {
        each_is_decided_once_and_no_act_is_lost(database).await;
    }
}
