//! The commands on a real installation, as a person at a terminal uses them: export, verify, reconcile, doctor, and their exit codes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanmiao::app::open_store;
use sanmiao::config::Config;
use sanmiao::domain::time::Date;
use sanmiao::gateways::clock::SystemClock;
use sanmiao::gateways::entropy::SystemEntropy;
use sanmiao::payfile::Format;
use sanmiao::payfile::sign::SigningKey;
use sanmiao::ports::{Clock as _, Entropy};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::support::program::{Ended, ended, run};

/// A payment of the day, and when it arrived and came back.
#[derive(Clone)]
struct Payment {
    amount: String,
    account: String,
    settled: Option<Date>,
    returned: Option<Date>,
}

/// An installation that the demonstration left behind, and the day's files beside it.
struct Installation {
    folder: TempDir,
    data: String,
    key: String,
    manifests: Vec<String>,
    payments: BTreeMap<String, Payment>,
}

impl Installation {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let text = |path: PathBuf| path.to_str().expect("a plain path").to_owned();
        let data = text(path("data"));
        // A day may end while people are paid.
        let mut days = vec![today()];
        run(&[
            "demo", "--people", "15", "--seed", "3", "--once", "--json", "--data", &data,
        ]);
        days.push(today());
        days.dedup();
        let out = text(path("files"));
        for day in days {
            run(&[
                "payout",
                "export",
                "--data",
                &data,
                "--date",
                &day.to_string(),
                "--out",
                &out,
            ]);
        }
        let config = Config::load(Some(&path("data").join("sanmiao.toml")), [])
            .expect("as the demo left it");
        let key = path("key.pub");
        fs::write(&key, public_key(&config)).expect("written");
        let mut house = Self {
            data,
            key: text(key),
            manifests: Vec::new(),
            payments: BTreeMap::new(),
            folder,
        };
        house.look_around(Path::new(&out));
        house.ask_the_ledger(&config).await;
        house
    }

    /// The manifests, and the payments by the CSV files.
    fn look_around(&mut self, out: &Path) {
        for entry in fs::read_dir(out).expect("the day's files") {
            let path = entry.expect("a file").path();
            let name = path.to_str().expect("a plain path").to_owned();
            if name.ends_with(".manifest.json") {
                self.manifests.push(name);
            } else if name.ends_with(Format::Csv.ending())
                && !name.ends_with(Format::CsvGb18030.ending())
            {
                let mut lines = csv::Reader::from_path(&path).expect("a CSV file");
                for line in lines.records() {
                    let line = line.expect("a line");
                    let payment = Payment {
                        amount: line[2].to_owned(),
                        account: line[4].to_owned(),
                        settled: None,
                        returned: None,
                    };
                    self.payments.insert(line[1].to_owned(), payment);
                }
            }
        }
        assert!(self.payments.len() > 10, "{}", self.payments.len());
    }

    async fn ask_the_ledger(&mut self, config: &Config) {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let store = open_store(config, &entropy).await.expect("the store");
        let mut tx = store.read().await.expect("a connection");
        let ids: Vec<String> = self.payments.keys().cloned().collect();
        for (id, own) in tx.own_payments(&ids).await.expect("our own payments") {
            let payment = self.payments.get_mut(&id).expect("one of them");
            (payment.settled, payment.returned) = (own.settled, own.returned);
        }
    }

    fn verify(&self, more: &[&str]) -> Ended {
        let mut args = vec!["payout", "verify", "--json", "--key", &self.key];
        args.extend(self.manifests.iter().map(String::as_str));
        args.extend(more);
        ended(&args)
    }

    fn reconcile(&self, statement: &str) -> Ended {
        ended(&[
            "reconcile",
            "--json",
            "--data",
            &self.data,
            "--statement",
            statement,
        ])
    }

    /// The bank's list of what happened to the payments.
    fn list(&self, name: &str, payments: &BTreeMap<String, Payment>) -> String {
        let mut text =
            "交易日期,支付指令号,金额（元）,币种,收款账号,交易结果,银行流水号\r\n".to_owned();
        for (id, one) in payments {
            let ends = [("入账", "S", one.settled), ("退回", "R", one.returned)];
            for (result, letter, day) in ends
                .into_iter()
                .filter_map(|(word, letter, day)| Some((word, letter, day?)))
            {
                let Payment {
                    amount, account, ..
                } = one;
                let line = [
                    &day.to_string(),
                    id,
                    amount,
                    "CNY",
                    account,
                    result,
                    &format!("YH{id}{letter}"),
                ];
                text.push_str(&line.join(","));
                text.push_str("\r\n");
            }
        }
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.to_str().expect("a plain path").to_owned()
    }
}

fn today() -> Date {
    SystemClock::new().now().china_date()
}

fn public_key(config: &Config) -> String {
    use secrecy::ExposeSecret as _;
    let payout = config.payout.as_ref().expect("who pays");
    let key = SigningKey::from_pem(payout.signing_key.expose_secret()).expect("a key");
    key.public().to_pem().expect("in PEM")
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.said)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ended.said, ended.complained))
}

