//! Promise 8: what is personal is sealed at rest, and moved to a new key without a gap.

use std::path::Path;

use sanmiao::domain::budget_order::{BudgetOrder, Change, OrderState};
use sanmiao::domain::desk::{About, CaseFile, Deed, DeskCase, Opening, Placing, Rules, Who};
use sanmiao::domain::fit::{Fit, Fits, Open, Standing};
use sanmiao::domain::form::Dispute;
use sanmiao::domain::id::*;
use sanmiao::domain::judgement::Cause;
use sanmiao::domain::person::{Private, Signed};
use sanmiao::domain::rating::{Grade, Rating};
use sanmiao::domain::source::SourceId;
use sanmiao::domain::statement::{
    Difference, DifferenceKey, DifferenceKind, FinanceCase, FinanceCaseState, Line, Side,
    Statement, StatementKind, Tally, What,
};
use sanmiao::domain::typing::Typing;
use sanmiao::store::differences::DifferenceFilter;
use sanmiao::store::{Rotation, Store, StoreError, Tx, VaultError};

use super::fixture::*;
use super::harness::{Db, Seeded, limits, material, on_both_databases, vault};

/// Sealed columns that [`seal_everything`] fills.
const SEALED: u64 = 15;
const WORDS: &str = "这不是我的姓名";

/// What somebody was told of one policy.
fn fits(consent: ConsentId) -> Fits {
    Fits {
        consent,
        made_at: NOW,
        silent: vec![SourceId::Degree],
        fits: vec![Fit {
            policy: policy(),
            standing: Standing::Nearly,
            amount: Some(fen(20_000_000)),
            open: vec![Open {
                criterion: "full_time".to_owned(),
                causes: vec![Cause::NoRecord],
            }],
        }],
    }
}

/// What somebody is typing.
fn typing() -> Typing {
    let private = |text: &str| Private::new(text.to_owned());
    Typing {
        account: private(ACCOUNT),
        phone: private(PHONE),
        words: vec![("name".to_owned(), private(WORDS))],
        ..Typing::default()
    }
}

/// Something in every sealed column.
async fn seal_everything(store: &Store, passport: u32) -> (ApplicationId, InstructionId) {
    let instruction = ready(store, passport).await;
    let mut tx = store.write().await.unwrap();
    let application = tx
        .award(instruction.id.award())
        .await
        .unwrap()
        .unwrap()
        .application;
    let snapshot = tx.latest_snapshot(application).await.unwrap().unwrap();
    let dispute = Dispute {
        id: id!(DisputeId),
        application,
        snapshot: snapshot.id,
        field: "name".into(),
        words: Private::new(WORDS.to_owned()),
        at: NOW,
    };
    tx.insert_dispute(&dispute).await.unwrap();
    assert!(tx.insert_notice(&notice(application)).await.unwrap());
    let body = format!("{{\"payee_account\":\"{ACCOUNT}\"}}");
    let event = format!("event-{passport}");
    tx.insert_treasury_event(&event, &instruction.id, "settled", 1, NOW, body.as_bytes())
        .await
        .unwrap();
    let owner = tx.application(application).await.unwrap().unwrap();
    tx.keep_fits(owner.applicant, &fits(owner.consent))
        .await
        .unwrap();
    // Of the same person, who is about to apply for something else.
    let begun = draft(&mut tx, passport).await;
    assert!(tx.keep_typing(begun.id, &typing(), NOW).await.unwrap());
    report(&mut tx, application).await;
    let rating = Rating {
        application,
        grade: Grade::Satisfied,
        words: Some(Private::new(WORDS.to_owned())),
        at: NOW,
        case: None,
    };
    tx.insert_rating(&rating).await.unwrap();
    differ(&mut tx, &instruction.id).await;
    decline(&mut tx, &instruction.id).await;
    tx.commit().await.unwrap();
    (application, instruction.id)
}

/// A statement that names an account, and a difference that somebody closed with words.
async fn differ(tx: &mut Tx, instruction: &InstructionId) {
    let statement = statement(instruction);
    tx.insert_statement(&statement).await.unwrap();
    let line = Line {
        place: 1,
        reference: instruction.to_string(),
        amount: fen(1),
        account: Some(Private::new(ACCOUNT.to_owned())),
        what: What::Settled,
        day: day("2026-11-20"),
        at: None,
        serial: None,
        reason: None,
    };
    let lines = [(line, 1)];
    let new = tx
        .insert_statement_lines(statement.id, statement.kind, &lines)
        .await
        .unwrap();
    assert_eq!(new, 1);
    let case = finance_case(&statement, instruction);
    assert!(tx.open_difference(&case).await.unwrap());
    tx.close_difference(&case, "finance-1", WORDS, NOW)
        .await
        .unwrap();
}

