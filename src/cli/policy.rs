//! `sanmiao policy check|test`: plain functions that write to what they are given and return the exit code.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::approve::cases;
use crate::domain::policy::case::{CaseFile, CaseResult};
use crate::domain::policy::{Lang, Policy, PolicyProblem, Severity};
use crate::policy::folder::{self, Entry};

/// All is well.
const FINE: u8 = 0;
/// A check or a case failed.
const NO: u8 = 1;
/// There is nothing that can be read.
const UNUSABLE: u8 = 2;

/// Work on policy documents.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check documents: schema and sense, every problem with its JSON pointer
    Check(PolicyArgs),
    /// Run the cases beside documents
    Test(PolicyArgs),
}

/// Which documents, and how to answer.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// A document, or a folder of `<id>/<effective>.json`
    #[arg(default_value = "policies")]
    pub path: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Language of problems
    #[arg(long, value_enum, default_value = "en")]
    pub lang: CliLang,
}

/// Language on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CliLang {
    /// Chinese
    Zh,
    /// English
    En,
}

impl From<CliLang> for Lang {
    fn from(lang: CliLang) -> Self {
        match lang {
            CliLang::Zh => Self::Zh,
            CliLang::En => Self::En,
        }
    }
}

/// Runs a command; the exit code.
///
/// # Errors
/// When the output cannot be written.
pub fn run(command: &PolicyCommand, out: &mut dyn Write) -> io::Result<u8> {
    let args = match command {
        PolicyCommand::Check(args) | PolicyCommand::Test(args) => args,
    };
    let entries = match folder::read(&args.path) {
        Ok(entries) if !entries.is_empty() => entries,
        Ok(_) => {
            return unusable(
                args,
                &format!("{} holds no policy documents", args.path.display()),
                out,
            );
        }
        Err(error) => return unusable(args, &error.to_string(), out),
    };
    match command {
        PolicyCommand::Check(args) => check(&entries, args, out),
        PolicyCommand::Test(args) => test(&entries, args, out),
    }
}

fn unusable(args: &PolicyArgs, message: &str, out: &mut dyn Write) -> io::Result<u8> {
    if args.json {
        writeln!(out, "{}", json!({"ok": false, "error": message}))?;
    } else {
        writeln!(out, "{message}")?;
    }
    Ok(UNUSABLE)
}

/// What is wrong with a document and its cases.
fn problems(entry: &Entry) -> (&[PolicyProblem], &[PolicyProblem]) {
    let own = match &entry.policy {
        Ok(policy) => policy.warnings(),
        Err(problems) => problems,
    };
    let cases = match &entry.cases {
        Some(Err(problems)) => problems.as_slice(),
        _ => &[],
    };
    (own, cases)
}

fn check(entries: &[Entry], args: &PolicyArgs, out: &mut dyn Write) -> io::Result<u8> {
    let mut fine = true;
    let mut documents = Vec::new();
    for entry in entries {
        let (own, cases) = problems(entry);
        let sound = own
            .iter()
            .chain(cases)
            .all(|problem| problem.severity != Severity::Error);
        fine &= sound;
        if args.json {
            let hash = entry
                .policy
                .as_ref()
                .ok()
                .map(|policy| policy.hash().to_string());
            documents.push(json!({"path": entry.path.display().to_string(), "ok": sound, "hash": hash, "problems": own, "case_problems": cases, "has_cases": entry.cases.is_some()}));
            continue;
        }
        writeln!(
            out,
            "{} {}",
            if sound { "ok  " } else { "FAIL" },
            entry.path.display()
        )?;
        for problem in own.iter().chain(cases) {
            let kind = if problem.severity == Severity::Error {
                "error"
            } else {
                "warning"
            };
            writeln!(out, "     {kind} {}", problem.line(args.lang.into()))?;
        }
        if entry.cases.is_none() {
            writeln!(
                out,
                "     warning no cases beside it: it cannot be published"
            )?;
        }
    }
    if args.json {
        writeln!(out, "{}", json!({"ok": fine, "documents": documents}))?;
    }
    Ok(if fine { FINE } else { NO })
}

fn test(entries: &[Entry], args: &PolicyArgs, out: &mut dyn Write) -> io::Result<u8> {
    let mut fine = true;
    let mut documents = Vec::new();
    for entry in entries {
        let outcome = results(entry);
        let passed = outcome
            .as_ref()
            .is_ok_and(|results| results.iter().all(CaseResult::passed));
        fine &= passed;
        if args.json {
            let path = entry.path.display().to_string();
            documents.push(match &outcome {
                Ok(results) => json!({"path": path, "ok": passed, "cases": results.len(), "failed": results.iter().filter(|result| !result.passed()).collect::<Vec<_>>()}),
                Err(reason) => json!({"path": path, "ok": false, "error": reason}),
            });
        } else {
            print(entry, &outcome, out)?;
        }
    }
    if args.json {
        writeln!(out, "{}", json!({"ok": fine, "documents": documents}))?;
    }
    Ok(if fine { FINE } else { NO })
}

fn print(
    entry: &Entry,
    outcome: &Result<Vec<CaseResult>, String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match outcome {
        Err(reason) => writeln!(out, "FAIL {}: {reason}", entry.path.display()),
        Ok(results) => {
            let passed = results.iter().filter(|result| result.passed()).count();
            let word = if passed == results.len() {
                "ok  "
            } else {
                "FAIL"
            };
            writeln!(
                out,
                "{word} {}: {passed} of {} cases",
                entry.path.display(),
                results.len()
            )?;
            for result in results.iter().filter(|result| !result.passed()) {
                writeln!(out, "     {}", result.title)?;
                for difference in &result.differences {
                    writeln!(out, "       {difference}")?;
                }
            }
            Ok(())
        }
    }
}

/// Runs the cases of one entry.
fn results(entry: &Entry) -> Result<Vec<CaseResult>, String> {
    let policy: &Policy = entry.policy.as_ref().map_err(|problems| first(problems))?;
    let file: &CaseFile = match &entry.cases {
        None => return Err("there are no cases beside it".to_owned()),
        Some(file) => file.as_ref().map_err(|problems| first(problems))?,
    };
    if file.policy != policy.id() || file.effective != policy.effective() {
        return Err("the cases are those of another policy or version".to_owned());
    }
    Ok(cases::run(policy, file))
}

fn first(problems: &[PolicyProblem]) -> String {
    problems
        .first()
        .map_or_else(String::new, ToString::to_string)
}
