//! A batch of payout files (支付批次): prepared by one person of finance, approved by another on its manifest's hash, released once.
//!
//! ```text
//! Prepared ─→ Approved ─→ Releasing (begun ─→ staged) ─→ Released
//!     │           │             │ begun
//!     └───────────┴─────────────┴──────→ Discarded (its instructions are free again)
//! ```
//! A release has steps because no database commits together with a folder. While it has *begun* nothing is in sight of the bank, and
//! whoever takes it over gets a new epoch, so that of two only one lays the files ready. Once they are *staged* all that is left is one
//! renaming, which happens or does not.

use super::district::DistrictCode;
use super::hash::Sha256Hex;
use super::id::{BatchFileId, BatchId, InstructionId};
use super::money::Money;
use super::payment::InstructionState;
use super::person::Signed;
use super::time::{Date, Timestamp};

/// Most instructions of a batch: its files are made and sealed in memory. What is more goes into the next batch.
pub const ROWS_MAX: u32 = 5_000;
/// Most characters of the grounds on which a batch is discarded.
pub const GROUNDS_MAX: usize = 500;

/// How far a release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The files are being laid ready under this epoch, out of sight.
    Begun {
        /// The version of the batch with which it was taken up.
        epoch: i64,
    },
    /// They lie ready under this epoch, or are in sight already.
    Staged {
        /// The same.
        epoch: i64,
    },
}

/// Where a batch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchState {
    /// Waits for a second person.
    Prepared,
    /// May be released.
    Approved {
        /// Who approved.
        approval: Signed,
    },
    /// On its way into the outbox.
    Releasing {
        /// Who approved.
        approval: Signed,
        /// Who released.
        release: Signed,
        /// How far it is.
        step: Step,
    },
    /// In the outbox, or taken from it.
    Released {
        /// Who approved.
        approval: Signed,
        /// Who released.
        release: Signed,
        /// When it was known to be out.
        out_at: Timestamp,
    },
    /// Given up before it was out.
    Discarded {
        /// Who had approved, if anybody had.
        approval: Option<Signed>,
        /// Who gave it up.
        discard: Signed,
        /// Why.
        grounds: String,
    },
}

impl BatchState {
    /// Every word.
    pub const WORDS: [&str; 5] = ["prepared", "approved", "releasing", "released", "discarded"];

    /// The word in the database and on the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Approved { .. } => "approved",
            Self::Releasing { .. } => "releasing",
            Self::Released { .. } => "released",
            Self::Discarded { .. } => "discarded",
        }
    }

    /// Who approved, if anybody has.
    #[must_use]
    pub const fn approval(&self) -> Option<&Signed> {
        match self {
            Self::Prepared => None,
            Self::Approved { approval }
            | Self::Releasing { approval, .. }
            | Self::Released { approval, .. } => Some(approval),
            Self::Discarded { approval, .. } => approval.as_ref(),
        }
    }

    /// Who released, if anybody has.
    #[must_use]
    pub const fn release(&self) -> Option<&Signed> {
        match self {
            Self::Releasing { release, .. } | Self::Released { release, .. } => Some(release),
            _ => None,
        }
    }
}

/// A batch cannot be moved so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Whoever prepared it cannot approve it.
    #[error("whoever prepared a batch does not approve it")]
    SamePerson,
    /// Another hash than the manifest's was named.
    #[error("the hash is not that of this batch's manifest")]
    OtherHash,
    /// It stands where this cannot be done.
    #[error("this cannot be done to a batch that is {state}")]
    NotNow {
        /// Where it stands.
        state: &'static str,
    },
}

/// A set of payout files with what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id; the number in every file.
    pub id: BatchId,
    /// The day in China on which its payments were instructed.
    pub day: Date,
    /// The policy they are paid under.
    pub policy: String,
    /// The district whose budget pays.
    pub district: DistrictCode,
    /// How many rows.
    pub count: u64,
    /// Their sum, as the files declare it.
    pub sum: Money,
    /// SHA-256 of the manifest's bytes, which list every file's.
    pub manifest: Sha256Hex,
    /// What its files are called before their endings.
    pub stem: String,
    /// Who prepared it.
    pub prepared: Signed,
    /// Where it stands.
    pub state: BatchState,
    /// Counts every stored change.
    pub version: i64,
}

