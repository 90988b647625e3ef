//! The Foshan PhD policy written by hand in Rust: the yardstick of the matcher. It knows nothing of the crate, so that nothing of
//! the crate can help it, and it answers exactly what the matcher answers: a verdict on each criterion and where that leads.

use serde_json::Value;

/// A value or the bit of the cause why there is none.
#[derive(Clone, Copy)]
pub(super) enum Cell<T> {
    Known(T),
    Unknown(u8),
}

pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
pub(super) const NO_RECORD: u8 = 4;
pub(super) const UNAVAILABLE: u8 = 8;
pub(super) const CONTRADICTION: u8 = 16;
pub(super) const NOT_YET: u8 = 32;
pub(super) const UNREADABLE: u8 = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Document {
    Resident,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Procedure {
    Completed,
    InProgress,
    Revoked,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Enterprise,
    PublicInstitution,
    Other,
}

/// A day that sorts as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day {
    pub(super) year: i16,
    pub(super) month: i8,
    pub(super) day: i8,
}

/// Months paid, newest first.
#[derive(Clone, Copy)]
pub(super) struct Months {
    pub(super) newest: i32,
    pub(super) complete_until: i32,
    pub(super) paid: [u64; 8],
}

/// What the registers say of one person, ready to be judged. Texts are numbers already, as in the matcher's facts.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) document: Cell<Document>,
    pub(super) procedure: Cell<Procedure>,
    pub(super) civil_service: Cell<bool>,
    pub(super) full_time: Cell<bool>,
    pub(super) nature: Cell<Nature>,
    pub(super) employer: Cell<u32>,
    pub(super) social_unit: Cell<u32>,
    pub(super) contract_from: Cell<Day>,
    pub(super) contract_until: Cell<Day>,
    pub(super) work_permit_until: Cell<Day>,
    pub(super) degree_valid: Cell<bool>,
    pub(super) recognition_valid: Cell<bool>,
    pub(super) other_benefit: Cell<bool>,
    pub(super) months: Cell<Months>,
    pub(super) names: [Cell<u32>; 5],
    pub(super) missing: [bool; 4],
}

/// Where it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Approve(i64),
    Refer,
    Park([bool; 4]),
}

/// Criteria in the order of the document: entry, degree, full_time, employer_kind, contract_term, work_permit,
/// no_other_benefit, names_agree, employer_agrees, and the amount.
pub(super) const CRITERIA: usize = 10;

fn holds(value: bool) -> u8 {
    if value { TRUE } else { FALSE }
}

fn and(one: u8, other: u8) -> u8 {
    let both = one | other;
    if both & FALSE != 0 {
        FALSE
    } else if both & !TRUE != 0 {
        both & !TRUE
    } else {
        TRUE
    }
}

fn or(one: u8, other: u8) -> u8 {
    let both = one | other;
    if both & TRUE != 0 {
        TRUE
    } else if one == UNAVAILABLE || other == UNAVAILABLE {
        UNAVAILABLE
    } else if both & !FALSE != 0 {
        both & !FALSE
    } else {
        FALSE
    }
}

impl<T: Copy> Cell<T> {
    fn test(self, test: impl FnOnce(T) -> bool) -> u8 {
        match self {
            Self::Known(value) => holds(test(value)),
            Self::Unknown(cause) => cause,
        }
    }
}

fn insured(months: &Months, until: i32) -> u8 {
    let first = months.newest - until;
    let oldest = 511;
    let from = first.max(0) as usize;
    if from <= oldest {
        let (word, shift) = (from / 64, from % 64);
        if months.paid[word] >> shift != 0 || months.paid[word + 1..].iter().any(|word| *word != 0)
        {
            return TRUE;
        }
    }
    if until > months.complete_until {
        NOT_YET
    } else {
        FALSE
    }
}

fn two_years(from: Day, until: Day) -> bool {
    let next = tomorrow(until);
    if next < from {
        return false;
    }
    let months = (i32::from(next.year) - i32::from(from.year)) * 12 + i32::from(next.month)
        - i32::from(from.month);
    months - i32::from(next.day < from.day) >= 24
}

