//! What the matcher says: verdicts, causes, findings, outcomes and plans. No texts in here.

use std::fmt;

use jiff::civil::Date;
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Serialize, Serializer};

use super::hash::Sha256Hex;
use super::money::Money;
use super::source::SourceId;
use super::time::YearMonth;

/// Why something cannot be established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Cause {
    /// The source answered and holds no such record.
    NoRecord = 0b0000_0100,
    /// The source did not answer.
    SourceUnavailable = 0b0000_1000,
    /// Records contradict each other.
    Contradiction = 0b0001_0000,
    /// A month after the last one for which the register is complete: not known yet, and not a gap.
    NotYetComplete = 0b0010_0000,
    /// The record holds something this policy cannot read, such as a code it does not know.
    Unreadable = 0b0100_0000,
}

impl Cause {
    /// Every cause, in a fixed order.
    pub const ALL: [Self; 5] = [
        Self::NoRecord,
        Self::SourceUnavailable,
        Self::Contradiction,
        Self::NotYetComplete,
        Self::Unreadable,
    ];

    /// Name as serialised.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoRecord => "no_record",
            Self::SourceUnavailable => "source_unavailable",
            Self::Contradiction => "contradiction",
            Self::NotYetComplete => "not_yet_complete",
            Self::Unreadable => "unreadable",
        }
    }

    /// The one bit that stands for this cause in a [`Ternary`].
    #[must_use]
    pub const fn bit(self) -> u8 {
        self as u8
    }
}

/// A set of causes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Causes(u8);

impl Causes {
    /// Every cause at once.
    const MASK: u8 = 0b0111_1100;

    /// The set with one member.
    #[must_use]
    pub const fn only(cause: Cause) -> Self {
        Self(cause.bit())
    }

    /// Whether the cause is in the set.
    #[must_use]
    pub const fn contains(self, cause: Cause) -> bool {
        self.0 & cause.bit() != 0
    }

    /// Members, in the order of [`Cause::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Cause> {
        Cause::ALL
            .into_iter()
            .filter(move |cause| self.contains(*cause))
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the set has no member.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Cause> for Causes {
    fn from_iter<T: IntoIterator<Item = Cause>>(causes: T) -> Self {
        Self(causes.into_iter().fold(0, |bits, cause| bits | cause.bit()))
    }
}

impl Serialize for Causes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for cause in self.iter() {
            seq.serialize_element(&cause)?;
        }
        seq.end()
    }
}

/// The answer to one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Evidence from its source shows that it is met.
    Met,
    /// Evidence from its source shows that it is not met.
    NotMet,
    /// Nobody knows, and why.
    CannotEstablish(Causes),
}

/// A truth value of strong Kleene logic in one byte: bit 0 true, bit 1 false, bits 2 to 6 the causes why it is unknown.
///
/// Zero stands for "not looked at" and is the neutral element of neither operation; it never enters one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Ternary(u8);

impl Ternary {
    /// True.
    pub const TRUE: Self = Self(1);
    /// False.
    pub const FALSE: Self = Self(2);
    /// Not looked at.
    pub const SKIPPED: Self = Self(0);

    /// Unknown for one cause.
    #[must_use]
    pub const fn unknown(cause: Cause) -> Self {
        Self(cause.bit())
    }

    /// A definite value.
    #[must_use]
    pub const fn of(value: bool) -> Self {
        Self(2 - value as u8)
    }

    /// The byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From the byte of a fact's state, known to hold only cause bits.
    #[must_use]
    pub const fn from_cause_bits(bits: u8) -> Self {
        Self(bits & Causes::MASK)
    }

    /// The causes, when unknown.
    #[must_use]
    pub const fn causes(self) -> Causes {
        Causes(self.0 & Causes::MASK)
    }

    /// The contrary; unknown stays unknown.
    #[must_use]
    pub const fn not(self) -> Self {
        match self.0 {
            1 => Self(2),
            2 => Self(1),
            bits => Self(bits),
        }
    }

