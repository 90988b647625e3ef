//! The three-way match: ours | treasury | bank, by id *and* amount *and* account.
//!
//! A payment is judged by everything that any statement tells of it, whatever the day: our news may come after midnight, and a line in a
//! later statement explains what an earlier one left out. Only what is *missing* goes by days: a side is asked for what it has
//! told everything about. Both streams come in the order of their references, so a match of a million lines reads each of them once.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use crate::domain::money::Money;
use crate::domain::statement::{Difference, DifferenceKey, DifferenceKind, Line, Side, What};
use crate::domain::time::Date;

/// What we know of a payment. `K` is by what accounts are compared: the account, or a keyed hash of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours<K> {
    /// How much was instructed.
    pub amount: Money,
    /// To which account.
    pub account: K,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Instructed on this day; no more is known here, so that no status is compared.
    Instructed(Date),
    /// What our books say.
    Booked {
        /// The day on which it settled.
        settled: Option<Date>,
        /// The day on which it came back.
        returned: Option<Date>,
        /// The treasury refused it.
        rejected: bool,
    },
}

/// What a statement tells of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<K> {
    /// Who tells.
    pub side: Side,
    /// What happened.
    pub what: What,
    /// How much.
    pub amount: Money,
    /// To which account, if it says so.
    pub account: Option<K>,
    /// On which day.
    pub day: Date,
    /// The other side's own number.
    pub serial: Option<String>,
    /// 2 when the same line stood in its file before, and so on.
    pub occurrence: u32,
}

/// The days of which a side has told everything.
pub type Covered = BTreeSet<(Side, Date)>;

/// What the match says of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everybody says the same: it arrived, or was refused.
    Matched,
    /// Everybody says the same: it came back.
    Returned,
    /// On its way; nobody says otherwise.
    Open,
    /// Somebody differs.
    Differs,
}

/// Compares what is known of one reference.
#[must_use]
pub fn compare<K: PartialEq>(
    reference: &str,
    ours: Option<&Ours<K>>,
    told: &[Told<K>],
    covered: &Covered,
) -> (Outcome, Vec<Difference>) {
    let mut found = Found {
        reference,
        differences: Vec::new(),
    };
    for (at, line) in told.iter().enumerate() {
        let first = !told[..at]
            .iter()
            .any(|other| (other.side, other.what) == (line.side, line.what));
        if first && is_twice(told, line) {
            found.add(
                DifferenceKind::Duplicate,
                line,
                ours.map(|ours| ours.amount),
            );
        }
        match ours {
            None => found.add(DifferenceKind::Extra, line, None),
            Some(ours) => found.line(ours, line),
        }
    }
    if let Some(ours) = ours {
        for side in Side::ALL {
            found.missing(ours, told, *side, covered);
        }
    }
    (found.outcome(ours, told), found.differences)
}

/// Whether a side tells more than once of the same movement: under two numbers, or twice in one file.
fn is_twice<K>(told: &[Told<K>], line: &Told<K>) -> bool {
    let same = || {
        told.iter()
            .filter(|other| (other.side, other.what) == (line.side, line.what))
    };
    let serials: BTreeSet<&str> = same().filter_map(|line| line.serial.as_deref()).collect();
    serials.len() > 1 || same().any(|line| line.occurrence > 1)
}

struct Found<'r> {
    reference: &'r str,
    differences: Vec<Difference>,
}