fn tomorrow(day: Day) -> Day {
    let leap = day.year % 4 == 0 && (day.year % 100 != 0 || day.year % 400 == 0);
    let last = match day.month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i8::from(leap),
        _ => 31,
    };
    if day.day < last {
        Day {
            day: day.day + 1,
            ..day
        }
    } else if day.month < 12 {
        Day {
            month: day.month + 1,
            day: 1,
            ..day
        }
    } else {
        Day {
            year: day.year + 1,
            month: 1,
            day: 1,
        }
    }
}

fn agree(cells: &[Cell<u32>]) -> u8 {
    let mut first = None;
    let mut causes = 0;
    for cell in cells {
        match (*cell, first) {
            (Cell::Known(value), None) => first = Some(value),
            (Cell::Known(value), Some(first)) if value != first => causes |= CONTRADICTION,
            (Cell::Known(_), Some(_)) | (Cell::Unknown(NO_RECORD), _) => {}
            (Cell::Unknown(cause), _) => causes |= cause,
        }
    }
    if first.is_none() && causes == 0 {
        NO_RECORD
    } else if causes == 0 {
        TRUE
    } else {
        causes
    }
}

/// Judges one person.
pub(super) fn judge(record: &Record, on: Day) -> ([u8; CRITERIA], Outcome) {
    let civil = record.civil_service.test(|civil| civil);
    let month = i32::from(on.year) * 12 + i32::from(on.month) - 1;
    let paid = match &record.months {
        Cell::Known(months) => insured(months, month),
        Cell::Unknown(cause) => *cause,
    };
    let entry = or(
        and(
            civil,
            record
                .procedure
                .test(|procedure| procedure != Procedure::Revoked),
        ),
        and(
            record
                .procedure
                .test(|procedure| procedure == Procedure::Completed),
            paid,
        ),
    );
    let degree = or(
        record.degree_valid.test(|valid| valid),
        record.recognition_valid.test(|valid| valid),
    );
    let full_time = record.full_time.test(|full| full);
    let kind = or(civil, record.nature.test(|nature| nature != Nature::Other));
    let term = match (record.contract_from, record.contract_until) {
        (Cell::Known(from), Cell::Known(until)) => holds(two_years(from, until)),
        (Cell::Unknown(one), Cell::Unknown(other)) => one | other,
        (Cell::Unknown(cause), _) | (_, Cell::Unknown(cause)) => cause,
    };
    let permit = or(
        record
            .document
            .test(|document| document == Document::Resident),
        record.work_permit_until.test(|until| until >= on),
    );
    let benefit = record.other_benefit.test(|other| !other);
    let verdicts = [
        entry,
        degree,
        full_time,
        kind,
        or(civil, term),
        permit,
        benefit,
        agree(&record.names),
        or(civil, agree(&[record.employer, record.social_unit])),
        TRUE,
    ];
    (verdicts, outcome(&verdicts, record.missing))
}

/// Sources of each criterion: talent introduction, education, degree, social security.
const SOURCES: [[bool; 4]; CRITERIA] = [
    [true, false, false, true],
    [false, false, true, false],
    [true, false, false, false],
    [true, false, false, false],
    [true, false, false, false],
    [true, false, false, false],
    [true, false, false, false],
    [true, false, true, true],
    [true, false, false, true],
    [false; 4],
];

fn outcome(verdicts: &[u8; CRITERIA], missing: [bool; 4]) -> Outcome {
    let seen = verdicts.iter().fold(0, |seen, verdict| seen | verdict);
    if seen == TRUE {
        return Outcome::Approve(20_000_000);
    }
    if seen & !(TRUE | UNAVAILABLE) != 0 {
        return Outcome::Refer;
    }
    let mut waiting = [false; 4];
    for (verdict, sources) in verdicts.iter().zip(SOURCES) {
        if verdict & UNAVAILABLE != 0 {
            for source in 0..4 {
                waiting[source] |= sources[source] && missing[source];
            }
        }
    }
    if waiting == [false; 4] {
        Outcome::Refer
    } else {
        Outcome::Park(waiting)
    }
}

