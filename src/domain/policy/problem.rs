//! What is wrong with a document: where, what, and how to mend it.

use std::fmt;

use serde::Serialize;

use super::text::{Lang, Text};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// The document can be used, but somebody should look.
    Warning,
}

/// One problem of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyProblem {
    /// JSON pointer into the document; empty for the whole.
    pub pointer: String,
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for the kind of problem.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: Text,
}

impl PolicyProblem {
    /// One line in one language: pointer, code, message.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        let place = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        format!("{place}: [{}] {}", self.code, self.message.get(lang))
    }
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Lang::En))
    }
}

/// Collects problems, so that a writer sees all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<PolicyProblem>);

impl Problems {
    /// Adds an error.
    pub(crate) fn error(&mut self, pointer: impl Into<String>, code: &'static str, message: Text) {
        self.push(pointer.into(), Severity::Error, code, message);
    }

    /// Adds a warning.
    pub(crate) fn warning(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        message: Text,
    ) {
        self.push(pointer.into(), Severity::Warning, code, message);
    }

    fn push(&mut self, pointer: String, severity: Severity, code: &'static str, message: Text) {
        let problem = PolicyProblem {
            pointer,
            severity,
            code,
            message,
        };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Whether the document cannot be used.
    pub(crate) fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    /// All of them.
    pub(crate) fn into_vec(self) -> Vec<PolicyProblem> {
        self.0
    }
}

/// Shorthand for a message in both languages.
pub(crate) fn say(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}
