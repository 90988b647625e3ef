//! Peers' defects that concern statements, each convicted.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use sanmiao::domain::statement::{StatementKind, What};

use super::corruptions::{Names, names};
use super::sample::{Payment, Told, file, id, ledger, lines, totals};

fn ledger_of(kind: StatementKind) -> (Vec<Payment>, Vec<Told>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let payments = ledger(&mut rng, kind, 8);
    let told = lines(&payments);
    (payments, told)
}

fn found(payments: &[Payment], kind: StatementKind, told: &[Told]) -> Names {
    names(payments, &file(kind, told, &totals(told)))
}

fn one(name: &str, reference: &str) -> Names {
    [(name.to_owned(), reference.to_owned())].into()
}

#[test]
fn one_unknown_id_does_not_fail_the_whole_statement() {
    for kind in StatementKind::ALL {
        let (payments, mut told) = ledger_of(*kind);
        let stranger = id(&mut ChaCha8Rng::seed_from_u64(8));
        told.insert(
            3,
            Told {
                id: stranger.clone(),
                serial: "YH0".to_owned(),
                ..told[0].clone()
            },
        );
        assert_eq!(
            found(&payments, *kind, &told),
            one("extra", &stranger),
            "{kind}"
        );
    }
}

#[test]
fn an_amount_that_differs_by_a_fen_is_told_though_everything_else_agrees() {
    for kind in StatementKind::ALL {
        let (payments, mut told) = ledger_of(*kind);
        let fen = payments[0].amount.fen();
        let less = sanmiao::domain::money::Money::from_fen(fen - 1).expect("a fen less");
        told[0].amount = less.to_string();
        assert_eq!(
            found(&payments, *kind, &told),
            one("amount", &told[0].id),
            "{kind}"
        );
    }
}

/// Amounts beyond 2^53 fen, where a float loses them.
#[test]
fn large_amounts_are_compared_exactly() {
    for kind in StatementKind::ALL {
        let (mut payments, _) = ledger_of(*kind);
        payments[0].amount = "90071992547409.93".parse().expect("an amount");
        let mut told = lines(&payments);
        assert_eq!(found(&payments, *kind, &told), Names::new(), "{kind}");
        told[0].amount = "90071992547409.92".to_owned();
        assert_eq!(
            found(&payments, *kind, &told),
            one("amount", &told[0].id),
            "{kind}"
        );
    }
}

/// A second payment of the same sum to the same payee is a payment of its own.
#[test]
fn two_equal_payments_to_one_account_are_two() {
    for kind in StatementKind::ALL {
        let (mut payments, _) = ledger_of(*kind);
        payments[1].amount = payments[0].amount;
        payments[1].account = payments[0].account.clone();
        assert_eq!(
            found(&payments, *kind, &lines(&payments)),
            Names::new(),
            "{kind}"
        );
        let mut told = lines(&payments);
        told.remove(1);
        let left_out = found(&payments, *kind, &told);
        assert_eq!(
            left_out.contains(&("missing".to_owned(), payments[1].id.clone())),
            kind.is_complete()
        );
    }
}

#[test]
fn a_rejection_in_a_status_report_is_no_settlement() {
    let (payments, mut told) = ledger_of(StatementKind::Pain002);
    told[2].what = What::Rejected;
    assert_eq!(
        found(&payments, StatementKind::Pain002, &told),
        one("status", &told[2].id)
    );
}