impl Found<'_> {
    fn add<K>(&mut self, kind: DifferenceKind, line: &Told<K>, ours: Option<Money>) {
        self.push(
            kind,
            line.side,
            line.what,
            line.day,
            (ours, Some(line.amount)),
        );
    }

    fn push(
        &mut self,
        kind: DifferenceKind,
        side: Side,
        what: What,
        day: Date,
        (ours, theirs): (Option<Money>, Option<Money>),
    ) {
        let reference = self.reference.to_owned();
        let what = Some(what);
        let key = DifferenceKey {
            kind,
            side,
            reference,
            what,
        };
        if self.differences.iter().all(|known| known.key != key) {
            self.differences.push(Difference {
                key,
                day,
                ours,
                theirs,
            });
        }
    }

    fn line<K: PartialEq>(&mut self, ours: &Ours<K>, line: &Told<K>) {
        let amount = Some(ours.amount);
        if line.amount != ours.amount {
            self.add(DifferenceKind::Amount, line, amount);
        }
        if line
            .account
            .as_ref()
            .is_some_and(|account| *account != ours.account)
        {
            self.add(DifferenceKind::Account, line, amount);
        }
        let Standing::Booked {
            settled,
            returned,
            rejected,
        } = ours.standing
        else {
            return;
        };
        let fits = match line.what {
            // What came back may have arrived before without our hearing of it.
            What::Settled => settled.is_some() || returned.is_some(),
            What::Returned => returned.is_some(),
            What::Rejected => rejected,
        };
        if !fits {
            self.add(DifferenceKind::Status, line, amount);
        }
    }

    fn missing<K>(&mut self, ours: &Ours<K>, told: &[Told<K>], side: Side, covered: &Covered) {
        let amounts = (Some(ours.amount), None);
        let tells = |what: Option<What>| {
            told.iter()
                .any(|line| line.side == side && what.is_none_or(|what| line.what == what))
        };
        match ours.standing {
            Standing::Instructed(day) => {
                let asked = covered.iter().any(|(of, _)| *of == side);
                if asked && !tells(None) {
                    self.push(DifferenceKind::Missing, side, What::Settled, day, amounts);
                }
            }
            Standing::Booked {
                settled, returned, ..
            } => {
                for (what, day) in [(What::Settled, settled), (What::Returned, returned)] {
                    let Some(day) = day.filter(|day| covered.contains(&(side, *day))) else {
                        continue;
                    };
                    if !tells(Some(what)) {
                        self.push(DifferenceKind::Missing, side, what, day, amounts);
                    }
                }
            }
        }
    }

    fn outcome<K>(&self, ours: Option<&Ours<K>>, told: &[Told<K>]) -> Outcome {
        let tells = |what| told.iter().any(|line| line.what == what);
        match ours.map(|ours| ours.standing) {
            _ if !self.differences.is_empty() => Outcome::Differs,
            Some(Standing::Booked {
                returned: Some(_), ..
            }) => Outcome::Returned,
            Some(Standing::Booked {
                settled, rejected, ..
            }) if settled.is_some() || rejected => Outcome::Matched,
            Some(Standing::Booked { .. }) | None => Outcome::Open,
            Some(Standing::Instructed(_)) if tells(What::Returned) => Outcome::Returned,
            Some(Standing::Instructed(_)) if told.is_empty() => Outcome::Open,
            Some(Standing::Instructed(_)) => Outcome::Matched,
        }
    }
}

/// How many payments ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counted {
    /// Agreed: arrived, or refused.
    pub matched: u64,
    /// Agreed: came back.
    pub returned: u64,
    /// On their way.
    pub open: u64,
    /// Not agreed.
    pub differ: u64,
}

impl Counted {
    /// One more.
    pub const fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Matched => &mut self.matched,
            Outcome::Returned => &mut self.returned,
            Outcome::Open => &mut self.open,
            Outcome::Differs => &mut self.differ,
        };
        *count += 1;
    }
}

/// Matches two streams in the order of their references, and hands over what differs.
pub fn merge<K: PartialEq>(
    ours: impl IntoIterator<Item = (String, Ours<K>)>,
    told: impl IntoIterator<Item = (String, Told<K>)>,
    covered: &Covered,
    differs: &mut dyn FnMut(Difference),
) -> Counted {
    let (mut ours, mut told) = (ours.into_iter().peekable(), told.into_iter().peekable());
    let mut counted = Counted::default();
    let mut lines = Vec::new();
    loop {
        let order = match (ours.peek(), told.peek()) {
            (None, None) => return counted,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((ours, _)), Some((told, _))) => ours.cmp(told),
        };
        let own = if order == Ordering::Greater {
            None
        } else {
            ours.next()
        };
        let reference = match (&own, told.peek()) {
            (Some((reference, _)), _) | (None, Some((reference, _))) => reference.clone(),
            (None, None) => return counted,
        };
        lines.clear();
        while let Some((_, line)) = told.next_if(|(of, _)| *of == reference) {
            lines.push(line);
        }
        let own = own.as_ref().map(|(_, ours)| ours);
        let (outcome, differences) = compare(&reference, own, &lines, covered);
        counted.add(outcome);
        differences.into_iter().for_each(&mut *differs);
    }
}

/// Counts how often the same line stands in one file: 16 bytes a line.
#[derive(Debug, Default)]
pub struct Occurrences(HashMap<[u8; 16], u32>);

impl Occurrences {
    /// 1 for the first such line, 2 for the second.
    pub fn next(&mut self, line: &Line) -> u32 {
        let mut hash = Sha256::new();
        let account = line.account.as_ref().map_or("", |account| account.reveal());
        let (amount, day) = (line.amount.to_string(), line.day.to_string());
        let serial = line.serial.as_deref().unwrap_or_default();
        for part in [
            &line.reference,
            line.what.as_str(),
            &amount,
            &day,
            serial,
            account,
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        let count = self.0.entry(key).or_default();
        *count += 1;
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01M249TE00EW3RE1R70W3GE1R7-1-1";

    fn date() -> Date {
        "2026-11-20".parse().unwrap()
    }

    fn fen(fen: i64) -> Money {
        Money::from_fen(fen).unwrap()
    }

    fn settled() -> Ours<&'static str> {
        let standing = Standing::Booked {
            settled: Some(date()),
            returned: None,
            rejected: false,
        };
        Ours {
            amount: fen(100),
            account: "6299",
            standing,
        }
    }

    fn told(side: Side, what: What) -> Told<&'static str> {
        let serial = Some("YH1".to_owned());
        Told {
            side,
            what,
            amount: fen(100),
            account: Some("6299"),
            day: date(),
            serial,
            occurrence: 1,
        }
    }

