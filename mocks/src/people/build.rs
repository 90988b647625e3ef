//! Puts people together: identity first, then work, then what each register says about it.

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::documents::{self, Document};
use super::firms::{Firm, firm};
use super::month::Month;
use super::names;
use super::person::Person;
use super::records::{
    Benefit, Category, Contribution, Employment, EntryChannel, Nature, Procedure, Registers,
    SocialRegister, TalentRecord, TalentRegister,
};
use super::study::Studies;
use super::variety::{Aim, CLUSTER_SIZE, Expected, Kind, Trait, kinds};

/// Foshan in GB/T 2260.
pub(super) const FOSHAN: &str = "440600";
/// Guangzhou in GB/T 2260.
const GUANGZHOU: &str = "440100";
/// Employers from this index on take on clusters of newcomers.
const CLUSTER_FIRMS: u64 = 1 << 20;
/// Employers from this index on lie elsewhere and are somebody's past.
const FORMER_FIRMS: u64 = 1 << 21;
/// Pension, unemployment, medical, work injury, maternity.
const INSURANCES: [&str; 5] = ["110", "210", "310", "410", "510"];

/// Makes `count` people; the same for the same `seed`, `count` and `as_of` on every machine.
///
/// `as_of` is the day the registers were last written; every date is set back from it.
#[must_use]
pub fn generate(seed: u64, count: usize, as_of: Date) -> Vec<Person> {
    let mut order = ChaCha20Rng::seed_from_u64(seed);
    let mut taken: HashSet<Document> = HashSet::with_capacity(count);
    kinds(count, &mut order)
        .into_iter()
        .enumerate()
        .map(|(index, kind)| {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            rng.set_stream(index as u64 + 1);
            let draft = Draft {
                seed,
                index: index as u64,
                count: count as u64,
                as_of,
                kind,
            };
            let identity = loop {
                let identity = draft.identity(&mut rng);
                if taken.insert(identity.document.clone()) {
                    break identity;
                }
            };
            draft.person(identity, &mut rng)
        })
        .collect()
}

/// Who somebody is.
struct Identity {
    document: Document,
    name: String,
    born: Date,
    /// From Hong Kong, Macau, Taiwan or abroad: needs a work permit.
    needs_permit: bool,
}

/// Where and since when somebody works.
struct Work {
    firm: Firm,
    signed_on: Date,
    from: Date,
    until: Date,
}

/// Who pays contributions for whom, and where.
#[derive(Clone)]
struct Payer<'a> {
    name: &'a str,
    unit: &'a Firm,
    city: &'static str,
    base: String,
}

impl Payer<'_> {
    /// A row for each kind of insurance.
    fn rows(&self, from: Month, to: Month, paid_in: Month) -> [Contribution; 5] {
        INSURANCES.map(|insurance| Contribution {
            name: self.name.to_owned(),
            insurance: insurance.to_owned(),
            fee_from: from,
            fee_to: to,
            paid_in,
            unit_uscc: self.unit.uscc.clone(),
            unit_name: self.unit.name.clone(),
            city: self.city.to_owned(),
            base: self.base.clone(),
        })
    }
}

/// What is settled about a person while the rest is drawn.
struct Draft {
    seed: u64,
    index: u64,
    count: u64,
    as_of: Date,
    kind: Kind,
}

impl Draft {
    fn is(&self, one: Trait) -> bool {
        self.kind.particular == one
    }

    fn identity(&self, rng: &mut ChaCha20Rng) -> Identity {
        let age = match self.kind.aim {
            Aim::JuniorMid => rng.random_range(24..34),
            Aim::Doctor | Aim::Postdoc => rng.random_range(28..44),
        };
        let born =
            date(self.as_of.year() - age, 1, 1).saturating_add(rng.random_range(0..365).days());
        let (number, letters) = documents::country(rng);
        let (document, name, needs_permit) = match self.kind.particular {
            Trait::ResidencePermit | Trait::NoWorkPermit => (
                documents::residence_permit(born, rng),
                names::chinese(rng),
                true,
            ),
            Trait::ForeignNewCard => (
                documents::new_card(born, number, rng),
                names::foreign(rng),
                true,
            ),
            Trait::ForeignOldCard => (
                documents::old_card(born, letters, rng),
                names::foreign(rng),
                true,
            ),
            Trait::ForeignPassport | Trait::WorkPermitExpired => {
                (documents::passport(rng), names::foreign(rng), true)
            }
            Trait::RareName => (documents::resident(born, rng), names::rare(rng), false),
            Trait::DottedName => (documents::resident(born, rng), names::dotted(rng), false),
            Trait::LongName => (documents::resident(born, rng), names::long(rng), false),
            _ => (documents::resident(born, rng), names::chinese(rng), false),
        };
        Identity {
            document,
            name,
            born,
            needs_permit,
        }
    }

