//! Values to store, each with an id of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use sanmiao::domain::application::{Application, ApplicationState, Filing, PolicyRef, Typed};
use sanmiao::domain::award::{Award, BudgetKey};
use sanmiao::domain::bank::AccountKind;
use sanmiao::domain::decision::{Decision, Outcome};
use sanmiao::domain::district::DistrictCode;
use sanmiao::domain::document::{DocumentType, IdentityDocument};
use sanmiao::domain::evidence::{Consent, Evidence, Origin, Round};
use sanmiao::domain::form::{Provenance, Row, RowValue, Snapshot};
use sanmiao::domain::hash::sha256;
use sanmiao::domain::id::*;
use sanmiao::domain::ledger::{JournalEntry, Movement};
use sanmiao::domain::money::Money;
use sanmiao::domain::notice::{Channel, Notice, NoticeState, Occasion};
use sanmiao::domain::payment::{Instruction, Payee, Payment, PaymentState};
use sanmiao::domain::person::{Applicant, Private, Subject};
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::{Date, Timestamp, parse_date};
use sanmiao::store::{Store, Tx};

pub(crate) const POLICY: &str = "foshan-phd-settling-in";
pub(crate) const NAME: &str = "欧阳𠮷䶮";
pub(crate) const ACCOUNT: &str = "6222021234567890128";
pub(crate) const PHONE: &str = "13800138000";

/// 2026-11-20 in the morning.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_141_800);

