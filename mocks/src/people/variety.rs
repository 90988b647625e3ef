//! The field's variety: which kinds of people there are, and how many of each.
//!
//! Shares are exact by construction (largest remainder), not left to luck: of a thousand people the same number is of each kind for
//! every seed, and only who it is differs.

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

/// Whether a machine that keeps to the policy's words can approve a person for the policy applied for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Every criterion is met by a record.
    MachineApproves,
    /// Some criterion is not met, or cannot be established.
    Referred,
}

/// What is particular about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// Nothing in particular.
    Ordinary,
    /// Holds a doctor's degree by equivalent qualification (同等学力): a degree, and no education certificate.
    TDoctor,
    /// Degree from abroad, recognised.
    OverseasRecognised,
    /// From Hong Kong, Macau or Taiwan with a residence permit (81/82/83) and a work permit.
    ResidencePermit,
    /// Foreigner with the 18-digit permanent residence card of 2023 and a work permit.
    ForeignNewCard,
    /// Foreigner with the old permanent residence card (3 letters, 12 digits) and a work permit.
    ForeignOldCard,
    /// Foreigner with a passport and a work permit.
    ForeignPassport,
    /// 䶮, 𠮷 or the like in the name: outside GBK, or outside the basic plane.
    RareName,
    /// A name with a separator dot, as many peoples of China write theirs.
    DottedName,
    /// A name far longer than forms allow for.
    LongName,
    /// Some months of social security were paid later than they were due; now paid regularly.
    BackPaid,
    /// A gap in social security, closed again.
    Interrupted,
    /// Worked for others elsewhere before.
    SeveralEmployers,
    /// One of forty newcomers whom one employer took on in one month.
    ClusterEmployer,
    /// Meets the policy, but the bank will return the payment to the account given first.
    BadCard,
    /// Has a living allowance, which excludes nothing.
    LivingAllowance,
    /// Entered through the civil service, at a public institution.
    CivilServant,
    /// Degree from abroad without recognition.
    OverseasUnrecognised,
    /// Needs a work permit and has none.
    NoWorkPermit,
    /// The work permit has run out.
    WorkPermitExpired,
    /// The name is spelled differently in two registers.
    NameSpelledTwoWays,
    /// Already has a rent subsidy.
    RentSubsidy,
    /// Already has a settling-in subsidy.
    SettlingInAlready,
    /// The introduction procedure is not finished.
    IntroductionInProgress,
    /// The introduction was revoked.
    IntroductionRevoked,
    /// Works part-time.
    PartTime,
    /// Contract of about one year.
    ShortContract,
    /// Works for a government office without having entered the civil service.
    GovernmentOffice,
    /// Works for a social organisation.
    SocialOrganisation,
    /// The talent-introduction register has no record.
    NoIntroductionRecord,
    /// Neither the degree nor the education register has a record.
    NoDegreeRecord,
    /// The social-security register has no record.
    NoSocialSecurityRecord,
    /// Social security is held in another city.
    SocialSecurityElsewhere,
    /// The degree was revoked.
    RevokedDegree,
    /// Applies for a policy meant for another category of talent.
    WrongCategory,
}

impl Trait {
    /// What this trait means for the outcome.
    #[must_use]
    pub fn expected(self) -> Expected {
        if REFERRED.iter().any(|(one, _)| *one == self) {
            Expected::Referred
        } else {
            Expected::MachineApproves
        }
    }
}

/// Parts in a thousand of all people who cannot be approved by a machine.
///
/// With the cluster (about 4 in 100), which a service may well send to people too, it stays below 32 in 100.
const REFERRED_PER_MILLE: usize = 280;

/// Weights among those a machine can approve.
const APPROVED: [(Trait, usize); 17] = [
    (Trait::Ordinary, 398),
    (Trait::TDoctor, 14),
    (Trait::OverseasRecognised, 60),
    (Trait::ResidencePermit, 24),
    (Trait::ForeignNewCard, 10),
    (Trait::ForeignOldCard, 8),
    (Trait::ForeignPassport, 10),
    (Trait::RareName, 18),
    (Trait::DottedName, 12),
    (Trait::LongName, 8),
    (Trait::BackPaid, 26),
    (Trait::Interrupted, 22),
    (Trait::SeveralEmployers, 40),
    (Trait::ClusterEmployer, 40),
    (Trait::BadCard, 12),
    (Trait::LivingAllowance, 10),
    (Trait::CivilServant, 8),
];

/// Weights among those a machine cannot approve.
const REFERRED: [(Trait, usize); 18] = [
    (Trait::OverseasUnrecognised, 28),
    (Trait::NoWorkPermit, 14),
    (Trait::WorkPermitExpired, 8),
    (Trait::NameSpelledTwoWays, 22),
    (Trait::RentSubsidy, 30),
    (Trait::SettlingInAlready, 18),
    (Trait::IntroductionInProgress, 34),
    (Trait::IntroductionRevoked, 8),
    (Trait::PartTime, 18),
    (Trait::ShortContract, 24),
    (Trait::GovernmentOffice, 8),
    (Trait::SocialOrganisation, 8),
    (Trait::NoIntroductionRecord, 12),
    (Trait::NoDegreeRecord, 10),
    (Trait::NoSocialSecurityRecord, 10),
    (Trait::SocialSecurityElsewhere, 14),
    (Trait::RevokedDegree, 6),
    (Trait::WrongCategory, 8),
];

