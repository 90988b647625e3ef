//! A folder of policies: `<id>/<effective>.json`, and beside each document its cases, `<effective>.cases.json`.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::policy::case::CaseFile;
use crate::domain::policy::{Policy, PolicyBook, PolicyProblem, Severity, Text};

/// One document of a folder, as found.
#[derive(Debug)]
pub struct Entry {
    /// Where the document stands.
    pub path: PathBuf,
    /// The policy, or what is wrong with it.
    pub policy: Result<Policy, Vec<PolicyProblem>>,
    /// Its cases, what is wrong with them, or `None` when there is no such file.
    pub cases: Option<Result<CaseFile, Vec<PolicyProblem>>>,
}

/// A folder or file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {source}")]
pub struct Unreadable {
    /// What.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// A book cannot be made of a folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A document has problems.
    #[error("{path}: {} problem(s), the first: {}", problems.len(), problems.first().map_or_else(String::new, ToString::to_string))]
    Problems {
        /// The document.
        path: PathBuf,
        /// What is wrong.
        problems: Vec<PolicyProblem>,
    },
    /// Two documents have the same id and date.
    #[error(transparent)]
    Taken(#[from] crate::domain::policy::book::VersionTaken),
}

/// Reads a document, or every document of a folder, in order of their names.
///
/// # Errors
/// [`Unreadable`] when the folder or a file cannot be read; what is wrong inside a file stands in its entry.
pub fn read(path: &Path) -> Result<Vec<Entry>, Unreadable> {
    let mut documents = Vec::new();
    collect(path, &mut documents, 0)?;
    documents.sort();
    documents.iter().map(|path| entry(path)).collect()
}

/// Makes a book of all documents of a folder.
///
/// # Errors
/// [`FolderError`].
pub fn book(path: &Path) -> Result<PolicyBook, FolderError> {
    let mut book = PolicyBook::new();
    for entry in read(path)? {
        let policy = entry.policy.map_err(|problems| FolderError::Problems {
            path: entry.path,
            problems,
        })?;
        book.add(policy)?;
    }
    Ok(book)
}

/// Folders are read one level deep: `<id>/<effective>.json`.
fn collect(path: &Path, documents: &mut Vec<PathBuf>, depth: usize) -> Result<(), Unreadable> {
    if path.is_dir() {
        if depth > 1 {
            return Ok(());
        }
        for item in std::fs::read_dir(path).map_err(|source| unreadable(path, source))? {
            let item = item.map_err(|source| unreadable(path, source))?;
            collect(&item.path(), documents, depth + 1)?;
        }
    } else if depth == 0 || is_document(path) {
        documents.push(path.to_owned());
    }
    Ok(())
}

fn is_document(path: &Path) -> bool {
    let json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let cases = path.file_stem().is_some_and(|stem| {
        Path::new(stem)
            .extension()
            .is_some_and(|extension| extension == "cases")
    });
    json && !cases
}

fn unreadable(path: &Path, source: io::Error) -> Unreadable {
    Unreadable {
        path: path.to_owned(),
        source,
    }
}

fn entry(path: &Path) -> Result<Entry, Unreadable> {
    let bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
    let policy = Policy::load(&bytes).and_then(|policy| stands_where_it_says(path, policy));
    let beside = path.with_extension("cases.json");
    let cases = match std::fs::read(&beside) {
        Ok(bytes) => Some(CaseFile::load(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(unreadable(&beside, error)),
    };
    Ok(Entry {
        path: path.to_owned(),
        policy,
        cases,
    })
}

/// The name of the file is the date, that of its folder the id: a reader of the folder must not be misled.
fn stands_where_it_says(path: &Path, policy: Policy) -> Result<Policy, Vec<PolicyProblem>> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let folder = path
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    let date = policy.effective().to_string();
    let mut problems = Vec::new();
    if stem != Some(date.as_str()) {
        problems.push(misplaced(
            "/effective",
            format!("文件应命名为 {date}.json。"),
            format!("the file should be called {date}.json"),
        ));
    }
    if folder != Some(policy.id()) {
        let id = policy.id();
        problems.push(misplaced(
            "/id",
            format!("文件应放在名为 {id} 的文件夹中。"),
            format!("the file should stand in a folder called {id}"),
        ));
    }
    if problems.is_empty() {
        Ok(policy)
    } else {
        Err(problems)
    }
}

fn misplaced(pointer: &str, zh: String, en: String) -> PolicyProblem {
    PolicyProblem {
        pointer: pointer.to_owned(),
        severity: Severity::Error,
        code: "misplaced",
        message: Text { zh, en },
    }
}
