//! Two languages agree: what we write, the second reader finds whole, and it reads the same rows.

use std::io::Cursor;
use std::path::Path;

use sanmiao::payfile::sign::VerifyingKey;
use sanmiao::payfile::verify::{check_file, check_manifest};
use sanmiao::payfile::writer::{WriteError, Writer};
use sanmiao::payfile::{Format, Row};

use super::sample::{Set, ed25519, head, public_pem, rows, set, sm2};
use crate::values::oracle;

fn written(folder: &Path, set: &Set, stem: &str, pem: &str) -> (String, String) {
    let path = |ending: &str| folder.join(format!("{stem}{ending}"));
    std::fs::write(path(".manifest.json"), &set.manifest).expect("as made up");
    std::fs::write(path(".manifest.sig"), &set.signature).expect("as made up");
    std::fs::write(folder.join("key.pem"), pem).expect("as made up");
    for (name, bytes) in &set.files {
        std::fs::write(folder.join(name), bytes).expect("as made up");
    }
    let text = |path: std::path::PathBuf| path.to_str().expect("as made up").to_owned();
    (text(path(".manifest.json")), text(folder.join("key.pem")))
}

#[test]
fn both_readers_find_clean_sets_whole_whichever_key_signed() {
    for (key, counts) in [(ed25519(), [1, 499, 500, 1201]), (sm2(), [1, 2, 998, 999])] {
        for count in counts {
            let rows = rows(count as u64, count);
            let head = head(count as u64, &rows);
            let set = set(&head, &rows, &key);
            let manifest = check_manifest("m", &set.manifest, &set.signature, &key.public())
                .expect("as made up");
            assert_eq!((manifest.root, &manifest.batch), (set.root, &head));
            for (name, bytes) in &set.files {
                let checked = check_file(&manifest, name, Cursor::new(bytes)).expect("as made up");
                assert!(checked.is_whole(), "{name}: {:?}", checked.flaws);
                assert_eq!((checked.rows, checked.sum), (head.count, Some(head.sum)));
            }
            let folder = tempfile::tempdir().expect("as made up");
            let (manifest, pem) = written(folder.path(), &set, &head.stem(), &public_pem(&key));
            let files = set.files.keys().map(|name| folder.path().join(name));
            let files: Vec<_> = files
                .map(|path| path.to_str().expect("as made up").to_owned())
                .collect();
            let mut arguments = vec![manifest.as_str(), pem.as_str()];
            arguments.extend(files.iter().map(String::as_str));
            assert_eq!(oracle::ask("check_payout.py", &arguments, &[]), ["ok"]);
        }
    }
}

/// openpyxl, Python's csv and codecs, lxml: the same amounts, accounts and names, byte for byte.
#[test]
fn the_second_reader_reads_the_same_rows() {
    let rows = rows(5, 60);
    let head = head(5, &rows);
    let set = set(&head, &rows, &ed25519());
    let folder = tempfile::tempdir().expect("as made up");
    for (name, bytes) in &set.files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("as made up");
        let answer = oracle::ask(
            "check_payout.py",
            &["--rows", path.to_str().expect("as made up")],
            &[],
        );
        assert_eq!(answer.len(), rows.len(), "{name}");
        for (row, line) in rows.iter().zip(answer) {
            let read: serde_json::Value = serde_json::from_str(&line).expect("as made up");
            for (field, wanted) in [
                ("id", row.id.to_string()),
                ("amount", row.amount.to_string()),
                ("name", row.name.clone()),
                ("account", row.account.clone()),
                ("bank", row.bank.clone()),
                ("purpose", row.purpose.clone()),
            ] {
                assert_eq!(read[field], wanted, "{name}: {field}");
            }
        }
    }
}

