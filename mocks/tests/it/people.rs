//! The made-up people: the same for a seed, in the right mix, without a wrong check digit.

use std::collections::{HashMap, HashSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use sanmiao_mocks::people::{
    Category, DocumentType, Employment, EntryChannel, Month, Nature, Procedure, cnaps_is_valid,
    generate, luhn_check, parse_people, resident_check, travel_document_check, uscc_check,
    write_people,
};
use sanmiao_mocks::{Expected, Person, Trait};

const AS_OF: Date = date(2026, 11, 20);

#[test]
fn the_same_seed_makes_the_same_people_and_another_seed_others() {
    let one = write_people(&generate(7, 300, AS_OF)).unwrap();
    assert_eq!(one, write_people(&generate(7, 300, AS_OF)).unwrap());
    assert_ne!(one, write_people(&generate(8, 300, AS_OF)).unwrap());
}

#[test]
fn about_three_in_ten_cannot_be_approved_by_a_machine_for_any_of_twenty_seeds() {
    for seed in 1..=20 {
        let people = generate(seed, 1_000, AS_OF);
        let referred = people
            .iter()
            .filter(|p| p.expected() == Expected::Referred)
            .count();
        let with_cluster = people
            .iter()
            .filter(|p| p.expected() == Expected::Referred || p.is(Trait::ClusterEmployer))
            .count();
        assert!((250..=350).contains(&referred), "seed {seed}: {referred}");
        assert!(
            (250..=350).contains(&with_cluster),
            "seed {seed}: {with_cluster}"
        );
    }
}

#[test]
fn policies_are_applied_for_in_the_proportion_80_10_10() {
    let people = generate(3, 1_000, AS_OF);
    let mut count: HashMap<&str, usize> = HashMap::new();
    for person in &people {
        *count.entry(&person.applies_for).or_default() += 1;
    }
    assert_eq!(count["foshan-phd-settling-in"], 800);
    assert_eq!(count["foshan-postdoc-settling-in"], 100);
    assert_eq!(count["foshan-junior-mid-level"], 100);
}

#[test]
fn one_employer_took_on_forty_newcomers_in_one_month_and_no_other_comes_near() {
    let people = generate(5, 1_000, AS_OF);
    let mut newcomers: HashMap<(String, Month), usize> = HashMap::new();
    for record in people
        .iter()
        .flat_map(|p| &p.registers.talent_introduction.records)
    {
        *newcomers
            .entry((
                record.employer_uscc.clone(),
                Month::of(record.contract_from),
            ))
            .or_default() += 1;
    }
    let mut counts: Vec<usize> = newcomers.into_values().collect();
    counts.sort_unstable();
    assert!(
        counts.last().is_some_and(|most| (36..=40).contains(most)),
        "{counts:?}"
    );
    assert!(counts[counts.len() - 2] < 10, "{counts:?}");
}

fn check_document(person: &Person) {
    let number = person.document_number.as_str();
    match (person.document_type, number.len()) {
        (DocumentType::PermanentResidence, 15) => {
            assert!(
                number.ends_with(travel_document_check(&number[..14])),
                "old card"
            );
        }
        (DocumentType::Passport, 9) => {}
        (DocumentType::ResidentId | DocumentType::PermanentResidence, 18) => {
            assert!(number.ends_with(resident_check(&number[..17])), "18 digits");
        }
        (kind, length) => panic!("{kind:?} of {length} characters"),
    }
}

fn check_numbers(person: &Person) {
    check_document(person);
    for account in [Some(&person.account), person.spare_account.as_ref()]
        .into_iter()
        .flatten()
    {
        let digits = account.number.as_str();
        assert!(
            digits.ends_with(luhn_check(&digits[..digits.len() - 1])),
            "card"
        );
        assert!(cnaps_is_valid(&account.bank_cnaps), "bank");
        assert_eq!(&account.bank_cnaps[3..7], "5880", "Foshan");
    }
    let registers = &person.registers;
    let units = registers
        .social_security
        .records
        .iter()
        .map(|row| &row.unit_uscc);
    let employers = registers
        .talent_introduction
        .records
        .iter()
        .map(|row| &row.employer_uscc);
    for code in units.chain(employers) {
        assert!(
            code.ends_with(uscc_check(&code[..17])),
            "social credit code"
        );
    }
    for degree in &registers.degree.records {
        let digits = degree.certificate_no.trim_start_matches(['Z', 'T']);
        assert_eq!((digits.len(), &digits[5..6]), (16, degree.level.as_str()));
        assert_eq!(digits[6..10], degree.awarded_on.year().to_string());
    }
    for certificate in &registers.education.records {
        assert_eq!(certificate.certificate_no.len(), 18);
        assert!(
            certificate
                .certificate_no
                .starts_with(&certificate.school_code)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_number_has_a_wrong_check_digit_and_nobody_shares_one(seed: u64, count in 1_usize..400) {
        let people = generate(seed, count, AS_OF);
        prop_assert_eq!(people.len(), count);
        people.iter().for_each(check_numbers);
        let documents: HashSet<_> = people.iter().map(Person::document).collect();
        prop_assert_eq!(documents.len(), count);
        let accounts: HashSet<_> = people.iter().map(|p| &p.account.number).collect();
        prop_assert_eq!(accounts.len(), count);
    }

    #[test]
    fn a_people_file_is_read_back_as_it_was_written(seed: u64) {
        let people = generate(seed, 30, AS_OF);
        let text = write_people(&people).unwrap();
        prop_assert!(parse_people(&text).unwrap() == people);
    }
}

#[test]
fn a_people_file_that_cannot_be_used_says_where() {
    let text = write_people(&generate(1, 2, AS_OF)).unwrap();
    let twice = format!("{text}\n{text}");
    assert_eq!(
        parse_people(&twice).unwrap_err().to_string(),
        "line 4 repeats the subject of an earlier line"
    );
    assert!(
        parse_people(&format!("{text}{{}}"))
            .unwrap_err()
            .to_string()
            .starts_with("line 3 is not a person")
    );
    assert!(parse_people("\n\n").is_err());
}

#[test]
fn what_is_shown_of_a_person_holds_nothing_personal() {
    for person in generate(1, 50, AS_OF) {
        let shown = format!("{person:?} {:?} {:?}", person.registers, person.card());
        for secret in [
            &person.name,
            &person.document_number,
            &person.account.number,
            &person.phone,
        ] {
            assert!(!shown.contains(secret.as_str()));
        }
        let card = serde_json::to_string(&person.card()).unwrap();
        for word in ["expected", "traits", "registers", "will_return"] {
            assert!(!card.contains(word), "{word}");
        }
    }
}

/// The policies' words once more, by hand, over the records alone: what the traits promise must follow from the records.
fn honest_reading(person: &Person) -> Expected {
    let junior = person.applies_for == "foshan-junior-mid-level";
    let meets = introduction_is_right(person, junior)
        && social_security_is_in_foshan(person)
        && degree_is_right(person, junior)
        && names_agree(person)
        && !person
            .registers
            .talent_introduction
            .benefits
            .iter()
            .any(|benefit| benefit.kind != "living");
    if meets {
        Expected::MachineApproves
    } else {
        Expected::Referred
    }
}

fn introduction_is_right(person: &Person, junior: bool) -> bool {
    let Some(record) = person.registers.talent_introduction.records.first() else {
        return false;
    };
    let wanted: &[Category] = match person.applies_for.as_str() {
        "foshan-phd-settling-in" => &[Category::Doctor],
        "foshan-postdoc-settling-in" => &[Category::Postdoc],
        _ => &[
            Category::Master,
            Category::Bachelor,
            Category::MidTitle,
            Category::SeniorTechnician,
        ],
    };
    let entered =
        record.channel == EntryChannel::CivilService || record.procedure == Procedure::Completed;
    let two_years =
        record.contract_until.tomorrow().unwrap() >= record.contract_from.saturating_add(2.years());
    let employer = matches!(
        record.employer_nature,
        Nature::Enterprise | Nature::PublicInstitution
    );
    let foreign = !person
        .document_number
        .starts_with(|c: char| ('1'..='6').contains(&c))
        || person.document_type != DocumentType::ResidentId;
    let permit = !foreign || record.work_permit_until.is_some_and(|until| until >= AS_OF);
    wanted.contains(&record.category)
        && entered
        && record.employment == Employment::FullTime
        && (junior || (two_years && employer && permit))
}

fn social_security_is_in_foshan(person: &Person) -> bool {
    person
        .registers
        .social_security
        .records
        .iter()
        .any(|row| row.city == "440600" && row.fee_to >= Month::of(AS_OF).plus(-2))
}

fn degree_is_right(person: &Person, junior: bool) -> bool {
    let degree = &person.registers.degree;
    let is_valid = |level: &str, status: &str| status == "valid" && (junior || level == "2");
    degree
        .records
        .iter()
        .any(|one| is_valid(&one.level, &one.status))
        || degree
            .recognitions
            .iter()
            .any(|one| is_valid(&one.level, &one.status))
}

fn names_agree(person: &Person) -> bool {
    let registers = &person.registers;
    let names = registers
        .talent_introduction
        .records
        .iter()
        .map(|one| &one.name)
        .chain(registers.degree.records.iter().map(|one| &one.name))
        .chain(registers.degree.recognitions.iter().map(|one| &one.name))
        .chain(registers.education.records.iter().map(|one| &one.name))
        .chain(
            registers
                .social_security
                .records
                .iter()
                .map(|one| &one.name),
        );
    names.into_iter().all(|name| *name == person.name)
}

#[test]
fn what_traits_promise_follows_from_the_records_alone() {
    for seed in 1..=20 {
        for person in generate(seed, 1_000, AS_OF) {
            assert_eq!(
                honest_reading(&person),
                person.expected(),
                "seed {seed}, {}, {:?}",
                person.subject,
                person.traits
            );
        }
    }
}
