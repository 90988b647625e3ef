//! The stages on a store, with registers and a treasury in memory and a clock that stands still: nothing happens by itself, so that a
//! test says when.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sanmiao::approve::Approve;
use sanmiao::bell::Bell;
use sanmiao::context::Context;
use sanmiao::docket::{self, Conclusion, Said};
use sanmiao::domain::application::{Application, Typed};
use sanmiao::domain::audit::Alarm;
use sanmiao::domain::award::BudgetKey;
use sanmiao::domain::bank::AccountKind;
use sanmiao::domain::budget_order::Change;
use sanmiao::domain::calendar::WorkingCalendar;
use sanmiao::domain::desk::{Deed, Doer, Verdict, Who};
use sanmiao::domain::document::{DocumentType, IdentityDocument};
use sanmiao::domain::evidence::FetchOutcome;
use sanmiao::domain::id::{ApplicantId, ApplicationId, InstructionId, PaymentId};
use sanmiao::domain::money::Money;
use sanmiao::domain::notice::Notice;
use sanmiao::domain::payment::{Instruction, Payment};
use sanmiao::domain::person::{Private, Role, Staff, Subject};
use sanmiao::domain::policy::{Policy, PolicyBook};
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::YearMonth;
use sanmiao::finance::batches::Paying;
use sanmiao::finance::budgets::Proposal;
use sanmiao::finance::service::Finance;
use sanmiao::gateways::clock::ManualClock;
use sanmiao::gateways::entropy::SystemEntropy;
use sanmiao::gateways::files::FileFolder;
use sanmiao::gateways::outbox::OutboxFolder;
use sanmiao::jobs::notices::{self, NoticeLimits};
use sanmiao::payfile::sign::{Algorithm, SigningKey};
use sanmiao::payout::Payout;
use sanmiao::payout::dispatch::{self, DispatchLimits};
use sanmiao::policy::shipped;
use sanmiao::ports::{
    Answer, ApplicantClaims, Clock as _, FileLimits, Query, Source, Treasury, World,
};
use sanmiao::prefill::Prefill;
use sanmiao::prefill::service::Opening;
use sanmiao::store::{Keyring, Limits, Store, Vault};
use sanmiao::telemetry::Metrics;
use sanmiao_mocks::Person;
use serde_json::{Value, json};

use super::clock::MORNING;
use super::database::{Database, Place};
use super::house::PHD;
use super::people::{DISTRICT, ordinary};
use super::sink::ModelSink;
use super::treasury::{Handle, ModelTreasury};

/// What the registers in memory say, and whether they say it.
#[derive(Default)]
pub(crate) struct Registers {
    people: Mutex<Vec<Person>>,
    down: AtomicBool,
    /// The last month for which anybody has paid contributions; everybody works on when absent.
    stopped: Mutex<Option<YearMonth>>,
}

impl Registers {
    /// Nobody has paid contributions after this month.
    pub(crate) fn stop_after(&self, month: YearMonth) {
        *self.stopped.lock().expect("months") = Some(month);
    }

    /// Switches all of them off or on.
    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Changes what they hold about everybody.
    pub(crate) fn change(&self, edit: impl Fn(&mut Person)) {
        self.people
            .lock()
            .expect("people")
            .iter_mut()
            .for_each(edit);
    }

    fn add(&self, person: &Person) {
        self.people.lock().expect("people").push(person.clone());
    }
}

struct Register {
    id: SourceId,
    registers: Arc<Registers>,
    clock: Arc<ManualClock>,
}

#[async_trait]
impl Source for Register {
    fn id(&self) -> SourceId {
        self.id
    }

    async fn ask(&self, query: &Query) -> Answer {
        if self.registers.down.load(Ordering::SeqCst) {
            return Answer {
                outcome: FetchOutcome::Unreachable,
                body: None,
                attempts: 3,
            };
        }
        let people = self.registers.people.lock().expect("people");
        let person = people
            .iter()
            .find(|person| person.document_number == query.document.reveal());
        let registers = person
            .map(|person| person.registers.clone())
            .unwrap_or_default();
        let today = self.clock.today();
        let mut body = match self.id {
            SourceId::TalentIntroduction => json!(registers.talent_introduction),
            SourceId::Education => json!(registers.education),
            SourceId::Degree => json!(registers.degree),
            SourceId::SocialSecurity => {
                let last = YearMonth::from_date(today);
                let rows: Vec<_> = registers
                    .social_security
                    .records
                    .iter()
                    .map(|row| {
                        let mut row = json!(row);
                        // Whoever works on has paid on.
                        let until = self
                            .registers
                            .stopped
                            .lock()
                            .expect("months")
                            .unwrap_or(last);
                        row["fee_to"] = json!(until);
                        row["paid_in"] = json!(until);
                        row
                    })
                    .collect();
                json!({ "complete_until": last, "records": rows })
            }
        };
        body["source"] = json!(self.id.as_str());
        body["query_id"] = json!(query.id);
        body["as_of"] = json!(today);
        Answer {
            outcome: FetchOutcome::Answered,
            body: Some(body.to_string().into_bytes()),
            attempts: 1,
        }
    }
}

