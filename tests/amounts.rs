//! Exact (promise 1): amounts go from the API's bytes to the database, into an instruction and through the treasury's echo, and come
//! back the same to the byte.

use std::sync::LazyLock;

use futures_util::{StreamExt as _, stream};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sanmiao::context::Context;
use sanmiao::domain::award::{Award, BudgetKey};
use sanmiao::domain::id::{ApplicantId, ApplicationId, AwardId, JournalId, PaymentId};
use sanmiao::domain::ledger::{JournalEntry, Movement};
use sanmiao::domain::money::Money;
use sanmiao::domain::payment::{Instruction, Payee, Payment, PaymentState};
use sanmiao::domain::person::Private;
use sanmiao::ports::TreasuryReply;
use sanmiao::web::extract;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::house::{House, PHD, Plan, text};
use crate::support::people::{AS_OF, DISTRICT, ordinary};

/// Amounts that go the whole way.
const AMOUNTS: usize = 100_000;
/// Of these, how many also travel over HTTP in every run; `SANMIAO_AMOUNTS_HTTP` asks for more.
const OVER_HTTP: usize = 500;
/// A bank that there is.
static BANK: LazyLock<String> = LazyLock::new(|| ordinary(1).remove(0).account.bank_cnaps);
/// Rows of one transaction.
const CHUNK: usize = 1_000;

/// Amount texts: every boundary, then every order of magnitude alike.
fn amounts(count: usize) -> Vec<String> {
    let edges = [
        "0.01",
        "0.10",
        "0.29",
        "0.57",
        "1.00",
        "1.01",
        "4.35",
        "9.99",
        "10.00",
        "16777216.01",
        "16777217.00",
        "33554433.00",
        "9007199254740.91",
        "9007199254740.93",
        "45035996273704.96",
        "70368744177664.01",
        "90071992547409.92",
        "90071992547409.93",
        "99999999999999.98",
        "99999999999999.99",
    ];
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let mut made: Vec<String> = edges.iter().map(|&edge| edge.to_owned()).collect();
    while made.len() < count {
        let digits = u32::try_from(random.next_u64() % 16).expect("below 16") + 1;
        let fen = random.next_u64() % 10_u64.pow(digits);
        if fen > 0 {
            made.push(format!("{}.{:02}", fen / 100, fen % 100));
        }
    }
    made
}

/// The amount of a request's bytes, by the reader that every endpoint uses.
fn read_by_the_api(amount: &str) -> Money {
    let body = extract::parse(format!("{{\"amount\":\"{amount}\"}}").as_bytes()).expect("JSON");
    let extract::Node::Object(members) = body else {
        panic!("an object")
    };
    let node = members
        .iter()
        .find(|(name, _)| *name == "amount")
        .map(|(_, node)| node)
        .expect("the amount");
    extract::amount(node).expect("an exact amount")
}

fn line(year: i16) -> BudgetKey {
    BudgetKey {
        policy: PHD.to_owned(),
        district: DISTRICT.parse().expect("a district"),
        year,
    }
}

/// Writes amounts into the journal and reads them back.
async fn through_the_database(ctx: &Context, amounts: &[Money], chunk: usize) -> Vec<Money> {
    let mut tx = ctx.store.write().await.expect("a write");
    // A line each: no line of the product's holds as much as all of these together.
    let line = line(2027 + i16::try_from(chunk).expect("few chunks"));
    tx.appropriate(&line, Money::from_fen(1).expect("an amount"))
        .await
        .expect("a line");
    for (at, amount) in amounts.iter().enumerate() {
        let entry = JournalEntry {
            id: ctx.id(JournalId::new),
            at: ctx.now(),
            movement: Movement::Appropriate,
            budget: line.clone(),
            amount: *amount,
            reference: format!("amount {chunk} {at}"),
        };
        tx.post(&entry).await.expect("posted");
    }
    tx.commit().await.expect("committed");
    let mut tx = ctx.store.read().await.expect("a read");
    let mut read = Vec::new();
    for at in 0..amounts.len() {
        let entry = tx
            .journal_of(Movement::Appropriate, &format!("amount {chunk} {at}"))
            .await
            .expect("the journal");
        read.push(entry.expect("an entry").amount);
    }
    read
}

/// The instruction of an amount.
fn instruction(ctx: &Context, amount: Money) -> Instruction {
    let award = Award {
        id: ctx.id(AwardId::new),
        application: ctx.id(ApplicationId::new),
        applicant: ctx.id(ApplicantId::new),
        budget: line(2026),
        total: amount,
        at: ctx.now(),
    };
    let payment = Payment {
        id: ctx.id(PaymentId::new),
        award: award.id,
        instalment: 1,
        amount,
        due_on: AS_OF,
        recheck: false,
        state: PaymentState::Scheduled,
        generation: 0,
        version: 0,
        retry_at: None,
    };
    let payee = Payee {
        name: Private::new("样例".to_owned()),
        account: Private::new("6222020000000000018".to_owned()),
        bank: BANK.clone(),
    };
    Instruction::make(&payment, &award, &payee, "样例", "r-1", ctx.now()).expect("an instruction")
}

