//! What the education and degree registers say.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;

use super::documents::country;
use super::names::{one_of, respelled};
use super::records::{
    Category, DegreeRecord, DegreeRegister, EducationRecord, EducationRegister, Recognition,
};
use super::variety::{Aim, Trait};

/// Made-up schools under codes no real school has.
const SCHOOLS: [(&str, &str); 8] = [
    ("19801", "样例岭南理工大学"),
    ("19802", "样例珠水大学"),
    ("19803", "样例北辰大学"),
    ("19804", "样例江左师范大学"),
    ("19805", "样例西岭医科大学"),
    ("19806", "样例东洲海洋大学"),
    ("19807", "样例中原农业大学"),
    ("19808", "样例关外工业大学"),
];
/// Made-up schools abroad.
const ABROAD: [&str; 5] = [
    "Sample University of Northmere",
    "Sample Institute of Technology, Eastvale",
    "Universität Musterstadt (Sample)",
    "Université Exemplaire de Clairmont (Sample)",
    "Sample College of Saltmarsh",
];

/// What somebody studied.
#[derive(Clone, Copy)]
enum Stage {
    Doctor,
    Master,
    Bachelor,
}

impl Stage {
    /// First digit of GB/T 6864-2003.
    fn degree_level(self) -> &'static str {
        match self {
            Self::Doctor => "2",
            Self::Master => "3",
            Self::Bachelor => "4",
        }
    }

    /// GB/T 4658-2006, graduated.
    fn education_level(self) -> &'static str {
        match self {
            Self::Doctor => "11",
            Self::Master => "14",
            Self::Bachelor => "21",
        }
    }

    /// The two digits that stand for the level in a certificate number.
    fn certificate_level(self) -> &'static str {
        match self {
            Self::Doctor => "01",
            Self::Master => "02",
            Self::Bachelor => "05",
        }
    }
}

/// What is known when studies are drawn.
pub(super) struct Studies {
    pub(super) particular: Trait,
    pub(super) aim: Aim,
    pub(super) index: u64,
    /// The day the registers were last written.
    pub(super) as_of: Date,
    pub(super) born: Date,
    /// The day work began; studies ended before.
    pub(super) before: Date,
}

impl Studies {
    /// The category of talent that follows, and what the two registers say.
    pub(super) fn registers(
        &self,
        name: &str,
        rng: &mut ChaCha20Rng,
    ) -> (Category, EducationRegister, DegreeRegister) {
        let (category, stage) = self.category(rng);
        let ended = self.ended(stage, rng);
        match self.particular {
            Trait::OverseasRecognised => (
                category,
                EducationRegister::default(),
                self.recognised(name, stage, ended, rng),
            ),
            Trait::OverseasUnrecognised | Trait::NoDegreeRecord => (
                category,
                EducationRegister::default(),
                DegreeRegister::default(),
            ),
            _ => {
                let (education, degree) = self.domestic(name, stage, ended, rng);
                (category, education, degree)
            }
        }
    }

    fn category(&self, rng: &mut ChaCha20Rng) -> (Category, Stage) {
        if self.particular == Trait::WrongCategory {
            return (Category::Master, Stage::Master);
        }
        match self.aim {
            Aim::Doctor => (Category::Doctor, Stage::Doctor),
            Aim::Postdoc => (Category::Postdoc, Stage::Doctor),
            Aim::JuniorMid => match rng.random_range(0..10) {
                0..4 => (Category::Master, Stage::Master),
                4..7 => (Category::Bachelor, Stage::Bachelor),
                7..9 => (Category::MidTitle, Stage::Bachelor),
                _ => (Category::SeniorTechnician, Stage::Bachelor),
            },
        }
    }

    /// The thirtieth of June of a year that fits age and work.
    fn ended(&self, stage: Stage, rng: &mut ChaCha20Rng) -> Date {
        let age = match stage {
            Stage::Doctor => 27,
            Stage::Master => 24,
            Stage::Bachelor => 21,
        };
        let earliest = self.born.year() + age;
        let latest = self.before.year() - 1;
        let year = if earliest < latest {
            rng.random_range(earliest.max(latest - 6)..=latest)
        } else {
            latest
        };
        date(year, 6, 30)
    }

    fn domestic(
        &self,
        name: &str,
        stage: Stage,
        ended: Date,
        rng: &mut ChaCha20Rng,
    ) -> (EducationRegister, DegreeRegister) {
        let school = SCHOOLS
            .get(rng.random_range(0..SCHOOLS.len()))
            .copied()
            .unwrap_or(SCHOOLS[0]);
        let is_professional = rng.random_range(0..8) == 0;
        let education = match self.particular {
            Trait::TDoctor => Vec::new(),
            _ => vec![self.education_record(name, school, stage, ended)],
        };
        let degree = self.degree_record(name, school, stage, ended, is_professional);
        (
            EducationRegister { records: education },
            DegreeRegister {
                records: vec![degree],
                recognitions: Vec::new(),
            },
        )
    }

    fn degree_record(
        &self,
        name: &str,
        (code, school): (&str, &str),
        stage: Stage,
        ended: Date,
        is_professional: bool,
    ) -> DegreeRecord {
        let (prefix, kind) = match (self.particular, is_professional) {
            (Trait::TDoctor, _) => ("T", "equivalent"),
            (_, true) => ("Z", "professional"),
            _ => ("", "academic"),
        };
        let (name, status) = match self.particular {
            Trait::NameSpelledTwoWays => (respelled(name), "valid"),
            Trait::RevokedDegree => (name.to_owned(), "revoked"),
            _ => (name.to_owned(), "valid"),
        };
        let (level, year, serial) = (stage.degree_level(), ended.year(), self.serial());
        DegreeRecord {
            certificate_no: format!("{prefix}{code}{level}{year}{serial:06}"),
            name,
            institution_code: code.to_owned(),
            institution_name: school.to_owned(),
            level: level.to_owned(),
            kind: kind.to_owned(),
            awarded_on: ended,
            status: status.to_owned(),
        }
    }

    fn education_record(
        &self,
        name: &str,
        (code, school): (&str, &str),
        stage: Stage,
        ended: Date,
    ) -> EducationRecord {
        let (level, year, serial) = (stage.certificate_level(), ended.year(), self.serial());
        EducationRecord {
            certificate_no: format!("{code}1{year}{level}{serial:06}"),
            name: name.to_owned(),
            school_code: code.to_owned(),
            school_name: school.to_owned(),
            level: stage.education_level().to_owned(),
            study_form: "full_time".to_owned(),
            conclusion: "graduated".to_owned(),
            graduated_on: ended,
        }
    }

    /// Six digits that end a certificate number; apart for each of a million people.
    fn serial(&self) -> u64 {
        self.index % 1_000_000
    }

    fn recognised(
        &self,
        name: &str,
        stage: Stage,
        ended: Date,
        rng: &mut ChaCha20Rng,
    ) -> DegreeRegister {
        let (_, letters) = country(rng);
        let recognised = ended
            .saturating_add(rng.random_range(60..180).days())
            .min(self.as_of.saturating_sub(10.days()));
        DegreeRegister {
            records: Vec::new(),
            recognitions: vec![Recognition {
                recognition_no: format!("RZ{}{:06}", recognised.year(), self.index % 1_000_000),
                name: name.to_owned(),
                country: letters.to_owned(),
                institution_name: one_of(&ABROAD, rng).to_owned(),
                level: stage.degree_level().to_owned(),
                awarded_on: ended,
                recognized_on: recognised,
                status: "valid".to_owned(),
            }],
        }
    }
}
