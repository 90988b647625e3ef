//! Payout files: a million payments as pain.001, against a bare writer of the same bytes and against `sepaxml` for the same rows.
//!
//! Ours checks every row, hashes it, grows the Merkle tree and reckons the file's digest; the bare writer formats the same bytes into the same kind
//! of file and does nothing else. Both run in turn, and the bytes are compared once.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sanmiao::domain::id::{AwardId, BatchId, InstructionId};
use sanmiao::domain::money::Money;
use sanmiao::domain::time::Timestamp;
use sanmiao::payfile::pain001::{HASH_DIGITS, NAMESPACE};
use sanmiao::payfile::verify::check_file;
use sanmiao::payfile::writer::{Writer, Written};
use sanmiao::payfile::{Format, Head, Manifest, Payer, Row};

const AT: Timestamp = Timestamp::from_seconds(1_795_399_200);
const ROUNDS: usize = 3;

fn row(at: u64) -> Row {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&at.to_be_bytes());
    let award = AwardId::new(AT.plus_millis(i64::try_from(at).expect("few rows")), random);
    Row {
        account: format!("62990100{at:011}"),
        amount: Money::from_fen(10_000_000 + i64::try_from(at % 9_973).expect("small"))
            .expect("an amount"),
        bank: "902588000014".to_owned(),
        id: InstructionId::new(award, 1, 1),
        name: "样例某".to_owned(),
        purpose: "博士人才安家补贴（样例）".to_owned(),
    }
}

fn head(count: u64) -> Head {
    let sum = Money::sum((0..count).map(|at| row(at).amount)).expect("a sum");
    Head {
        batch: BatchId::new(AT, [7; 10]),
        day: "2026-11-23".parse().expect("a day"),
        policy: "foshan-phd-settling-in".to_owned(),
        district: "440604".parse().expect("a district"),
        made_at: AT,
        payer: Payer {
            name: "样例区财政国库支付中心".to_owned(),
            account: "44050160000000000001".to_owned(),
            bank: "902588000014".to_owned(),
        },
        count,
        sum,
    }
}

fn out(path: &Path) -> BufWriter<File> {
    BufWriter::new(File::create(path).expect("a file"))
}

fn ours(head: &Head, format: Format, path: &Path) -> (Duration, Written) {
    let begun = now();
    let mut writer = Writer::begin(head.clone(), vec![(format, out(path))]).expect("begun");
    for at in 0..head.count {
        writer.row(&row(at)).expect("written");
    }
    let written = writer.finish().expect("finished");
    (begun.elapsed(), written)
}

/// The same bytes with nothing but formatting; the row hashes were reckoned before, for a bare writer has none.
fn bare(head: &Head, hashes: &[[u8; HASH_DIGITS]], path: &Path) -> Duration {
    let begun = now();
    let mut out = out(path);
    let (number, payer) = (head.number(), &head.payer);
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{NAMESPACE}\"><CstmrCdtTrfInitn><GrpHdr><MsgId>{number}</MsgId><CreDtTm>{}</CreDtTm><NbOfTxs>{}</NbOfTxs><CtrlSum>{}</CtrlSum><InitgPty><Nm>{}</Nm></InitgPty></GrpHdr>\n<PmtInf><PmtInfId>{number}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{}</NbOfTxs><CtrlSum>{}</CtrlSum><ReqdExctnDt><Dt>{}</Dt></ReqdExctnDt><Dbtr><Nm>{}</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{}</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct><DbtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>{}</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>\n",
        head.made_at, head.count, head.sum, payer.name, head.count, head.sum, head.day, payer.name, payer.account, payer.bank,
    ).expect("written");
    for (at, hash) in (0..head.count).zip(hashes) {
        let Row {
            account,
            amount,
            bank,
            id,
            name,
            purpose,
        } = row(at);
        let hash = std::str::from_utf8(hash).expect("digits");
        writeln!(out, "<CdtTrfTxInf><PmtId><InstrId>{hash}</InstrId><EndToEndId>{id}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"CNY\">{amount}</InstdAmt></Amt><CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>{bank}</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt><Cdtr><Nm>{name}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></CdtTrfTxInf>").expect("written");
    }
    out.write_all(b"</PmtInf></CstmrCdtTrfInitn></Document>\n")
        .expect("written");
    out.flush().expect("flushed");
    begun.elapsed()
}

