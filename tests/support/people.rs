//! Made-up people for tests, picked by what is particular about them.

use std::collections::HashSet;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use sanmiao_mocks::{Expected, Person, Trait};

/// The day the made-up registers were last written: the day [`super::clock::MORNING`] lies on.
pub(crate) const AS_OF: Date = date(2026, 11, 20);

/// A thousand people hold every trait.
const MANY: usize = 1_000;

static CROWD: LazyLock<Vec<Person>> =
    LazyLock::new(|| sanmiao_mocks::people::generate(11, MANY, AS_OF));

/// `count` people with this trait who apply for the doctors' policy.
pub(crate) fn doctors_with(one: Trait, count: usize) -> Vec<Person> {
    let found: Vec<Person> = CROWD
        .iter()
        .filter(|person| person.is(one) && person.applies_for == "foshan-phd-settling-in")
        .take(count)
        .cloned()
        .collect();
    assert_eq!(
        found.len(),
        count,
        "a thousand people hold too few of {one:?}"
    );
    found
}

/// One person of every kind and policy there is among a thousand.
pub(crate) fn one_of_each() -> Vec<Person> {
    let mut seen = HashSet::new();
    CROWD
        .iter()
        .filter(|person| seen.insert((person.traits.clone(), person.applies_for.clone())))
        .cloned()
        .collect()
}

/// `count` doctors whom a machine approves, all of one district.
pub(crate) fn ordinary(count: usize) -> Vec<Person> {
    let mut people = doctors_with(Trait::Ordinary, count);
    for person in &mut people {
        for record in &mut person.registers.talent_introduction.records {
            DISTRICT.clone_into(&mut record.district);
        }
    }
    people
}

/// The district of [`ordinary`] people.
pub(crate) const DISTRICT: &str = "440604";

/// One doctor whom a machine refers.
pub(crate) fn referred() -> Person {
    let mut person = doctors_with(Trait::PartTime, 1).remove(0);
    for record in &mut person.registers.talent_introduction.records {
        DISTRICT.clone_into(&mut record.district);
    }
    assert_eq!(person.expected(), Expected::Referred);
    person
}