/// The amount as it stands in the bytes that are sent.
fn in_the_payload(instruction: &Instruction) -> String {
    let payload: Value = serde_json::from_slice(instruction.payload.reveal()).expect("JSON");
    text(&payload, "/amount").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_amounts_come_back_byte_equal() {
    let house = House::start(Plan::of(Database::Sqlite, Vec::new())).await;
    let texts = amounts(AMOUNTS);
    for (chunk, texts) in texts.chunks(CHUNK).enumerate() {
        let read: Vec<Money> = texts.iter().map(|text| read_by_the_api(text)).collect();
        let stored = through_the_database(&house.ctx, &read, chunk).await;
        for (text, amount) in texts.iter().zip(stored) {
            assert_eq!(*text, in_the_payload(&instruction(&house.ctx, amount)));
        }
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_over_http_come_back_byte_equal_from_api_journal_and_treasury() {
    let count = std::env::var("SANMIAO_AMOUNTS_HTTP")
        .map_or(OVER_HTTP, |count| count.parse().expect("a number"));
    let house = House::start(Plan::of(Database::Sqlite, Vec::new())).await;
    let (house, texts) = (&house, amounts(count));
    let wrong: Vec<String> = stream::iter(texts.into_iter().enumerate())
        .map(|(at, text)| async move { over_http(house, at, text).await })
        .buffer_unordered(16)
        .filter_map(|wrong| async move { wrong })
        .collect()
        .await;
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(house.world.treasury_ledger().accepted_count, count as u64);
}

/// API → database → API, and database → instruction → treasury → echo.
async fn over_http(house: &House, at: usize, amount: String) -> Option<String> {
    let (granted, stored) = granted(house, at, &amount).await;
    let instruction = instruction(&house.ctx, stored);
    let treasury = &house.ctx.world.treasury;
    let echoed = match treasury
        .send(&instruction.id, instruction.payload.reveal(), "r-1")
        .await
    {
        TreasuryReply::Known(ack) => ack
            .amount
            .map_or_else(|| "no exact amount".to_owned(), |amount| amount.to_string()),
        TreasuryReply::Refused { code } => format!("refused: {code}"),
        TreasuryReply::Unknown { why } => format!("unknown: {why}"),
        TreasuryReply::NeverSeen | TreasuryReply::Conflict => "a conflict".to_owned(),
    };
    let fine = granted == amount && in_the_payload(&instruction) == amount && echoed == amount;
    (!fine).then(|| format!("{amount}: {granted} at the API, {echoed} from the treasury"))
}

/// The amount as an order shows it, and as the journal has it once two people have signed it.
async fn granted(house: &House, at: usize, amount: &str) -> (String, Money) {
    let path = "/api/v1/finance/budgets/orders";
    let maker = house.staff("finance-maker");
    let order = maker.post_text(path, &order(at, amount)).await.good();
    let one = format!("{path}/{}", text(&order, "/id"));
    let checker = house.staff("finance-checker");
    let seen = json!({ "version": 0 });
    checker.post(&format!("{one}/approve"), &seen).await.good();
    let shown = text(&checker.get(&one).await.good(), "/amount").to_owned();
    let mut tx = house.ctx.store.read().await.expect("a read");
    let entry = tx
        .journal_of(Movement::Appropriate, &format!("amount {at}"))
        .await;
    let stored = entry.expect("the journal").expect("an entry").amount;
    // The line makes room for the next amount, which may be the largest.
    drop(tx);
    let lapse = order_of(at, amount, "lapse", "from", "back");
    let order = maker.post_text(path, &lapse).await.good();
    let one = format!("{path}/{}/approve", text(&order, "/id"));
    checker.post(&one, &seen).await.good();
    (shown, stored)
}

fn order(at: usize, amount: &str) -> String {
    order_of(at, amount, "add", "to", "amount")
}

/// A line for each of those that are under way at once.
fn order_of(at: usize, amount: &str, kind: &str, side: &str, reference: &str) -> String {
    let district = ["440604", "440605", "440606", "440607", "440608"][at % 5];
    let year = 2000 + at / 5 % 1_000;
    format!(
        r#"{{"kind":"{kind}","{side}":{{"policy":"{PHD}","district":"{district}","year":{year}}},"amount":"{amount}","reference":"{reference} {at}"}}"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_exact_amount_is_refused_with_an_error_that_names_the_field() {
    let house = House::start(Plan::of(Database::Sqlite, Vec::new())).await;
    let bad = [
        "1e3",
        "1E3",
        "1.005",
        "0.1",
        "-1.00",
        "+1.00",
        "NaN",
        "Infinity",
        "10000000000000000",
        "10000000000000000.00",
        "100000000000000.00",
        "1.",
        ".5",
        ".50",
        "01.00",
        "00.10",
        "1,000.00",
        " 1.00",
        "1.00 ",
        "",
        "1",
        "１.００",
        "1_000.00",
        "0x10",
        "1.0a",
        "٣.٠٠",
        "null",
        "true",
        "1.00\\u0000",
    ];
    let mut texts: Vec<String> = bad.iter().map(|bad| format!("\"{bad}\"")).collect();
    // The same and more, not as strings.
    texts.extend(
        [
            "1",
            "1.00",
            "1e3",
            "-1",
            "0.1",
            "null",
            "true",
            "[]",
            "{}",
            "[\"1.00\"]",
            "10000000000000000",
        ]
        .map(str::to_owned),
    );
    for amount in texts {
        let body = format!(
            r#"{{"kind":"add","to":{{"policy":"{PHD}","district":"{DISTRICT}","year":2026}},"amount":{amount},"reference":"bad"}}"#
        );
        let reply = house
            .staff("finance-maker")
            .post_text("/api/v1/finance/budgets/orders", &body)
            .await;
        assert!(matches!(reply.status, 400 | 422), "{amount}: {reply:?}");
        assert_eq!(
            reply.text("/errors/0/pointer"),
            "/amount",
            "{amount}: {reply:?}"
        );
    }
    assert_eq!(
        house
            .ctx
            .store
            .read()
            .await
            .unwrap()
            .budgets()
            .await
            .unwrap(),
        []
    );
    house.stop().await;
}