    fn work(&self, rng: &mut ChaCha20Rng) -> Work {
        let nature = match self.kind.particular {
            Trait::GovernmentOffice => Nature::Government,
            Trait::SocialOrganisation => Nature::SocialOrganisation,
            Trait::CivilServant => Nature::PublicInstitution,
            _ if rng.random_range(0..4) == 0 => Nature::PublicInstitution,
            _ => Nature::Enterprise,
        };
        // About four people an employer, so that a cluster stands out.
        let mut employer = firm(
            self.seed,
            rng.random_range(0..(self.count / 4).max(12)),
            nature,
        );
        let mut months_ago = rng.random_range(3..11);
        if self.is(Trait::ClusterEmployer) {
            let cluster = (self.kind.cluster_member / CLUSTER_SIZE) as u64;
            employer = firm(self.seed, CLUSTER_FIRMS + cluster, Nature::Enterprise);
            months_ago = 4;
        }
        let from = Month::of(self.as_of).plus(-months_ago).first_day();
        let until = if self.is(Trait::ShortContract) {
            from.saturating_add(12.months())
        } else {
            from.saturating_add((12 * rng.random_range(3..6)).months())
        };
        Work {
            firm: employer,
            signed_on: from.saturating_sub(rng.random_range(3..25).days()),
            from,
            until: until.saturating_sub(1.day()),
        }
    }

    fn person(&self, identity: Identity, rng: &mut ChaCha20Rng) -> Person {
        let work = self.work(rng);
        let studies = Studies {
            particular: self.kind.particular,
            aim: self.kind.aim,
            index: self.index,
            as_of: self.as_of,
            born: identity.born,
            before: work.from,
        };
        let (category, education, degree) = studies.registers(&identity.name, rng);
        let registers = Registers {
            talent_introduction: self.introduction(&identity, &work, category, rng),
            education,
            degree,
            social_security: self.contributions(&identity, &work, rng),
        };
        let mut account = documents::account(self.index * 2, &identity.name, rng);
        let mut spare_account = None;
        if self.is(Trait::BadCard) {
            account.will_return = Some(documents::bank_return(rng));
            spare_account = Some(documents::account(self.index * 2 + 1, &identity.name, rng));
        }
        Person {
            subject: format!("talent-{:06}", self.index),
            document_type: identity.document.kind,
            document_number: identity.document.number,
            phone: documents::phone(rng),
            account,
            spare_account,
            applies_for: self.kind.aim.policy().to_owned(),
            traits: vec![self.kind.particular],
            expected: Some(self.kind.particular.expected()),
            registers,
            faults: Vec::new(),
            name: identity.name,
        }
    }

    fn introduction(
        &self,
        identity: &Identity,
        work: &Work,
        category: Category,
        rng: &mut ChaCha20Rng,
    ) -> TalentRegister {
        let records = if self.is(Trait::NoIntroductionRecord) {
            Vec::new()
        } else {
            vec![self.introduction_record(identity, work, category, rng)]
        };
        TalentRegister {
            records,
            benefits: self.benefits(work),
        }
    }

    fn introduction_record(
        &self,
        identity: &Identity,
        work: &Work,
        category: Category,
        rng: &mut ChaCha20Rng,
    ) -> TalentRecord {
        let completed = work
            .from
            .saturating_add(rng.random_range(10..45).days())
            .min(self.as_of.saturating_sub(5.days()));
        let (procedure, completed_on) = match self.kind.particular {
            Trait::IntroductionInProgress => (Procedure::InProgress, None),
            Trait::IntroductionRevoked => (Procedure::Revoked, Some(completed)),
            _ => (Procedure::Completed, Some(completed)),
        };
        let is_mid_title = category == Category::MidTitle;
        TalentRecord {
            introduction_no: format!("FS{}{:06}", work.from.year(), self.index),
            name: identity.name.clone(),
            category,
            procedure,
            completed_on,
            channel: if self.is(Trait::CivilServant) {
                EntryChannel::CivilService
            } else {
                EntryChannel::Introduction
            },
            employment: if self.is(Trait::PartTime) {
                Employment::PartTime
            } else {
                Employment::FullTime
            },
            employer_uscc: work.firm.uscc.clone(),
            employer_name: work.firm.name.clone(),
            employer_nature: work.firm.nature,
            directly_affiliated: work.firm.nature == Nature::PublicInstitution
                && self.index.is_multiple_of(9),
            city: FOSHAN.to_owned(),
            district: work.firm.district.to_owned(),
            signed_on: work.signed_on,
            contract_from: work.from,
            contract_until: work.until,
            hukou_city: (!identity.needs_permit && rng.random_range(0..2) == 0)
                .then(|| FOSHAN.to_owned()),
            work_permit_until: self.work_permit_until(identity, rng),
            talent_grade: None,
            title_level: is_mid_title.then(|| "mid".to_owned()),
            title_awarded_on: is_mid_title.then(|| work.from.saturating_sub(200.days())),
            postdoc_entered_on: (category == Category::Postdoc).then_some(work.from),
            from_abroad: matches!(
                self.kind.particular,
                Trait::OverseasRecognised | Trait::OverseasUnrecognised
            ),
        }
    }