#[test]
fn what_gb18030_cannot_write_is_an_error_and_no_question_mark() {
    let mut rows = rows(1, 1);
    rows[0].name = "样例\u{E5E5}".to_owned();
    let head = head(1, &rows);
    let write = |format| {
        let mut out = Vec::new();
        let mut writer = Writer::begin(head.clone(), vec![(format, &mut out)])?;
        writer.row(&rows[0])?;
        writer.finish()
    };
    let error = write(Format::CsvGb18030).unwrap_err();
    assert!(
        matches!(
            error,
            WriteError::NotGb18030 {
                position: 3,
                code: 0xE5E5,
                ..
            }
        ),
        "{error}"
    );
    write(Format::Csv).expect("as made up");
}

#[test]
fn what_cannot_be_paid_does_not_get_into_a_file() {
    let good = rows(3, 2);
    let head = head(3, &good);
    let begin =
        || Writer::begin(head.clone(), vec![(Format::Csv, Vec::new())]).expect("as made up");
    let refused = |edit: &dyn Fn(&mut Row)| {
        let mut row = good[0].clone();
        edit(&mut row);
        let error = begin().row(&row).unwrap_err();
        assert!(!error.to_string().contains("样例"), "{error}");
        error
    };
    let zero = refused(&|row| row.amount = sanmiao::domain::money::Money::ZERO);
    assert!(zero.to_string().ends_with("the amount is 0.00"), "{zero}");
    refused(&|row| row.name = "样例\u{0}".to_owned());
    refused(&|row| row.name = "样例\u{FFFF}".to_owned());
    refused(&|row| row.name = "样".repeat(141));
    refused(&|row| row.account = "6".repeat(35));
    refused(&|row| row.purpose.clear());
    let mut twice = begin();
    twice.row(&good[0]).expect("as made up");
    let error = twice.row(&good[0]).unwrap_err();
    assert!(matches!(error, WriteError::Order { .. }), "{error}");
    let mut short = begin();
    short.row(&good[0]).expect("as made up");
    let error = short.finish().unwrap_err();
    assert!(
        matches!(
            error,
            WriteError::Declared {
                count: 1,
                declared_count: 2,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn another_key_or_another_byte_is_no_signature() {
    let rows = rows(4, 3);
    let head = head(4, &rows);
    for (key, other) in [(ed25519(), sm2()), (sm2(), ed25519())] {
        let set = set(&head, &rows, &key);
        let public = |pem: &str| VerifyingKey::from_pem(pem).expect("as made up");
        check_manifest(
            "m",
            &set.manifest,
            &set.signature,
            &public(&public_pem(&key)),
        )
        .expect("as made up");
        let other = public(&public_pem(&other));
        check_manifest("m", &set.manifest, &set.signature, &other).unwrap_err();
        let mut changed = set.manifest.clone();
        changed[20] ^= 1;
        check_manifest("m", &changed, &set.signature, &key.public()).unwrap_err();
    }
}

#[test]
fn manifest_and_vouchers_keep_to_their_schemas() {
    let rows = rows(6, 1_003);
    let head = head(6, &rows);
    let set = set(&head, &rows, &sm2());
    let schema = |name: &str| {
        let path = format!(
            "{}/schemas/payout/{name}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let schema =
            serde_json::from_slice(&std::fs::read(path).expect("as made up")).expect("as made up");
        jsonschema::validator_for(&schema).expect("as made up")
    };
    let manifest = serde_json::from_slice(&set.manifest).expect("as made up");
    schema("manifest").validate(&manifest).expect("as made up");
    let (_, vouchers) = set
        .files
        .iter()
        .find(|(name, _)| name.ends_with(Format::Voucher.ending()))
        .expect("as made up");
    let (voucher, mut counts) = (schema("voucher"), Vec::new());
    for line in vouchers
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let one: serde_json::Value = serde_json::from_slice(line).expect("as made up");
        voucher.validate(&one).expect("as made up");
        counts.push(one["count"].as_u64().expect("as made up"));
    }
    assert_eq!(counts, [499, 499, 5]);
}
