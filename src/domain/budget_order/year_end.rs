//! The end of a budget year: what is not promised is carried over or lapses, by rule.

use super::super::award::BudgetKey;
use super::super::time::Date;
use super::Change;

/// What becomes of money that a year leaves unpromised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearEndRule {
    /// 注销: it goes back.
    Lapse,
    /// 结转: it goes on to the same line of the next year.
    CarryOver,
}

impl YearEndRule {
    /// No source states a rule for these lines. This one is a default, for it keeps nothing that nobody has granted anew; the
    /// configuration says otherwise by `finance.year_end`.
    pub const DEFAULT: Self = Self::Lapse;
    /// Every rule.
    pub const ALL: [Self; 2] = [Self::Lapse, Self::CarryOver];
    /// Every word.
    pub const WORDS: [&str; 2] = ["lapse", "carry_over"];

    /// The word in the configuration and on the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lapse => "lapse",
            Self::CarryOver => "carry_over",
        }
    }

    /// The rule of a word, or `None`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == word)
    }

    /// What it does to a line of a year that is over.
    #[must_use]
    pub fn change(self, from: BudgetKey) -> Change {
        match self {
            Self::Lapse => Change::Lapse { from },
            Self::CarryOver => Change::CarryOver { from },
        }
    }
}

/// Whether a budget year, which is a civil year, is over on a day.
#[must_use]
pub fn is_over(year: i16, today: Date) -> bool {
    year < today.year()
}

/// The reference of one line's order in a document about many: the document's number, and which line of which year.
#[must_use]
pub fn reference_of_line(document: &str, line: &BudgetKey) -> String {
    format!("{document} {}/{}/{}", line.policy, line.district, line.year)
}