/// An order about a budget line that somebody declined with words.
async fn decline(tx: &mut Tx, instruction: &InstructionId) {
    let by = |who: &str| Signed {
        by: who.to_owned(),
        at: NOW,
    };
    let order = BudgetOrder {
        id: id!(BudgetOrderId),
        change: Change::Add { to: budget() },
        amount: fen(1),
        reference: instruction.to_string(),
        proposed: by("finance-1"),
        state: OrderState::Proposed,
        version: 0,
    };
    tx.insert_budget_order(&order).await.unwrap();
    let words = Private::new(WORDS.to_owned());
    let declined = order.decline(by("finance-2"), words).unwrap();
    tx.update_budget_order(&declined).await.unwrap();
}

fn statement(instruction: &InstructionId) -> Statement {
    Statement {
        id: id!(StatementId),
        sha256: sanmiao::domain::hash::sha256(instruction.to_string().as_bytes()),
        kind: StatementKind::Csv,
        days: None,
        settled: Tally::default(),
        returned: Tally::default(),
        rejected: Tally::default(),
        bad_count: 0,
        bad: Vec::new(),
        wrong_totals: Vec::new(),
        imported_by: "finance-1".to_owned(),
        imported_at: NOW,
    }
}

fn finance_case(statement: &Statement, instruction: &InstructionId) -> FinanceCase {
    FinanceCase {
        id: id!(FinanceCaseId),
        difference: Difference {
            key: DifferenceKey {
                kind: DifferenceKind::Amount,
                side: Side::Bank,
                reference: instruction.to_string(),
                what: Some(What::Settled),
            },
            day: day("2026-11-20"),
            ours: Some(fen(2)),
            theirs: Some(fen(1)),
        },
        district: None,
        found_by: statement.id,
        owner: None,
        due_on: day("2026-11-25"),
        state: FinanceCaseState::Open,
        opened_at: NOW,
        version: 1,
        closed_at: None,
        closed_by: None,
        grounds: None,
        explained_by: None,
    }
}

/// A report about an application, with words and a file.
async fn report(tx: &mut Tx, application: ApplicationId) {
    let opening = Opening {
        about: About::Report {
            application: Some(application),
        },
        applicant: None,
        policy: None,
        district: None,
        rules: Rules::norm(),
    };
    let opened = super::cases::act(1, Who::Public, Deed::Opened(Box::new(opening)), Some(WORDS));
    let case = DeskCase::open(id!(CaseId), &opened).unwrap();
    let placing = Placing {
        due: None,
        look_on: None,
    };
    let file = CaseFile {
        id: id!(CaseFileId),
        case: case.id,
        act: opened.id,
        name: Private::new(format!("{NAME}.pdf")),
        media_type: "application/pdf".to_owned(),
        bytes: 1,
        hash: sanmiao::domain::hash::sha256(b"content"),
    };
    tx.insert_case(&case, &[opened], &placing).await.unwrap();
    tx.insert_case_file(&file).await.unwrap();
}

