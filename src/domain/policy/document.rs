//! The shape of a policy document, exactly as it stands in the file.
//!
//! Nothing here is checked beyond its shape: `check` says what is wrong with the meaning, `compile` makes the form that
//! the matcher runs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::domain::money::Money;

/// A policy document: one version of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// Which language of documents this is; `sanmiao-policy/1`.
    pub format: Format,
    /// Name of the policy, the same for all its versions and the name of its folder.
    pub id: String,
    /// First day on which filings are judged by this version.
    pub effective: Date,
    /// Whether the whole document is a made-up sample rather than a policy somebody enacted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
    /// Title.
    pub title: Text,
    /// What the policy rests on.
    pub basis: String,
    /// What a reader should know about readings that were chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// How months, names and money are counted.
    pub rules: Rules,
    /// Dated values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// What may be asked of the sources.
    pub facts: Vec<Fact>,
    /// What must be met.
    pub criteria: Vec<Criterion>,
    /// How much is granted.
    pub amount: Amount,
    /// When it is paid.
    pub instalments: Instalments,
    /// Id of the fact that names the budget district.
    pub district: String,
    /// Parameters of the service.
    pub service: Service,
    /// Rows of the form, in order.
    pub form: Vec<FormRow>,
}

/// Version of the language of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// The only one so far.
    #[serde(rename = "sanmiao-policy/1")]
    V1,
}

/// Counting rules: stated, never assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How months and years between two days are counted.
    pub months: MonthRule,
    /// How names of one person in two registers are compared.
    pub names: NameRule,
    /// How a share of an amount is brought to whole fen.
    pub rounding: RoundingRule,
    /// Where the fen go that rounding left over.
    pub remainder: RemainderRule,
}

/// How months between two days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthRule {
    /// A month is complete when the day of the month is reached again; 2020-02-29 to 2025-02-28 is 59 months.
    WholeCivilMonths,
}

/// How two spellings of a name are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameRule {
    /// After NFKC, without white space, all middle dots alike, Latin letters in upper case. Variant characters differ.
    Normalised,
}

/// How a share is brought to whole fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingRule {
    /// Each share is cut to whole fen.
    Down,
}

/// Where left-over fen go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemainderRule {
    /// To the shares that lost most by rounding, earlier ones first.
    LargestRemainder,
}

/// A threshold that changes with the law: dated values with their legal basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Name used by tests.
    pub id: String,
    /// Type of all its values.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// Values in order of their dates, without gap or overlap; the last is open-ended.
    pub values: Vec<ParamValue>,
}

/// Type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// A whole number.
    Int,
    /// A decimal number, written as a string.
    Decimal,
    /// An amount, written as a string with two decimals.
    Money,
    /// A day.
    Date,
}

/// One dated value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamValue {
    /// First filing date it holds for.
    pub from: Date,
    /// Last filing date it holds for; absent for the value still in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The value.
    pub value: Literal,
    /// Legal basis.
    pub basis: String,
    /// Whether the value is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
}

/// A value written in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, code, date, decimal or amount, by the type it is held against.
    Text(String),
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    /// What signing in established: document kind, birth date where the document shows it, name.
    Identity,
    /// 人才引进.
    TalentIntroduction,
    /// 学历.
    Education,
    /// 学位.
    Degree,
    /// 社保.
    SocialSecurity,
}

/// Type of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A decimal number with at most six decimals, a string in the record.
    Decimal,
    /// An amount in yuan with two decimals, a string in the record.
    Money,
    /// A day.
    Date,
    /// One of the declared codes.
    Code,
    /// The set of declared codes found over all matching records; empty when there are none.
    Codes,
    /// Months for which a contribution was paid.
    Months,
    /// Free text, compared exactly.
    Text,
    /// A person's name, compared by `rules.names`.
    Name,
}

/// Which of several matching records counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// All records must say the same, else they contradict each other.
    Only,
    /// The record with the latest date in `by`.
    Latest,
    /// The record with the earliest date in `by`.
    Earliest,
    /// All of them together (codes and months).
    All,
}

/// A declared fact: what is read out of which records of which source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Name used by tests, rows of the form and the district.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Type.
    #[serde(rename = "type")]
    pub kind: FactType,
    /// Source.
    pub source: FactSource,
    /// JSON pointer to the list of records inside the answer; `/records` when absent. Not used with `identity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Which records count: all conditions must hold.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Filter>,
    /// Which of the records that count is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick: Option<Pick>,
    /// JSON pointer, inside a record, to the date that orders records for `latest` and `earliest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// JSON pointer to the value inside a record. Not used with `months`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Every code the policy understands (types `code` and `codes`, at most 48).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// Where a `months` fact finds its parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<MonthsFields>,
}