/// The policy a person applies for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// `foshan-phd-settling-in`
    Doctor,
    /// `foshan-postdoc-settling-in`
    Postdoc,
    /// `foshan-junior-mid-level`
    JuniorMid,
}

impl Aim {
    /// The policy's id.
    pub(crate) fn policy(self) -> &'static str {
        match self {
            Self::Doctor => "foshan-phd-settling-in",
            Self::Postdoc => "foshan-postdoc-settling-in",
            Self::JuniorMid => "foshan-junior-mid-level",
        }
    }
}

/// Shares of the policies applied for, in a hundred.
const AIMS: [(Aim, usize); 3] = [(Aim::Doctor, 80), (Aim::Postdoc, 10), (Aim::JuniorMid, 10)];

/// What is settled about a person before any detail is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) aim: Aim,
    pub(crate) particular: Trait,
    /// Place among the members of clusters, if a member.
    pub(crate) cluster_member: usize,
}

/// How many newcomers one cluster employer takes on in a month.
pub(crate) const CLUSTER_SIZE: usize = 40;

/// The kinds of `count` people in a drawn order.
pub(crate) fn kinds(count: usize, rng: &mut ChaCha20Rng) -> Vec<Kind> {
    let referred = (count * REFERRED_PER_MILLE + 500) / 1000;
    let mut particulars = spread(&REFERRED, referred);
    particulars.extend(spread(&APPROVED, count - referred));
    particulars.shuffle(rng);
    let mut aims = spread(&AIMS, count);
    aims.shuffle(rng);
    let mut members = 0;
    particulars
        .into_iter()
        .zip(aims)
        .map(|(particular, aim)| {
            let cluster_member = members;
            members += usize::from(particular == Trait::ClusterEmployer);
            Kind {
                aim,
                particular: fitting(particular, aim),
                cluster_member,
            }
        })
        .collect()
}

/// The junior and mid-level policy asks for less than the doctors' does; what would not stand in its way is exchanged for what does,
/// so that the shares hold for it too.
fn fitting(particular: Trait, aim: Aim) -> Trait {
    if aim != Aim::JuniorMid {
        return particular;
    }
    match particular {
        Trait::TDoctor
        | Trait::OverseasRecognised
        | Trait::ResidencePermit
        | Trait::ForeignNewCard
        | Trait::ForeignOldCard
        | Trait::ForeignPassport
        | Trait::BackPaid
        | Trait::Interrupted
        | Trait::LivingAllowance
        | Trait::CivilServant => Trait::Ordinary,
        Trait::OverseasUnrecognised
        | Trait::NoWorkPermit
        | Trait::WorkPermitExpired
        | Trait::RentSubsidy
        | Trait::SettlingInAlready
        | Trait::ShortContract
        | Trait::GovernmentOffice
        | Trait::SocialOrganisation
        | Trait::NoDegreeRecord
        | Trait::RevokedDegree
        | Trait::WrongCategory
        | Trait::IntroductionInProgress
        | Trait::PartTime => Trait::NoIntroductionRecord,
        other => other,
    }
}

/// Splits `count` over weights by largest remainder; earlier entries win ties.
fn spread<T: Copy>(weights: &[(T, usize)], count: usize) -> Vec<T> {
    let total: usize = weights.iter().map(|(_, weight)| weight).sum();
    let mut shares: Vec<(usize, usize, usize)> = weights
        .iter()
        .enumerate()
        .map(|(i, (_, weight))| (i, count * weight / total, count * weight % total))
        .collect();
    let missing = count - shares.iter().map(|(_, whole, _)| whole).sum::<usize>();
    shares.sort_by_key(|&(i, _, rest)| (std::cmp::Reverse(rest), i));
    for share in shares.iter_mut().take(missing) {
        share.1 += 1;
    }
    shares.sort_by_key(|&(i, _, _)| i);
    shares
        .iter()
        .zip(weights)
        .flat_map(|(&(_, whole, _), &(value, _))| std::iter::repeat_n(value, whole))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;

    proptest! {
        #[test]
        fn a_spread_has_exactly_the_count_asked_for(count in 0_usize..5_000) {
            prop_assert_eq!(spread(&APPROVED, count).len(), count);
            prop_assert_eq!(spread(&REFERRED, count).len(), count);
        }

        #[test]
        fn there_are_as_many_kinds_as_people(count in 0_usize..2_000, seed: u64) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            prop_assert_eq!(kinds(count, &mut rng).len(), count);
        }
    }

    #[test]
    fn every_trait_occurs_among_a_thousand() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let kinds = kinds(1_000, &mut rng);
        for (wanted, _) in APPROVED.iter().chain(&REFERRED) {
            assert!(
                kinds.iter().any(|kind| kind.particular == *wanted),
                "{wanted:?}"
            );
        }
    }
}
