//! `sanmiao payout export`: what was instructed on a day, a set of files for each policy and district.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use crate::app;
use crate::cli::CliError;
use crate::cli::settings::{Where, nature};
use crate::config::Config;
use crate::domain::canonical::canonical_hash;
use crate::domain::district::DistrictCode;
use crate::domain::id::BatchId;
use crate::domain::payment::Order;
use crate::domain::time::{Date, Timestamp, parse_date};
use crate::finance::batches::Paying;
use crate::payfile::manifest;
use crate::payfile::set::SetWriter;
use crate::payfile::sign::SigningKey;
use crate::payfile::{Format, Head, Manifest, Payer, Row};
use crate::store::Store;
use crate::store::ledger::Instructed;

/// Instructions read at once.
const PAGE: u32 = 1_000;
/// Behind the name of a file that is not whole yet.
const UNFINISHED: &str = ".part";

/// Which day, which formats, where to.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    place: Where,
    /// The day in China on which the payments were instructed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    date: Date,
    /// pain001, xlsx, csv, csv-gb18030 or voucher; may be given several times, all of them by itself
    #[arg(long, value_name = "FORMAT", value_parser = format_of)]
    format: Vec<Format>,
    /// Folder for the files; made when it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn format_of(word: &str) -> Result<Format, String> {
    let known = || Format::ALL.map(Format::as_str).join(", ");
    Format::parse(word).ok_or_else(|| format!("one of {} is wanted", known()))
}

/// Writes the day's files.
///
/// # Errors
/// `Unusable` without a payer and a key in the configuration, or where the folder cannot be written; `Failed` when the day's
/// instructions are not those of the ledger. Nothing half done is left under a file's own name.
pub async fn run(args: ExportArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let (config, store) = args.place.store().await?;
    let paying = paying_of(&config)?;
    let mut formats = args.format.clone();
    if formats.is_empty() {
        formats = Format::ALL.to_vec();
    }
    formats.sort_unstable();
    formats.dedup();
    fs::create_dir_all(&args.out).map_err(|error| unusable(&args.out, &error))?;
    let day = Day {
        date: args.date,
        made_at: made_at(args.date, nature().clock.now()),
        payer: paying.payer().clone(),
        formats,
        folder: &args.out,
    };
    let made = day.export(&store, paying.key()).await?;
    tell(&made, &args, out)
}

fn tell(made: &[Manifest], args: &ExportArgs, out: &mut dyn Write) -> Result<(), CliError> {
    if args.json {
        let batches = json!({ "date": args.date, "batches": made });
        return Ok(writeln!(out, "{batches}")?);
    }
    if made.is_empty() {
        return Ok(writeln!(out, "nothing was instructed on {}", args.date)?);
    }
    for Manifest { batch, files, .. } in made {
        let Head {
            policy,
            district,
            count,
            sum,
            ..
        } = batch;
        writeln!(out, "{policy}  {district}  {count} payments  {sum}")?;
        for file in files {
            writeln!(out, "  {}  {}", file.sha256, file.name)?;
        }
        writeln!(out, "  {}{}", batch.stem(), manifest::ENDING)?;
    }
    Ok(())
}

fn paying_of(config: &Config) -> Result<Paying, CliError> {
    let paying = app::paying(config).map_err(CliError::unusable)?;
    paying.ok_or_else(|| {
        CliError::unusable(
            "the configuration has no section [payout]: who pays, and the key that signs",
        )
    })
}

/// A day that is over is made when it ended, so that the same day always makes the same bytes.
fn made_at(date: Date, now: Timestamp) -> Timestamp {
    let over = date.tomorrow().map(Timestamp::start_of_china_day);
    over.map_or(now, |over| over.min(now))
}

fn unusable(path: &Path, error: &std::io::Error) -> CliError {
    CliError::Unusable(format!("{}: {error}", path.display()))
}

/// What every set of a day shares.
struct Day<'d> {
    date: Date,
    made_at: Timestamp,
    payer: Payer,
    formats: Vec<Format>,
    folder: &'d Path,
}

