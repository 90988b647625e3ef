//! Counts of a month's referrals.

use std::collections::{BTreeMap, BTreeSet};

use super::{EMPLOYER_FROM, EMPLOYERS_MAX, Referral, Scope, StageTimes, What, Why};
use crate::domain::desk::Ending;
use crate::domain::district::DistrictCode;
use crate::domain::evidence::{FetchOutcome, Round};
use crate::domain::id::ApplicationId;
use crate::domain::judgement::Cause;
use crate::domain::rating::Grades;
use crate::domain::source::SourceId;
use crate::domain::time::{Timestamp, YearMonth};

/// Most pairs that are told.
const PAIRS_MAX: usize = 10;

/// A reason and how many referrals it is one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonLine {
    /// What.
    pub what: What,
    /// Referrals that name it.
    pub count: usize,
    /// Of these, where the records show the contrary.
    pub not_met: usize,
    /// Of these, where nobody knows.
    pub unknown: usize,
    /// Of these, where it is the only reason: without it they would not be.
    pub alone: usize,
}

/// Referrals that have something in common, and the reason most of them name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine<K> {
    /// What they have in common.
    pub key: K,
    /// How many.
    pub count: usize,
    /// The most frequent reason, and in how many.
    pub most: Option<(What, usize)>,
}

/// Groups, the largest first, of which together are all referrals.
pub type Lines<K> = Vec<GroupLine<K>>;

/// An employer, or those that are not told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Employer {
    /// One, with its name as a form of these referrals has it.
    One {
        /// The name, once it was looked up.
        name: Option<String>,
        /// An application whose form has the name.
        form_of: ApplicationId,
    },
    /// Employers with few referrals, put together: how many.
    Few(usize),
    /// No employer was compared under the policy.
    Unknown,
}

/// Two things that are all the reasons of some referrals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<K> {
    /// The two.
    pub both: (K, K),
    /// Referrals that both together would remove.
    pub count: usize,
}

/// How often a source was asked in the month, by everybody who filed, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// How often.
    pub asked: usize,
    /// No answer.
    pub silent: usize,
    /// An answer that broke its schema or its signature.
    pub malformed: usize,
}

impl Asked {
    /// Takes in so many askings with one outcome.
    pub fn add(&mut self, outcome: FetchOutcome, count: usize) {
        use FetchOutcome as F;
        match outcome {
            // Whoever is not connected is not asked.
            F::NotConfigured => return,
            F::Answered => {}
            F::TimedOut | F::Unreachable | F::ServerError | F::BreakerOpen | F::Refused => {
                self.silent += count;
            }
            F::Malformed | F::BadSignature => self.malformed += count,
        }
        self.asked += count;
    }
}

/// What a source has to do with referrals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLine {
    /// Which.
    pub source: SourceId,
    /// How it answered.
    pub asked: Asked,
    /// Referrals of which a reason lies with it.
    pub count: usize,
    /// Referrals of which every reason lies with it alone: were it mended they would not be.
    pub alone: usize,
    /// Referrals in which it holds no record of something.
    pub no_record: usize,
    /// Referrals in which its records contradict each other or another's.
    pub contradicted: usize,
    /// Referrals in which the applicant says that it is wrong.
    pub disputed: usize,
    /// Of these, approved by a person in the end: the applicant was right.
    pub upheld: usize,
}

/// Counts of some referrals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub referrals: usize,
    /// Reasons, the most frequent first.
    pub reasons: Vec<ReasonLine>,
    /// Pairs of reasons, the most frequent first.
    pub pairs: Vec<Pair<What>>,
    /// Sources, in their order.
    pub sources: Vec<SourceLine>,
    /// Pairs of sources, the most frequent first.
    pub source_pairs: Vec<Pair<SourceId>>,
    /// By policy.
    pub policies: Lines<String>,
    /// By district.
    pub districts: Lines<Option<DistrictCode>>,
    /// By employer.
    pub employers: Lines<Employer>,
}