/// A condition on a record: the field holds one of, or none of, some values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// JSON pointer inside the record.
    pub field: String,
    /// The field must hold one of these.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub any_of: Option<Vec<Literal>>,
    /// The field must hold none of these.
    #[serde(default, rename = "not_in", skip_serializing_if = "Option::is_none")]
    pub none_of: Option<Vec<Literal>>,
}

/// JSON pointers to the parts of a contribution record. All but the last are inside the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthsFields {
    /// First month the fee is for.
    pub from: String,
    /// Last month the fee is for.
    pub to: String,
    /// Month in which it was paid; later than `to` plus one month is a back-payment.
    pub paid_in: String,
    /// Who paid.
    pub employer: String,
    /// Inside the answer: last month for which the register is complete.
    pub complete_until: String,
}

/// Something that must be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Name, used in findings.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What an applicant can do when it is not met.
    pub advice: Text,
    /// Legal basis.
    pub basis: String,
    /// Whether the criterion is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
    /// A reading that was chosen, for whoever publishes the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// At which stages it is looked at without being listed under `instalments`.
    #[serde(default, skip_serializing_if = "StageDoc::is_first")]
    pub stage: StageDoc,
    /// The test.
    pub test: Test,
}

/// When a criterion is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageDoc {
    /// At the first judgement, and at renewals that list it.
    #[default]
    First,
    /// Only at renewals that list it.
    Renewal,
}

impl StageDoc {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_first(&self) -> bool {
        *self == Self::First
    }
}

/// A literal or the name of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Operand {
    /// The parameter's value on the filing date.
    Param(ParamRef),
    /// The value itself.
    Literal(Literal),
}

/// Reference to a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamRef {
    /// Its id.
    pub param: String,
}

/// A day: of a fact, a parameter, or `filing_date`, `judged_on`, or a day such as `2021-09-10`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DateRef {
    /// A parameter of type date.
    Param(ParamRef),
    /// A fact of type date.
    Fact(DateFact),
    /// `filing_date`, `judged_on` or a day.
    Word(String),
}

/// The day a fact holds, or the day after it (for a last day that still counts).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateFact {
    /// Id of a fact of type date.
    pub fact: String,
    /// Whether the day after it is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub day_after: bool,
}

/// A count, or the parameter that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Limit {
    /// A parameter of type int.
    Param(ParamRef),
    /// The count itself.
    Count(u32),
}

/// Whether back-paid months count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackPaid {
    /// They count.
    #[default]
    Counts,
    /// They are as if they had not been paid.
    DoesNotCount,
}

/// At whose company months must have been paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AtEmployer {
    /// At the employer whose code a text fact holds.
    Fact(FactRef),
    /// `any_one`: all at one and the same.
    Word(AnyOne),
}

/// The word `any_one`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnyOne {
    /// At any one employer, but all at the same.
    AnyOne,
}

/// Reference to a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactRef {
    /// Its id.
    pub fact: String,
}

/// Where a run of consecutive months must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Anywhere up to `until`.
    Anywhere,
    /// In the month of `until`.
    Until,
    /// In the last month for which the register is complete, if that is before `until`.
    LastComplete,
}

/// A count of months paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthsTest {
    /// A fact of type months.
    pub fact: String,
    /// How many.
    pub at_least: Limit,
    /// First month that counts is the month of this day; any month when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateRef>,
    /// Last month that counts is the month of this day; `judged_on` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateRef>,
    /// Whether back-paid months count.
    #[serde(default)]
    pub back_paid: BackPaid,
    /// Whether they must be at one employer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_employer: Option<AtEmployer>,
    /// Where the run must end (consecutive months only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
}

/// Time between two days: exactly one of the limits is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// Earlier day.
    pub from: DateRef,
    /// Later day; not met when it is before `from`.
    pub to: DateRef,
    /// At least so many complete units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Limit>,
    /// At most so many complete units (an age of 35 lasts until the day before the 36th birthday).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Limit>,
    /// Not after the day on which so many units are complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Limit>,
}

/// A fact against a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The fact.
    pub fact: String,
    /// What it is held against.
    pub value: Operand,
}

/// Two days in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateOrder {
    /// This day
    pub date: DateRef,
    /// against this one.
    pub than: DateRef,
}

/// A named way to meet a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Name.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What the way asks.
    pub test: Test,
}

