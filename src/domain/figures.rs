//! 服务承诺: how the service has kept its word, told to everybody: shares, times, and what was saved against how it was before.
//!
//! Pure: a bounded list of filed applications in, figures out. Three rules keep them honest and harmless:
//! - **Nothing is invented.** What was saved is reckoned only where the policy document of the application says how it was before;
//!   of how many it does not is told beside it.
//! - **Nothing is flattered.** Times are those of everybody who has arrived, also of those who waited for a person, for publicity or
//!   for budget, and of how many is told beside each, for who still waits is in none; a working day that was begun counts as a whole
//!   one; who took longer than before is taken off what others saved.
//! - **Nobody is told of.** Figures of fewer than [`TOLD_FROM`] people are not given: small policies are put together.

use std::collections::BTreeMap;

use super::application::PolicyRef;
use super::calendar::WorkingCalendar;
use super::decision::Outcome;
use super::policy::document::Baseline;
use super::time::Timestamp;

/// The newest filed applications that are looked at: more would tell of a service that is no longer this one.
pub const WINDOW: u32 = 1_000;
/// Decided applications from which on figures are given at all.
pub const TOLD_FROM: usize = 5;
/// Decided applications from which on the front page shows figures.
pub const ENOUGH: usize = 20;
/// How long figures are shown before they are made anew.
const FRESH_MS: i64 = 60_000;
/// How long, while there is nothing to tell: the first figures are not to be waited for.
const UNTOLD_MS: i64 = 1_000;

/// A filed application that was not withdrawn, as far as figures need it. Nothing in it says whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The version it is judged by.
    pub policy: PolicyRef,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Registers that its form was filled from.
    pub registers: u32,
    /// The first decision, once there is one.
    pub first: Option<First>,
    /// When the first instalment was at the bank; only of instalments that nothing is checked for again.
    pub settled_at: Option<Timestamp>,
}

/// A first decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First {
    /// When.
    pub at: Timestamp,
    /// What.
    pub outcome: Outcome,
    /// Whether by the machine.
    pub by_machine: bool,
}

/// The figures of the service promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// When they were made.
    pub made_at: Timestamp,
    /// Applications looked at.
    pub filed: usize,
    /// How many of them are decided.
    pub decided: usize,
    /// The figures, once there are enough to tell.
    pub told: Option<Told>,
}

/// Figures that may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of all decided applications.
    pub all: Group,
    /// The same by policy, the largest first; all groups together are the whole.
    pub by_policy: Vec<(OfPolicy, Group)>,
}

/// What a group is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfPolicy {
    /// The policy of this id.
    One(String),
    /// Policies that are too small to be told apart.
    Others,
}

/// Figures of some applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub decided: usize,
    /// How many of them the machine approved at once.
    pub by_machine: usize,
    /// From filing to the first decision, whatever it was.
    pub to_decision: Option<Spread>,
    /// From filing to the first money at the bank, of those whose money is there.
    pub to_money: Option<Spread>,
    /// Answers of registers that stood in for paper.
    pub answers: u64,
    /// Materials that nobody had to bring.
    pub materials: Materials,
    /// Working days.
    pub days: WorkingDays,
}

/// A distribution by two of its percentiles, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Of how many.
    pub over: usize,
    /// Half took no longer.
    pub p50_us: i64,
    /// Ninety-nine in a hundred took no longer.
    pub p99_us: i64,
}

/// Materials that applicants had to bring before, of applications the machine approved: to those nobody brought any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Materials {
    /// Applications whose policy says how many were asked for.
    pub over: usize,
    /// Applications whose policy does not.
    pub left_out: usize,
    /// How many were not brought.
    pub saved: u64,
}

/// Working days from filing to money, of applications whose first money is at the bank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkingDays {
    /// Applications whose policy says how many it took before.
    pub over: usize,
    /// Applications whose policy does not, or that reach beyond the working calendar.
    pub left_out: usize,
    /// What they would have taken before, all together.
    pub before: u64,
    /// What they took, all together; a working day that was begun counts as a whole one.
    pub now: u64,
}

