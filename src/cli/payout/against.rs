//! Payout files held against statements, and against what was approved.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::CliError;
use crate::cli::settings::Where;
use crate::domain::money::Money;
use crate::domain::statement::Difference;
use crate::payfile::verify::read::{Found as InFile, read as read_payments};
use crate::payfile::{Format, Manifest};
use crate::statement::matching::{Covered, Occurrences, Ours, Standing, Told, merge};
use crate::statement::{self, Found, Limits};

/// Instructions read at once.
const PAGE: u32 = 1_000;

/// A set of files that was found whole, and one of its files.
pub struct Whole {
    /// What the set is.
    pub manifest: Manifest,
    /// Where the file is.
    pub path: PathBuf,
}

/// Something in which files and others do not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differs {
    /// With whom: `treasury`, `bank`, `statement` or `approvals`.
    pub with: String,
    /// Which payment, or what stands in its place.
    pub payment: String,
    /// How, in a word.
    pub kind: String,
    /// By the payout files, or by what was instructed.
    pub ours: Option<Money>,
    /// By the others.
    pub theirs: Option<Money>,
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = |amount: Option<Money>| {
            amount.map_or_else(|| "nothing".to_owned(), |amount| amount.to_string())
        };
        let (ours, theirs) = (amount(self.ours), amount(self.theirs));
        write!(
            f,
            "{}, {}: {} (ours {ours}, theirs {theirs})",
            self.with, self.payment, self.kind
        )
    }
}

impl From<Difference> for Differs {
    fn from(one: Difference) -> Self {
        Self {
            with: one.key.side.to_string(),
            payment: one.key.reference,
            kind: one.key.kind.to_string(),
            ours: one.ours,
            theirs: one.theirs,
        }
    }
}

/// Amount and account of every payment of the files, by id.
type Payments = BTreeMap<String, (Money, String)>;

fn payments_of(whole: &Whole) -> Result<Payments, CliError> {
    let name = whole.path.file_name().unwrap_or_default().to_string_lossy();
    let mut listed = whole.manifest.files.iter();
    let format = listed.find(|listed| *listed.name == *name);
    let format = format.and_then(|listed| Format::parse(&listed.format));
    let format = format.ok_or_else(|| unusable(&whole.path, "not in its manifest"))?;
    let file = File::open(&whole.path).map_err(|error| unusable(&whole.path, error))?;
    let mut payments = Payments::new();
    let read = read_payments(format, file, &mut |found| {
        if let InFile::Row(raw) = found
            && let (Some(id), Some(amount), Some(account)) = (raw.id, raw.amount, raw.account)
            && let Ok(amount) = amount.parse()
        {
            payments.insert(id, (amount, account));
        }
    });
    read.map_err(|broken| unusable(&whole.path, broken))?;
    Ok(payments)
}

fn unusable(path: &Path, why: impl fmt::Display) -> CliError {
    CliError::Unusable(format!("{}: {why}", path.display()))
}

/// Holds the payments of all sets against statements, in memory.
///
/// # Errors
/// `Unusable` for a file that cannot be read to its end.
pub fn statements(wholes: &[Whole], files: &[PathBuf]) -> Result<Vec<Differs>, CliError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut ours = BTreeMap::new();
    for whole in wholes {
        let standing = Standing::Instructed(whole.manifest.batch.day);
        for (id, (amount, account)) in payments_of(whole)? {
            ours.insert(
                id,
                Ours {
                    amount,
                    account,
                    standing,
                },
            );
        }
    }
    let (mut told, mut covered, mut differs) = (Vec::new(), Covered::new(), Vec::new());
    for path in files {
        differs.extend(take(path, &mut told, &mut covered)?);
    }
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    merge(ours, told, &covered, &mut |one| differs.push(one.into()));
    Ok(differs)
}

/// The lines of one statement, and what is wrong with the statement itself.
fn take(
    path: &Path,
    told: &mut Vec<(String, Told<String>)>,
    covered: &mut Covered,
) -> Result<Vec<Differs>, CliError> {
    let file = File::open(path).map_err(|error| unusable(path, error))?;
    let (mut lines, mut occurrences) = (Vec::new(), Occurrences::default());
    let reading = statement::read(file, Limits::default(), &mut |found| {
        if let Found::Line(line) = found {
            let occurrence = occurrences.next(&line);
            lines.push((line, occurrence));
        }
    });
    let reading = reading.map_err(|error| unusable(path, error))?;
    let side = reading.kind.side();
    covered.extend(reading.days.iter().map(|day| (side, *day)));
    told.extend(lines.into_iter().map(|(line, occurrence)| {
        let kept = Told {
            side,
            what: line.what,
            amount: line.amount,
            account: line.account.map(crate::domain::person::Private::into_inner),
            day: line.day,
            serial: line.serial,
            occurrence,
        };
        (line.reference, kept)
    }));
    let itself = [
        ("unreadable", reading.bad > 0),
        ("totals", !reading.wrong_totals.is_empty()),
    ];
    let itself = itself.into_iter().filter(|(_, wrong)| *wrong);
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(itself
        .map(|(kind, _)| differs("statement", &name, kind, (None, None)))
        .collect())
}

fn differs(
    with: &str,
    payment: &str,
    kind: &str,
    (ours, theirs): (Option<Money>, Option<Money>),
) -> Differs {
    Differs {
        with: with.to_owned(),
        payment: payment.to_owned(),
        kind: kind.to_owned(),
        ours,
        theirs,
    }
}

/// Holds the payments of each set against what was instructed on its day, under its policy, in its district: both ways.
///
/// # Errors
/// `Unusable` without such an installation; `Failed` when its database fails.
pub async fn approvals(wholes: &[Whole], place: &Where) -> Result<Vec<Differs>, CliError> {
    let (_, store) = place.store().await?;
    let mut tx = store.read().await.map_err(CliError::failed)?;
    let mut found = Vec::new();
    for whole in wholes {
        let head = &whole.manifest.batch;
        let mut payments = payments_of(whole)?;
        let mut after = None;
        loop {
            let page = tx.instructions_of_day(head.day, after, PAGE).await;
            let page = page.map_err(CliError::failed)?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for instruction in &page {
                let order = instruction.order().map_err(CliError::failed)?;
                if (&order.policy, &order.district) != (&head.policy, &head.district.to_string()) {
                    continue;
                }
                let id = order.instruction_id.to_string();
                let amounts = |theirs| (Some(order.amount), theirs);
                let kind = match payments.remove(&id) {
                    None => Some(("missing", amounts(None))),
                    Some((amount, _)) if amount != order.amount => {
                        Some(("amount", amounts(Some(amount))))
                    }
                    Some((amount, account)) if account != order.payee_account => {
                        Some(("account", amounts(Some(amount))))
                    }
                    Some(_) => None,
                };
                found.extend(kind.map(|(kind, amounts)| differs("approvals", &id, kind, amounts)));
            }
        }
        let left = payments.into_iter();
        found.extend(
            left.map(|(id, (amount, _))| differs("approvals", &id, "extra", (None, Some(amount)))),
        );
    }
    Ok(found)
}