impl Batch {
    /// Approves on a hash that the approver names.
    ///
    /// # Errors
    /// See [`BatchError`].
    pub fn approve(self, by: Signed, hash: Sha256Hex) -> Result<Self, BatchError> {
        if self.state != BatchState::Prepared {
            return Err(self.not_now());
        }
        if by.by == self.prepared.by {
            return Err(BatchError::SamePerson);
        }
        if hash != self.manifest {
            return Err(BatchError::OtherHash);
        }
        let state = BatchState::Approved { approval: by };
        Ok(Self { state, ..self })
    }

    /// Begins the release, or takes one over that has not come far; what lies ready stays as it is.
    ///
    /// # Errors
    /// `NotNow` unless it is approved or on its way.
    pub fn begin_release(self, by: Signed) -> Result<Self, BatchError> {
        // The change is stored under the next version: whoever stores one in between makes this one fail.
        let begun = Step::Begun {
            epoch: self.version + 1,
        };
        let (approval, release, step) = match self.state {
            BatchState::Approved { approval } => (approval, by, begun),
            BatchState::Releasing {
                approval,
                release,
                step: Step::Begun { .. },
            } => (approval, release, begun),
            BatchState::Releasing {
                approval,
                release,
                step,
            } => (approval, release, step),
            state => {
                return Err(BatchError::NotNow {
                    state: state.as_str(),
                });
            }
        };
        let state = BatchState::Releasing {
            approval,
            release,
            step,
        };
        Ok(Self { state, ..self })
    }

    /// The files lie ready under the epoch with which the release was taken up.
    ///
    /// # Errors
    /// `NotNow` unless it has begun.
    pub fn staged(self) -> Result<Self, BatchError> {
        match self.state {
            BatchState::Releasing {
                approval,
                release,
                step: Step::Begun { epoch },
            } => {
                let state = BatchState::Releasing {
                    approval,
                    release,
                    step: Step::Staged { epoch },
                };
                Ok(Self { state, ..self })
            }
            state => Err(BatchError::NotNow {
                state: state.as_str(),
            }),
        }
    }

    /// The files are out.
    ///
    /// # Errors
    /// `NotNow` unless they lay ready.
    pub fn released(self, out_at: Timestamp) -> Result<Self, BatchError> {
        match self.state {
            BatchState::Releasing {
                approval,
                release,
                step: Step::Staged { .. },
            } => {
                let state = BatchState::Released {
                    approval,
                    release,
                    out_at,
                };
                Ok(Self { state, ..self })
            }
            state => Err(BatchError::NotNow {
                state: state.as_str(),
            }),
        }
    }

    /// Gives it up, as long as nothing can be in sight of the bank.
    ///
    /// # Errors
    /// `NotNow` once it lies ready, and after its end.
    pub fn discard(self, by: Signed, grounds: String) -> Result<Self, BatchError> {
        let approval = match self.state {
            BatchState::Prepared => None,
            BatchState::Approved { approval }
            | BatchState::Releasing {
                approval,
                step: Step::Begun { .. },
                ..
            } => Some(approval),
            state => {
                return Err(BatchError::NotNow {
                    state: state.as_str(),
                });
            }
        };
        let state = BatchState::Discarded {
            approval,
            discard: by,
            grounds,
        };
        Ok(Self { state, ..self })
    }

    /// Whether its instructions may be in no other batch.
    #[must_use]
    pub const fn is_living(&self) -> bool {
        !matches!(self.state, BatchState::Discarded { .. })
    }

    const fn not_now(&self) -> BatchError {
        BatchError::NotNow {
            state: self.state.as_str(),
        }
    }
}

/// One file of a batch: its bytes are sealed outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFile {
    /// Under which its bytes are kept.
    pub id: BatchFileId,
    /// Its name, without a folder.
    pub name: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Their hash.
    pub sha256: Sha256Hex,
}

/// One row of a batch, with where its instruction stood and stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// Which instruction.
    pub instruction: InstructionId,
    /// How much the row says.
    pub amount: Money,
    /// Where it stood when the batch was prepared.
    pub then: InstructionState,
    /// Where it stands.
    pub now: InstructionState,
}