/// A typed test, three-valued throughout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Test {
    /// The fact equals the value.
    Eq(Comparison),
    /// The fact is known and differs from the value.
    Ne(Comparison),
    /// Less than.
    Lt(Comparison),
    /// Less than or equal.
    Lte(Comparison),
    /// Greater than.
    Gt(Comparison),
    /// Greater than or equal.
    Gte(Comparison),
    /// The fact is one of the values.
    In {
        /// The fact.
        fact: String,
        /// The values.
        values: Vec<Literal>,
    },
    /// The set of codes holds at least one of the values.
    Has {
        /// A fact of type codes.
        fact: String,
        /// The values.
        values: Vec<Literal>,
    },
    /// The source answered and has such a record. The one test for which "no record" is an answer.
    Present {
        /// The fact.
        fact: String,
    },
    /// Strictly before.
    Before(DateOrder),
    /// Strictly after.
    After(DateOrder),
    /// Before or the same day.
    OnOrBefore(DateOrder),
    /// After or the same day.
    OnOrAfter(DateOrder),
    /// Complete years between two days.
    YearsBetween(Between),
    /// Complete months between two days.
    MonthsBetween(Between),
    /// So many months paid in all.
    CumulativeMonths(MonthsTest),
    /// So many months paid without a gap.
    ConsecutiveMonths(MonthsTest),
    /// All names that registers hold are the same; a difference is a contradiction between sources.
    NamesAgree {
        /// Facts of type name.
        facts: Vec<String>,
    },
    /// All registers that say anything say the same; a difference is a contradiction between sources.
    Agree {
        /// Facts of one type.
        facts: Vec<String>,
    },
    /// Two facts hold the same value; a difference is "not met".
    SameAs {
        /// A fact.
        fact: String,
        /// A fact of the same type.
        other: String,
    },
    /// The fact is as it was at the first judgement. Met at the first judgement.
    Unchanged {
        /// The fact.
        fact: String,
    },
    /// Every part.
    All {
        /// Parts.
        of: Vec<Test>,
    },
    /// At least one part.
    Any {
        /// Parts.
        of: Vec<Test>,
    },
    /// At least one named way.
    Routes {
        /// Ways.
        of: Vec<Route>,
    },
    /// The contrary; what cannot be established stays so.
    Not {
        /// Part.
        of: Box<Test>,
    },
}

/// Name of every operator, as written in documents.
pub const OPERATORS: [&str; 25] = [
    "eq",
    "ne",
    "lt",
    "lte",
    "gt",
    "gte",
    "in",
    "has",
    "present",
    "before",
    "after",
    "on_or_before",
    "on_or_after",
    "years_between",
    "months_between",
    "cumulative_months",
    "consecutive_months",
    "names_agree",
    "agree",
    "same_as",
    "unchanged",
    "all",
    "any",
    "routes",
    "not",
];

/// How much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Which of several rows that apply counts.
    pub choose: Choose,
    /// Rows.
    pub rows: Vec<AmountRow>,
    /// Amounts added on top, each on its own condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<AmountRow>,
}

/// Which row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    /// The first that applies.
    First,
    /// The highest that applies (就高).
    Best,
}

/// An amount and its condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountRow {
    /// Name.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Legal basis.
    pub basis: String,
    /// Whether the amount is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
    /// When it applies; always when absent (rows only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Test>,
    /// Yuan: the whole for `shares`, for one month for `monthly`.
    pub amount: Money,
}

/// When the grant is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Instalments {
    /// The whole in shares.
    Shares(Shares),
    /// So much for each month, paid once a year.
    Monthly(Monthly),
}

/// The whole in shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// Instalments in order.
    pub items: Vec<ShareItem>,
}

/// One share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareItem {
    /// Weight against the other shares.
    pub weight: u32,
    /// When it falls due.
    pub due: DueDoc,
    /// Ids of the criteria that are checked again before it; none for the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub check: Vec<String>,
    /// Whether the timing is made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
}

/// When a share falls due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueDoc {
    /// With the award (or at the end of publicity).
    AtAward,
    /// So many months after the award.
    MonthsAfterAward(u32),
    /// On a day.
    On(Date),
}