/// One approved application.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) applicant: ApplicantId,
    pub(crate) application: ApplicationId,
    pub(crate) payment: PaymentId,
    pub(crate) instruction: InstructionId,
}

/// The stages, by hand.
pub(crate) struct Desk {
    pub(crate) ctx: Context,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) treasury: Handle,
    pub(crate) sink: Arc<ModelSink>,
    pub(crate) registers: Arc<Registers>,
    pub(crate) limits: DispatchLimits,
    pub(crate) files: tempfile::TempDir,
    _place: Place,
}

impl Desk {
    pub(crate) async fn new(database: Database) -> Self {
        Self::with(database, |honest| honest).await
    }

    /// With something between the service and the treasury.
    pub(crate) async fn with(
        database: Database,
        between: impl FnOnce(Handle) -> Arc<dyn Treasury>,
    ) -> Self {
        Self::made_of(database, quiet(), between).await
    }

    /// Under other policies.
    pub(crate) async fn under(database: Database, book: PolicyBook) -> Self {
        Self::made_of(database, book, |honest| honest).await
    }

    async fn made_of(
        database: Database,
        book: PolicyBook,
        between: impl FnOnce(Handle) -> Arc<dyn Treasury>,
    ) -> Self {
        let place = Place::new(database).await;
        let (clock, treasury) = (
            Arc::new(ManualClock::at(MORNING)),
            Arc::new(ModelTreasury::default()),
        );
        let registers = Arc::new(Registers::default());
        let sink = Arc::new(ModelSink::default());
        let store = store(&place, &book).await;
        let files = tempfile::TempDir::new().expect("a folder");
        let sources: Vec<Arc<dyn Source>> = SourceId::ALL
            .into_iter()
            .map(|id| {
                Arc::new(Register {
                    id,
                    registers: registers.clone(),
                    clock: clock.clone(),
                }) as Arc<dyn Source>
            })
            .collect();
        let ctx = Context {
            store,
            world: World {
                clock: clock.clone(),
                entropy: Arc::new(SystemEntropy),
                sources: sources.into(),
                treasury: between(treasury.clone()),
                notifier: sink.clone(),
                files: Arc::new(FileFolder::new(
                    files.path().to_owned(),
                    FileLimits::default(),
                )),
                outbox: Arc::new(OutboxFolder::new(files.path().join("outbox"))),
            },
            policies: Arc::new(book),
            calendar: Arc::new(WorkingCalendar::official().expect("the calendar")),
            bell: Bell::default(),
            metrics: Metrics::new(),
        };
        let limits = DispatchLimits {
            attempts_max: 4,
            ..DispatchLimits::default()
        };
        let desk = Self {
            ctx,
            clock,
            treasury,
            sink,
            registers,
            limits,
            files,
            _place: place,
        };
        desk.fund("50000000.00").await;
        desk
    }

    async fn fund(&self, amount: &str) {
        let key = BudgetKey {
            policy: PHD.to_owned(),
            district: DISTRICT.parse().expect("a district"),
            year: 2026,
        };
        grant(&self.ctx, key, amount, "all").await;
    }

    /// So many doctors, filed and approved, each with a first instruction that nobody has sent.
    pub(crate) async fn approved(&self, count: usize) -> Vec<Case> {
        let mut cases = Vec::new();
        for person in ordinary(count) {
            let application = self.file(&person).await;
            let mut tx = self.ctx.store.read().await.expect("a read");
            let award = tx
                .award_of(application.id)
                .await
                .expect("awards")
                .expect("approved");
            let payment = tx.payments_of(award.id).await.expect("payments").remove(0);
            let instruction = tx
                .instructions_of(payment.id)
                .await
                .expect("instructions")
                .remove(0);
            cases.push(Case {
                applicant: application.applicant,
                application: application.id,
                payment: payment.id,
                instruction: instruction.id,
            });
        }
        cases
    }

    /// Files for a person and lets the machine decide.
    pub(crate) async fn file(&self, person: &Person) -> Application {
        let id = self.only_file(person).await;
        Approve::new(self.ctx.clone())
            .decide(id)
            .await
            .expect("decided")
    }

