//! Numbers of documents, organisations, certificates and banks, judged by both sides: ours by Python, Python's by us.

use rand::seq::IteratorRandom as _;
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sanmiao::domain::bank::{AccountNumber, BankCode};
use sanmiao::domain::certificate::{DegreeCertificate, EducationCertificate};
use sanmiao::domain::document::{DocumentType, IdentityDocument};
use sanmiao::domain::uscc::Uscc;

use super::oracle::ask;

/// Good numbers a kind, and as many damaged ones, in each direction.
const NUMBERS_A_KIND: usize = 20_000;
const KINDS: [&str; 8] = [
    "resident_id",
    "permanent_residence",
    "passport",
    "uscc",
    "degree",
    "education",
    "cnaps",
    "card",
];
const DIGITS: &str = "0123456789";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const USCC_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Characters that do not belong, or not everywhere: letters of the codes, spaces, full width, other scripts.
const STRANGERS: &str = "0123456789XxZTIOSV -·？１٣𠮷";

/// Our verdict. Of a card, whether there is nothing to warn of.
fn accepts(kind: &str, number: &str) -> bool {
    match kind {
        "uscc" => number.parse::<Uscc>().is_ok(),
        "degree" => number.parse::<DegreeCertificate>().is_ok(),
        "education" => number.parse::<EducationCertificate>().is_ok(),
        "cnaps" => number.parse::<BankCode>().is_ok(),
        "card" => number
            .parse::<AccountNumber>()
            .is_ok_and(|account| account.warning().is_none()),
        document => {
            let kind: DocumentType = document.parse().expect("a kind of document");
            IdentityDocument::parse(kind, number).is_ok()
        }
    }
}

fn one_of(rng: &mut impl Rng, alphabet: &str) -> char {
    alphabet
        .chars()
        .choose(rng)
        .expect("the alphabet is not empty")
}

fn text_of(rng: &mut impl Rng, alphabet: &str, length: usize) -> String {
    (0..length).map(|_| one_of(rng, alphabet)).collect()
}

/// The body with the check character of the alphabet that we accept.
fn with_check(kind: &str, body: &str, alphabet: &str) -> String {
    alphabet
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(|number| accepts(kind, number))
        .expect("a check character fits")
}

/// A number that we take for good.
fn good(rng: &mut impl Rng, kind: &str) -> String {
    match kind {
        "resident_id" => {
            let region = match rng.random_range(0..6) {
                permit @ 0..3 => format!("8{}0000", permit + 1),
                _ => text_of(rng, "12345678", 1) + &text_of(rng, DIGITS, 5),
            };
            let day = jiff::civil::date(rng.random_range(1900..2030), rng.random_range(1..=12), 1)
                .saturating_add(jiff::Span::new().days(rng.random_range(0..31)));
            let body = format!(
                "{region}{}{}",
                day.to_string().replace('-', ""),
                text_of(rng, DIGITS, 3)
            );
            with_check(kind, &body, "0123456789X")
        }
        "permanent_residence" if rng.random_bool(0.3) => {
            text_of(rng, LETTERS, 3) + &text_of(rng, DIGITS, 12)
        }
        "permanent_residence" => with_check(
            kind,
            &("9".to_owned() + &text_of(rng, DIGITS, 16)),
            "0123456789X",
        ),
        "passport" => {
            let length = rng.random_range(1..=20);
            text_of(rng, "ABCXYZ0123456789", length)
        }
        // Half of them with digits in the first eight places, so that stdnum's whole verdict is asked too.
        "uscc" if rng.random() => {
            let body = text_of(rng, DIGITS, 8) + &text_of(rng, USCC_ALPHABET, 9);
            with_check(kind, &body, USCC_ALPHABET)
        }
        "uscc" => with_check(kind, &text_of(rng, USCC_ALPHABET, 17), USCC_ALPHABET),
        "degree" => {
            let prefix = ["", "Z", "T"][rng.random_range(0..3)];
            let institution = text_of(rng, DIGITS, 5);
            let level = one_of(rng, "234");
            format!("{prefix}{institution}{level}{}", text_of(rng, DIGITS, 10))
        }
        "education" => {
            let length = rng.random_range(17..=18);
            text_of(rng, DIGITS, length)
        }
        "cnaps" => with_check(kind, &text_of(rng, DIGITS, 11), DIGITS),
        _ => {
            let length = rng.random_range(15..=18);
            with_check(kind, &text_of(rng, DIGITS, length), DIGITS)
        }
    }
}

/// The number with one slip of the kind that hands and machines make.
fn damaged(rng: &mut impl Rng, number: &str) -> String {
    let mut characters: Vec<char> = number.chars().collect();
    let at = rng.random_range(0..characters.len());
    match rng.random_range(0..6) {
        0 => characters[at] = one_of(rng, DIGITS),
        1 => characters.swap(at, at.saturating_sub(1)),
        2 => drop(characters.remove(at)),
        3 => characters.insert(at, one_of(rng, STRANGERS)),
        4 => characters[at] = one_of(rng, STRANGERS),
        _ => return number.to_ascii_lowercase(),
    }
    characters.into_iter().collect()
}

#[test]
fn python_judges_our_numbers_as_we_do() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for kind in KINDS {
        let numbers: Vec<String> = (0..NUMBERS_A_KIND)
            .flat_map(|_| {
                let number = good(&mut rng, kind);
                let slipped = damaged(&mut rng, &number);
                [number, slipped]
            })
            .collect();
        let lines: Vec<String> = numbers
            .iter()
            .map(|number| format!("{kind}\t{number}"))
            .collect();
        let verdicts = ask("check_numbers.py", &["check"], &lines);
        assert_eq!(verdicts.len(), numbers.len());
        for (number, verdict) in numbers.iter().zip(&verdicts) {
            assert_eq!(accepts(kind, number), verdict == "1", "{kind} {number:?}");
        }
        for good in numbers.iter().step_by(2) {
            assert!(accepts(kind, good), "{kind} {good:?} was made to be good");
        }
        let refused = verdicts.iter().filter(|verdict| *verdict == "0").count();
        // Any letters and digits are a passport, so few slips can be seen there; the others have more to hold on to.
        assert!(
            refused > NUMBERS_A_KIND / 20,
            "{kind}: only {refused} damaged numbers were seen"
        );
    }
}

#[test]
fn we_judge_numbers_of_python_as_it_does() {
    let rows = ask(
        "check_numbers.py",
        &["make", "2", &NUMBERS_A_KIND.to_string()],
        &[],
    );
    assert_eq!(rows.len(), KINDS.len() * NUMBERS_A_KIND * 2);
    for row in rows {
        let [kind, number, verdict] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three fields: {row:?}");
        };
        assert_eq!(accepts(kind, number), verdict == "1", "{kind} {number:?}");
    }
}

#[test]
fn birth_and_sex_are_those_the_number_was_made_from() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    for _ in 0..NUMBERS_A_KIND {
        let number = good(&mut rng, "resident_id");
        let document =
            IdentityDocument::parse(DocumentType::ResidentId, &number).expect("made to be good");
        let birth = document
            .birth_date()
            .expect("a card carries it")
            .to_string();
        assert_eq!(birth.replace('-', ""), number[6..14]);
        assert!(document.sex().is_some());
    }
}
