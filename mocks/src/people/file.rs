//! People somebody wrote down: JSON Lines, one person a line.

use std::collections::HashSet;

use super::person::Person;

/// Why a people file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PeopleFileError {
    /// A line is not a person. The parser's message may quote what it stumbled over; people files hold made-up people.
    #[error("line {line} is not a person: {source}")]
    Line {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Two lines claim the same subject, document or account.
    #[error("line {line} repeats the {what} of an earlier line")]
    Repeated {
        /// Line, counted from 1.
        line: usize,
        /// `subject`, `document` or `account`.
        what: &'static str,
    },
    /// The file holds nobody.
    #[error("the file holds no people")]
    Empty,
}

/// Reads a people file. Empty lines are skipped.
///
/// # Errors
/// A line that is not a person, something unique that occurs twice, or nobody at all.
pub fn parse_people(text: &str) -> Result<Vec<Person>, PeopleFileError> {
    let mut people = Vec::new();
    let mut seen = HashSet::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let line_no = i + 1;
        let person: Person =
            serde_json::from_str(line).map_err(|source| PeopleFileError::Line {
                line: line_no,
                source,
            })?;
        for (what, key) in unique_keys(&person) {
            if !seen.insert((what, key)) {
                return Err(PeopleFileError::Repeated {
                    line: line_no,
                    what,
                });
            }
        }
        people.push(person);
    }
    if people.is_empty() {
        return Err(PeopleFileError::Empty);
    }
    Ok(people)
}

/// Writes people in the form [`parse_people`] reads.
///
/// # Errors
/// None in practice: a person always has a JSON form.
pub fn write_people(people: &[Person]) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for person in people {
        text.push_str(&serde_json::to_string(person)?);
        text.push('\n');
    }
    Ok(text)
}

fn unique_keys(person: &Person) -> Vec<(&'static str, String)> {
    let mut keys = vec![
        ("subject", person.subject.clone()),
        (
            "document",
            format!("{:?}/{}", person.document_type, person.document_number),
        ),
        ("account", person.account.number.clone()),
    ];
    if let Some(spare) = &person.spare_account {
        keys.push(("account", spare.number.clone()));
    }
    keys
}