fn hashes(count: u64) -> Vec<[u8; HASH_DIGITS]> {
    let digits = |at| {
        let text = row(at).hash().expect("a hash").to_string();
        text.as_bytes()[..HASH_DIGITS].try_into().expect("digits")
    };
    (0..count).map(digits).collect()
}

fn same(one: &Path, other: &Path) -> bool {
    let mut files = [one, other].map(|path| File::open(path).expect("a file"));
    let mut chunks = [vec![0; 1 << 16], vec![0; 1 << 16]];
    loop {
        let mut read = [0, 0];
        for (at, file) in files.iter_mut().enumerate() {
            while read[at] < chunks[at].len() {
                match file.read(&mut chunks[at][read[at]..]).expect("read") {
                    0 => break,
                    more => read[at] += more,
                }
            }
        }
        if read[0] != read[1] || chunks[0][..read[0]] != chunks[1][..read[1]] {
            return false;
        }
        if read[0] == 0 {
            return true;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures with the real clock"
)]
fn now() -> Instant {
    Instant::now()
}

/// Peak resident memory of this process, in MiB.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|kib| kib.parse::<u64>().ok());
    kib.expect("VmHWM") / 1024
}

/// `sepaxml` on some of the same rows; seconds a row.
fn sepaxml(count: u64, root: &Path) -> Option<f64> {
    let script = root.join("benches/payout_files_sepaxml.py");
    let output = Command::new(root.join(".tools/venv/bin/python"))
        .arg(script)
        .arg(count.to_string())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.trim().parse::<f64>().ok()
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("standard output");
}

fn main() {
    let number = |name: &str, otherwise: u64| {
        let mut arguments = std::env::args().skip_while(|argument| argument != name);
        arguments
            .nth(1)
            .map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let (count, theirs) = (number("--payments", 1_000_000), number("--sepaxml", 20_000));
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let head = head(count);

    let mut table = String::new();
    for format in Format::ALL {
        let before = peak_mib();
        let file: PathBuf = path(&format!("{}{}", head.stem(), format.ending()));
        let (took, written) = ours(&head, format, &file);
        let peak = peak_mib();
        let manifest = Manifest::of(head.clone(), &written, "0000000000000000");
        let begun = now();
        let name = file.file_name().expect("a name").to_string_lossy();
        let checked =
            check_file(&manifest, &name, File::open(&file).expect("a file")).expect("read");
        assert!(checked.is_whole(), "{:?}", checked.flaws.first());
        let _ = writeln!(
            table,
            "{:<12} {:>6.2} s written  {:>5} MiB  {:>6.2} s verified  peak memory {before} → {peak} → {} MiB",
            format.as_str(),
            took.as_secs_f64(),
            fs::metadata(&file).expect("a file").len() >> 20,
            begun.elapsed().as_secs_f64(),
            peak_mib(),
        );
        fs::remove_file(&file).expect("removed");
    }
    say(&format!("{count} payments\n{table}"));

    let hashes = hashes(count);
    for round in 1..=ROUNDS {
        // Each into a new file: to empty an old one of this size takes time of its own.
        for old in [path("ours"), path("bare")] {
            let _ = fs::remove_file(old);
        }
        let (ours_took, _) = ours(&head, Format::Pain001, &path("ours"));
        let bare_took = bare(&head, &hashes, &path("bare"));
        if round == 1 {
            assert!(
                same(&path("ours"), &path("bare")),
                "the bare writer writes other bytes"
            );
        }
        let ratio = bare_took.as_secs_f64() / ours_took.as_secs_f64();
        say(&format!(
            "round {round}: ours {:.2} s, bare {:.2} s: {ratio:.2} of the bare writer's speed",
            ours_took.as_secs_f64(),
            bare_took.as_secs_f64()
        ));
    }
    let (took, _) = ours(
        &Head {
            count: theirs,
            ..self::head(theirs)
        },
        Format::Pain001,
        &path("few"),
    );
    let ours_each = took.as_secs_f64() / f64::from(u32::try_from(theirs).expect("few"));
    match sepaxml(theirs, Path::new(env!("CARGO_MANIFEST_DIR"))) {
        Some(each) => say(&format!(
            "sepaxml, {theirs} of the rows: {:.1} µs a row against {:.1} µs: {:.0} times as long",
            each * 1e6,
            ours_each * 1e6,
            each / ours_each
        )),
        None => say("sepaxml was not asked: `make tools` installs it"),
    }
}