// ---- the same by hand over the matcher's own fact records

/// The facts of one person as the matcher has them: state (1 for known, else a cause) and number.
pub(super) trait Numbered {
    fn cell(&self, place: usize) -> (u8, i64);
    /// Whether a month up to that one was paid, for a known set of months.
    fn paid_until(&self, place: usize, month: i32) -> u8;
    fn missing(&self) -> [bool; 4];
}

/// Facts that are used, with their places in the document.
pub(super) const PLACES: [(usize, &str); 19] = [
    (0, "document_kind"),
    (1, "name_identity"),
    (2, "name_introduction"),
    (3, "name_degree"),
    (4, "name_recognition"),
    (5, "name_social"),
    (7, "procedure"),
    (8, "channel"),
    (9, "employment"),
    (10, "employer_uscc"),
    (12, "employer_nature"),
    (14, "contract_from"),
    (15, "contract_until"),
    (16, "work_permit_until"),
    (17, "degree_status"),
    (19, "recognition_status"),
    (20, "months_paid"),
    (21, "social_unit"),
    (22, "other_benefits"),
];

fn is(cell: (u8, i64), value: i64) -> u8 {
    if cell.0 == TRUE {
        holds(cell.1 == value)
    } else {
        cell.0
    }
}

fn agree_numbered<const N: usize>(cells: [(u8, i64); N]) -> u8 {
    let (mut first, mut causes) = (None, 0);
    for (state, value) in cells {
        if state == TRUE {
            if *first.get_or_insert(value) != value {
                causes |= CONTRADICTION;
            }
        } else if state != NO_RECORD {
            causes |= state;
        }
    }
    if causes != 0 {
        causes
    } else if first.is_some() {
        TRUE
    } else {
        NO_RECORD
    }
}

fn unpacked(packed: i64) -> Day {
    Day {
        year: (packed >> 9) as i16,
        month: ((packed >> 5) & 15) as i8,
        day: (packed & 31) as i8,
    }
}

/// Judges one person by the matcher's own facts.
pub(super) fn judge_numbered(facts: &impl Numbered, on: Day) -> ([u8; CRITERIA], Outcome) {
    let packed = (i64::from(on.year) << 9) | (i64::from(on.month) << 5) | i64::from(on.day);
    let month = i32::from(on.year) * 12 + i32::from(on.month) - 1;
    let civil = is(facts.cell(8), 1);
    let procedure = facts.cell(7);
    let revoked = is(procedure, 2);
    let not_revoked = if revoked == TRUE {
        FALSE
    } else if revoked == FALSE {
        TRUE
    } else {
        revoked
    };
    let by_service = and(civil, not_revoked);
    let entry = if by_service == TRUE {
        TRUE
    } else {
        let months = facts.cell(20).0;
        or(
            by_service,
            and(
                is(procedure, 0),
                if months == TRUE {
                    facts.paid_until(20, month)
                } else {
                    months
                },
            ),
        )
    };
    let domestic = is(facts.cell(17), 0);
    let degree = if domestic == TRUE {
        TRUE
    } else {
        or(domestic, is(facts.cell(19), 0))
    };
    let full_time = is(facts.cell(9), 0);
    let nature = facts.cell(12);
    let kind = if civil == TRUE {
        TRUE
    } else {
        or(
            civil,
            if nature.0 == TRUE {
                holds(nature.1 <= 1)
            } else {
                nature.0
            },
        )
    };
    let term = if civil == TRUE {
        TRUE
    } else {
        let (from, until) = (facts.cell(14), facts.cell(15));
        let term = match (from.0 == TRUE, until.0 == TRUE) {
            (true, true) => holds(two_years(unpacked(from.1), unpacked(until.1))),
            (false, false) => from.0 | until.0,
            (false, true) => from.0,
            (true, false) => until.0,
        };
        or(civil, term)
    };
    let resident = is(facts.cell(0), 0);
    let permit = if resident == TRUE {
        TRUE
    } else {
        let permit = facts.cell(16);
        or(
            resident,
            if permit.0 == TRUE {
                holds(permit.1 >= packed)
            } else {
                permit.0
            },
        )
    };
    let benefits = facts.cell(22);
    let benefit = if benefits.0 == TRUE {
        holds(benefits.1 & 3 == 0)
    } else {
        benefits.0
    };
    let names = agree_numbered([
        facts.cell(1),
        facts.cell(2),
        facts.cell(3),
        facts.cell(4),
        facts.cell(5),
    ]);
    let employer = if civil == TRUE {
        TRUE
    } else {
        or(civil, agree_numbered([facts.cell(10), facts.cell(21)]))
    };
    let verdicts = [
        entry, degree, full_time, kind, term, permit, benefit, names, employer, TRUE,
    ];
    (verdicts, outcome(&verdicts, facts.missing()))
}