impl WorkingDays {
    /// What was saved; below zero when it took longer than before.
    #[must_use]
    pub const fn saved(&self) -> i64 {
        self.before.cast_signed() - self.now.cast_signed()
    }
}

impl Promise {
    /// The figures of a list of applications.
    #[must_use]
    pub fn of(
        filed: &[Filed],
        baseline: impl Fn(&PolicyRef) -> Baseline,
        calendar: &WorkingCalendar,
        now: Timestamp,
    ) -> Self {
        let decided: Vec<Decided<'_>> = filed
            .iter()
            .filter_map(|one| Decided::of(one, &baseline(&one.policy), calendar))
            .collect();
        Self {
            made_at: now,
            filed: filed.len(),
            decided: decided.len(),
            told: (decided.len() >= TOLD_FROM).then(|| Told {
                all: Group::of(&decided),
                by_policy: by_policy(decided),
            }),
        }
    }

    /// Whether they may still be shown. A clock that was put back makes them anew.
    #[must_use]
    pub const fn is_fresh(&self, now: Timestamp) -> bool {
        let age_ms = now.millis_since(self.made_at);
        let kept_ms = match self.told {
            Some(_) => FRESH_MS,
            None => UNTOLD_MS,
        };
        0 <= age_ms && age_ms < kept_ms
    }

    /// The figures of all, once there are enough for a front page.
    #[must_use]
    pub fn for_the_front(&self) -> Option<&Group> {
        let told = self.told.as_ref()?;
        (told.all.decided >= ENOUGH).then_some(&told.all)
    }
}

/// One decided application, held against its policy.
struct Decided<'f> {
    policy: &'f str,
    by_machine: bool,
    decision_us: i64,
    money_us: Option<i64>,
    registers: u32,
    /// Materials asked for before.
    materials: Option<u32>,
    /// Working days before and now.
    days: Option<(u32, u32)>,
}

impl<'f> Decided<'f> {
    fn of(filed: &'f Filed, before: &Baseline, calendar: &WorkingCalendar) -> Option<Self> {
        let first = filed.first?;
        let took = filed
            .settled_at
            .and_then(|at| working_days(calendar, filed.filed_at, at));
        Some(Self {
            policy: &filed.policy.id,
            by_machine: first.by_machine && first.outcome == Outcome::Approve,
            decision_us: elapsed_us(filed.filed_at, first.at),
            money_us: filed.settled_at.map(|at| elapsed_us(filed.filed_at, at)),
            registers: filed.registers,
            materials: before.materials,
            days: before.working_days.zip(took),
        })
    }
}