fn kinds(differences: &Value) -> Vec<&str> {
    let each = differences.as_array().expect("a list").iter();
    each.map(|one| one["kind"].as_str().expect("a word"))
        .collect()
}

#[tokio::test]
async fn a_day_is_exported_verified_and_reconciled_at_a_terminal() {
    let house = Installation::new().await;

    // The files are whole, and what was approved is what is in them.
    let whole = house.verify(&["--data", &house.data]);
    assert_eq!(
        (whole.code, &json(&whole)["whole"]),
        (Some(0), &true.into()),
        "{}",
        whole.said
    );

    // The bank tells the same: nothing differs, and a second time nothing is new.
    let same = house.list("same.csv", &house.payments);
    assert_eq!(house.verify(&["--statement", &same]).code, Some(0));
    let first = house.reconcile(&same);
    assert_eq!(
        (first.code, &json(&first)["matches"]),
        (Some(0), &true.into()),
        "{}",
        first.said
    );
    let again = house.reconcile(&same);
    assert_eq!(again.code, Some(0), "{}", again.said);
    let again = json(&again);
    let (before, new) = (
        &again["statements"][0]["imported_before"],
        &again["statements"][0]["new_lines"],
    );
    assert_eq!((before, new), (&true.into(), &0.into()));
}

#[tokio::test]
async fn what_the_bank_tells_otherwise_is_found_and_is_exit_code_1() {
    let house = Installation::new().await;
    let settled = house
        .payments
        .iter()
        .find(|(_, one)| one.settled.is_some() && one.returned.is_none());
    let (id, payment) = settled.expect("a payment that arrived");
    let mut others = house.payments.clone();
    let less = Payment {
        amount: "0.01".to_owned(),
        ..payment.clone()
    };
    others.insert(id.clone(), less);
    let wrong = house.list("wrong.csv", &others);

    let verified = house.verify(&["--statement", &wrong]);
    assert_eq!(verified.code, Some(1), "{}", verified.said);
    let verified = json(&verified);
    assert_eq!(verified["whole"], true, "the files are as they were");
    assert_eq!(kinds(&verified["differences"]), ["amount"]);
    assert_eq!(verified["differences"][0]["payment"], id.as_str());

    let reconciled = house.reconcile(&wrong);
    assert_eq!(reconciled.code, Some(1), "{}", reconciled.said);
    let reconciled = json(&reconciled);
    assert_eq!(kinds(&reconciled["differences"]), ["amount"]);
    let found = &reconciled["differences"][0];
    assert_eq!(
        (&found["ours"], &found["theirs"]),
        (&payment.amount.as_str().into(), &"0.01".into())
    );
    assert!(!found["due_on"].is_null(), "it has a last day");
}

#[tokio::test]
async fn a_byte_more_a_file_less_and_what_is_no_statement_are_told_by_exit_codes() {
    let house = Installation::new().await;
    let garbage = house.folder.path().join("garbage.csv");
    fs::write(&garbage, b"\xFF\xFE\x00nothing of the kind").expect("written");
    let garbage = garbage.to_str().expect("a plain path");
    for told in [
        house.reconcile(garbage),
        house.verify(&["--statement", garbage]),
    ] {
        assert_eq!(told.code, Some(2), "{} {}", told.said, told.complained);
        assert!(
            told.complained.contains("garbage.csv"),
            "{}",
            told.complained
        );
    }
    let missing = house.reconcile("no-such-file.json");
    assert_eq!(missing.code, Some(2));
    assert!(missing.complained.contains("no-such-file.json"));

    let file = house.manifests[0].replace(".manifest.json", ".csv");
    let mut bytes = fs::read(&file).expect("read");
    bytes.push(b' ');
    fs::write(&file, bytes).expect("written");
    assert_eq!(house.verify(&[]).code, Some(1), "a byte more");
    fs::remove_file(&file).expect("removed");
    let missing = house.verify(&[]);
    assert_eq!(missing.code, Some(1), "a file less");
    assert!(missing.said.contains("missing"), "{}", missing.said);
}

#[tokio::test]
async fn the_doctor_holds_the_ledger_against_itself() {
    let house = Installation::new().await;
    let database = || {
        let looked = ended(&["doctor", "--json", "--data", &house.data]);
        let checks = json(&looked);
        let mut checks = checks.as_array().expect("checks").iter();
        let found = checks.find(|check| check["name"] == "database");
        found.expect("the database's check").clone()
    };
    let before = database();
    assert_eq!(before["ok"], true, "{before}");
    // Behind the program's back, a line is granted a fen that no order granted.
    let options = SqliteConnectOptions::new().filename(Path::new(&house.data).join("sanmiao.db"));
    let mut raw = SqliteConnection::connect_with(&options)
        .await
        .expect("the file");
    sqlx::query("UPDATE budgets SET appropriated = appropriated + 1 WHERE rowid = 1")
        .execute(&mut raw)
        .await
        .expect("written");
    raw.close().await.expect("closed");
    let after = database();
    let what = after["what"]["en"].as_str().expect("a text");
    assert!(
        after["ok"] == false && what.contains("appropriated"),
        "{after}"
    );
}
