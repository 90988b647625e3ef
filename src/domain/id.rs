//! Ids: a type for each thing, so that one cannot be taken for another.
//!
//! All are UUIDs of version 7 (RFC 9562) with one text form, lower case with hyphens, in the database as on the wire. They are made
//! from the instant and ten random bytes that the caller brings; nothing here reads a clock or draws.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Builder, Uuid, Variant};

use super::time::Timestamp;

/// The text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a version 7 UUID in its one form.
    #[error("not an id: a UUID of version 7 in lower case with hyphens is wanted")]
    NotAUuid7,
    /// Not an instruction id in its one form.
    #[error(
        "not an instruction id: the award's 26 characters, instalment and generation are wanted, with hyphens between"
    )]
    NotAnInstruction,
}

/// Makes a UUID of version 7.
fn uuid7(at: Timestamp, random: [u8; 10]) -> Uuid {
    // An instant is never negative, so nothing is lost here.
    let millis = u64::try_from(at.as_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Whether it is of version 7 and of the usual variant.
fn is_uuid7(uuid: Uuid) -> bool {
    uuid.get_version_num() == 7 && uuid.get_variant() == Variant::RFC4122
}

/// Reads the one text form.
fn parse_uuid7(text: &str) -> Result<Uuid, IdError> {
    let uuid = Uuid::try_parse(text).map_err(|_| IdError::NotAUuid7)?;
    let mut buffer = Uuid::encode_buffer();
    let canonical: &str = uuid.hyphenated().encode_lower(&mut buffer);
    if is_uuid7(uuid) && canonical == text {
        Ok(uuid)
    } else {
        Err(IdError::NotAUuid7)
    }
}

/// One newtype, all with the same codec.
macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident,)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id from the instant and ten bytes drawn at random.
            #[must_use]
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid7(at, random))
            }

            /// The 16 bytes as a UUID.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.as_hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_uuid7(text).map(Self)
            }
        }

        text_on_the_wire!($name);
    )+

    #[cfg(test)]
    mod each_id {
        use super::*;

        #[test]
        fn every_id_comes_back_from_text_and_json_and_names_itself() {
            $({
                let id = $name::new(Timestamp::from_seconds(1_788_998_400), [7; 10]);
                assert_eq!(id.to_string().parse(), Ok(id));
                let json = serde_json::to_string(&id).unwrap();
                assert_eq!(json, format!("\"{id}\""));
                assert_eq!(serde_json::from_str::<$name>(&json).unwrap(), id);
                assert_eq!(format!("{id:?}"), format!("{}({id})", stringify!($name)));
            })+
        }
    }
    };
}

macro_rules! text_on_the_wire {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

ids! {
    /// A person who applies.
    ApplicantId,
    /// One application.
    ApplicationId,
    /// A consent to look into registers.
    ConsentId,
    /// One question to one register, whatever came of it.
    FetchId,
    /// One answer of a register, as received.
    EvidenceId,
    /// A filled form as it was shown and filed.
    SnapshotId,
    /// A field of which the applicant says that it is wrong.
    DisputeId,
    /// A decision, by the machine or by a person.
    DecisionId,
    /// What an approval grants: the sum of its payments.
    AwardId,
    /// One payment of an award.
    PaymentId,
    /// One entry of the ledger.
    JournalId,
    /// One entry of the audit log.
    AuditId,
    /// A call for a person's attention.
    AlarmId,
    /// One look at personal data by staff.
    AccessId,
    /// One message to an applicant.
    NoticeId,
    /// One case of the reviewer's desk.
    CaseId,
    /// One thing that happened to a case.
    ActId,
    /// One file that was handed in with a case.
    CaseFileId,
    /// One freeze of a policy or a district.
    FreezeId,
    /// One set of payout files.
    BatchId,
    /// One order that changes what budget lines hold.
    BudgetOrderId,
    /// One statement of the treasury or a bank.
    StatementId,
    /// One difference that finance sees to.
    FinanceCaseId,
    /// One file of such a set.
    BatchFileId,
}

/// The alphabet of the award within an instruction id: Crockford's base 32, without I, L, O and U.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters for the 128 bits of the award.
const AWARD_CHARS: usize = 26;

/// The treasury's key of a payment: award, instalment and generation, and nothing else, so that whoever makes it again makes the
/// same one. The generation is 1 for the first instruction of an instalment and grows only when a returned payment is paid again.
///
/// As text 26 characters for the award, a hyphen, the instalment, a hyphen, the generation, at most 34 characters of `0-9A-Z` and
/// `-`, which also fits the 35 of an ISO 20022 end-to-end id: `01M249TE00EW3RE1R70W3GE1R7-1-1`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstructionId {
    award: AwardId,
    instalment: u8,
    generation: u8,
}