    /// Conjunction: false wins, then unknown with the causes of both, then true.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        let both = self.0 | other.0;
        if both & 2 != 0 {
            Self::FALSE
        } else if both & Causes::MASK != 0 {
            Self(both & Causes::MASK)
        } else {
            Self::TRUE
        }
    }

    /// Disjunction: true wins, then unknown, then false.
    ///
    /// A side that only waits for a source could still make the whole true when the source is back, whatever the other lacks;
    /// then that is the one cause, so that an application with an open way is parked and not sent to a person. Otherwise the
    /// causes are those of both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        const WAITING: u8 = Cause::SourceUnavailable.bit();
        let both = self.0 | other.0;
        if both & 1 != 0 {
            Self::TRUE
        } else if self.0 == WAITING || other.0 == WAITING {
            Self(WAITING)
        } else if both & Causes::MASK != 0 {
            Self(both & Causes::MASK)
        } else {
            Self::FALSE
        }
    }

    /// As a verdict; `None` when it was not looked at.
    #[must_use]
    pub const fn verdict(self) -> Option<Verdict> {
        match self.0 {
            0 => None,
            1 => Some(Verdict::Met),
            bits if bits & 2 != 0 => Some(Verdict::NotMet),
            _ => Some(Verdict::CannotEstablish(self.causes())),
        }
    }
}

impl fmt::Debug for Ternary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verdict() {
            None => f.write_str("Skipped"),
            Some(verdict) => verdict.fmt(f),
        }
    }
}

/// A set of sources.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SourceSet(u8);

impl SourceSet {
    /// No source.
    pub const EMPTY: Self = Self(0);

    /// With one source more.
    #[must_use]
    pub fn with(self, source: SourceId) -> Self {
        Self(self.0 | Self::bit(source))
    }

    /// Whether the source is in the set.
    #[must_use]
    pub fn contains(self, source: SourceId) -> bool {
        self.0 & Self::bit(source) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Members, in the order of [`SourceId::ALL`].
    pub fn iter(self) -> impl Iterator<Item = SourceId> {
        SourceId::ALL
            .into_iter()
            .filter(move |source| self.contains(*source))
    }

    fn bit(source: SourceId) -> u8 {
        1 << source_index(source)
    }
}

/// Place of a source in [`SourceId::ALL`].
#[must_use]
pub const fn source_index(source: SourceId) -> usize {
    match source {
        SourceId::TalentIntroduction => 0,
        SourceId::Education => 1,
        SourceId::Degree => 2,
        SourceId::SocialSecurity => 3,
    }
}

impl fmt::Debug for SourceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<SourceId> for SourceSet {
    fn from_iter<T: IntoIterator<Item = SourceId>>(sources: T) -> Self {
        sources.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl Serialize for SourceSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// Most criteria a policy can have; one more place is kept for the amount.
pub const CRITERIA_MAX: usize = 63;

/// Name under which the amount stands among the findings.
pub const AMOUNT_CRITERION: &str = "amount";

/// What was granted, before it is cut into instalments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The whole; for a policy paid by the month the upper bound at the first judgement, the exact amount of the
    /// instalment at a renewal.
    pub total: Money,
    /// Place of the amount row that applies.
    pub row: u8,
    /// One bit for each extra amount that applies.
    pub extras: u8,
}

/// Where an application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is met.
    Approve(Grant),
    /// To a person; the reasons are all findings that are not met or cannot be established.
    Refer,
    /// Nothing is against it and only these sources are missing.
    Park(SourceSet),
}

/// A verdict on every criterion, and where that leads.
///
/// Most criteria are met, and a bit each says so; the others have their value in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    met: u64,
    others: [Ternary; CRITERIA_MAX + 1],
    criteria: u8,
    /// The bits of every value there is.
    seen: u8,
    /// Sources that are missing to something that waits for one.
    missing: SourceSet,
    grant: Grant,
}

