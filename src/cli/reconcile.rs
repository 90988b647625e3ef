//! `sanmiao reconcile`: statements of treasury and bank held against our books; what differs becomes a case of finance.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::CliError;
use super::settings::{Where, nature};
use crate::app::App;
use crate::domain::statement::{FinanceCase, FinanceCaseState};
use crate::error::StageError;
use crate::finance::Finance;
use crate::finance::statements::Imported;
use crate::statement::Limits;
use crate::store::Store;
use crate::store::differences::DifferenceFilter;

/// Differences printed.
const PRINTED_MAX: u32 = 50;

/// Which statements, of which installation.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    #[command(flatten)]
    place: Where,
    /// A statement: the treasury's (JSON), pain.002, camt.053, camt.054, or a bank's list (CSV, XLSX); may be given several times
    #[arg(long, required = true, value_name = "FILE")]
    statement: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Takes them in and matches.
///
/// # Errors
/// `No` when something differs that nobody has closed; `Unusable` for a file that is no statement or breaks off, and then nothing of
/// that file is kept.
pub async fn run(args: ReconcileArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    // Older databases are refused here, and brought up by `migrate` alone.
    let (config, store) = args.place.store().await?;
    let app = App::assemble(&config, nature())
        .await
        .map_err(CliError::failed)?;
    let finance = Finance::new(app.context().clone()).with_terms(app.finance());
    let bar = ProgressBar::new(args.statement.len() as u64).with_message("statements");
    let mut imported = Vec::new();
    for path in &args.statement {
        imported.push(import(&finance, path).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let open = open_differences(&store).await?;
    if args.json {
        writeln!(out, "{}", json_of(&args.statement, &imported, &open))?;
    } else {
        tell(&args.statement, &imported, &open, out)?;
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(CliError::No)
    }
}

async fn import(finance: &Finance, path: &Path) -> Result<Imported, CliError> {
    let unusable = |why: String| CliError::Unusable(format!("{}: {why}", path.display()));
    let file = File::open(path).map_err(|error| unusable(error.to_string()))?;
    match finance.import_by_command(file, Limits::default()).await {
        Err(StageError::Invalid { reason, .. }) => Err(unusable(reason)),
        other => other.map_err(CliError::failed),
    }
}

async fn open_differences(store: &Store) -> Result<Vec<FinanceCase>, CliError> {
    let filter = DifferenceFilter {
        state: Some(FinanceCaseState::Open),
        limit: PRINTED_MAX + 1,
        ..DifferenceFilter::default()
    };
    let mut tx = store.read().await.map_err(CliError::failed)?;
    tx.differences(&filter).await.map_err(CliError::failed)
}

fn tell(
    paths: &[PathBuf],
    imported: &[Imported],
    open: &[FinanceCase],
    out: &mut dyn Write,
) -> Result<(), CliError> {
    for (path, one) in paths.iter().zip(imported) {
        let (statement, counted) = (&one.statement, one.counted);
        let before = if one.before { ", imported before" } else { "" };
        writeln!(
            out,
            "{}: {} of {}{before}",
            path.display(),
            statement.kind,
            statement.kind.side()
        )?;
        writeln!(
            out,
            "  settled {} ({})  returned {} ({})  rejected {}  unreadable {}  new {}",
            statement.settled.count,
            statement.settled.sum,
            statement.returned.count,
            statement.returned.sum,
            statement.rejected.count,
            statement.bad_count,
            one.new_lines
        )?;
        writeln!(
            out,
            "  matched {}  returned {}  on their way {}  differ {}  opened {}  explained {}",
            counted.matched,
            counted.returned,
            counted.open,
            counted.differ,
            one.opened,
            one.explained
        )?;
        for total in &statement.wrong_totals {
            writeln!(
                out,
                "  TOTAL  {}: declared {}, found {}",
                total.name, total.declared, total.found
            )?;
        }
        for line in &statement.bad {
            writeln!(out, "  UNREADABLE  {}: {}", line.place, line.why)?;
        }
    }
    for case in open.iter().take(PRINTED_MAX as usize) {
        let key = &case.difference.key;
        let what = key.what.map(|what| format!(" {what}")).unwrap_or_default();
        writeln!(
            out,
            "DIFFERS  {} {}{what}  {}  by {}  {}",
            key.side, key.kind, key.reference, case.due_on, case.id
        )?;
    }
    if open.len() > PRINTED_MAX as usize {
        writeln!(out, "DIFFERS  and more")?;
    }
    Ok(())
}

fn json_of(paths: &[PathBuf], imported: &[Imported], open: &[FinanceCase]) -> serde_json::Value {
    let statements: Vec<_> = paths
        .iter()
        .zip(imported)
        .map(|(path, one)| {
            json!({
                "file": path, "id": one.statement.id, "kind": one.statement.kind, "side": one.statement.kind.side(),
                "imported_before": one.before, "new_lines": one.new_lines, "settled": one.statement.settled,
                "returned": one.statement.returned, "rejected": one.statement.rejected, "unreadable": one.statement.bad_count,
                "bad": one.statement.bad, "wrong_totals": one.statement.wrong_totals, "payments": one.counted,
                "opened": one.opened, "explained": one.explained,
            })
        })
        .collect();
    let differences: Vec<_> = open
        .iter()
        .take(PRINTED_MAX as usize)
        .map(|case| {
            let one = &case.difference;
            json!({
                "id": case.id, "kind": one.key.kind, "side": one.key.side, "reference": one.key.reference, "what": one.key.what,
                "day": one.day, "ours": one.ours, "theirs": one.theirs, "due_on": case.due_on, "owner": case.owner,
            })
        })
        .collect();
    json!({ "statements": statements, "matches": open.is_empty(), "differences": differences, "more": open.len() > PRINTED_MAX as usize })
}