impl InstructionId {
    /// The id of this generation of this instalment of this award.
    #[must_use]
    pub const fn new(award: AwardId, instalment: u8, generation: u8) -> Self {
        Self {
            award,
            instalment,
            generation,
        }
    }

    /// The award that is paid.
    #[must_use]
    pub const fn award(self) -> AwardId {
        self.award
    }

    /// The instalment, from 1.
    #[must_use]
    pub const fn instalment(self) -> u8 {
        self.instalment
    }

    /// The generation, from 1.
    #[must_use]
    pub const fn generation(self) -> u8 {
        self.generation
    }
}

impl fmt::Display for InstructionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bits = self.award.0.as_u128();
        let mut award = [0; AWARD_CHARS];
        for place in award.iter_mut().rev() {
            // Five bits are always an index into 32 characters.
            *place = BASE32[usize::try_from(bits & 0x1F).unwrap_or(0)];
            bits >>= 5;
        }
        let award = std::str::from_utf8(&award).map_err(|_| fmt::Error)?;
        write!(f, "{award}-{}-{}", self.instalment, self.generation)
    }
}

impl fmt::Debug for InstructionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstructionId({self})")
    }
}

impl FromStr for InstructionId {
    type Err = IdError;

    /// Reads only what [`fmt::Display`] writes: two texts for one payment would be two payments.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut parts = text.split('-');
        let (Some(award), Some(instalment), Some(generation), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(IdError::NotAnInstruction);
        };
        let id = Self {
            award: award_from_base32(award)?,
            instalment: instalment.parse().map_err(|_| IdError::NotAnInstruction)?,
            generation: generation.parse().map_err(|_| IdError::NotAnInstruction)?,
        };
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(IdError::NotAnInstruction)
        }
    }
}

text_on_the_wire!(InstructionId);