impl Judgement {
    /// Of a policy with so many criteria, of which these are met.
    #[inline]
    pub(crate) const fn begin(criteria: u8, met: u64, grant: Grant) -> Self {
        Self {
            met,
            others: [Ternary::SKIPPED; CRITERIA_MAX + 1],
            criteria,
            seen: if met == 0 { 0 } else { Ternary::TRUE.bits() },
            missing: SourceSet::EMPTY,
            grant,
        }
    }

    /// Writes down the value of a criterion, and which of its sources are missing.
    #[inline]
    pub(crate) const fn note(&mut self, at: usize, value: Ternary, missing: SourceSet) {
        self.seen |= value.bits();
        if value.bits() == Ternary::TRUE.bits() {
            self.met |= 1 << at;
        } else if at < self.others.len() {
            self.others[at] = value;
        }
        if value.bits() & Cause::SourceUnavailable.bit() != 0 {
            self.missing = self.missing.union(missing);
        }
    }

    /// Where the application goes. Everything met: approve. Nothing against it and only sources missing: park. Otherwise a
    /// person.
    #[must_use]
    #[inline]
    pub const fn outcome(&self) -> Outcome {
        const MET: u8 = Ternary::TRUE.bits();
        const WAITING: u8 = Cause::SourceUnavailable.bit();
        if self.seen == MET {
            return Outcome::Approve(self.grant);
        }
        let only_waiting = self.seen & !(MET | WAITING) == 0 && self.seen & WAITING != 0;
        if only_waiting && !self.missing.is_empty() {
            Outcome::Park(self.missing)
        } else {
            Outcome::Refer
        }
    }

    fn value(&self, at: usize) -> Ternary {
        if at <= CRITERIA_MAX && self.met >> at & 1 == 1 {
            return Ternary::TRUE;
        }
        self.others.get(at).copied().unwrap_or(Ternary::SKIPPED)
    }

    /// Verdicts on the criteria that were looked at, by their place in the document. The amount comes last, at the place
    /// after the last criterion.
    pub fn verdicts(&self) -> impl Iterator<Item = (usize, Verdict)> + '_ {
        (0..=usize::from(self.criteria))
            .filter_map(|at| self.verdict(at).map(|verdict| (at, verdict)))
    }

    /// Verdict on one criterion by its place; `None` when it was not looked at.
    #[must_use]
    pub fn verdict(&self, at: usize) -> Option<Verdict> {
        self.value(at).verdict()
    }

    /// Everything that speaks against approval by machine, all at once.
    pub fn reasons(&self) -> impl Iterator<Item = (usize, Verdict)> + '_ {
        self.verdicts()
            .filter(|(_, verdict)| *verdict != Verdict::Met)
    }
}

/// Where in the evidence a finding rests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EvidenceRef {
    /// Source.
    pub source: SourceId,
    /// SHA-256 of the answer as received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256Hex>,
    /// JSON pointers into the answer.
    pub pointers: Vec<String>,
}

/// A finding as it is kept: no personal value in it, only where the values stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the criterion.
    pub criterion: String,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What it rests on.
    pub evidence: Vec<EvidenceRef>,
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", self.as_str())?;
        if let Self::CannotEstablish(causes) = self {
            map.serialize_entry("causes", causes)?;
        }
        map.end()
    }
}

impl Verdict {
    /// Name as serialised, without causes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not_met",
            Self::CannotEstablish(_) => "cannot_establish",
        }
    }
}

/// When an instalment falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// With the award, after publicity.
    AtAward,
    /// So many months after the day of the award.
    MonthsAfterAward(u32),
    /// On a day.
    On(Date),
}

