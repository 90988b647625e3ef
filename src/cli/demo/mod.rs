//! `sanmiao demo`: the whole pipeline on made-up people, over real HTTP, in one process.
//!
//! [`town`] starts the made-up world and the service; [`drive`] is the people, each with a token and nothing but the
//! public API; [`look`] the officers who look at samples; [`cases`] those who work a few referred
//! cases to their end; [`report`] is what came of it, our ledger beside the treasury's own.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressStyle};
use sanmiao_mocks::{Channel, Fault, FaultRule, Faults};

use self::drive::Driver;
use self::report::Report;
use self::town::Town;
use super::CliError;
use super::serve::told_to_stop;

pub mod cases;
pub mod drive;
pub mod look;
pub mod report;
pub mod town;

/// People under way at once.
const CONCURRENCY: usize = 16;
/// For how long a register is down in the middle of the demonstration.
const OUTAGE_MS: u64 = 1_000;

/// How long late returns are waited for at the end.
const LATE_RETURN_MS: u64 = 1_000;

/// What is shown.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Made-up people
    #[arg(long, default_value_t = 200)]
    people: usize,
    /// Seed of people and faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Port of the service; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// End when everybody is done, instead of staying up
    #[arg(long)]
    once: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Keep the database here; must not hold one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// People from a file instead: JSON Lines after schemas/people.schema.json
    #[arg(long, value_name = "FILE")]
    people_file: Option<PathBuf>,
    /// Switch a fault on from the start (`sanmiao demo --fault list` names them)
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
}

/// Shows it.
///
/// # Errors
/// `No` when a promise is broken; `Unusable` for a folder in use, a bad people file, an unknown fault.
pub async fn run(args: DemoArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    if args.fault.as_deref() == Some("list") {
        return Ok(writeln!(out, "{}", Faults::all_names().join("\n"))?);
    }
    let town = Town::start(
        SocketAddr::from(([127, 0, 0, 1], args.port)),
        args.data.clone(),
        args.seed,
        super::mocks::people(args.people, args.people_file.as_deref())?,
        super::mocks::faults(args.fault.as_deref())?,
    )
    .await?;
    let report = walk(&town, args.fault.is_none()).await?;
    if args.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&report.to_json()).map_err(CliError::failed)?
        )?;
    } else {
        report.print(out)?;
    }
    let kept = report.promises_kept();
    if !args.once {
        writeln!(out, "\n{}", town.where_to_look())?;
        out.flush()?;
        told_to_stop().await;
    }
    town.stop().await;
    if kept { Ok(()) } else { Err(CliError::No) }
}

/// Everybody files; in the middle a register goes down for a moment, and one budget line runs dry until it is topped up.
async fn walk(town: &Town, with_outage: bool) -> Result<Report, CliError> {
    let driver = Driver::new(town)?;
    driver.appropriate_scarce().await?;
    driver.enrol_officers().await?;
    let people = driver.people();
    let count = u64::try_from(people.len()).unwrap_or(u64::MAX);
    let bar = bar(count);
    let filed = Arc::new(AtomicU64::new(0));
    let first: Vec<_> = stream::iter(people)
        .map(|person| {
            let (driver, filed, bar) = (&driver, Arc::clone(&filed), bar.clone());
            async move {
                let story = driver.file(person).await;
                if with_outage && filed.fetch_add(1, Ordering::Relaxed) == count / 2 {
                    town.faults().set(outage());
                }
                bar.inc(1);
                story
            }
        })
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    bar.set_message("following the money");
    driver.appropriate_ample().await?;
    bar.set_position(0);
    let stories: Vec<_> = stream::iter(first)
        .map(|story| {
            let (driver, bar) = (&driver, bar.clone());
            async move {
                let story = driver.follow(story?).await;
                bar.inc(1);
                story
            }
        })
        .buffer_unordered(CONCURRENCY * 4)
        .collect()
        .await;
    bar.finish_and_clear();
    let looked = driver.look_at_samples().await?;
    let worked = driver.work_cases(stories.iter().flatten()).await?;
    // A bank may send back what it had settled a moment ago: everybody looks once more.
    tokio::time::sleep(Duration::from_millis(LATE_RETURN_MS)).await;
    let stories: Vec<_> = stream::iter(stories)
        .map(|story| async { driver.follow(story?).await })
        .buffer_unordered(CONCURRENCY * 4)
        .collect()
        .await;
    let stories = stories.into_iter().collect::<Result<Vec<_>, CliError>>()?;
    Report::gather(town, &driver, &stories, looked, worked).await
}

fn outage() -> Faults {
    Faults {
        rules: vec![FaultRule::always(Channel::SocialSecurity, Fault::Down).until_ms(OUTAGE_MS)],
    }
}

fn bar(count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count).with_message("filing");
    if let Ok(style) = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
