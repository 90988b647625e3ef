//! The schema's steps for both databases, embedded. See `migrations/README.md` for how they are written.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One step: its number and name, and its text for each database.
struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! steps {
    ($($version:literal $name:literal),+ $(,)?) => {
        &[$(Step {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),+]
    };
}

const STEPS: &[Step] = steps![
    1 "0001_people_and_policies",
    2 "0002_applications",
    3 "0003_money",
    4 "0004_trail",
    5 "0005_sessions",
    6 "0006_notices",
    7 "0007_fits",
    8 "0008_typed",
    9 "0009_figures",
    10 "0010_cases",
    11 "0011_marks",
    12 "0012_trust",
    13 "0013_ratings",
    14 "0014_filters",
    16 "0016_payout_days",
    17 "0017_queues",
    18 "0018_statements",
    19 "0019_batches",
    20 "0020_budget_orders",
];

/// Number of steps this program knows.
pub(super) const COUNT: usize = STEPS.len();

/// The steps for SQLite.
pub(super) fn sqlite() -> Migrator {
    migrator(|step| step.sqlite)
}

/// The steps for PostgreSQL.
pub(super) fn postgres() -> Migrator {
    migrator(|step| step.postgres)
}

/// Every step for SQLite, one after the other.
#[cfg(test)]
pub(super) fn text_for_sqlite() -> String {
    STEPS.iter().map(|step| step.sqlite).collect()
}

fn migrator(text: fn(&Step) -> &'static str) -> Migrator {
    let one = |step: &Step| {
        let sql = text(step).into_sql_str();
        Migration::new(
            step.version,
            Cow::Borrowed(step.name),
            MigrationType::Simple,
            sql,
            false,
        )
    };
    Migrator::with_migrations(STEPS.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_both_folders_is_embedded_under_its_number() {
        for folder in ["sqlite", "postgres"] {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/").to_owned() + folder;
            let mut files: Vec<_> = std::fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            let known: Vec<_> = STEPS
                .iter()
                .map(|step| format!("{}.sql", step.name))
                .collect();
            assert_eq!(files, known, "{folder}");
        }
        for step in STEPS {
            assert!(step.name.starts_with(&format!("{:04}_", step.version)));
        }
    }
}