/// So much for each month, paid once a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monthly {
    /// Fact of type months: months without a contribution are not paid.
    pub months: String,
    /// The first month is the month of this day.
    pub start: DateRef,
    /// Most months ever paid.
    pub months_max: u32,
    /// Month of the year in which is paid, 1 to 12; it pays the months before it.
    pub pay_month: u8,
    /// A longer gap ends the subsidy.
    pub gap_months_max: u32,
    /// Ids of the criteria that are checked again before each payment.
    pub check: Vec<String>,
    /// Readings that were chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Parameters of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Working days of publicity (公示) between approval and payment; 0 for none.
    pub publicity_days: u32,
    /// Working days a person has for a referred application.
    pub deadline_working_days: u32,
    /// The same, when the case is special.
    pub deadline_special_working_days: u32,
    /// Approvals in a thousand that people look at afterwards.
    pub sample_rate_per_mille: u32,
    /// First approvals of a new version that people look at whatever the rate.
    pub first_approvals_reviewed: u32,
    /// Most that one application may get by machine.
    pub machine_cap: Money,
    /// How many people must agree to a hand-made approval, by amount.
    pub amount_bands: Vec<AmountBand>,
    /// When approval by machine stops by itself.
    pub breaker: Breaker,
    /// Slots: two policies that share one exclude each other for one person.
    pub exclusive: Vec<String>,
    /// How it was before, to measure against.
    pub baseline: Baseline,
    /// How the reviewer's desk handles what the machine refers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskTerms>,
    /// For how long it is watched, after payment, whether contributions go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchTerms>,
    /// Names of the fields of this object that are made up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample_fields: Vec<String>,
    /// Where the others come from.
    pub note: Text,
}

/// How the reviewer's desk handles a case. No source states any of it: what a document leaves out has the default named here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskTerms {
    /// Working days before the last one on which the officer is reminded; 1.
    pub remind_working_days: u32,
    /// Working days after the last one with which a yellow card becomes a red one; 3.
    pub red_card_working_days: u32,
    /// Working days an applicant has to supply what they were asked for; 10.
    pub supply_working_days: u32,
    /// Working days an applicant has to supply what was deferred; 10.
    pub deferral_working_days: u32,
    /// Working days within which a declaration is checked; 20.
    pub check_working_days: u32,
    /// Criteria that may be deferred; none. Whatever is not named is a core criterion.
    pub deferrable: Vec<String>,
    /// Criteria that may be declared; none.
    pub declarable: Vec<String>,
}

impl Default for DeskTerms {
    fn default() -> Self {
        Self {
            remind_working_days: 1,
            red_card_working_days: 3,
            supply_working_days: 10,
            deferral_working_days: 10,
            check_working_days: 20,
            deferrable: Vec::new(),
            declarable: Vec::new(),
        }
    }
}

/// For how long and how often a register is asked, after payment, whether contributions go on where a re-check would demand them. No
/// source states any of it: what a document leaves out has the default named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchTerms {
    /// Months after the money has arrived; 12. With 0 nobody is watched.
    pub months: u32,
    /// Days from one asking to the next; 30.
    pub every_days: u32,
    /// Months in a row without a contribution, all of them complete in the register, that open a recovery; 3.
    pub gap_months: u32,
}

impl Default for WatchTerms {
    fn default() -> Self {
        Self {
            months: 12,
            every_days: 30,
            gap_months: 3,
        }
    }
}

/// A band of amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountBand {
    /// Up to and with this amount; no limit when absent (last band only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Money>,
    /// People who must agree.
    pub approvals: u8,
}

/// Limits that stop approval by machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breaker {
    /// Stops when more than so many in a thousand of the recent applications were approved.
    pub approval_rate_per_mille_max: u32,
    /// Recent applications that are looked at.
    pub window_applications: u32,
    /// Most applicants of one employer in a month.
    pub employer_month_max: u32,
    /// Most people who may name one account.
    pub account_people_max: u32,
    /// Most months of social security that may have been paid afterwards; no limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_paid_months_max: Option<u32>,
    /// The fact that names the employer; employers are not compared when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer: Option<String>,
}

/// How it was before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Materials an applicant brought, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub materials: Option<u32>,
    /// Working days from filing to money, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_days: Option<u32>,
}

/// One row of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormRow {
    /// Name.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Where its value comes from.
    pub from: FormSource,
}

/// Where a row of the form has its value from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormSource {
    /// A fact: locked, an official register says so.
    Fact(String),
    /// What signing in established: locked.
    Identity(IdentityField),
    /// The applicant types it.
    Typed(TypedField),
}

/// What signing in establishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityField {
    /// Name.
    Name,
    /// Kind of document.
    DocumentKind,
    /// Number of the document.
    DocumentNumber,
}

/// What an applicant types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypedField {
    /// Number of the account to pay to.
    AccountNumber,
    /// CNAPS code of its bank.
    AccountBank,
    /// Mobile telephone.
    Phone,
}