/// Reads every sealed column once.
async fn open_everything(
    tx: &mut Tx,
    application: ApplicationId,
    instruction: InstructionId,
) -> Result<(), StoreError> {
    let read = tx.application(application).await?.unwrap();
    assert_eq!(read.filing.unwrap().typed, typed());
    assert_eq!(
        tx.applicant(read.applicant).await?.unwrap().name.reveal(),
        NAME
    );
    let body = tx
        .evidence_of(application, sanmiao::domain::evidence::Round::FILING)
        .await?
        .remove(0)
        .body;
    assert!(String::from_utf8_lossy(body.reveal()).contains(NAME));
    assert_eq!(
        tx.latest_snapshot(application)
            .await?
            .unwrap()
            .rows
            .reveal()
            .len(),
        3
    );
    assert_eq!(tx.disputes_of(application).await?[0].words.reveal(), WORDS);
    let told = tx.notices_of(application).await?.remove(0);
    assert_eq!(told.to.unwrap().reveal(), PHONE);
    let report = tx.cases_of_application(application).await?.remove(0).id;
    let said = tx.case_acts(report, 0).await?.remove(0).words;
    assert_eq!(said.unwrap().reveal(), WORDS);
    let file = tx.case_files(report).await?.remove(0);
    assert!(file.name.reveal().starts_with(NAME));
    let rating = tx.rating_of(application).await?.unwrap();
    assert_eq!(rating.words.unwrap().reveal(), WORDS);
    let filter = DifferenceFilter {
        limit: 100,
        ..DifferenceFilter::default()
    };
    let cases = tx.differences(&filter).await?;
    let reference = instruction.to_string();
    let case = cases
        .iter()
        .find(|case| case.difference.key.reference == reference);
    assert_eq!(case.unwrap().grounds.as_ref().unwrap().reveal(), WORDS);
    let order = tx.budget_order_of(&reference).await?.unwrap();
    assert_eq!(order.state.grounds().unwrap().reveal(), WORDS);
    let own = tx.own_payments(std::slice::from_ref(&reference)).await?;
    let lines = tx.lines_of(std::slice::from_ref(&reference)).await?;
    // Compared without being read.
    assert_eq!(
        lines[&reference][0].account.as_ref(),
        Some(&own[&reference].account)
    );
    let payload = tx.instruction(&instruction).await?.unwrap().payload;
    assert!(String::from_utf8_lossy(payload.reveal()).contains(ACCOUNT));
    assert_eq!(
        tx.fits(read.applicant, NOW).await?,
        Some(fits(read.consent))
    );
    let mine = tx.applications_of(read.applicant).await?;
    let begun = mine.iter().find(|one| one.filing.is_none()).unwrap();
    assert_eq!(tx.typing(begun.id, NOW).await?, Some(typing()));
    Ok(())
}

/// Every byte the database keeps: its files, or a dump.
pub(crate) fn all_bytes(db: &Db) -> Vec<u8> {
    let Some(file) = db.file() else {
        return pg_dump(db);
    };
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    bytes
}

fn pg_dump(db: &Db) -> Vec<u8> {
    let sanmiao::store::DatabaseUrl::Postgres(url) = &db.url else {
        unreachable!()
    };
    let program = newest_pg_dump();
    let dump = std::process::Command::new(program)
        .arg("--inserts")
        .arg(url)
        .output()
        .unwrap();
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    // A dump writes bytes as hexadecimal digits: put them back, so that a plain value would show.
    let mut bytes = dump.stdout.clone();
    for literal in String::from_utf8_lossy(&dump.stdout).split("'\\x").skip(1) {
        let digits = literal.split('\'').next().unwrap();
        bytes.extend(hex::decode(digits).unwrap());
    }
    bytes
}

pub(crate) fn newest_pg_dump() -> std::path::PathBuf {
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("bin/pg_dump"))
        .filter(|path| path.exists())
        .collect();
    versions.sort();
    versions
        .pop()
        .unwrap_or_else(|| Path::new("pg_dump").to_owned())
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