/// Reads the 26 characters of the award.
fn award_from_base32(text: &str) -> Result<AwardId, IdError> {
    if text.len() != AWARD_CHARS {
        return Err(IdError::NotAnInstruction);
    }
    let bits = text.bytes().try_fold(0_u128, |bits, byte| {
        let digit = (0_u8..)
            .zip(BASE32)
            .find_map(|(digit, known)| (*known == byte).then_some(digit))?;
        // The first character may carry three bits only.
        bits.checked_mul(32)?.checked_add(u128::from(digit))
    });
    let uuid = Uuid::from_u128(bits.ok_or(IdError::NotAnInstruction)?);
    if is_uuid7(uuid) {
        Ok(AwardId(uuid))
    } else {
        Err(IdError::NotAnInstruction)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(1_788_998_400);

    #[test]
    fn an_id_is_of_version_seven_and_carries_its_millisecond() {
        let id = PaymentId::new(AT, [0xFF; 10]);
        assert!(is_uuid7(id.as_uuid()));
        let millis = id.as_uuid().as_u128() >> 80;
        assert_eq!(millis, 1_788_998_400_000);
    }

    #[test]
    fn ids_have_one_spelling() {
        let good = AwardId::new(AT, [0xAB; 10]).to_string();
        let braced = format!("{{{good}}}");
        let urn = format!("urn:uuid:{good}");
        let version4 = "4f3c1b2a-9d8e-4c7b-8a6f-5e4d3c2b1a09";
        let other_variant = "0190a5b0-0000-7000-c000-000000000000";
        for text in [
            "",
            &good.to_uppercase(),
            &good.replace('-', ""),
            &braced,
            &urn,
            &good[1..],
            version4,
            other_variant,
        ] {
            assert_eq!(text.parse::<AwardId>(), Err(IdError::NotAUuid7), "{text}");
        }
    }

    #[test]
    fn an_instruction_id_has_one_spelling() {
        let good = InstructionId::new(AwardId::new(AT, [0; 10]), 1, 1).to_string();
        let (award, _) = good.split_once('-').unwrap();
        let wrong = [
            String::new(),
            award.to_owned(),
            format!("{award}-1"),
            format!("{award}-1-1-1"),
            format!("{award}-01-1"),
            format!("{award}-+1-1"),
            format!("{award}-1-256"),
            format!("{award}--1"),
            format!("{award}-1-1 "),
            good.to_lowercase(),
            // Crockford reads O as 0 and I as 1; a second spelling would be a second payment.
            good.replacen('0', "O", 1),
            // Four bits in the first place: more than 128 in all.
            format!("8{}", &good[1..]),
            format!("Z{}", &good[1..]),
            // A UUID that is not of version 7.
            format!("{}-1-1", "0".repeat(26)),
            format!("{}-1-1", &award[1..]),
        ];
        for text in wrong {
            assert_eq!(
                text.parse::<InstructionId>(),
                Err(IdError::NotAnInstruction),
                "{text:?}"
            );
        }
        assert!(good.parse::<InstructionId>().is_ok());
    }

    /// Reckoned by hand from the two standards; if this ever changes, payments already sent get a second key.
    #[test]
    fn a_known_award_has_a_known_instruction_id() {
        let award = AwardId::new(AT, [7; 10]);
        assert_eq!(
            InstructionId::new(award, 1, 1).to_string(),
            "01M249TE00EW3RE1R70W3GE1R7-1-1"
        );
        assert_eq!(
            InstructionId::new(award, 36, 255).to_string(),
            "01M249TE00EW3RE1R70W3GE1R7-36-255"
        );
    }

    #[test]
    fn every_instalment_and_generation_has_its_own_id() {
        let award = AwardId::new(AT, [3; 10]);
        let pairs = (0..=u8::MAX).flat_map(|one| (0..=u8::MAX).map(move |two| (one, two)));
        let texts: HashSet<String> = pairs
            .map(|(one, two)| InstructionId::new(award, one, two).to_string())
            .collect();
        assert_eq!(texts.len(), 256 * 256);
    }

    proptest! {
        #[test]
        fn an_id_comes_back_from_its_text(seconds in 0_i64..250_000_000_000, random: [u8; 10]) {
            let id = ApplicationId::new(Timestamp::from_seconds(seconds), random);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn ids_sort_by_time_as_values_and_as_text(one in 0_i64..1 << 50, two in 0_i64..1 << 50, random: [u8; 10]) {
            let make = |micros| ApplicationId::new(Timestamp::from_micros(micros), random);
            let (first, second) = (make(one), make(two));
            prop_assert_eq!(first.cmp(&second), (one / 1000).cmp(&(two / 1000)));
            prop_assert_eq!(first.cmp(&second), first.to_string().cmp(&second.to_string()));
        }

        #[test]
        fn an_instruction_id_is_short_plain_and_comes_back(
            micros in 0_i64..1 << 57, random: [u8; 10], instalment: u8, generation: u8,
        ) {
            let award = AwardId::new(Timestamp::from_micros(micros), random);
            let id = InstructionId::new(award, instalment, generation);
            let text = id.to_string();
            prop_assert!(text.len() <= 35);
            prop_assert!(text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'-')));
            prop_assert_eq!(text.parse::<InstructionId>(), Ok(id));
            prop_assert_eq!((id.award(), id.instalment(), id.generation()), (award, instalment, generation));
        }
    }
}