/// Everything about a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// Of what.
    pub scope: Scope,
    /// When it was made.
    pub made_at: Timestamp,
    /// Whether there were more referrals, or more ended cases, than are read.
    pub is_cut: bool,
    /// The month's referrals.
    pub tally: Tally,
    /// The months up to this one, oldest first: referrals, and of each of the leading reasons in the order of `tally`.
    pub trend: Vec<(YearMonth, usize, Vec<usize>)>,
    /// Times of the cases that ended in the month.
    pub times: StageTimes,
    /// What applicants said about the service in the month.
    pub grades: Grades,
}

impl Tally {
    /// Of a list of referrals, in which one may stand twice and counts once.
    #[must_use]
    pub fn of(referrals: &[Referral], asked: &[(SourceId, Asked)]) -> Self {
        let mut seen = BTreeSet::<(ApplicationId, Round)>::new();
        let once: Vec<&Referral> = referrals
            .iter()
            .filter(|one| seen.insert((one.application, one.round)))
            .collect();
        let whats: Vec<BTreeSet<&What>> = once.iter().map(|one| whats(one)).collect();
        Self {
            referrals: once.len(),
            reasons: reason_lines(&once),
            pairs: pairs(whats.iter().map(|whats| whats.iter().copied())),
            sources: source_lines(&once, asked),
            source_pairs: pairs(once.iter().map(|one| sources_of_all(one).into_iter())),
            policies: lines(&once, |one| one.policy.clone()),
            districts: lines(&once, |one| one.district),
            employers: employers(&once),
        }
    }

    /// How many referrals name a reason.
    #[must_use]
    pub fn count_of(&self, what: &What) -> usize {
        let line = self.reasons.iter().find(|line| line.what == *what);
        line.map_or(0, |line| line.count)
    }
}

/// The different things a referral rests on.
fn whats(referral: &Referral) -> BTreeSet<&What> {
    referral.reasons.iter().map(|reason| &reason.what).collect()
}

/// The sources that would have to be mended for the referral to fall away; none when something lies with no source.
fn sources_of_all(referral: &Referral) -> Vec<SourceId> {
    if referral.reasons.iter().any(|one| one.sources.is_empty()) {
        return Vec::new();
    }
    let sets = referral.reasons.iter().map(|reason| reason.sources);
    let all = sets.reduce(super::SourceSet::union).unwrap_or_default();
    all.iter().collect()
}

fn reason_lines(referrals: &[&Referral]) -> Vec<ReasonLine> {
    let mut lines: BTreeMap<&What, ReasonLine> = BTreeMap::new();
    for referral in referrals {
        let whats = whats(referral);
        for what in &whats {
            let line = lines.entry(what).or_insert_with(|| ReasonLine {
                what: (*what).clone(),
                count: 0,
                not_met: 0,
                unknown: 0,
                alone: 0,
            });
            let mut whys = referral.reasons.iter().filter(|one| one.what == **what);
            line.count += 1;
            line.alone += usize::from(whats.len() == 1);
            match whys.next().map(|reason| reason.why) {
                Some(Why::NotMet) => line.not_met += 1,
                Some(Why::Unknown(_)) => line.unknown += 1,
                Some(Why::ToLook | Why::Disputed) | None => {}
            }
        }
    }
    let mut lines: Vec<ReasonLine> = lines.into_values().collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.count));
    lines
}

/// Of all that come in twos, the most frequent.
fn pairs<K: Clone + Ord>(
    sets: impl Iterator<Item = impl Iterator<Item = impl std::borrow::Borrow<K>>>,
) -> Vec<Pair<K>> {
    let mut counts: BTreeMap<(K, K), usize> = BTreeMap::new();
    for mut set in sets {
        if let (Some(first), Some(second), None) = (set.next(), set.next(), set.next()) {
            let both = (first.borrow().clone(), second.borrow().clone());
            *counts.entry(both).or_default() += 1;
        }
    }
    let mut pairs: Vec<Pair<K>> = counts
        .into_iter()
        .map(|(both, count)| Pair { both, count })
        .collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count));
    pairs.truncate(PAIRS_MAX);
    pairs
}

