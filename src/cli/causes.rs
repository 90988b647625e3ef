//! `sanmiao causes`: why the machine referred in a month, for all districts, as text, JSON or a workbook.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::CliError;
use super::settings::{Where, nature};
use crate::app;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::causes::{Analysis, Scope};
use crate::domain::district::DistrictCode;
use crate::domain::time::YearMonth;
use crate::review::CauseDesk;
use crate::web::api::causes::CausesCard;
use crate::web::causes::{Names, tables};
use crate::web::table::Table;
use crate::web::table::workbook::workbook;
use crate::web::words::Language;

/// Which month, of what, and how it is told.
#[derive(Debug, Args)]
pub struct CausesArgs {
    #[command(flatten)]
    place: Where,
    /// The month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    month: YearMonth,
    /// One policy alone
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,
    /// One district alone, by its code
    #[arg(long, value_name = "CODE")]
    district: Option<DistrictCode>,
    /// Language of text and workbook
    #[arg(long, value_enum, default_value = "en")]
    lang: Lang,
    /// Print one JSON object, in both languages
    #[arg(long)]
    json: bool,
    /// Write the tables as a workbook
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    Zh,
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Zh => Self::Chinese,
            Lang::En => Self::English,
        }
    }
}

/// Prints the analysis, or writes it down.
///
/// # Errors
/// `Unusable` when there is nothing to read, or the file cannot be written.
pub async fn run(args: CausesArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let (config, store) = args.place.store().await?;
    let policies = Arc::new(app::policies(&config.policies_dir).map_err(CliError::unusable)?);
    let calendar = Arc::new(WorkingCalendar::official().map_err(CliError::failed)?);
    let desk = CauseDesk::over(store, Arc::clone(&policies), calendar, nature().clock);
    let scope = Scope {
        month: args.month,
        policy: args.policy.clone(),
        district: args.district,
    };
    let analysis = desk.of(scope).await.map_err(CliError::failed)?;
    let names = Names(&policies);
    tell(&args, &analysis, &names, out)
}

fn tell(
    args: &CausesArgs,
    analysis: &Analysis,
    names: &Names<'_>,
    out: &mut (dyn Write + Send),
) -> Result<(), CliError> {
    let language = args.lang.into();
    let tables = tables(analysis, names);
    if let Some(path) = &args.xlsx {
        let bytes = workbook(&tables, language).map_err(CliError::failed)?;
        std::fs::write(path, bytes)
            .map_err(|error| CliError::Unusable(format!("{}: {error}", path.display())))?;
    }
    if args.json {
        let card = CausesCard::of(analysis, names);
        let text = serde_json::to_string(&card).map_err(CliError::failed)?;
        return Ok(writeln!(out, "{text}")?);
    }
    if args.xlsx.is_none() {
        for table in tables.iter().filter(|table| !table.rows.is_empty()) {
            print(table, language, out)?;
        }
    }
    Ok(())
}

/// A table as lines of cells with tabs between, which other programs cut as well.
fn print(table: &Table, language: Language, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    writeln!(out, "# {}", table.title.text(language))?;
    let head: Vec<&str> = table
        .head
        .iter()
        .map(|column| column.words.text(language))
        .collect();
    writeln!(out, "{}", head.join("\t"))?;
    for row in &table.rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| cell.text(language).replace(['\t', '\n', '\r'], " "))
            .collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(writeln!(out)?)
}
