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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");

    fn args(path: impl Into<PathBuf>, json: bool) -> PolicyArgs {
        PolicyArgs {
            path: path.into(),
            json,
            lang: CliLang::En,
        }
    }

    fn said(command: &PolicyCommand) -> (u8, String) {
        let mut out = Vec::new();
        let code = run(command, &mut out).unwrap();
        (code, String::from_utf8(out).unwrap())
    }

    /// A copy of one shipped policy with a part of its text exchanged.
    fn changed(from: &str, to: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("zhongshan-phd");
        std::fs::create_dir(&inside).unwrap();
        for name in ["2021-01-01.json", "2021-01-01.cases.json"] {
            let text = std::fs::read_to_string(format!("{SHIPPED}/zhongshan-phd/{name}")).unwrap();
            std::fs::write(inside.join(name), text.replace(from, to)).unwrap();
        }
        folder
    }

    #[test]
    fn the_shipped_folder_checks_and_tests_fine() {
        for command in [
            PolicyCommand::Check(args(SHIPPED, false)),
            PolicyCommand::Test(args(SHIPPED, false)),
        ] {
            let (code, text) = said(&command);
            assert_eq!(code, FINE, "{text}");
            assert_eq!(
                text.lines().filter(|line| line.starts_with("ok  ")).count(),
                7
            );
        }
        let (code, text) = said(&PolicyCommand::Test(args(SHIPPED, true)));
        let object: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (
                code,
                &object["ok"],
                object["documents"].as_array().unwrap().len()
            ),
            (FINE, &Value::Bool(true), 7)
        );
    }

    #[test]
    fn a_faulty_document_is_answered_with_no_and_the_pointer() {
        let folder = changed("\"district\": \"district\"", "\"district\": \"borough\"");
        let (code, text) = said(&PolicyCommand::Check(args(folder.path(), false)));
        assert_eq!(code, NO);
        assert!(text.contains("error /district: [unknown_fact]"), "{text}");
        let (code, _) = said(&PolicyCommand::Test(args(folder.path(), false)));
        assert_eq!(code, NO);
        let (code, text) = said(&PolicyCommand::Check(args(folder.path(), true)));
        let object: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (code, &object["documents"][0]["problems"][0]["pointer"]),
            (NO, &Value::from("/district"))
        );
    }

    #[test]
    fn a_failing_case_is_answered_with_no_and_the_difference() {
        let folder = changed("\"total\": \"300000.00\"", "\"total\": \"300000.01\"");
        let (code, text) = said(&PolicyCommand::Test(args(folder.path(), false)));
        assert_eq!(code, NO);
        assert!(
            text.contains("total: expected 300000.01, got 300000.00"),
            "{text}"
        );
    }

    #[test]
    fn a_document_in_the_wrong_place_is_found() {
        let folder = changed("\"id\": \"zhongshan-phd\"", "\"id\": \"elsewhere\"");
        let (code, text) = said(&PolicyCommand::Check(args(folder.path(), false)));
        assert_eq!(code, NO);
        assert!(text.contains("[misplaced]"), "{text}");
    }

    #[test]
    fn nothing_to_read_is_unusable() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            said(&PolicyCommand::Check(args(folder.path(), false))).0,
            UNUSABLE
        );
        assert_eq!(
            said(&PolicyCommand::Test(args(folder.path().join("none"), true))).0,
            UNUSABLE
        );
    }
}
