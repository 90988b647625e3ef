//! Faults by name, so that a demonstration can switch each on in turn. Each of them leaves the world able to finish: it ends by
//! itself, spares the second try, or strikes few.

use super::Channel::{
    Degree, Education, Sink, SocialSecurity, Sources, TalentIntroduction, Treasury,
};
use super::{Fault, FaultRule, Faults, Lossy};

/// Every name, in the order a demonstration would take.
const NAMES: [&str; 32] = [
    "source-slow",
    "source-down",
    "sources-down",
    "source-5xx",
    "source-truncated",
    "source-wrong-schema",
    "source-bad-signature",
    "source-late-reply",
    "source-contradict",
    "treasury-slow",
    "treasury-down",
    "treasury-5xx",
    "treasury-truncated",
    "treasury-wrong-schema",
    "treasury-bad-signature",
    "treasury-lost-reply",
    "treasury-late-reply",
    "treasury-error-after-acceptance",
    "treasury-lossy-echo-double-text",
    "treasury-lossy-echo-double-number",
    "treasury-lossy-echo-single",
    "treasury-lossy-echo-truncated",
    "treasury-lossy-echo-one-fen",
    "treasury-foreign-echo",
    "treasury-never-conflict",
    "treasury-slow-settlement",
    "treasury-returned-later",
    "treasury-duplicate-callback",
    "treasury-out-of-order-callback",
    "treasury-callback-lost",
    "treasury-callback-bad-signature",
    "sink-down",
];

impl Faults {
    /// The names [`Faults::named`] knows.
    #[must_use]
    pub fn all_names() -> &'static [&'static str] {
        &NAMES
    }

    /// The faults of a name; `None` for a name nobody gave.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let rules = if let Some(how) = name.strip_prefix("treasury-lossy-echo-") {
            vec![one_answer_in_two(
                Treasury,
                Fault::LossyEcho { how: lossy(how)? },
            )]
        } else if name.starts_with("treasury-") {
            treasury(name)?
        } else {
            others(name)?
        };
        Some(Self { rules })
    }
}

/// One answer in two, and about the same person or instruction only once.
fn one_answer_in_two(channel: super::Channel, fault: Fault) -> FaultRule {
    FaultRule::always(channel, fault)
        .per_mille(500)
        .times_per_key_max(1)
}

fn lossy(how: &str) -> Option<Lossy> {
    Some(match how {
        "double-text" => Lossy::DoubleText,
        "double-number" => Lossy::DoubleNumber,
        "single" => Lossy::SingleText,
        "truncated" => Lossy::Truncated,
        "one-fen" => Lossy::OneFenLess,
        _ => return None,
    })
}

fn others(name: &str) -> Option<Vec<FaultRule>> {
    let all = FaultRule::always;
    Some(match name {
        "source-slow" => vec![all(Education, Fault::Slow { ms: 300 }).per_mille(200)],
        "source-down" => vec![all(Degree, Fault::Down).until_ms(3_000)],
        "sources-down" => vec![all(Sources, Fault::Down).until_ms(2_000)],
        "source-5xx" => vec![one_answer_in_two(
            SocialSecurity,
            Fault::ServerError { status: 503 },
        )],
        "source-truncated" => vec![one_answer_in_two(Education, Fault::Truncated)],
        "source-wrong-schema" => vec![one_answer_in_two(Degree, Fault::WrongSchema)],
        "source-bad-signature" => vec![one_answer_in_two(TalentIntroduction, Fault::BadSignature)],
        "source-late-reply" => {
            vec![
                all(TalentIntroduction, Fault::LateReply { ms: 3_000 })
                    .per_mille(30)
                    .times_per_key_max(1),
            ]
        }
        "source-contradict" => vec![all(Degree, Fault::Contradict).per_mille(15)],
        "sink-down" => vec![all(Sink, Fault::Down).until_ms(2_000)],
        _ => return None,
    })
}

fn treasury(name: &str) -> Option<Vec<FaultRule>> {
    let all = |fault| FaultRule::always(Treasury, fault);
    let returned = all(Fault::ReturnedLater { ms: 150, days: 1 }).per_mille(40);
    let half = |fault| vec![one_answer_in_two(Treasury, fault)];
    Some(match name {
        "treasury-slow" => vec![all(Fault::Slow { ms: 300 }).per_mille(200)],
        "treasury-down" => vec![all(Fault::Down).until_ms(3_000)],
        "treasury-5xx" => half(Fault::ServerError { status: 503 }),
        "treasury-truncated" => half(Fault::Truncated),
        "treasury-wrong-schema" => half(Fault::WrongSchema),
        "treasury-bad-signature" => half(Fault::BadSignature),
        "treasury-lost-reply" => half(Fault::LostReply),
        "treasury-late-reply" => {
            vec![
                all(Fault::LateReply { ms: 3_000 })
                    .per_mille(50)
                    .times_per_key_max(1),
            ]
        }
        "treasury-error-after-acceptance" => half(Fault::ErrorAfterAcceptance { status: 502 }),
        "treasury-foreign-echo" => half(Fault::ForeignEcho),
        "treasury-never-conflict" => vec![all(Fault::NeverConflict)],
        "treasury-slow-settlement" => vec![all(Fault::SlowSettlement { ms: 1_500 }).per_mille(200)],
        "treasury-returned-later" => vec![returned],
        "treasury-duplicate-callback" => vec![all(Fault::DuplicateCallback)],
        "treasury-out-of-order-callback" => {
            vec![
                returned,
                all(Fault::OutOfOrderCallback { ms: 500 }).per_mille(300),
            ]
        }
        "treasury-callback-lost" => vec![all(Fault::CallbackLost).per_mille(100)],
        "treasury-callback-bad-signature" => vec![all(Fault::CallbackBadSignature).per_mille(100)],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_something_and_survives_json() {
        for name in Faults::all_names() {
            let faults = Faults::named(name).unwrap_or_else(|| panic!("{name} means nothing"));
            let text = serde_json::to_string(&faults).unwrap();
            assert_eq!(
                serde_json::from_str::<Faults>(&text).unwrap(),
                faults,
                "{name}"
            );
        }
        assert_eq!(Faults::named("treasury-"), None);
        assert_eq!(Faults::named("treasury-lossy-echo-"), None);
    }
}
