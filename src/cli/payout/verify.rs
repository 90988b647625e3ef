//! `sanmiao payout verify`: payout files held against their manifest, offline.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::against::{self, Differs, Whole};
use crate::cli::CliError;
use crate::cli::settings::Where;
use crate::payfile::Format;
use crate::payfile::manifest::{self, Manifest};
use crate::payfile::sign::{self, VerifyingKey};
use crate::payfile::verify::{Checked, Flaw, FlawKind, check_file, check_manifest};

/// Flaws printed; the count says how many there are.
const PRINTED_MAX: usize = 50;

/// Which files, and the key.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Payout files or their manifests; a manifest stands for every file it lists
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Public key, in PEM
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Statements of treasury or bank to hold the payments against; may be given several times
    #[arg(long, value_name = "FILE")]
    statement: Vec<PathBuf>,
    /// With one of these the payments are also held against the approvals of that installation
    #[command(flatten)]
    place: Where,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A set: where its manifest is, and which of its files are asked about.
#[derive(Default)]
struct Set {
    all: bool,
    files: BTreeSet<PathBuf>,
}

/// Checks them.
///
/// # Errors
/// `No` when something does not fit; `Unusable` for a key or a file that cannot be read.
pub async fn run(args: VerifyArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    // Reading is blocking work of minutes; it does not belong among what answers others.
    let (as_json, place, statements) = (args.json, args.place.clone(), args.statement.clone());
    let checked = tokio::task::spawn_blocking(move || {
        let (checked, wholes) = check(&args)?;
        let differences = against::statements(&wholes, &statements)?;
        Ok::<_, CliError>((checked, wholes, differences))
    });
    let (checked, wholes, mut differences) = checked.await.map_err(CliError::failed)??;
    if place.file().is_some() {
        differences.extend(against::approvals(&wholes, &place).await?);
    }
    tell(&checked, &differences, as_json, out)?;
    if checked.iter().all(Checked::is_whole) && differences.is_empty() {
        Ok(())
    } else {
        Err(CliError::No)
    }
}

fn check(args: &VerifyArgs) -> Result<(Vec<Checked>, Vec<Whole>), CliError> {
    let key = VerifyingKey::from_pem(&text(&args.key, sign::BYTES_MAX)?);
    let key =
        key.map_err(|error| CliError::Unusable(format!("{}: {error}", args.key.display())))?;
    let (mut checked, mut wholes) = (Vec::new(), Vec::new());
    for (path, set) in sets(&args.files)? {
        let (of_set, whole) = check_set(&path, &set, &key)?;
        checked.extend(of_set);
        wholes.extend(whole);
    }
    Ok((checked, wholes))
}

/// The files by the set they belong to, which their names tell.
fn sets(files: &[PathBuf]) -> Result<BTreeMap<PathBuf, Set>, CliError> {
    let mut sets: BTreeMap<PathBuf, Set> = BTreeMap::new();
    for path in files {
        let name = name_of(path);
        let endings = [manifest::ENDING, manifest::SIGNATURE_ENDING];
        if let Some(stem) = endings.iter().find_map(|ending| name.strip_suffix(ending)) {
            sets.entry(manifest_of(path, stem)).or_default().all = true;
            continue;
        }
        // The longest ending that fits: one is the end of another.
        let mut formats = Format::ALL.map(Format::ending);
        formats.sort_unstable_by_key(|ending| std::cmp::Reverse(ending.len()));
        let Some(stem) = formats.iter().find_map(|ending| name.strip_suffix(ending)) else {
            let why = "no payout file by its name, and no manifest";
            return Err(CliError::Unusable(format!("{}: {why}", path.display())));
        };
        let set = sets.entry(manifest_of(path, stem)).or_default();
        set.files.insert(path.clone());
    }
    Ok(sets)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn manifest_of(path: &Path, stem: &str) -> PathBuf {
    path.with_file_name(format!("{stem}{}", manifest::ENDING))
}

/// What became of its files, and one of them that is whole: they all hold the same payments.
fn check_set(
    path: &Path,
    set: &Set,
    key: &VerifyingKey,
) -> Result<(Vec<Checked>, Option<Whole>), CliError> {
    let manifest = match read_manifest(path, key)? {
        Ok(manifest) => manifest,
        Err(flaw) => return Ok((vec![Checked::only(*flaw)], None)),
    };
    let mut paths = set.files.clone();
    if set.all {
        paths.extend(
            manifest
                .files
                .iter()
                .map(|file| path.with_file_name(&file.name)),
        );
    }
    let bar = ProgressBar::new(paths.len() as u64).with_message("files");
    let checked = paths.iter().map(|path| {
        let name = name_of(path);
        let checked = match File::open(path) {
            Ok(file) => check_file(&manifest, &name, file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Checked::only(Flaw::of_file(&name, FlawKind::Missing)))
            }
            Err(error) => Err(error),
        };
        bar.inc(1);
        checked.map_err(|error| CliError::Unusable(format!("{}: {error}", path.display())))
    });
    let checked = checked.collect::<Result<Vec<_>, CliError>>()?;
    bar.finish_and_clear();
    let whole = paths
        .into_iter()
        .zip(&checked)
        .find(|(_, one)| one.is_whole());
    let whole = whole.map(|(path, _)| Whole { manifest, path });
    Ok((checked, whole))
}