/// Whether money that a file names has come back, or will not go, since the file was made: told, for the file says otherwise.
#[must_use]
pub fn has_turned(then: InstructionState, now: InstructionState) -> bool {
    use InstructionState::{Held, Rejected, Returned};
    then != now && matches!(now, Returned | Rejected | Held)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::hash::sha256;
    use crate::domain::time::parse_date;

    const AT: Timestamp = Timestamp::from_seconds(1_795_399_200);

    fn batch() -> Batch {
        Batch {
            id: BatchId::new(AT, [1; 10]),
            day: parse_date("2026-11-23").unwrap(),
            policy: "p".to_owned(),
            district: "440604".parse().unwrap(),
            count: 1,
            sum: Money::from_fen(1).unwrap(),
            manifest: sha256(b"m"),
            stem: "s".to_owned(),
            prepared: by(0),
            state: BatchState::Prepared,
            version: 0,
        }
    }

    fn by(who: u8) -> Signed {
        Signed {
            by: format!("finance-{who}"),
            at: AT,
        }
    }

    #[derive(Debug, Clone)]
    enum Act {
        Approve(u8, bool),
        Begin(u8),
        Staged,
        Released,
        Discard(u8),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            (0..3_u8, any::<bool>()).prop_map(|(who, right)| Act::Approve(who, right)),
            (0..3_u8).prop_map(Act::Begin),
            Just(Act::Staged),
            Just(Act::Released),
            (0..3_u8).prop_map(Act::Discard),
        ]
    }

    fn step(batch: Batch, act: &Act) -> Result<Batch, BatchError> {
        let version = batch.version + 1;
        let next = match *act {
            Act::Approve(who, right) => {
                let hash = if right { batch.manifest } else { sha256(b"x") };
                batch.approve(by(who), hash)
            }
            Act::Begin(who) => batch.begin_release(by(who)),
            Act::Staged => batch.staged(),
            Act::Released => batch.released(AT),
            Act::Discard(who) => batch.discard(by(who), "grounds".to_owned()),
        };
        next.map(|next| Batch { version, ..next })
    }

    proptest! {
        #[test]
        fn nothing_goes_out_that_two_people_have_not_signed(acts in proptest::collection::vec(act(), 0..40)) {
            let mut now = batch();
            let mut out = 0;
            for act in &acts {
                let before = now.clone();
                match step(now.clone(), act) {
                    Ok(next) => now = next,
                    Err(_) => continue,
                }
                prop_assert!(before.is_living(), "a discarded batch moved");
                if let BatchState::Released { approval, .. } = &now.state {
                    prop_assert_ne!(&approval.by, &now.prepared.by);
                    out += 1;
                }
                if let (BatchState::Releasing { step: Step::Staged { .. }, .. }, Act::Discard(_)) = (&before.state, act) {
                    prop_assert!(false, "discarded though it may be in sight");
                }
            }
            prop_assert!(out <= 1);
        }
    }

    #[test]
    fn the_maker_is_no_checker_and_another_hash_is_refused() {
        let manifest = batch().manifest;
        assert_eq!(
            batch().approve(by(0), manifest),
            Err(BatchError::SamePerson)
        );
        assert_eq!(
            batch().approve(by(1), sha256(b"x")),
            Err(BatchError::OtherHash)
        );
        let approved = batch().approve(by(1), manifest).unwrap();
        let again = approved.clone().approve(by(2), manifest);
        assert_eq!(again, Err(BatchError::NotNow { state: "approved" }));
        assert!(batch().begin_release(by(1)).is_err(), "nobody approved");
        let begun = approved.begin_release(by(2)).unwrap();
        let taken_over = Batch {
            version: 4,
            ..begun
        }
        .begin_release(by(0))
        .unwrap();
        let BatchState::Releasing { release, step, .. } = taken_over.state else {
            panic!("not on its way");
        };
        assert_eq!(
            (release.by.as_str(), step),
            ("finance-2", Step::Begun { epoch: 5 })
        );
    }

    #[test]
    fn what_came_back_since_is_told_and_what_settled_is_not() {
        use InstructionState::{Acknowledged, Held, Returned, Settled};
        assert!(has_turned(Acknowledged, Returned) && has_turned(Settled, Returned));
        assert!(has_turned(Acknowledged, Held));
        assert!(!has_turned(Acknowledged, Settled) && !has_turned(Returned, Returned));
    }
}