impl Due {
    /// The day it falls due for an award made on a day; a day of month that does not exist becomes the last of its month.
    /// `None` when the calendar ends before it.
    #[must_use]
    pub fn day(self, award: Date) -> Option<Date> {
        match self {
            Self::AtAward => Some(award),
            Self::MonthsAfterAward(months) => {
                let span = jiff::Span::new().try_months(i64::from(months)).ok()?;
                award.checked_add(span).ok()
            }
            Self::On(day) => Some(day),
        }
    }
}

/// An instalment that an award promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedInstalment {
    /// Number, from 1.
    pub no: u8,
    /// Exact for shares, an upper bound for what is paid by the month.
    pub amount: Money,
    /// When.
    pub due: Due,
    /// Whether evidence is collected and judged again before it is paid.
    pub recheck: bool,
    /// Months it pays for, first and last, where paid by the month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<(YearMonth, YearMonth)>,
}

/// What an award promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Sum of the instalments.
    pub total: Money,
    /// In order.
    pub instalments: Vec<PlannedInstalment>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: Ternary = Ternary::TRUE;
    const F: Ternary = Ternary::FALSE;
    const U: Ternary = Ternary::unknown(Cause::NoRecord);
    const W: Ternary = Ternary::unknown(Cause::SourceUnavailable);

    #[test]
    fn the_truth_tables_are_those_of_strong_kleene_logic() {
        for (left, right, and, or) in [
            (T, T, T, T),
            (T, F, F, T),
            (T, U, U, T),
            (F, T, F, T),
            (F, F, F, F),
            (F, U, F, U),
            (U, T, U, T),
            (U, F, F, U),
            (U, U, U, U),
        ] {
            assert_eq!(left.and(right), and, "{left:?} and {right:?}");
            assert_eq!(left.or(right), or, "{left:?} or {right:?}");
        }
        assert_eq!((T.not(), F.not(), U.not()), (F, T, U));
    }

    #[test]
    fn causes_come_together_unless_one_side_only_waits_for_a_source() {
        let contradiction = Ternary::unknown(Cause::Contradiction);
        let both: Causes = [Cause::NoRecord, Cause::Contradiction]
            .into_iter()
            .collect();
        assert_eq!(U.and(contradiction).causes(), both);
        assert_eq!(U.or(contradiction).causes(), both);
        assert_eq!(U.or(W), W, "the source may still open the way");
        assert!(
            U.and(W).causes().contains(Cause::NoRecord),
            "the source cannot mend the other"
        );
    }

    #[test]
    fn verdicts_are_written_with_their_causes() {
        let causes: Causes = [Cause::Unreadable, Cause::NoRecord].into_iter().collect();
        let written = |verdict: Verdict| serde_json::to_string(&verdict).unwrap();
        assert_eq!(written(Verdict::Met), r#"{"verdict":"met"}"#);
        assert_eq!(
            written(Verdict::CannotEstablish(causes)),
            r#"{"verdict":"cannot_establish","causes":["no_record","unreadable"]}"#
        );
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
        }
    }

    #[test]
    fn a_due_day_that_does_not_exist_is_the_last_of_its_month() {
        let award = jiff::civil::date(2024, 2, 29);
        assert_eq!(
            Due::MonthsAfterAward(12).day(award),
            Some(jiff::civil::date(2025, 2, 28))
        );
        assert_eq!(Due::AtAward.day(award), Some(award));
    }

    fn any_value() -> impl Strategy<Value = Ternary> {
        prop_oneof![
            Just(T),
            Just(F),
            (1u8..32).prop_map(|bits| Ternary::from_cause_bits(bits << 2))
        ]
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(a in any_value(), b in any_value(), c in any_value()) {
            prop_assert_eq!(a.and(b), b.and(a));
            prop_assert_eq!(a.or(b), b.or(a));
            prop_assert_eq!(a.and(b).and(c), a.and(b.and(c)));
            prop_assert_eq!(a.or(b).or(c), a.or(b.or(c)));
            prop_assert_eq!(a.not().not(), a);
        }
    }
}
