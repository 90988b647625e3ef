use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::time::{Timestamp, parse_date};

const AT: Timestamp = Timestamp::from_seconds(1_795_399_200);
const DISTRICTS: [&str; 2] = ["440604", "440605"];

fn key(district: usize, year: i16) -> BudgetKey {
    BudgetKey {
        policy: "p".to_owned(),
        district: DISTRICTS[district].parse().unwrap(),
        year,
    }
}

fn yuan(fen: i64) -> Money {
    Money::from_fen(fen).unwrap()
}

fn by(who: u8) -> Signed {
    Signed {
        by: format!("finance-{who}"),
        at: AT,
    }
}

fn order() -> BudgetOrder {
    BudgetOrder {
        id: BudgetOrderId::new(AT, [1; 10]),
        change: Change::Add { to: key(0, 2026) },
        amount: yuan(1),
        reference: "样例1号".to_owned(),
        proposed: by(0),
        state: OrderState::Proposed,
        version: 0,
    }
}

fn grounds() -> Private<String> {
    Private::new("重复".to_owned())
}

#[test]
fn the_maker_is_no_checker_and_nobody_else_takes_it_back() {
    assert_eq!(order().approve(by(0)), Err(OrderError::SamePerson));
    assert_eq!(
        order().decline(by(0), grounds()),
        Err(OrderError::SamePerson)
    );
    assert_eq!(order().withdraw(by(1)), Err(OrderError::NotTheirs));
    for ended in [
        order().approve(by(1)).unwrap(),
        order().decline(by(1), grounds()).unwrap(),
        order().withdraw(by(0)).unwrap(),
    ] {
        let state = ended.state.as_str();
        let not_now = Err(OrderError::NotNow { state });
        assert_eq!(ended.clone().approve(by(2)), not_now);
        assert_eq!(ended.clone().decline(by(2), grounds()), not_now);
        assert_eq!(ended.withdraw(by(0)), not_now);
    }
}

#[test]
fn what_makes_no_sense_is_not_proposed() {
    let today = parse_date("2026-12-31").unwrap();
    let to_itself = Change::Move {
        from: key(0, 2026),
        to: key(0, 2026),
    };
    let to_next_year = Change::Move {
        from: key(0, 2026),
        to: key(1, 2027),
    };
    let carry = |year| Change::CarryOver { from: key(0, year) };
    let check = |change: &Change| change.check(yuan(1), today);
    assert_eq!(check(&to_itself), Err(ChangeError::SameLine));
    assert_eq!(check(&to_next_year), Err(ChangeError::OtherYear));
    assert_eq!(
        check(&carry(2026)),
        Err(ChangeError::YearNotOver { year: 2026 })
    );
    for year in [i16::MIN, 1999, 3000, i16::MAX] {
        let (to, from) = (key(0, year), key(0, year));
        for change in [Change::Add { to }, Change::Lapse { from }] {
            assert_eq!(check(&change), Err(ChangeError::NoBudgetYear));
        }
    }
    assert_eq!(check(&carry(2025)), Ok(()));
    let add = Change::Add { to: key(0, 2026) };
    assert_eq!(add.check(Money::ZERO, today), Err(ChangeError::Nothing));
}

#[test]
fn every_change_comes_back_from_its_word_and_lines() {
    for change in [
        Change::Add { to: key(0, 2026) },
        Change::Move {
            from: key(1, 2026),
            to: key(0, 2026),
        },
        Change::CarryOver { from: key(0, 2025) },
        Change::Lapse { from: key(0, 2025) },
    ] {
        let (word, from, to) = (change.as_str(), change.from().cloned(), change.to());
        assert_eq!(Change::of(word, from, to), Some(change.clone()));
        let legs = change.legs();
        assert!(legs.is_sorted_by(|one, other| one.line <= other.line));
        for leg in legs {
            let (_, given) = leg.movement.accounts();
            assert_eq!(
                given == crate::domain::ledger::Account::Appropriation,
                leg.takes
            );
        }
    }
    let elsewhere = Change::of("carry_over", Some(key(0, 2025)), Some(key(1, 2026)));
    assert_eq!(elsewhere, None);
    assert_eq!(Change::of("add", Some(key(0, 2025)), None), None);
}

/// What may happen to two lines of two years, in any order.
#[derive(Debug, Clone)]
enum Act {
    Order(Change, i64),
    Reserve(BudgetKey, i64),
    Release(BudgetKey, i64),
}

fn line() -> impl Strategy<Value = BudgetKey> {
    (0..2_usize, 2025..2027_i16).prop_map(|(district, year)| key(district, year))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        line().prop_map(|to| Change::Add { to }),
        (line(), line()).prop_map(|(from, to)| Change::Move { from, to }),
        line().prop_map(|from| Change::CarryOver { from }),
        line().prop_map(|from| Change::Lapse { from }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let fen = 1..500_i64;
    prop_oneof![
        (change(), fen.clone()).prop_map(|(change, fen)| Act::Order(change, fen)),
        (line(), fen.clone()).prop_map(|(line, fen)| Act::Reserve(line, fen)),
        (line(), fen).prop_map(|(line, fen)| Act::Release(line, fen)),
    ]
}

type Lines = BTreeMap<BudgetKey, Budget>;

fn sum(lines: &Lines) -> i64 {
    lines.values().map(|line| line.appropriated.fen()).sum()
}

/// How much the sum of all lines changes by an order that went through.
fn grows_by(change: &Change, fen: i64) -> i64 {
    match change {
        Change::Add { .. } => fen,
        Change::Lapse { .. } => -fen,
        Change::Move { .. } | Change::CarryOver { .. } => 0,
    }
}

fn play(lines: &mut Lines, act: &Act) -> i64 {
    match act {
        Act::Order(change, fen) => {
            let today = parse_date("2027-01-04").unwrap();
            let fits = change.check(yuan(*fen), today).is_ok();
            let becomes = change.becomes(yuan(*fen), |key| lines.get(key).cloned());
            let Ok(becomes) = becomes
                .map_err(drop)
                .and_then(|all| fits.then_some(all).ok_or(()))
            else {
                return 0;
            };
            for one in becomes {
                lines.insert(one.after.key.clone(), one.after);
            }
            grows_by(change, *fen)
        }
        Act::Reserve(key, fen) => {
            if let Some(line) = lines.get_mut(key)
                && line.free().checked_sub(yuan(*fen)).is_some()
            {
                line.reserved = line.reserved.checked_add(yuan(*fen)).unwrap();
            }
            0
        }
        Act::Release(key, fen) => {
            if let Some(line) = lines.get_mut(key)
                && let Some(less) = line.reserved.checked_sub(yuan(*fen))
            {
                line.reserved = less;
            }
            0
        }
    }
}

proptest! {
    #[test]
    fn no_order_takes_what_is_promised_and_only_adding_and_lapsing_changes_the_sum(
        acts in proptest::collection::vec(act(), 0..60)
    ) {
        let mut lines = Lines::new();
        for act in &acts {
            let before = sum(&lines);
            let grown = play(&mut lines, act);
            prop_assert_eq!(sum(&lines), before + grown);
            for line in lines.values() {
                prop_assert!(line.reserved <= line.appropriated, "{:?}", line);
            }
        }
    }
}