impl Group {
    fn of(decided: &[Decided<'_>]) -> Self {
        let mut group = Self {
            decided: decided.len(),
            by_machine: decided.iter().filter(|one| one.by_machine).count(),
            to_decision: Spread::of(decided.iter().map(|one| one.decision_us)),
            to_money: Spread::of(decided.iter().filter_map(|one| one.money_us)),
            answers: decided.iter().map(|one| u64::from(one.registers)).sum(),
            materials: Materials::default(),
            days: WorkingDays::default(),
        };
        for one in decided {
            group.materials.count(one);
            group.days.count(one);
        }
        group
    }

    /// How many went to a person.
    #[must_use]
    pub const fn to_people(&self) -> usize {
        self.decided - self.by_machine
    }
}

impl Materials {
    fn count(&mut self, one: &Decided<'_>) {
        match one.materials {
            // A person may have asked for papers; of these nothing is claimed.
            _ if !one.by_machine => {}
            Some(materials) => {
                self.over += 1;
                self.saved += u64::from(materials);
            }
            None => self.left_out += 1,
        }
    }
}

impl WorkingDays {
    fn count(&mut self, one: &Decided<'_>) {
        match one.days {
            _ if one.money_us.is_none() => {}
            Some((before, now)) => {
                self.over += 1;
                self.before += u64::from(before);
                self.now += u64::from(now);
            }
            None => self.left_out += 1,
        }
    }
}

impl Spread {
    /// None of too few: it would tell of single people.
    fn of(times: impl Iterator<Item = i64>) -> Option<Self> {
        let mut sorted: Vec<i64> = times.collect();
        if sorted.len() < TOLD_FROM {
            return None;
        }
        sorted.sort_unstable();
        Some(Self {
            over: sorted.len(),
            p50_us: percentile(&sorted, 50)?,
            p99_us: percentile(&sorted, 99)?,
        })
    }
}

/// By policy, the smallest put together until each group is large enough. Only the whole, which is large enough, may be all there
/// is; it is not told twice.
fn by_policy(decided: Vec<Decided<'_>>) -> Vec<(OfPolicy, Group)> {
    let mut policies: BTreeMap<&str, Vec<Decided<'_>>> = BTreeMap::new();
    for one in decided {
        policies.entry(one.policy).or_default().push(one);
    }
    let mut policies: Vec<_> = policies.into_iter().collect();
    policies.sort_by_key(|(_, of)| std::cmp::Reverse(of.len()));
    let mut others = Vec::new();
    let is_small = |count: usize| (1..TOLD_FROM).contains(&count);
    while let Some((_, smallest)) =
        policies.pop_if(|(_, of)| is_small(of.len()) || is_small(others.len()))
    {
        others.extend(smallest);
    }
    if policies.is_empty() {
        return Vec::new();
    }
    let ones = policies
        .iter()
        .map(|(id, of)| (OfPolicy::One((*id).to_owned()), Group::of(of)));
    let rest = (!others.is_empty()).then(|| (OfPolicy::Others, Group::of(&others)));
    ones.chain(rest).collect()
}

/// Working days that were begun between two moments, the day of the first with them; none beyond the calendar.
fn working_days(calendar: &WorkingCalendar, from: Timestamp, until: Timestamp) -> Option<u32> {
    let (from, until) = (from.china_date(), until.china_date());
    let first = calendar.is_working_day(from).ok()?;
    let after = calendar.working_days_between(from, until.max(from)).ok()?;
    Some(u32::from(first) + after)
}

/// From one moment to another; the clocks of two nodes may differ, and no time is less than none.
fn elapsed_us(from: Timestamp, until: Timestamp) -> i64 {
    (until.as_micros() - from.as_micros()).max(0)
}

/// The smallest value that `per_cent` in a hundred of the sorted values do not pass (nearest rank); none of none.
#[must_use]
pub fn percentile(sorted: &[i64], per_cent: usize) -> Option<i64> {
    let rank = (sorted.len() * per_cent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Seconds with three decimals, cut off.
#[must_use]
pub fn seconds(us: i64) -> String {
    format!("{}.{:03}", us / 1_000_000, us % 1_000_000 / 1_000)
}

/// A share with four decimals, cut off; nothing of nothing is none.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    let tenthousandths = (part * 10_000).checked_div(whole).unwrap_or(0);
    format!("{}.{:04}", tenthousandths / 10_000, tenthousandths % 10_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::hash::sha256;
    use crate::domain::time::parse_date;

    /// 2026-11-20, a Friday, 10:30 in China.
    const FRIDAY: Timestamp = Timestamp::from_seconds(1_795_141_800);
    const DAY_S: i64 = 86_400;

    fn calendar() -> WorkingCalendar {
        WorkingCalendar::official().unwrap()
    }

    fn filed(policy: &str, outcome: Outcome, settled_after_s: Option<i64>) -> Filed {
        Filed {
            policy: PolicyRef {
                id: policy.to_owned(),
                effective: parse_date("2021-09-10").unwrap(),
                hash: sha256(policy.as_bytes()),
            },
            filed_at: FRIDAY,
            registers: 4,
            first: Some(First {
                at: FRIDAY.plus_millis(1_500),
                outcome,
                by_machine: true,
            }),
            settled_at: settled_after_s.map(|after| FRIDAY.plus_seconds(after)),
        }
    }

    /// Twenty working days and seven materials for `a`, days alone for `b`, nothing for the others.
    fn before(policy: &PolicyRef) -> Baseline {
        match policy.id.as_str() {
            "a" => Baseline {
                materials: Some(7),
                working_days: Some(20),
            },
            "b" => Baseline {
                materials: None,
                working_days: Some(20),
            },
            _ => Baseline {
                materials: None,
                working_days: None,
            },
        }
    }

    fn promise(list: &[Filed]) -> Promise {
        Promise::of(list, before, &calendar(), FRIDAY)
    }

    #[test]
    fn shares_times_and_what_was_saved() {
        let mut list = vec![filed("a", Outcome::Approve, Some(3)); 6];
        list.push(filed("a", Outcome::Refer, Some(4 * DAY_S)));
        list.push(filed("a", Outcome::Refer, None));
        list.push(Filed {
            first: None,
            ..filed("a", Outcome::Refer, None)
        });
        let promise = promise(&list);
        assert_eq!((promise.filed, promise.decided), (9, 8));
        let all = promise.told.unwrap().all;
        assert_eq!((all.decided, all.by_machine, all.to_people()), (8, 6, 2));
        let spread = |over, p50_us, p99_us| {
            Some(Spread {
                over,
                p50_us,
                p99_us,
            })
        };
        assert_eq!(all.to_decision, spread(8, 1_500_000, 1_500_000));
        assert_eq!(all.to_money, spread(7, 3_000_000, 4 * DAY_S * 1_000_000));
        assert_eq!(all.answers, 32);
        let materials = Materials {
            over: 6,
            left_out: 0,
            saved: 42,
        };
        assert_eq!(
            all.materials, materials,
            "of those a person had, nothing is claimed"
        );
        // Six took the Friday; one took Friday, Monday and Tuesday.
        let days = WorkingDays {
            over: 7,
            left_out: 0,
            before: 140,
            now: 9,
        };
        assert_eq!(all.days, days);
        assert_eq!(all.days.saved(), 131);
    }

    #[test]
    fn where_the_document_does_not_say_how_it_was_nothing_is_reckoned() {
        let mut list = vec![filed("b", Outcome::Approve, Some(3)); 5];
        list.extend(vec![filed("c", Outcome::Approve, Some(3)); 3]);
        let all = promise(&list).told.unwrap().all;
        assert_eq!((all.materials.over, all.materials.left_out), (0, 8));
        assert_eq!(all.materials.saved, 0);
        assert_eq!((all.days.over, all.days.left_out), (5, 3));
    }

    #[test]
    fn who_took_longer_than_before_is_taken_off() {
        let list = vec![filed("a", Outcome::Approve, Some(38 * DAY_S)); 5];
        assert!(promise(&list).told.unwrap().all.days.saved() < 0);
    }

    #[test]
    fn a_begun_working_day_is_a_whole_one_and_a_weekend_is_none() {
        let calendar = calendar();
        for (from, until, days) in [(0, 0, 1), (0, 1, 1), (1, 2, 0), (1, 3, 1), (0, 7, 6)] {
            let [from, until] = [from, until].map(|day| FRIDAY.plus_seconds(day * DAY_S));
            assert_eq!(working_days(&calendar, from, until), Some(days));
        }
        assert_eq!(working_days(&calendar, FRIDAY, Timestamp::MAX), None);
    }

    #[test]
    fn few_people_are_not_told_of() {
        let few = vec![filed("a", Outcome::Approve, None); TOLD_FROM - 1];
        assert_eq!(promise(&few).told, None);
        assert_eq!(promise(&[]).told, None);
        let mut list = vec![filed("a", Outcome::Approve, None); 9];
        list.extend(vec![filed("b", Outcome::Approve, None); 7]);
        list.push(filed("c", Outcome::Refer, None));
        let told = promise(&list).told.unwrap();
        let sizes: Vec<_> = told
            .by_policy
            .iter()
            .map(|(of, group)| (of.clone(), group.decided))
            .collect();
        // `c` alone would tell of one person, and so would what is left of the whole.
        let one = OfPolicy::One("a".to_owned());
        assert_eq!(sizes, [(one, 9), (OfPolicy::Others, 8)]);
    }

    #[test]
    fn a_front_page_waits_for_enough_and_figures_are_kept_for_a_minute() {
        let list = vec![filed("a", Outcome::Approve, None); ENOUGH];
        assert!(promise(&list[1..]).for_the_front().is_none());
        let promise = promise(&list);
        assert!(promise.for_the_front().is_some());
        assert!(promise.is_fresh(FRIDAY.plus_millis(59_999)));
        assert!(!promise.is_fresh(FRIDAY.plus_millis(60_000)));
        assert!(!promise.is_fresh(Timestamp::from_seconds(FRIDAY.as_seconds() - 1)));
        let nothing = Promise::of(&[], before, &calendar(), FRIDAY);
        assert!(nothing.is_fresh(FRIDAY.plus_millis(999)));
        assert!(!nothing.is_fresh(FRIDAY.plus_millis(1_000)));
    }

    #[test]
    fn seconds_and_shares_are_cut_off() {
        assert_eq!(seconds(1_999_999), "1.999");
        assert_eq!(seconds(0), "0.000");
        assert_eq!(share(2, 3), "0.6666");
        assert_eq!(share(3, 3), "1.0000");
        assert_eq!(share(0, 0), "0.0000");
    }

    fn any_filed() -> impl Strategy<Value = Filed> {
        let first = prop::option::of((0..10_000_000i64, any::<bool>(), any::<bool>()));
        (0..5usize, 0..5u32, first, prop::option::of(0..30 * DAY_S)).prop_map(
            |(policy, registers, first, settled)| {
                let id = ["a", "b", "c", "d", "e"][policy];
                let first = first.map(|(after_ms, approves, by_machine)| First {
                    at: FRIDAY.plus_millis(after_ms),
                    outcome: [Outcome::Refer, Outcome::Approve][usize::from(approves)],
                    by_machine,
                });
                Filed {
                    registers,
                    first,
                    ..filed(id, Outcome::Refer, settled)
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_percentile_is_passed_by_as_few_as_it_says(mut values in prop::collection::vec(-50i64..50, 1..200), per_cent in 1usize..=100) {
            values.sort_unstable();
            let found = percentile(&values, per_cent).unwrap();
            let no_more = values.iter().filter(|value| **value <= found).count();
            let less = values.iter().filter(|value| **value < found).count();
            prop_assert!(no_more * 100 >= per_cent * values.len());
            prop_assert!(less * 100 < per_cent * values.len());
        }

        #[test]
        fn groups_are_never_small_and_together_they_are_the_whole(list in prop::collection::vec(any_filed(), 0..80)) {
            let promise = promise(&list);
            prop_assert_eq!(promise.filed, list.len());
            let Some(told) = promise.told else {
                prop_assert!(promise.decided < TOLD_FROM);
                return Ok(());
            };
            prop_assert_eq!(told.all.decided, promise.decided);
            prop_assert!(told.by_policy.iter().all(|(_, group)| group.decided >= TOLD_FROM));
            if !told.by_policy.is_empty() {
                let sum = |of: fn(&Group) -> i64| told.by_policy.iter().map(|(_, group)| of(group)).sum::<i64>();
                let sums: [fn(&Group) -> i64; 5] = [
                    |group| i64::try_from(group.decided).unwrap(),
                    |group| i64::try_from(group.by_machine).unwrap(),
                    |group| i64::try_from(group.answers).unwrap(),
                    |group| i64::try_from(group.materials.saved).unwrap(),
                    |group| group.days.saved(),
                ];
                for of in sums {
                    prop_assert_eq!(sum(of), of(&told.all));
                }
            }
            let paid = told.all.days.over + told.all.days.left_out;
            let told_of = told.all.to_money.map(|spread| spread.over);
            prop_assert_eq!(told_of, (paid >= TOLD_FROM).then_some(paid));
            prop_assert_eq!(told.all.materials.over + told.all.materials.left_out, told.all.by_machine);
        }

        #[test]
        fn the_order_of_the_list_changes_nothing(list in prop::collection::vec(any_filed(), 0..60).prop_shuffle()) {
            let mut sorted = list.clone();
            sorted.sort_by_key(|one| (one.policy.id.clone(), one.settled_at));
            prop_assert_eq!(promise(&list), promise(&sorted));
        }
    }
}
