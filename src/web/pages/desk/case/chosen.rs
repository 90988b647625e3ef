//! What is decided on the page: about what the machine referred, about a sample, about a recovery. One form, one preview.

use super::acts::{ActWord, missing};
use crate::domain::desk::{Deed, Verdict as CaseVerdict};
use crate::domain::money::Money;
use crate::error::StageError;
use crate::review::service::Verdict;
use crate::review::trust::Recovery;
use crate::web::pages::desk::form::Typed;
use crate::web::texts::{casework, trust};
use crate::web::words::Words;

/// What an officer may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Approve,
    Refuse,
    /// The machine was right.
    Right,
    /// It was not: the approval is taken back.
    Wrong,
    /// What was paid has to come back.
    Recover,
    /// It need not.
    LetBe,
}

impl Word {
    const ALL: [Self; 6] = [
        Self::Approve,
        Self::Refuse,
        Self::Right,
        Self::Wrong,
        Self::Recover,
        Self::LetBe,
    ];

    /// As the form has it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Recover => "recover",
            Self::LetBe => "let_be",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// As the page says it.
    pub(super) const fn words(self) -> Words {
        match self {
            Self::Approve => casework::APPROVE,
            Self::Refuse => casework::REFUSE,
            Self::Right => trust::RIGHT,
            Self::Wrong => trust::WRONG,
            Self::Recover => trust::RECOVER,
            Self::LetBe => trust::LET_BE,
        }
    }

    /// Whether it burdens the applicant, and therefore names its legal basis and their remedies.
    pub(super) const fn burdens(self) -> bool {
        matches!(self, Self::Refuse | Self::Wrong | Self::Recover)
    }

    /// What makes it final.
    pub(super) const fn act(self) -> ActWord {
        match self {
            Self::Approve | Self::Refuse => ActWord::Propose,
            Self::Right | Self::Wrong => ActWord::Sample,
            Self::Recover | Self::LetBe => ActWord::Recovery,
        }
    }

    /// What then stands in the case, as far as it is known before.
    pub(super) fn deed(self) -> Deed {
        let proposed = |verdict| Deed::Proposed {
            verdict,
            amount: Money::ZERO,
            needs: 1,
        };
        match self {
            Self::Approve => proposed(CaseVerdict::Approve),
            Self::Refuse => proposed(CaseVerdict::Refuse),
            Self::Right | Self::Wrong => Deed::Looked {
                right: matches!(self, Self::Right),
                decision: None,
            },
            Self::Recover | Self::LetBe => Deed::RecoveryDecided {
                recover: matches!(self, Self::Recover),
            },
        }
    }
}

/// A decision as the form has it.
pub(super) struct Chosen {
    pub(super) word: Word,
    pub(super) grounds: String,
    pub(super) legal_basis: String,
}

impl Chosen {
    /// Whatever was chosen.
    ///
    /// # Errors
    /// `Invalid` when nothing was.
    pub(super) fn any(typed: &Typed) -> Result<Self, StageError> {
        let word = Word::parse(typed.get("verdict")).ok_or_else(|| missing("verdict"))?;
        Ok(Self {
            word,
            grounds: typed.get("grounds").trim().to_owned(),
            legal_basis: typed.get("legal_basis").trim().to_owned(),
        })
    }

    /// What an act makes final, and nothing else.
    ///
    /// # Errors
    /// `Invalid` when nothing was chosen, or what another act is for.
    pub(super) fn of(typed: &Typed, act: ActWord) -> Result<Self, StageError> {
        let chosen = Self::any(typed)?;
        if chosen.word.act() == act {
            Ok(chosen)
        } else {
            Err(missing("verdict"))
        }
    }

    /// For what was referred, and for a sample.
    pub(super) fn verdict(self) -> Verdict {
        let (grounds, legal_basis) = (self.grounds, self.legal_basis);
        if self.word.burdens() {
            Verdict::Refuse {
                grounds,
                legal_basis,
            }
        } else {
            Verdict::Approve { grounds }
        }
    }

    /// For a recovery.
    pub(super) fn recovery(self) -> Recovery {
        let (grounds, legal_basis) = (self.grounds, self.legal_basis);
        if self.word.burdens() {
            Recovery::Recover {
                grounds,
                legal_basis,
            }
        } else {
            Recovery::LetBe { grounds }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(verdict: &str) -> Typed {
        Typed::posted("preview", &[("verdict".to_owned(), verdict.to_owned())])
    }

    #[test]
    fn every_word_is_read_as_itself_and_goes_through_its_own_act_alone() {
        for word in Word::ALL {
            let typed = typed(word.as_str());
            assert_eq!(
                Chosen::any(&typed).map(|chosen| chosen.word).ok(),
                Some(word)
            );
            for act in [ActWord::Propose, ActWord::Sample, ActWord::Recovery] {
                assert_eq!(
                    Chosen::of(&typed, act).is_ok(),
                    word.act() == act,
                    "{word:?} {act:?}"
                );
            }
        }
        assert!(Chosen::any(&typed("")).is_err());
        assert!(Chosen::any(&typed("answer")).is_err());
    }
}