fn source_lines(referrals: &[&Referral], asked: &[(SourceId, Asked)]) -> Vec<SourceLine> {
    let lines = SourceId::ALL.map(|source| {
        let answers = asked.iter().find(|(of, _)| *of == source);
        let mut line = SourceLine {
            source,
            asked: answers.map(|(_, asked)| *asked).unwrap_or_default(),
            count: 0,
            alone: 0,
            no_record: 0,
            contradicted: 0,
            disputed: 0,
            upheld: 0,
        };
        for referral in referrals {
            line.take_in(referral);
        }
        line
    });
    lines.into()
}

impl SourceLine {
    fn take_in(&mut self, referral: &Referral) {
        let whys: Vec<Why> = referral
            .reasons
            .iter()
            .filter(|reason| reason.sources.contains(self.source))
            .map(|reason| reason.why)
            .collect();
        let caused = |cause: Cause| {
            let is_one = |why: &Why| matches!(why, Why::Unknown(causes) if causes.contains(cause));
            usize::from(whys.iter().any(is_one))
        };
        let disputed = whys.contains(&Why::Disputed);
        let approved = referral.ending == Some(Ending::Approved);
        self.count += usize::from(!whys.is_empty());
        self.alone += usize::from(sources_of_all(referral) == [self.source]);
        self.no_record += caused(Cause::NoRecord);
        self.contradicted += caused(Cause::Contradiction);
        self.disputed += usize::from(disputed);
        self.upheld += usize::from(disputed && approved);
    }
}

/// A line a group, of which together are all.
fn lines<'r, K: Ord>(referrals: &[&'r Referral], key: impl Fn(&'r Referral) -> K) -> Lines<K> {
    let groups = by(referrals, key);
    groups
        .into_iter()
        .map(|(key, of)| group(key, &of))
        .collect()
}

fn group<K>(key: K, of: &[&Referral]) -> GroupLine<K> {
    GroupLine {
        key,
        count: of.len(),
        most: most(of),
    }
}

fn most(of: &[&Referral]) -> Option<(What, usize)> {
    let first = reason_lines(of).into_iter().next()?;
    Some((first.what, first.count))
}

/// Employers with enough referrals apart, the others together, and last those of whom nothing is known.
fn employers(referrals: &[&Referral]) -> Lines<Employer> {
    let (known, unknown): (Vec<&Referral>, Vec<&Referral>) =
        referrals.iter().partition(|one| one.employer.is_some());
    let groups = by(&known, |one| one.employer.as_deref());
    let (mut large, mut small): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|(_, of)| of.len() >= EMPLOYER_FROM);
    if large.len() > EMPLOYERS_MAX {
        small.extend(large.split_off(EMPLOYERS_MAX));
    }
    let mut lines: Lines<Employer> = large
        .iter()
        .filter_map(|(_, of)| {
            let employer = Employer::One {
                name: None,
                form_of: of.first()?.application,
            };
            Some(group(employer, of))
        })
        .collect();
    if !small.is_empty() {
        let together: Vec<&Referral> = small.iter().flat_map(|(_, of)| of).copied().collect();
        lines.push(group(Employer::Few(small.len()), &together));
    }
    if !unknown.is_empty() {
        lines.push(group(Employer::Unknown, &unknown));
    }
    lines
}

/// Groups by a key, the largest first; equal ones in the order of their keys.
fn by<'r, K: Ord>(
    referrals: &[&'r Referral],
    key: impl Fn(&'r Referral) -> K,
) -> Vec<(K, Vec<&'r Referral>)> {
    let mut groups: BTreeMap<K, Vec<&'r Referral>> = BTreeMap::new();
    for referral in referrals {
        groups.entry(key(referral)).or_default().push(referral);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, of)| std::cmp::Reverse(of.len()));
    groups
}