/// The signed manifest, or what is wrong with it.
fn read_manifest(path: &Path, key: &VerifyingKey) -> Result<Result<Manifest, Box<Flaw>>, CliError> {
    let name = name_of(path);
    let stem = name.strip_suffix(manifest::ENDING).unwrap_or(&name);
    let beside = path.with_file_name(format!("{stem}{}", manifest::SIGNATURE_ENDING));
    for needed in [path, &beside] {
        if !needed.exists() {
            return Ok(Err(Box::new(Flaw::of_file(
                &name_of(needed),
                FlawKind::Missing,
            ))));
        }
    }
    let (bytes, signature) = (
        text(path, manifest::BYTES_MAX)?,
        text(&beside, sign::BYTES_MAX)?,
    );
    Ok(check_manifest(&name, bytes.as_bytes(), &signature, key))
}

/// A short file of text.
fn text(path: &Path, max: u64) -> Result<String, CliError> {
    let unusable = |why: String| CliError::Unusable(format!("{}: {why}", path.display()));
    let file = fs::File::open(path).map_err(|error| unusable(error.to_string()))?;
    let mut bytes = Vec::new();
    let read = file.take(max + 1).read_to_end(&mut bytes);
    read.map_err(|error| unusable(error.to_string()))?;
    if bytes.len() as u64 > max {
        return Err(unusable(format!("more than {max} bytes")));
    }
    // What is no text fits no signature either.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn tell(
    checked: &[Checked],
    differences: &[Differs],
    as_json: bool,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    if as_json {
        let files: Vec<_> = checked.iter().map(json_of).collect();
        let whole = checked.iter().all(Checked::is_whole);
        return Ok(writeln!(
            out,
            "{}",
            json!({ "whole": whole, "files": files, "differences": differences })
        )?);
    }
    for one in checked {
        if one.is_whole() {
            let sum = one.sum.map(|sum| sum.to_string()).unwrap_or_default();
            writeln!(out, "whole  {}  {} payments  {sum}", one.name, one.rows)?;
            continue;
        }
        for flaw in one.flaws.iter().take(PRINTED_MAX) {
            writeln!(out, "WRONG  {flaw}")?;
        }
        let more = one.flaws.len().saturating_sub(PRINTED_MAX) as u64 + one.more;
        if more > 0 {
            writeln!(out, "WRONG  {}: {more} more", one.name)?;
        }
    }
    for one in differences.iter().take(PRINTED_MAX) {
        writeln!(out, "DIFFERS  {one}")?;
    }
    let more = differences.len().saturating_sub(PRINTED_MAX);
    if more > 0 {
        writeln!(out, "DIFFERS  {more} more")?;
    }
    Ok(())
}

fn json_of(one: &Checked) -> serde_json::Value {
    let flaws: Vec<_> = one
        .flaws
        .iter()
        .map(|flaw| {
            json!({ "row": flaw.row, "payment": flaw.id, "kind": flaw.kind.as_str(), "why": flaw.kind.to_string() })
        })
        .collect();
    json!({ "file": one.name, "payments": one.rows, "sum": one.sum, "whole": one.is_whole(), "flaws": flaws, "more": one.more })
}