// ---- reading the evidence; not measured

const CITY: &str = "440600";

fn day(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    Some(Day {
        year: parts.next()?.parse().ok()?,
        month: parts.next()?.parse().ok()?,
        day: parts.next()?.parse().ok()?,
    })
}

fn month(text: &str) -> Option<i32> {
    let (year, month) = text.split_once('-')?;
    Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1)
}

/// The one value of some records.
fn only<'a>(records: impl Iterator<Item = &'a Value>, field: &str) -> Cell<&'a Value> {
    let mut values = records.map(|record| &record[field]);
    let Some(first) = values.next() else {
        return Cell::Unknown(NO_RECORD);
    };
    if !values.all(|value| value == first) {
        return Cell::Unknown(CONTRADICTION);
    }
    if first.is_null() {
        Cell::Unknown(NO_RECORD)
    } else {
        Cell::Known(first)
    }
}

fn latest<'a>(records: &[&'a Value], by: &str, field: &str) -> Cell<&'a Value> {
    let last = records
        .iter()
        .filter_map(|record| record[by].as_str())
        .max();
    only(
        records
            .iter()
            .copied()
            .filter(|record| record[by].as_str() == last),
        field,
    )
}

fn read<'a, T>(cell: Cell<&'a Value>, with: impl FnOnce(&'a str) -> Option<T>) -> Cell<T> {
    match cell {
        Cell::Known(value) => value
            .as_str()
            .and_then(with)
            .map_or(Cell::Unknown(UNREADABLE), Cell::Known),
        Cell::Unknown(cause) => Cell::Unknown(cause),
    }
}

fn chosen<'a>(
    answer: &'a Value,
    list: &str,
    keep: impl Fn(&Value) -> bool,
) -> Option<Vec<&'a Value>> {
    Some(
        answer[list]
            .as_array()?
            .iter()
            .filter(|record| keep(record))
            .collect(),
    )
}

