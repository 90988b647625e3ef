//! Every combination of filters that the queue page offers.

use sanmiao::domain::desk::{Card, StageName};
use sanmiao::domain::time::Date;
use sanmiao::store::CaseFilter;

/// Lines of a page.
const PAGE: u32 = 50;

/// One combination, and what it is called.
pub(crate) struct Combination {
    pub(crate) name: String,
    pub(crate) filter: CaseFilter,
}

/// All of them: each filter with nothing, and with something that exists; every stage, card and kind.
pub(crate) fn all() -> Vec<Combination> {
    let none = Combination {
        name: String::new(),
        filter: CaseFilter {
            limit: PAGE,
            ..CaseFilter::default()
        },
    };
    let mut all = vec![none];
    each(&mut all, &StageName::ALL, |filter, stage| {
        filter.stage = Some(*stage);
        stage.as_str().to_owned()
    });
    each(&mut all, &["officer-440603-3"], |filter, officer| {
        filter.officer = Some((*officer).to_owned());
        "officer".to_owned()
    });
    each(&mut all, &["440603"], |filter, district| {
        filter.district = Some(district.parse().unwrap());
        "district".to_owned()
    });
    each(&mut all, &["policy-3"], |filter, policy| {
        filter.policy = Some((*policy).to_owned());
        "policy".to_owned()
    });
    each(&mut all, &Card::ALL, |filter, card| {
        filter.card = Some(*card);
        format!("card {}", card.as_str())
    });
    each(
        &mut all,
        &["filing", "recheck", "report"],
        |filter, about| {
            filter.about = Some((*about).to_owned());
            (*about).to_owned()
        },
    );
    each(&mut all, &[Date::constant(2026, 3, 1)], |filter, due| {
        filter.due_until = Some(*due);
        "due".to_owned()
    });
    all
}

/// Every combination so far, without and with each value of one filter more.
fn each<T>(all: &mut Vec<Combination>, values: &[T], set: impl Fn(&mut CaseFilter, &T) -> String) {
    let mut more = Vec::new();
    for combination in all.iter() {
        for value in values {
            let mut filter = combination.filter.clone();
            let word = set(&mut filter, value);
            let name = format!("{} {word}", combination.name).trim().to_owned();
            more.push(Combination { name, filter });
        }
    }
    all.append(&mut more);
}
