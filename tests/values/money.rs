//! Shares and splits of money against Python's decimal and fractions.

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use rust_decimal::Decimal;
use sanmiao::domain::money::{Money, Rounding};

use super::oracle::ask;

const QUESTIONS: usize = 20_000;
const ROUNDINGS: [(Rounding, &str); 4] = [
    (Rounding::Down, "down"),
    (Rounding::Up, "up"),
    (Rounding::HalfUp, "half_up"),
    (Rounding::HalfEven, "half_even"),
];

/// An amount with any number of digits, so that small ones are as frequent as large ones.
fn amount(rng: &mut impl Rng) -> Money {
    let digits = rng.random_range(0..16);
    Money::from_fen(rng.random_range(0..10_i64.pow(digits) * 10)).expect("within the range")
}

#[test]
fn shares_are_rounded_as_python_rounds_them() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let (lines, ours): (Vec<String>, Vec<String>) = (0..QUESTIONS)
        .map(|_| {
            let amount = amount(&mut rng);
            // Few decimals, so that exact halves come up; never above one, so that nothing overflows.
            let scale = rng.random_range(0..=6);
            let share = Decimal::new(rng.random_range(0..=10_i64.pow(scale)), scale);
            let (rounding, name) = ROUNDINGS[rng.random_range(0..4)];
            let part = amount
                .share(share, rounding)
                .expect("a share of at most one");
            (
                format!("{}\t{share}\t{name}", amount.fen()),
                part.fen().to_string(),
            )
        })
        .unzip();
    let theirs = ask("check_values.py", &["shares"], &lines);
    assert_eq!(theirs.len(), QUESTIONS);
    for ((line, ours), theirs) in lines.iter().zip(ours).zip(theirs) {
        assert_eq!(ours, theirs, "{line:?}");
    }
}

#[test]
fn splits_are_those_of_exact_fractions() {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let (lines, ours): (Vec<String>, Vec<String>) = (0..QUESTIONS)
        .map(|_| {
            let amount = amount(&mut rng);
            let most = if rng.random() { 10 } else { u32::MAX };
            let mut weights: Vec<u32> = (0..rng.random_range(1..12))
                .map(|_| rng.random_range(0..=most))
                .collect();
            weights.push(1);
            let parts = amount.split(&weights).expect("a weight above zero");
            let parts: Vec<String> = parts.iter().map(|part| part.fen().to_string()).collect();
            let weights: Vec<String> = weights.iter().map(ToString::to_string).collect();
            (
                format!("{}\t{}", amount.fen(), weights.join(",")),
                parts.join(","),
            )
        })
        .unzip();
    let theirs = ask("check_values.py", &["splits"], &lines);
    assert_eq!(theirs.len(), QUESTIONS);
    for ((line, ours), theirs) in lines.iter().zip(ours).zip(theirs) {
        assert_eq!(ours, theirs, "{line:?}");
    }
}
