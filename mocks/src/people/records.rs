//! What each register says about a person, in the form it goes over the wire.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::month::Month;

/// Debug output that names the type and nothing of the person.
macro_rules! masked_debug {
    ($($kind:ty),+ $(,)?) => {$(
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($kind), "(masked)"))
            }
        }
    )+};
}
pub(crate) use masked_debug;

/// The kind of talent a person was introduced as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the wire's own and say it")]
pub enum Category {
    Doctor,
    Postdoc,
    Master,
    Bachelor,
    LeadingTalent,
    SeniorTitle,
    MidTitle,
    SeniorTechnician,
}

/// How far the introduction procedure has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the wire's own and say it")]
pub enum Procedure {
    Completed,
    InProgress,
    Revoked,
}

/// The way in: the talent-introduction procedure, or entry into the civil service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the wire's own and say it")]
pub enum EntryChannel {
    Introduction,
    CivilService,
}

/// Full-time or part-time work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the wire's own and say it")]
pub enum Employment {
    FullTime,
    PartTime,
}

/// The nature of an employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the wire's own and say it")]
pub enum Nature {
    Enterprise,
    PublicInstitution,
    Government,
    SocialOrganisation,
}

/// One line of the talent-introduction register (人才引进).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "field by field described in docs/contracts.md")]
pub struct TalentRecord {
    pub introduction_no: String,
    pub name: String,
    pub category: Category,
    pub procedure: Procedure,
    pub completed_on: Option<Date>,
    pub channel: EntryChannel,
    pub employment: Employment,
    pub employer_uscc: String,
    pub employer_name: String,
    pub employer_nature: Nature,
    pub directly_affiliated: bool,
    pub city: String,
    pub district: String,
    pub signed_on: Date,
    pub contract_from: Date,
    pub contract_until: Date,
    pub hukou_city: Option<String>,
    pub work_permit_until: Option<Date>,
    pub talent_grade: Option<String>,
    pub title_level: Option<String>,
    pub title_awarded_on: Option<Date>,
    pub postdoc_entered_on: Option<Date>,
    pub from_abroad: bool,
}

/// A benefit a person has already been granted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "field by field described in docs/contracts.md")]
pub struct Benefit {
    pub kind: String,
    pub policy: String,
    pub granted_on: Date,
    pub city: String,
}

/// One line of the education register (学历).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "field by field described in docs/contracts.md")]
pub struct EducationRecord {
    pub certificate_no: String,
    pub name: String,
    pub school_code: String,
    pub school_name: String,
    pub level: String,
    pub study_form: String,
    pub conclusion: String,
    pub graduated_on: Date,
}

/// One line of the degree register (学位).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "field by field described in docs/contracts.md")]
pub struct DegreeRecord {
    pub certificate_no: String,
    pub name: String,
    pub institution_code: String,
    pub institution_name: String,
    pub level: String,
    pub kind: String,
    pub awarded_on: Date,
    pub status: String,
}

/// The recognition of an overseas degree (学历学位认证).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "field by field described in docs/contracts.md")]
pub struct Recognition {
    pub recognition_no: String,
    pub name: String,
    pub country: String,
    pub institution_name: String,
    pub level: String,
    pub awarded_on: Date,
    pub recognized_on: Date,
    pub status: String,
}

/// Contributions to one kind of social insurance over one month or a run of months.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "field by field described in docs/contracts.md")]
pub struct Contribution {
    pub name: String,
    pub insurance: String,
    pub fee_from: Month,
    pub fee_to: Month,
    pub paid_in: Month,
    pub unit_uscc: String,
    pub unit_name: String,
    pub city: String,
    pub base: String,
}

/// What the talent-introduction register holds on a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TalentRegister {
    /// Introductions; normally one.
    #[serde(default)]
    pub records: Vec<TalentRecord>,
    /// Benefits granted already.
    #[serde(default)]
    pub benefits: Vec<Benefit>,
}

/// What the education register holds on a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EducationRegister {
    /// Certificates of education.
    #[serde(default)]
    pub records: Vec<EducationRecord>,
}

/// What the degree register holds on a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DegreeRegister {
    /// Degrees awarded in the country.
    #[serde(default)]
    pub records: Vec<DegreeRecord>,
    /// Recognitions of degrees from abroad.
    #[serde(default)]
    pub recognitions: Vec<Recognition>,
}

/// What the social-security register holds on a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocialRegister {
    /// Contributions, one row a month or one a run of months.
    #[serde(default)]
    pub records: Vec<Contribution>,
    /// Whether the newest rows go on when business time moves ahead, as they do for somebody who stays employed.
    #[serde(default)]
    pub continues: bool,
}

/// The four registers' view of one person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "one field a register, under its name on the wire"
)]
pub struct Registers {
    #[serde(default)]
    pub talent_introduction: TalentRegister,
    #[serde(default)]
    pub education: EducationRegister,
    #[serde(default)]
    pub degree: DegreeRegister,
    #[serde(default)]
    pub social_security: SocialRegister,
}

masked_debug!(
    TalentRecord,
    Benefit,
    EducationRecord,
    DegreeRecord,
    Recognition,
    Contribution,
    TalentRegister,
    EducationRegister,
    DegreeRegister,
    SocialRegister,
    Registers,
);