impl Day<'_> {
    async fn export(&self, store: &Store, key: &SigningKey) -> Result<Vec<Manifest>, CliError> {
        let mut tx = store.read().await.map_err(CliError::failed)?;
        let groups = tx
            .instructed_on(self.date)
            .await
            .map_err(CliError::failed)?;
        let mut sets: BTreeMap<(String, String), SetWriter<'static>> = BTreeMap::new();
        let mut total = 0;
        for group in groups {
            total += group.count;
            let name = (group.policy.clone(), group.district.to_string());
            sets.insert(name, self.begin(group)?);
        }
        let bar = ProgressBar::new(total).with_message("payments");
        let mut after = None;
        loop {
            let page = tx.instructions_of_day(self.date, after, PAGE).await;
            let page = page.map_err(CliError::failed)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for instruction in &page {
                let order = instruction.order().map_err(CliError::failed)?;
                write(&mut sets, order)?;
            }
            bar.inc(page.len() as u64);
        }
        bar.finish_and_clear();
        let finished = sets.into_values();
        finished.map(|writer| self.finish(writer, key)).collect()
    }

    fn begin(&self, group: Instructed) -> Result<SetWriter<'static>, CliError> {
        let head = self.head(group)?;
        let outputs = self.formats.iter().map(|format| {
            let name = format!("{}{}", head.stem(), format.ending());
            Ok((
                *format,
                BufWriter::new(unfinished(&self.folder.join(name))?),
            ))
        });
        let outputs = outputs.collect::<Result<Vec<_>, CliError>>()?;
        SetWriter::begin(head, outputs).map_err(CliError::failed)
    }

    fn head(&self, group: Instructed) -> Result<Head, CliError> {
        let Instructed {
            policy,
            district,
            count,
            sum,
        } = group;
        Ok(Head {
            batch: self.batch_id(&policy, district, count)?,
            day: self.date,
            policy,
            district,
            made_at: self.made_at,
            payer: self.payer.clone(),
            count,
            sum,
        })
    }

    /// The same day, policy, district and number of payments make the same batch.
    fn batch_id(
        &self,
        policy: &str,
        district: DistrictCode,
        count: u64,
    ) -> Result<BatchId, CliError> {
        let hash = canonical_hash(&json!([self.date, policy, district, count]));
        let hash = hash.map_err(CliError::failed)?;
        let mut random = [0; 10];
        random.copy_from_slice(&hash.as_bytes()[..10]);
        Ok(BatchId::new(self.made_at, random))
    }

    fn finish(&self, writer: SetWriter<'_>, key: &SigningKey) -> Result<Manifest, CliError> {
        let set = writer.finish(key).map_err(CliError::failed)?;
        for (name, bytes) in set.seals() {
            let path = self.folder.join(name);
            let written = unfinished(&path)?.write_all(bytes);
            written.map_err(|error| unusable(&path, &error))?;
        }
        let files = set.manifest.files.iter().map(|file| file.name.clone());
        for name in files.chain(set.seals().map(|(name, _)| name)) {
            settle(&self.folder.join(name))?;
        }
        Ok(set.manifest)
    }
}

fn write(
    sets: &mut BTreeMap<(String, String), SetWriter<'static>>,
    order: Order,
) -> Result<(), CliError> {
    let set = sets.get_mut(&(order.policy.clone(), order.district.clone()));
    let Some(writer) = set else {
        let why = format!("{} is in no line of the journal", order.instruction_id);
        return Err(CliError::Failed(why));
    };
    writer.row(&Row::of(order)).map_err(CliError::failed)
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

fn unfinished(path: &Path) -> Result<File, CliError> {
    let path = part(path);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&path).map_err(|error| unusable(&path, &error))
}

/// On the disk, then under its own name.
fn settle(path: &Path) -> Result<(), CliError> {
    let part = part(path);
    let settled = File::open(&part).and_then(|file| {
        file.sync_all()?;
        fs::rename(&part, path)
    });
    settled.map_err(|error| unusable(path, &error))
}
