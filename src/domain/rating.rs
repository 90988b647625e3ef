//! 好差评: what applicants say about the service once their matter has ended, in five grades. Said once, and never changed. Whoever is
//! not content is answered.

use serde::{Deserialize, Serialize};

use super::desk::{Card, Ending, Rules, StageName};
use super::id::{ApplicationId, CaseId};
use super::person::Private;
use super::policy::document::DeskTerms;
use super::time::Timestamp;

/// Working days within which whoever is not content is answered.
pub const ANSWER_WORKING_DAYS: u32 = 15;
/// Most characters somebody writes with a grade.
pub const WORDS_MAX: usize = 2_000;

/// A grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 非常满意.
    VerySatisfied,
    /// 满意.
    Satisfied,
    /// 基本满意.
    BasicallySatisfied,
    /// 不满意.
    Dissatisfied,
    /// 非常不满意.
    VeryDissatisfied,
}

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Self; 5] = [
        Self::VerySatisfied,
        Self::Satisfied,
        Self::BasicallySatisfied,
        Self::Dissatisfied,
        Self::VeryDissatisfied,
    ];

    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerySatisfied => "very_satisfied",
            Self::Satisfied => "satisfied",
            Self::BasicallySatisfied => "basically_satisfied",
            Self::Dissatisfied => "dissatisfied",
            Self::VeryDissatisfied => "very_dissatisfied",
        }
    }

    /// The grade of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.as_str() == word)
    }

    /// Whether it must be answered.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::VeryDissatisfied)
    }
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// About which application: each is rated once.
    pub application: ApplicationId,
    /// The grade.
    pub grade: Grade,
    /// What they wrote. Sealed by the store.
    pub words: Option<Private<String>>,
    /// When.
    pub at: Timestamp,
    /// The case in which a bad one is answered.
    pub case: Option<CaseId>,
}

/// The terms under which a bad rating is answered: no policy's, and nothing is special about any.
#[must_use]
pub fn rules() -> Rules {
    Rules {
        days: ANSWER_WORKING_DAYS,
        special_days: ANSWER_WORKING_DAYS,
        terms: DeskTerms::default(),
    }
}

/// One rating as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rated {
    /// The grade.
    pub grade: Grade,
    /// Of a bad one: where its case stands, the card its officer got, and how it ended.
    pub answer: Option<(StageName, Card, Option<Ending>)>,
}

/// The grades of a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grades {
    /// How many of each grade, in the order of [`Grade::ALL`].
    pub counts: [usize; 5],
    /// Bad ones that were answered by their last day.
    pub answered_in_time: usize,
    /// Bad ones that were not, whether answered since or still open.
    pub late: usize,
    /// Bad ones that are open and not late.
    pub open: usize,
}

impl Grades {
    /// Of a list of ratings.
    #[must_use]
    pub fn of(rated: &[Rated]) -> Self {
        let mut grades = Self::default();
        for one in rated {
            let place = Grade::ALL.iter().position(|grade| *grade == one.grade);
            if let Some(count) = place.and_then(|place| grades.counts.get_mut(place)) {
                *count += 1;
            }
            match one.answer {
                // The card is given the day after the last one, and stays.
                Some((_, card, _)) if card != Card::None => grades.late += 1,
                Some((StageName::Closed, ..)) => grades.answered_in_time += 1,
                Some(_) => grades.open += 1,
                None => {}
            }
        }
        grades
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How many of them are bad.
    #[must_use]
    pub fn bad(&self) -> usize {
        let grades = Grade::ALL.into_iter().zip(self.counts);
        grades
            .filter(|(grade, _)| grade.is_bad())
            .map(|(_, count)| count)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grade_survives_its_word_and_the_last_two_are_answered() {
        for grade in Grade::ALL {
            assert_eq!(Grade::parse(grade.as_str()), Some(grade));
            assert_eq!(serde_json::to_value(grade).unwrap(), grade.as_str());
        }
        let bad = Grade::ALL.map(Grade::is_bad);
        assert_eq!(bad, [false, false, false, true, true]);
        assert_eq!(Grade::parse("bad"), None);
    }

    #[test]
    fn a_bad_one_is_answered_in_time_late_or_open() {
        let rated = |grade, answer| Rated { grade, answer };
        let (closed, working) = (StageName::Closed, StageName::Working);
        let bad = Grade::VeryDissatisfied;
        let list = [
            rated(Grade::Satisfied, None),
            rated(bad, Some((closed, Card::None, Some(Ending::Answered)))),
            rated(bad, Some((closed, Card::Yellow, Some(Ending::Answered)))),
            rated(bad, Some((working, Card::Red, None))),
            rated(Grade::Dissatisfied, Some((working, Card::None, None))),
        ];
        let grades = Grades::of(&list);
        assert_eq!(grades.counts, [0, 1, 0, 1, 3]);
        assert_eq!((grades.all(), grades.bad()), (5, 4));
        assert_eq!(
            (grades.answered_in_time, grades.late, grades.open),
            (1, 2, 1)
        );
    }
}