    /// Files for a person; nobody has decided yet.
    pub(crate) async fn only_file(&self, person: &Person) -> ApplicationId {
        self.registers.add(person);
        let prefill = Prefill::new(self.ctx.clone());
        let kind: DocumentType =
            serde_json::from_value(json!(person.document_type)).expect("a kind of document");
        let claims = ApplicantClaims {
            subject: Subject {
                issuer: "http://issuer".to_owned(),
                subject: person.subject.clone(),
            },
            document: IdentityDocument::parse(kind, &person.document_number).expect("a document"),
            name: Private::new(person.name.clone()),
        };
        let who = prefill.enrol(&claims).await.expect("enrolled");
        let scope = sources(PHD);
        let opening = Opening {
            policy: PHD,
            scope: &scope,
            purpose: PHD,
            request_id: "r-1",
        };
        let form = prefill.open(&who, &opening).await.expect("opened");
        let (id, snapshot) = (form.application.id, form.snapshot.id);
        prefill
            .file(who.id, id, snapshot, typed(person, false), "r-2")
            .await
            .expect("filed");
        id
    }

    /// How an officer who alone is enough for the amount ends the newest case of an application: for tests of what a decision commits.
    pub(crate) async fn conclusion(
        &self,
        application: ApplicationId,
        verdict: Verdict,
        amount: &str,
    ) -> Conclusion {
        let mut tx = self.ctx.store.write().await.expect("a write");
        let lines = tx.cases_of_application(application).await.expect("cases");
        let id = lines.last().expect("a case").id;
        let case = tx.desk_case(id).await.expect("cases").expect("a case");
        let officer = "reviewer".to_owned();
        let doer = Doer {
            who: Who::Staff(officer.clone()),
            ..Doer::machine()
        };
        let assigned = vec![Said::silently(Deed::Assigned { officer })];
        let case = docket::record(&self.ctx, &mut tx, &case, &doer, assigned)
            .await
            .expect("assigned");
        tx.commit().await.expect("a commit");
        let deed = Deed::Proposed {
            verdict,
            amount: money(amount),
            needs: 1,
        };
        let said = Said::with(deed, "looked at");
        Conclusion { case, doer, said }
    }

    /// Another program on the same database, as a second node is, or this one after it was killed.
    pub(crate) fn payout(&self) -> Payout {
        Payout::new(self.ctx.clone())
    }

    /// One round of the dispatcher.
    pub(crate) async fn dispatch(&self) -> usize {
        dispatch::run_once(&self.ctx, &self.limits)
            .await
            .expect("a round")
    }

    /// Rounds with pauses between them, until nothing is left to carry or `rounds` are over.
    pub(crate) async fn dispatch_rounds(&self, rounds: u32) {
        for _ in 0..rounds {
            self.dispatch().await;
            self.clock.advance(self.limits.pause_max_ms);
        }
    }

    /// One round of the messages.
    pub(crate) async fn send_notices(&self) -> usize {
        notices::run_once(&self.ctx, &NoticeLimits::default())
            .await
            .expect("a round")
    }

    /// What the applicant was told about an application.
    pub(crate) async fn notices(&self, id: ApplicationId) -> Vec<Notice> {
        let mut tx = self.ctx.store.read().await.expect("a read");
        tx.notices_of(id).await.expect("notices")
    }

    pub(crate) async fn payment(&self, case: &Case) -> Payment {
        self.ctx
            .store
            .read()
            .await
            .expect("a read")
            .payment(case.payment)
            .await
            .expect("payments")
            .expect("a payment")
    }

    pub(crate) async fn instructions(&self, case: &Case) -> Vec<Instruction> {
        self.ctx
            .store
            .read()
            .await
            .expect("a read")
            .instructions_of(case.payment)
            .await
            .expect("instructions")
    }

    pub(crate) async fn alarms(&self) -> Vec<Alarm> {
        self.ctx
            .store
            .read()
            .await
            .expect("a read")
            .open_alarms(100)
            .await
            .expect("alarms")
    }

    /// What is wrong between our books and the treasury's.
    pub(crate) async fn faults(&self) -> Vec<String> {
        super::reckoning::faults(&self.ctx.store, &self.treasury.ledger()).await
    }

    /// The applicant names another account, which nobody else has.
    pub(crate) async fn correct(&self, case: &Case) -> Result<Payment, sanmiao::error::StageError> {
        let number = account_of(case.applicant);
        self.correct_to(case, &number).await
    }

    /// The applicant names this account.
    pub(crate) async fn correct_to(
        &self,
        case: &Case,
        account: &str,
    ) -> Result<Payment, sanmiao::error::StageError> {
        let person = ordinary(1).remove(0);
        let typed = Typed {
            account: account.parse().expect("an account"),
            ..typed(&person, true)
        };
        self.payout()
            .correct_account(case.applicant, case.payment, typed)
            .await
    }

