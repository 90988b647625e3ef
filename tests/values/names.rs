//! Agreement of names against Python's Unicode data.

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sanmiao::domain::name::names_agree;

use super::oracle::ask;

const PAIRS: usize = 20_000;
/// What names are made of, and what registers make of it: full width, dots, spaces, look-alikes, accents apart and together.
const PIECES: [&str; 24] = [
    "张", "三", "吉", "𠮷", "䶮", "龑", "⼀", "一", "阿", "·", "•", "・", "･", " ", "\u{3000}",
    "a", "A", "Ａ", "é", "e\u{301}", "É", "ß", "Ω", "\u{2126}",
];

fn name(rng: &mut impl Rng, pieces: usize) -> String {
    (0..pieces)
        .map(|_| PIECES[rng.random_range(0..PIECES.len())])
        .collect()
}

/// The name as another register might write it: one piece exchanged for another that mostly looks like it.
fn rewritten(rng: &mut impl Rng, name: &str) -> String {
    let at = rng.random_range(0..PIECES.len());
    let near = if at + 1 < PIECES.len() && rng.random() {
        at + 1
    } else {
        at.saturating_sub(1)
    };
    name.replace(PIECES[at], PIECES[near])
}

#[test]
fn names_agree_when_python_says_so() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let pairs: Vec<(String, String)> = (0..PAIRS)
        .map(|_| {
            let pieces = rng.random_range(1..6);
            let one = name(&mut rng, pieces);
            let other = (0..3).fold(one.clone(), |other, _| rewritten(&mut rng, &other));
            (one, other)
        })
        .collect();
    let lines: Vec<String> = pairs
        .iter()
        .map(|(one, other)| format!("{one}\t{other}"))
        .collect();
    let verdicts = ask("check_values.py", &["names"], &lines);
    assert_eq!(verdicts.len(), PAIRS);
    let mut agreed = 0;
    for ((one, other), verdict) in pairs.iter().zip(&verdicts) {
        assert_eq!(
            names_agree(one, other),
            verdict == "1",
            "{one:?} and {other:?}"
        );
        agreed += usize::from(one != other && verdict == "1");
    }
    assert!(
        agreed > 500,
        "only {agreed} pairs are written otherwise and agree"
    );
}