    fn kinds(
        ours: Option<&Ours<&'static str>>,
        told: &[Told<&'static str>],
    ) -> Vec<(DifferenceKind, Side)> {
        let covered = [(Side::Treasury, date()), (Side::Bank, date())].into();
        let (_, found) = compare(ID, ours, told, &covered);
        found
            .iter()
            .map(|one| (one.key.kind, one.key.side))
            .collect()
    }

    fn both(what: What) -> Vec<Told<&'static str>> {
        vec![told(Side::Treasury, what), told(Side::Bank, what)]
    }

    #[test]
    fn three_that_agree_differ_in_nothing() {
        assert_eq!(kinds(Some(&settled()), &both(What::Settled)), []);
    }

    /// Peer defect: a reconciliation that compares no amounts.
    #[test]
    fn another_amount_and_another_account_are_told_of_the_side_that_differs() {
        let mut lines = both(What::Settled);
        lines[1].amount = fen(99);
        assert_eq!(
            kinds(Some(&settled()), &lines),
            [(DifferenceKind::Amount, Side::Bank)]
        );
        lines[1] = Told {
            account: Some("6300"),
            ..told(Side::Bank, What::Settled)
        };
        assert_eq!(
            kinds(Some(&settled()), &lines),
            [(DifferenceKind::Account, Side::Bank)]
        );
    }

    #[test]
    fn what_a_side_leaves_out_is_missing_only_on_days_of_which_it_told_everything() {
        let treasury = [told(Side::Treasury, What::Settled)];
        assert_eq!(
            kinds(Some(&settled()), &treasury),
            [(DifferenceKind::Missing, Side::Bank)]
        );
        let covered = [(Side::Treasury, date())].into();
        assert_eq!(
            compare(ID, Some(&settled()), &treasury, &covered).0,
            Outcome::Matched
        );
    }

    #[test]
    fn what_nobody_instructed_is_extra() {
        let line = [told(Side::Bank, What::Settled)];
        assert_eq!(kinds(None, &line), [(DifferenceKind::Extra, Side::Bank)]);
    }

    #[test]
    fn one_movement_under_two_numbers_or_twice_in_a_file_is_a_duplicate() {
        let mut lines = both(What::Settled);
        lines.push(Told {
            serial: Some("YH2".to_owned()),
            ..told(Side::Bank, What::Settled)
        });
        assert_eq!(
            kinds(Some(&settled()), &lines),
            [(DifferenceKind::Duplicate, Side::Bank)]
        );
        lines[2] = Told {
            occurrence: 2,
            ..told(Side::Bank, What::Settled)
        };
        assert_eq!(
            kinds(Some(&settled()), &lines),
            [(DifferenceKind::Duplicate, Side::Bank)]
        );
        // The same movement in two messages, one of which gives no number.
        lines[2] = Told {
            serial: None,
            ..told(Side::Bank, What::Settled)
        };
        assert_eq!(kinds(Some(&settled()), &lines), []);
    }

    #[test]
    fn a_status_that_we_have_not_heard_of_is_told() {
        let standing = Standing::Booked {
            settled: None,
            returned: None,
            rejected: false,
        };
        let open = Ours {
            standing,
            ..settled()
        };
        let lines = both(What::Settled);
        assert_eq!(
            kinds(Some(&open), &lines),
            [
                (DifferenceKind::Status, Side::Treasury),
                (DifferenceKind::Status, Side::Bank)
            ]
        );
        let mut lines = both(What::Settled);
        lines.push(told(Side::Bank, What::Rejected));
        assert_eq!(
            kinds(Some(&settled()), &lines),
            [(DifferenceKind::Status, Side::Bank)]
        );
    }

    #[test]
    fn a_return_that_everybody_tells_of_is_returned() {
        let standing = Standing::Booked {
            settled: Some(date()),
            returned: Some(date()),
            rejected: false,
        };
        let back = Ours {
            standing,
            ..settled()
        };
        let lines = [both(What::Settled), both(What::Returned)].concat();
        let covered = [(Side::Treasury, date()), (Side::Bank, date())].into();
        assert_eq!(
            compare(ID, Some(&back), &lines, &covered),
            (Outcome::Returned, vec![])
        );
        assert_eq!(
            kinds(Some(&back), &lines[..3]),
            [(DifferenceKind::Missing, Side::Bank)]
        );
    }

    #[test]
    fn merging_two_streams_leaves_nothing_out() {
        let ours = ["a", "b", "c"].map(|id| (id.to_owned(), settled()));
        let lines = ["b", "c", "c", "d"].map(|id| (id.to_owned(), told(Side::Bank, What::Settled)));
        let covered = [(Side::Bank, date())].into();
        let mut found = Vec::new();
        let counted = merge(ours, lines, &covered, &mut |one| {
            found.push((one.key.reference, one.key.kind));
        });
        assert_eq!((counted.matched, counted.differ), (2, 2));
        let wanted = [("a", DifferenceKind::Missing), ("d", DifferenceKind::Extra)];
        assert_eq!(found, wanted.map(|(id, kind)| (id.to_owned(), kind)));
    }
}