    fn work_permit_until(&self, identity: &Identity, rng: &mut ChaCha20Rng) -> Option<Date> {
        match self.kind.particular {
            Trait::NoWorkPermit => None,
            Trait::WorkPermitExpired => {
                Some(self.as_of.saturating_sub(rng.random_range(20..200).days()))
            }
            _ if identity.needs_permit => Some(
                self.as_of
                    .saturating_add(rng.random_range(400..1500).days()),
            ),
            _ => None,
        }
    }

    fn benefits(&self, work: &Work) -> Vec<Benefit> {
        let (kind, policy) = match self.kind.particular {
            Trait::RentSubsidy => ("rent", "sample-talent-rent-subsidy"),
            Trait::SettlingInAlready => ("settling_in", "sample-earlier-settling-in"),
            Trait::LivingAllowance => ("living", "sample-living-allowance"),
            _ => return Vec::new(),
        };
        vec![Benefit {
            kind: kind.to_owned(),
            policy: policy.to_owned(),
            granted_on: work.from.saturating_add(40.days()).min(self.as_of),
            city: FOSHAN.to_owned(),
        }]
    }

    fn contributions(
        &self,
        identity: &Identity,
        work: &Work,
        rng: &mut ChaCha20Rng,
    ) -> SocialRegister {
        if self.is(Trait::NoSocialSecurityRecord) {
            return SocialRegister::default();
        }
        let (first, last) = (Month::of(work.from), Month::of(self.as_of).plus(-1));
        let payer = Payer {
            name: &identity.name,
            unit: &work.firm,
            city: if self.is(Trait::SocialSecurityElsewhere) {
                GUANGZHOU
            } else {
                FOSHAN
            },
            base: format!("{}.00", 9_000 + 500 * rng.random_range(0..37)),
        };
        let mut records = Vec::new();
        if self.is(Trait::SeveralEmployers) {
            let former = firm(
                self.seed,
                FORMER_FIRMS + self.index % 20,
                Nature::Enterprise,
            );
            let before = Payer {
                unit: &former,
                city: GUANGZHOU,
                ..payer.clone()
            };
            let left = first.plus(-1);
            records.extend(before.rows(left.plus(-rng.random_range(6..30)), left, left));
        }
        // Some offices list ranges, others months; whoever paid unevenly is listed month by month.
        let is_uneven = self.is(Trait::BackPaid) || self.is(Trait::Interrupted);
        if is_uneven || rng.random_range(0..10) < 3 {
            for month in self.months(first, last) {
                records.extend(payer.rows(month, month, self.paid_in(month, first, last)));
            }
        } else {
            records.extend(payer.rows(first, last, last));
        }
        SocialRegister {
            records,
            continues: self.kind.particular.expected() == Expected::MachineApproves,
        }
    }

    /// The months a fee was paid for.
    fn months(&self, from: Month, last: Month) -> Vec<Month> {
        let from = if self.is(Trait::Interrupted) {
            from.plus(-8)
        } else {
            from
        };
        (0..=last.since(from))
            .map(|i| from.plus(i))
            // The gap: three months that end two months before the newest.
            .filter(|month| !self.is(Trait::Interrupted) || !(2..5).contains(&last.since(*month)))
            .collect()
    }

    /// When a month was paid: with back-payment, the first two months were paid three months late.
    fn paid_in(&self, month: Month, from: Month, last: Month) -> Month {
        if self.is(Trait::BackPaid) && month.since(from) < 2 {
            from.plus(4).min(last)
        } else {
            month
        }
    }
}
