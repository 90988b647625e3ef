//! Seeded corruptions of files, manifests and signatures, ten thousand of them by `make corruptions`: each is found, a changed row is
//! named, and the second reader agrees.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sanmiao::payfile::Format;
use sanmiao::payfile::sign::SigningKey;
use sanmiao::payfile::verify::{Flaw, check_file, check_manifest};
use serde_json::json;

use super::sample::{Set, ed25519, head, public_pem, rows, set, sm2};
use crate::values::oracle;

/// Corruptions unless `SANMIAO_CORRUPTIONS` says otherwise.
const CORRUPTIONS: usize = 1_500;
/// Sets that one second reader is given.
const BATCH: usize = 2_500;

/// What was done to a set, and which row a reader must name.
struct Corrupted {
    set: Set,
    file: String,
    what: String,
    row: Option<u64>,
}

fn flaws(set: &Set, file: &str, key: &SigningKey) -> Vec<Flaw> {
    match check_manifest("manifest", &set.manifest, &set.signature, &key.public()) {
        Err(flaw) => vec![*flaw],
        Ok(manifest) => {
            let bytes = set.files.get(file).cloned().unwrap_or_default();
            check_file(&manifest, file, Cursor::new(bytes))
                .expect("as made up")
                .flaws
        }
    }
}

fn corrupt(rng: &mut ChaCha8Rng, clean: &Set) -> Corrupted {
    let mut set = clean.clone();
    let names: Vec<String> = set.files.keys().cloned().collect();
    let file = names[rng.random_range(0..names.len())].clone();
    match rng.random_range(0..10) {
        0 => {
            let what = damage(rng, &mut set.manifest);
            Corrupted {
                set,
                file,
                what: format!("manifest {what}"),
                row: None,
            }
        }
        1 => {
            let mut bytes = set.signature.clone().into_bytes();
            let what = damage(rng, &mut bytes);
            set.signature = String::from_utf8_lossy(&bytes).into_owned();
            Corrupted {
                set,
                file,
                what: format!("signature {what}"),
                row: None,
            }
        }
        2..6 => {
            let bytes = set.files.get_mut(&file).expect("as made up");
            let what = damage(rng, bytes);
            Corrupted {
                set,
                file,
                what,
                row: None,
            }
        }
        _ => by_row(rng, set, &names),
    }
}

/// A byte flipped, taken away or put in; the end cut off; something appended; two stretches swapped.
fn damage(rng: &mut ChaCha8Rng, bytes: &mut Vec<u8>) -> String {
    let before = bytes.clone();
    loop {
        let at = rng.random_range(0..bytes.len());
        let what = match rng.random_range(0..6) {
            0 => {
                bytes[at] ^= 1 << rng.random_range(0..8);
                "flip"
            }
            1 => {
                bytes.remove(at);
                "remove"
            }
            2 => {
                bytes.insert(at, rng.random());
                "insert"
            }
            3 => {
                bytes.truncate(at);
                "truncate"
            }
            4 => {
                bytes.extend_from_slice(b"\n0");
                "append"
            }
            _ => {
                bytes.rotate_left(at);
                "rotate"
            }
        };
        if *bytes != before {
            return format!("{what} at {at}");
        }
    }
}

/// Changes that a person would make in a line of a CSV: another amount, another account, another name; a line away, twice or elsewhere.
fn by_row(rng: &mut ChaCha8Rng, mut set: Set, names: &[String]) -> Corrupted {
    let file = names
        .iter()
        .find(|name| name.ends_with(Format::Csv.ending()) && !name.contains("gb18030"))
        .expect("as made up")
        .clone();
    let text = String::from_utf8(set.files[&file].clone()).expect("as made up");
    let mut lines: Vec<String> = text.split_inclusive("\r\n").map(str::to_owned).collect();
    let at = rng.random_range(1..lines.len());
    let (what, row) = match rng.random_range(0..5) {
        0 => {
            let mut fields: Vec<&str> = lines[at].split(',').collect();
            let cents = fields[2].to_owned();
            let other = if cents.ends_with('1') { "2" } else { "1" };
            let amount = format!("{}{other}", &cents[..cents.len() - 1]);
            fields[2] = &amount;
            lines[at] = fields.join(",");
            ("amount", Some(at as u64))
        }
        1 => {
            let line = lines[at].replacen("902588000014", "902588000022", 1);
            lines[at] = line;
            ("bank", Some(at as u64))
        }
        2 => {
            lines.remove(at);
            ("line away", None)
        }
        3 => {
            let line = lines[at].clone();
            lines.insert(at, line);
            ("line twice", Some(at as u64 + 1))
        }
        _ => {
            let other = if at == 1 { 2 } else { 1 };
            lines.swap(at, other);
            ("lines swapped", None)
        }
    };
    set.files.insert(file.clone(), lines.concat().into_bytes());
    Corrupted {
        set,
        file,
        what: what.to_owned(),
        row,
    }
}

#[test]
fn corruptions_are_found_by_both_readers() {
    let corruptions = std::env::var("SANMIAO_CORRUPTIONS")
        .map_or(CORRUPTIONS, |text| text.parse().expect("a number"));
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_124);
    let mut bases = Vec::new();
    for (seed, key) in [(1, ed25519()), (2, sm2())] {
        // Names without line breaks, so that a line of the CSV is a row.
        let mut rows = rows(seed, 9);
        for row in &mut rows {
            row.name = row.name.replace(['\n', ','], "·");
        }
        let set = set(&head(seed, &rows), &rows, &key);
        bases.push((set, public_pem(&key), key));
    }
    let mut lines = Vec::new();
    for number in 0..corruptions {
        // Verifying an SM2 signature in pure Python takes long: one set of fifty is signed so.
        let (clean, pem, key) = &bases[usize::from(number % 50 == 0)];
        let corrupted = corrupt(&mut rng, clean);
        let found = flaws(&corrupted.set, &corrupted.file, key);
        let Corrupted {
            set,
            file,
            what,
            row,
        } = &corrupted;
        assert!(
            !found.is_empty(),
            "{number}: {what} of {file} was not found"
        );
        if let Some(row) = row {
            let named = found
                .iter()
                .any(|flaw| flaw.row == Some(*row) && flaw.id.is_some());
            assert!(named, "{number}: {what} of {file}, row {row}: {found:?}");
        }
        let bytes = set.files.get(file).cloned().unwrap_or_default();
        let one = json!({
            "manifest": STANDARD.encode(&set.manifest), "signature": STANDARD.encode(&set.signature), "key": pem,
            "files": { file.as_str(): STANDARD.encode(bytes) },
        });
        lines.push((one.to_string(), format!("{number}: {what} of {file}"), *row));
    }
    for batch in lines.chunks(BATCH) {
        let asked: Vec<String> = batch.iter().map(|(line, ..)| line.clone()).collect();
        let answers = oracle::ask("check_payout.py", &["--stream"], &asked);
        assert_eq!(answers.len(), batch.len());
        for (answer, (_, what, row)) in answers.iter().zip(batch) {
            let flaws: Vec<(String, Option<u64>)> =
                serde_json::from_str(answer).expect("as made up");
            assert!(!flaws.is_empty(), "the second reader did not find {what}");
            if let Some(row) = row {
                assert!(
                    flaws.iter().any(|(_, at)| at == &Some(*row)),
                    "{what}: {answer}"
                );
            }
        }
    }
}
