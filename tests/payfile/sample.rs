//! Made-up batches with the names that break other people's files.

use std::collections::BTreeMap;

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sanmiao::domain::hash::Sha256Hex;
use sanmiao::domain::id::{AwardId, BatchId, InstructionId};
use sanmiao::domain::money::Money;
use sanmiao::domain::time::Timestamp;
use sanmiao::payfile::sign::{Algorithm, SigningKey};
use sanmiao::payfile::writer::Writer;
use sanmiao::payfile::{Format, Head, Manifest, Payer, Row};

const AT: Timestamp = Timestamp::from_seconds(1_795_399_200);

const NAMES: [&str; 14] = [
    "样例某",
    "䶮样例",
    "𠮷田样例",
    "=HYPERLINK(\"http://a.example\",\"x\")",
    "+86样例",
    "-1+1",
    "@SUM(A1)",
    "'样例",
    "''样例",
    "＝样例",
    "样例, \"引号\"",
    "样例\n换行",
    "SAMPLE <&> 'O'Brien'",
    " 样例 ",
];

/// Rows with amounts from one fen to the largest that the sum still holds.
pub(super) fn rows(seed: u64, count: usize) -> Vec<Row> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<Row> = (0..count)
        .map(|at| {
            let award = AwardId::new(AT.plus_millis(i64::from(rng.next_u32())), rng.random());
            let fen = match at % 4 {
                0 => 1 + i64::from(rng.next_u32() % 100),
                1 => 10_000_000,
                _ => i64::from(rng.next_u32()) * 7 + 1,
            };
            let account: String = (0..19)
                .map(|_| char::from(b'0' + rng.random_range(0..10_u8)))
                .collect();
            Row {
                id: InstructionId::new(award, rng.random_range(1..4), rng.random_range(1..3)),
                amount: Money::from_fen(fen).expect("as made up"),
                name: NAMES[at % NAMES.len()].to_owned(),
                account,
                bank: "902588000014".to_owned(),
                purpose: "博士人才安家补贴（样例）".to_owned(),
            }
        })
        .collect();
    rows.sort_by_key(|row| row.id.to_string());
    rows
}

pub(super) fn head(seed: u64, rows: &[Row]) -> Head {
    let random: [u8; 10] = ChaCha8Rng::seed_from_u64(seed).random();
    Head {
        batch: BatchId::new(AT, random),
        day: "2026-11-23".parse().expect("as made up"),
        policy: "foshan-phd-settling-in".to_owned(),
        district: "440604".parse().expect("as made up"),
        made_at: AT,
        payer: Payer {
            name: "样例区财政国库支付中心".to_owned(),
            account: "44050160000000000001".to_owned(),
            bank: "902588000014".to_owned(),
        },
        count: rows.len() as u64,
        sum: Money::sum(rows.iter().map(|row| row.amount)).expect("as made up"),
    }
}

/// A signed set, in memory.
#[derive(Clone)]
pub(super) struct Set {
    pub(super) manifest: Vec<u8>,
    pub(super) signature: String,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) root: Sha256Hex,
}

pub(super) fn set(head: &Head, rows: &[Row], key: &SigningKey) -> Set {
    let mut contents: Vec<Vec<u8>> = vec![Vec::new(); Format::ALL.len()];
    let outputs = Format::ALL.into_iter().zip(&mut contents).collect();
    let mut writer = Writer::begin(head.clone(), outputs).expect("as made up");
    for row in rows {
        writer.row(row).expect("as made up");
    }
    let written = writer.finish().expect("as made up");
    let manifest = Manifest::of(head.clone(), &written, &key.public().id());
    let names = manifest.files.iter().map(|listed| listed.name.clone());
    let files = names.zip(contents).collect();
    let bytes = manifest.bytes().expect("as made up");
    Set {
        signature: key.sign(&bytes).expect("as made up"),
        manifest: bytes,
        files,
        root: written.root,
    }
}

pub(super) fn ed25519() -> SigningKey {
    SigningKey::make(Algorithm::Ed25519, [7; 32]).expect("as made up")
}

pub(super) fn sm2() -> SigningKey {
    SigningKey::make(Algorithm::Sm2, [9; 32]).expect("as made up")
}

pub(super) fn public_pem(key: &SigningKey) -> String {
    let pem = key.public().to_pem().expect("as made up");
    let again = SigningKey::from_pem(&key.to_pem().expect("as made up")).expect("as made up");
    assert_eq!(again.public().to_pem().expect("as made up"), pem);
    pem
}