on_both_databases! {
    async fn no_name_number_account_or_word_is_in_the_raw_database(db: &Db) {
        let (application, instruction) = seal_everything(&db.store, 31_415_926).await;
        let mut tx = db.store.read().await.unwrap();
        open_everything(&mut tx, application, instruction).await.unwrap();
        drop(tx);
        let bytes = all_bytes(db);
        assert!(holds(&bytes, POLICY), "the bytes are the database's");
        for secret in [NAME, "欧阳", "E31415926", "31415926", ACCOUNT, PHONE, WORDS, "1055822020000001"] {
            // The passport's digits are in the test's own subject, which is no secret.
            let bytes = if secret == "31415926" { without(&bytes, "subject-31415926") } else { bytes.clone() };
            let bytes = without(&without(&bytes, "doc-31415926"), "event-31415926");
            assert!(!holds(&bytes, secret), "{secret} is in clear");
        }
    }

    async fn rotation_moves_every_value_and_can_be_broken_off(db: &Db) {
        let mut stored = Vec::new();
        for passport in 1..=3 {
            stored.push(seal_everything(&db.store, passport).await);
        }
        let both = db.reopen(vault(&["b", "a"], 200)).await;
        let left = both.read().await.unwrap().values_under_old_keys().await.unwrap();
        assert_eq!(left, 3 * SEALED, "every sealed column");
        // Broken off after two batches, and begun anew.
        let mut rotation = Rotation::default();
        for _ in 0..2 {
            rotation = both.rotate_batch(&rotation, 2).await.unwrap();
        }
        assert_eq!(rotation.moved, 3);
        for (application, instruction) in &stored {
            open_everything(&mut both.read().await.unwrap(), *application, *instruction).await.unwrap();
        }
        // What is stored meanwhile is sealed with the new key.
        stored.push(seal_everything(&both, 4).await);
        let mut rotation = Rotation::default();
        while !rotation.is_done() {
            rotation = both.rotate_batch(&rotation, 2).await.unwrap();
        }
        assert_eq!(rotation.moved, 3 * SEALED - 3);
        assert_eq!(both.read().await.unwrap().values_under_old_keys().await.unwrap(), 0);
        // The old key may go.
        let new = db.reopen(vault(&["b"], 200)).await;
        for (application, instruction) in stored {
            open_everything(&mut new.read().await.unwrap(), application, instruction).await.unwrap();
        }
        assert_eq!(both.rotate_batch(&rotation, 2).await.unwrap(), rotation);
    }

    async fn the_same_document_is_found_after_a_rotation(db: &Db) {
        let (person, subject) = applicant(1);
        let mut tx = db.store.write().await.unwrap();
        tx.upsert_applicant(&person, &subject, NOW).await.unwrap();
        tx.commit().await.unwrap();
        let both = db.reopen(vault(&["b", "a"], 200)).await;
        let mut rotation = Rotation::default();
        while !rotation.is_done() {
            rotation = both.rotate_batch(&rotation, 100).await.unwrap();
        }
        let (again, _) = applicant(1);
        let mut tx = both.write().await.unwrap();
        assert_eq!(tx.upsert_applicant(&again, &subject, NOW).await.unwrap().id, person.id);
    }

    async fn a_missing_key_is_told_by_name_and_place(db: &Db) {
        let (application, instruction) = seal_everything(&db.store, 1).await;
        let other = db.reopen(vault(&["b"], 200)).await;
        let mut tx = other.read().await.unwrap();
        let error = open_everything(&mut tx, application, instruction).await.unwrap_err();
        let StoreError::Vault(VaultError::UnknownKey { table, key, .. }) = error else { panic!("{error}") };
        assert_eq!((table, key.as_str()), ("applications", "a"));
    }

    async fn other_material_under_a_known_name_is_refused_at_the_start(db: &Db) {
        let other_index = Store::open(&db.url, vault(&["a"], 201), limits()).await.unwrap_err();
        assert!(matches!(&other_index, StoreError::Vault(VaultError::OtherKey { id }) if id == "blind-index"));
        let list = format!("a:{}", material(9));
        let ring = sanmiao::store::Keyring::parse(&list, "a", &material(200)).unwrap();
        let wrong = sanmiao::store::Vault::new(ring, std::sync::Arc::new(Seeded::new(1)));
        let error = Store::open(&db.url, wrong, limits()).await.unwrap_err();
        assert!(matches!(&error, StoreError::Vault(VaultError::OtherKey { id }) if id == "seal:a"), "{error}");
    }

    async fn a_sealed_value_moved_to_another_row_does_not_open(db: &Db) {
        let (first, _) = seal_everything(&db.store, 1).await;
        let (second, _) = seal_everything(&db.store, 2).await;
        let moved = format!("UPDATE applications SET typed = (SELECT typed FROM applications WHERE id = '{first}') WHERE id = '{second}'");
        assert_eq!(db.raw(&moved).await.unwrap(), 1);
        let error = db.store.read().await.unwrap().application(second).await.unwrap_err();
        assert!(matches!(error, StoreError::Vault(VaultError::DoesNotOpen { column: "typed", .. })), "{error}");
    }

    async fn errors_of_the_database_hold_no_values(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (person, subject) = applicant(77_777_777);
        tx.upsert_applicant(&person, &subject, NOW).await.unwrap();
        let mut fresh = draft(&mut tx, 77_777_777).await;
        fresh.request_id = "geheim-geheim".into();
        let error = tx.insert_application(&fresh).await.unwrap_err();
        assert!(error.is_conflict_on("applications_pkey"), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("geheim") && !shown.contains(&fresh.id.to_string()), "{shown}");
    }
}

fn without(bytes: &[u8], text: &str) -> Vec<u8> {
    let mut left = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(text.as_bytes()) {
            at += text.len();
        } else {
            left.push(bytes[at]);
            at += 1;
        }
    }
    left
}