/// A plain spelling of a name, enough for the evidence of the bench.
fn spelled(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// Gives texts numbers.
#[derive(Default)]
struct Numbers(Vec<String>);

impl Numbers {
    fn of(&mut self, text: &str) -> Option<u32> {
        let place = self
            .0
            .iter()
            .position(|known| known == text)
            .unwrap_or_else(|| {
                self.0.push(text.to_owned());
                self.0.len() - 1
            });
        u32::try_from(place).ok()
    }
}

/// Reads the evidence of a case.
pub(super) fn record(evidence: &Value) -> Record {
    let mut numbers = Numbers::default();
    let answered = |name: &str| evidence.get(name).is_some_and(Value::is_object);
    let (talent, degree, social) = (
        &evidence["talent_introduction"],
        &evidence["degree"],
        &evidence["social_security"],
    );
    let introductions = chosen(talent, "records", |record| {
        record["category"] == "doctor" && record["city"] == CITY
    });
    let field = |field: &str| {
        introductions
            .as_ref()
            .map_or(Cell::Unknown(UNAVAILABLE), |records| {
                latest(records, "signed_on", field)
            })
    };
    let doctor = |list: &str| chosen(degree, list, |record| record["level"] == "2");
    let status = |list: &str, by: &str| {
        let cell = doctor(list).map_or(Cell::Unknown(UNAVAILABLE), |records| {
            latest(&records, by, "status")
        });
        read(cell, |status| Some(status == "valid"))
    };
    let insured = chosen(social, "records", |record| record["city"] == CITY);
    let named = |records: Option<Vec<&'_ Value>>| {
        records.map_or(Cell::Unknown(UNAVAILABLE), |records| {
            match only(records.into_iter(), "name") {
                Cell::Known(value) => Cell::Known(value.as_str().unwrap_or_default().to_owned()),
                Cell::Unknown(cause) => Cell::Unknown(cause),
            }
        })
    };
    let everyone = [
        Cell::Known(
            evidence["identity"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        ),
        read(field("name"), |name| Some(name.to_owned())),
        named(doctor("records")),
        named(doctor("recognitions")),
        named(chosen(social, "records", |_| true)),
    ];
    let names = everyone.map(|name| match name {
        Cell::Known(name) => numbers
            .of(&spelled(&name))
            .map_or(Cell::Unknown(UNREADABLE), Cell::Known),
        Cell::Unknown(cause) => Cell::Unknown(cause),
    });
    let employer = read(field("employer_uscc"), |code| numbers.of(code));
    let social_unit = insured
        .as_ref()
        .map_or(Cell::Unknown(UNAVAILABLE), |records| {
            read(latest(records, "fee_to", "unit_uscc"), |code| {
                numbers.of(code)
            })
        });
    let benefits = chosen(talent, "benefits", |benefit| {
        (benefit["kind"] == "rent" || benefit["kind"] == "settling_in")
            && benefit["policy"] != "foshan-phd-settling-in"
    });
    Record {
        document: match evidence["identity"]["document_kind"].as_str() {
            Some("resident_id") => Cell::Known(Document::Resident),
            Some("residence_permit" | "permanent_residence" | "passport") => {
                Cell::Known(Document::Other)
            }
            _ => Cell::Unknown(UNREADABLE),
        },
        procedure: read(field("procedure"), |word| match word {
            "completed" => Some(Procedure::Completed),
            "in_progress" => Some(Procedure::InProgress),
            "revoked" => Some(Procedure::Revoked),
            _ => None,
        }),
        civil_service: read(field("channel"), |channel| Some(channel == "civil_service")),
        full_time: read(field("employment"), |employment| {
            Some(employment == "full_time")
        }),
        nature: read(field("employer_nature"), |nature| {
            Some(match nature {
                "enterprise" => Nature::Enterprise,
                "public_institution" => Nature::PublicInstitution,
                _ => Nature::Other,
            })
        }),
        employer,
        social_unit,
        contract_from: read(field("contract_from"), day),
        contract_until: read(field("contract_until"), day),
        work_permit_until: read(field("work_permit_until"), day),
        degree_valid: status("records", "awarded_on"),
        recognition_valid: status("recognitions", "recognized_on"),
        other_benefit: benefits.map_or(Cell::Unknown(UNAVAILABLE), |benefits| {
            Cell::Known(!benefits.is_empty())
        }),
        months: insured.map_or(Cell::Unknown(UNAVAILABLE), |records| {
            Cell::Known(months(social, &records))
        }),
        names,
        missing: [
            !answered("talent_introduction"),
            false,
            !answered("degree"),
            !answered("social_security"),
        ],
    }
}

fn months(answer: &Value, records: &[&Value]) -> Months {
    let complete_until = answer["complete_until"]
        .as_str()
        .and_then(month)
        .unwrap_or(i32::MIN);
    let spans: Vec<(i32, i32)> = records
        .iter()
        .filter_map(|record| {
            Some((
                month(record["fee_from"].as_str()?)?,
                month(record["fee_to"].as_str()?)?,
            ))
        })
        .collect();
    let newest = spans
        .iter()
        .map(|(_, to)| *to)
        .max()
        .unwrap_or(complete_until)
        .max(complete_until);
    let mut paid = [0_u64; 8];
    for (from, to) in spans {
        for month in from..=to {
            let bit = usize::try_from(newest - month).unwrap_or(0);
            paid[bit / 64] |= 1 << (bit % 64);
        }
    }
    Months {
        newest,
        complete_until,
        paid,
    }
}