/// Ten bytes that no other call gives, in this process or beside it; within one process they grow.
pub(crate) fn bytes() -> [u8; 10] {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let mut bytes = [0; 10];
    bytes[2..6].copy_from_slice(&(std::process::id() & 0x3FFF_FFFF).to_be_bytes());
    bytes[6..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

macro_rules! id {
    ($type:ident) => {
        $type::new($crate::store::fixture::NOW, $crate::store::fixture::bytes())
    };
}
pub(crate) use id;

pub(crate) fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

pub(crate) fn fen(fen: i64) -> Money {
    Money::from_fen(fen).unwrap()
}

pub(crate) fn district() -> DistrictCode {
    "440604".parse().unwrap()
}

pub(crate) fn budget() -> BudgetKey {
    BudgetKey {
        policy: POLICY.to_owned(),
        district: district(),
        year: 2026,
    }
}

pub(crate) fn applicant(passport: u32) -> (Applicant, Subject) {
    let number = format!("E{passport:08}");
    let document = IdentityDocument::parse(DocumentType::Passport, &number).unwrap();
    let applicant = Applicant {
        id: id!(ApplicantId),
        document,
        name: Private::new(NAME.to_owned()),
    };
    (
        applicant,
        Subject {
            issuer: "https://id.example".into(),
            subject: format!("subject-{passport}"),
        },
    )
}

pub(crate) fn policy() -> PolicyRef {
    PolicyRef {
        id: POLICY.to_owned(),
        effective: day("2021-09-10"),
        hash: sha256(b"policy"),
    }
}

pub(crate) async fn publish(tx: &mut Tx) {
    let PolicyRef {
        id,
        effective,
        hash,
    } = policy();
    tx.publish_policy(&id, effective, &hash, b"policy", NOW)
        .await
        .unwrap();
}

/// An applicant with a consent and an open application, stored.
pub(crate) async fn draft(tx: &mut Tx, passport: u32) -> Application {
    publish(tx).await;
    let (applicant, subject) = applicant(passport);
    let applicant = tx
        .upsert_applicant(&applicant, &subject, NOW)
        .await
        .unwrap();
    let consent = Consent {
        id: id!(ConsentId),
        applicant: applicant.id,
        scope: SourceId::ALL.to_vec(),
        purpose: POLICY.to_owned(),
        given_at: NOW,
        revoked_at: None,
    };
    tx.insert_consent(&consent).await.unwrap();
    let application = Application {
        id: id!(ApplicationId),
        applicant: applicant.id,
        consent: consent.id,
        policy: policy(),
        district: None,
        opened_at: NOW,
        filing: None,
        state: ApplicationState::Draft,
        version: 0,
        request_id: "req-1".to_owned(),
    };
    tx.insert_application(&application).await.unwrap();
    application
}

pub(crate) fn evidence(application: ApplicationId) -> Evidence {
    let body = format!(
        "{{\"records\":[{{\"name\":\"{NAME}\",\"certificate_no\":\"1055822020000001\"}}]}}"
    );
    Evidence {
        id: id!(EvidenceId),
        application,
        round: Round::FILING,
        origin: Origin::Register(SourceId::Degree),
        received_at: NOW,
        hash: sha256(body.as_bytes()),
        body: Private::new(body.into_bytes()),
    }
}

pub(crate) fn snapshot(evidence: &Evidence) -> Snapshot {
    let from = Provenance {
        origin: evidence.origin.as_str().to_owned(),
        pointer: "/records/0/name".to_owned(),
        as_of: Some("2026-11-20".to_owned()),
        received_at: NOW,
    };
    let row = |field: &str, value| Row {
        field: field.to_owned(),
        title_zh: "姓名".to_owned(),
        title_en: "Name".to_owned(),
        value,
    };
    let filled = RowValue::Filled {
        value: NAME.to_owned(),
        from: from.clone(),
    };
    let both = RowValue::Contradictory {
        values: vec![(NAME.to_owned(), from.clone()), ("张三".to_owned(), from)],
    };
    let rows = vec![
        row("name", filled),
        row("other_name", both),
        row("account", RowValue::Typed),
    ];
    Snapshot {
        id: id!(SnapshotId),
        application: evidence.application,
        made_at: NOW,
        evidence: vec![(evidence.origin, evidence.id, evidence.hash)],
        rows: Private::new(rows),
    }
}

pub(crate) fn typed() -> Typed {
    Typed {
        kind: AccountKind::YouyueCard,
        account: ACCOUNT.parse().unwrap(),
        bank: "102588002013".parse().or_else(|_| bank_code()).unwrap(),
        phone: Private::new(PHONE.to_owned()),
    }
}

/// The first code of a Foshan branch whose check digit holds.
fn bank_code() -> Result<sanmiao::domain::bank::BankCode, &'static str> {
    (0..10)
        .find_map(|check| format!("10258800201{check}").parse().ok())
        .ok_or("no check digit holds")
}

/// A filed application, stored with its evidence and snapshot.
pub(crate) async fn filed(tx: &mut Tx, passport: u32) -> Application {
    let application = draft(tx, passport).await;
    let evidence = evidence(application.id);
    tx.insert_evidence(&evidence).await.unwrap();
    let snapshot = snapshot(&evidence);
    tx.insert_snapshot(&snapshot).await.unwrap();
    let filing = Filing {
        snapshot: snapshot.id,
        at: NOW,
        on: NOW.china_date(),
        typed: typed(),
    };
    let application = application
        .file(filing, policy(), Some(district()))
        .unwrap();
    tx.update_application(&application).await.unwrap()
}

pub(crate) fn decision(application: ApplicationId, outcome: Outcome) -> Decision {
    let record = br#"{"outcome":"approve"}"#.to_vec();
    Decision {
        id: id!(DecisionId),
        application,
        round: Round::FILING,
        outcome,
        by: "machine:approve".to_owned(),
        at: NOW,
        hash: sha256(&record),
        record,
    }
}

pub(crate) fn entry(movement: Movement, amount: i64, reference: &str) -> JournalEntry {
    JournalEntry {
        id: id!(JournalId),
        at: NOW,
        movement,
        budget: budget(),
        amount: fen(amount),
        reference: reference.to_owned(),
    }
}

pub(crate) fn award(application: &Application, total: i64) -> Award {
    Award {
        id: id!(AwardId),
        application: application.id,
        applicant: application.applicant,
        budget: budget(),
        total: fen(total),
        at: NOW,
    }
}

pub(crate) fn payment(award: &Award, instalment: u8, amount: i64) -> Payment {
    Payment {
        id: id!(PaymentId),
        award: award.id,
        instalment,
        amount: fen(amount),
        due_on: NOW.china_date(),
        recheck: instalment > 1,
        state: PaymentState::Scheduled,
        generation: 0,
        version: 0,
        retry_at: None,
    }
}

/// What one approval commits: decision, reservation, journal, award, state, payments. Two instalments of half each.
pub(crate) async fn approved(
    tx: &mut Tx,
    passport: u32,
    total: i64,
) -> (Application, Award, Vec<Payment>) {
    let application = filed(tx, passport).await;
    let decision = decision(application.id, Outcome::Approve);
    tx.insert_decision(&decision).await.unwrap();
    tx.appropriate(&budget(), fen(total)).await.unwrap();
    assert!(tx.reserve(&budget(), fen(total)).await.unwrap());
    let award = award(&application, total);
    tx.insert_award(&award).await.unwrap();
    tx.post(&entry(
        Movement::Appropriate,
        total,
        &format!("doc-{passport}"),
    ))
    .await
    .unwrap();
    tx.post(&entry(Movement::Commit, total, &award.id.to_string()))
        .await
        .unwrap();
    let application = application
        .approve(decision.id, award.id, NOW, None)
        .unwrap();
    let application = tx.update_application(&application).await.unwrap();
    let payments = vec![
        payment(&award, 1, total / 2),
        payment(&award, 2, total - total / 2),
    ];
    for payment in &payments {
        tx.insert_payment(payment).await.unwrap();
    }
    (application, award, payments)
}

pub(crate) fn instruction(payment: &Payment, award: &Award) -> Instruction {
    let payee = Payee {
        name: Private::new(NAME.to_owned()),
        account: Private::new(ACCOUNT.to_owned()),
        bank: typed().bank.to_string(),
    };
    Instruction::make(payment, award, &payee, "博士人才安家补贴", "req-1", NOW).unwrap()
}

/// A message that tells of the award's approval, waiting to be sent.
pub(crate) fn notice(application: ApplicationId) -> Notice {
    let occasion = Occasion::Approved {
        award: id!(AwardId),
        total: fen(20_000_000),
    };
    Notice {
        id: id!(NoticeId),
        application,
        occasion: occasion.key(),
        channel: Channel::Sms,
        to: Some(Private::new(PHONE.to_owned())),
        message: occasion.message(application),
        state: NoticeState::Waiting,
        epoch: 0,
        attempts: 0,
        next_at: NOW,
        created_at: NOW,
        request_id: "req-1".to_owned(),
    }
}

/// An instruction that is ready to be sent, with everything it stands on, committed.
pub(crate) async fn ready(store: &Store, passport: u32) -> Instruction {
    let mut tx = store.write().await.unwrap();
    let (_, award, payments) = approved(&mut tx, passport, 20_000_000).await;
    let instruction = instruction(&payments[0], &award);
    tx.insert_instruction(&instruction).await.unwrap();
    tx.commit().await.unwrap();
    instruction
}