    /// The treasury's call-back arrives.
    pub(crate) async fn hear(&self, event: &sanmiao::domain::treasury::Callback) {
        self.payout().take_event(event, b"{}").await.expect("heard");
    }
}

/// A member of the finance staff of the whole city.
pub(crate) fn finance_staff() -> Staff {
    Staff {
        subject: Subject {
            issuer: "http://issuer".to_owned(),
            subject: "finance-maker".to_owned(),
        },
        roles: vec![Role::Finance],
        district: None,
    }
}

/// Another one.
pub(crate) fn finance_checker() -> Staff {
    let mut staff = finance_staff();
    "finance-checker".clone_into(&mut staff.subject.subject);
    staff
}

/// Money for a line: one of finance proposes, the other approves.
pub(crate) async fn grant(ctx: &Context, line: BudgetKey, amount: &str, reference: &str) {
    let finance = Finance::new(ctx.clone());
    let proposal = Proposal {
        change: Change::Add { to: line },
        amount: amount.parse().expect("an amount"),
        reference: reference.to_owned(),
    };
    let proposed = finance.propose_order(&finance_staff(), &proposal).await;
    let order = proposed.expect("proposed").order;
    let approved = finance
        .approve_order(&finance_checker(), order.id, order.version)
        .await;
    approved.expect("approved");
}

/// Who pays in tests, with a key that everybody may know.
pub(crate) fn paying() -> Paying {
    let key = SigningKey::make(Algorithm::Ed25519, [7; 32]).expect("a key");
    let pem = key.to_pem().expect("a key");
    let texts = [
        "某区财政国库支付中心",
        "44050160000000000001",
        "902588000014",
    ];
    let [name, account, bank] = texts.map(ToOwned::to_owned);
    Paying::new(name, account, bank, &pem).expect("a key")
}

/// The shipped policies with something else in each document: for tests alone.
pub(crate) fn book_with(edit: impl Fn(&mut Value)) -> PolicyBook {
    let mut book = PolicyBook::new();
    for policy in shipped::book().iter() {
        let mut document = serde_json::from_slice(policy.source_bytes()).expect("JSON");
        edit(&mut document);
        let bytes = serde_json::to_vec(&document).expect("JSON");
        book.add(Policy::load(&bytes).expect("a sound policy"))
            .expect("one of its name and date");
    }
    book
}

/// Nobody is drawn for a look, so that a test sees no case but those it makes.
fn quiet() -> PolicyBook {
    book_with(|document| document["service"]["sample_rate_per_mille"] = json!(0))
}

/// An account that is this person's alone, with the check digit of cards.
fn account_of(applicant: ApplicantId) -> String {
    let id = applicant.to_string();
    let digits = id.bytes().rev().filter(|byte| *byte != b'-').take(12);
    let mut number = "622202".to_owned();
    number.extend(digits.map(|byte| char::from(b'0' + byte % 10)));
    let weigh = |(at, digit): (usize, u8)| {
        let value = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
        value / 10 + value % 10
    };
    let sum: u32 = number.bytes().rev().enumerate().map(weigh).sum();
    number.push_str(&((10 - sum % 10) % 10).to_string());
    number
}

/// What a person types, with their own account or with another.
pub(crate) fn typed(person: &Person, other: bool) -> Typed {
    let account = if other {
        "6222020000000000018"
    } else {
        person.account.number.as_str()
    };
    Typed {
        kind: AccountKind::Other,
        account: account.parse().expect("an account"),
        bank: person.account.bank_cnaps.parse().expect("a bank"),
        phone: Private::new(person.phone.clone()),
    }
}

/// An amount.
pub(crate) fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

/// Opens a database that is there and migrated, with the keys of every test.
pub(crate) async fn open(place: &Place) -> Store {
    let ring = Keyring::of([("k1", &[1; 32])], "k1", &[2; 32]).expect("keys");
    Store::open(
        &place.url,
        Vault::new(ring, Arc::new(SystemEntropy)),
        Limits::default(),
    )
    .await
    .expect("a store")
}

async fn store(place: &Place, book: &PolicyBook) -> Store {
    let store = open(place).await;
    store.migrate().await.expect("migrated");
    let mut tx = store.write().await.expect("a write");
    for policy in book.iter() {
        let (id, effective) = (policy.id(), policy.effective());
        tx.publish_policy(
            id,
            effective,
            &policy.hash(),
            policy.source_bytes(),
            MORNING,
        )
        .await
        .expect("published");
    }
    tx.commit().await.expect("committed");
    store
}

/// The registers a policy asks.
pub(crate) fn sources(policy: &str) -> Vec<SourceId> {
    let policy = shipped::book().in_force(policy, super::people::AS_OF);
    policy.expect("in force").sources().iter().collect()
}
