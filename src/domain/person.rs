//! Who acts, and how what is private about them is carried through the program.

use serde::{Deserialize, Serialize};
use std::fmt;

use super::district::DistrictCode;
use super::document::IdentityDocument;
use super::id::ApplicantId;
use super::time::Timestamp;

/// A value that must not reach a log, an error or a URL: `Debug` and `Display` print a mask.
///
/// There is no `Deref`: whoever needs the value says so with [`Private::reveal`], and a search for
/// that word lists every place.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the database, the wire or its owner's page.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«private»")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«private»")
    }
}

/// The identity a person proved at sign-in: issuer and subject of the OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The issuer's URL.
    pub issuer: String,
    /// The subject, unique at that issuer.
    pub subject: String,
}

/// A person who applies, as the identity provider vouched for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// Our own id; the same document always has the same id.
    pub id: ApplicantId,
    /// Identity document; the key under which registers know the person.
    pub document: IdentityDocument,
    /// Name as the identity provider spells it.
    pub name: Private<String>,
}

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 申请人: sees and files their own.
    Applicant,
    /// 审核员: decides what the machine referred, in one district.
    Reviewer,
    /// 督办: sees every district, freezes, hands over.
    Supervisor,
    /// 财务: payments, ledger, appropriations; no evidence.
    Finance,
    /// Publishes policy documents.
    Policy,
    /// Reads the audit log.
    Auditor,
}

impl Role {
    /// Every role, for claims parsing and authorization tests.
    pub const ALL: [Self; 6] = [
        Self::Applicant,
        Self::Reviewer,
        Self::Supervisor,
        Self::Finance,
        Self::Policy,
        Self::Auditor,
    ];

    /// The word used in the token's `roles` claim.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Reviewer => "reviewer",
            Self::Supervisor => "supervisor",
            Self::Finance => "finance",
            Self::Policy => "policy",
            Self::Auditor => "auditor",
        }
    }

    /// The role of a claim's word; `None` for a word we do not know, which then grants nothing.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A member of staff as their token describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Subject at the identity provider; written into audit and access rows.
    pub subject: Subject,
    /// Roles from the token's claims.
    pub roles: Vec<Role>,
    /// District from the token; `None` means city level.
    pub district: Option<DistrictCode>,
}

impl Staff {
    /// Whether the token grants `role`.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The district a list is narrowed to: their own for district staff, whatever was asked for at city level.
    ///
    /// # Errors
    /// When district staff ask for another district.
    pub fn narrow(
        &self,
        asked: Option<DistrictCode>,
    ) -> Result<Option<DistrictCode>, OtherDistrict> {
        match (&self.district, asked) {
            (Some(own), Some(asked)) if *own != asked => Err(OtherDistrict),
            (Some(own), _) => Ok(Some(*own)),
            (None, asked) => Ok(asked),
        }
    }

    /// Whether a matter of `district` is theirs to see: their own district, or any at city level.
    #[must_use]
    pub fn covers(&self, district: Option<&DistrictCode>) -> bool {
        match (&self.district, district) {
            (None, _) => true,
            (Some(own), Some(of)) => own == of,
            (Some(_), None) => false,
        }
    }
}

/// Who did something with their name, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Subject at the identity provider.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Signed {
    /// By this member of staff.
    #[must_use]
    pub fn of(staff: &Staff, at: Timestamp) -> Self {
        Self {
            by: staff.subject.subject.clone(),
            at,
        }
    }
}

/// Staff of one district asked for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("staff of one district asked for another")]
pub struct OtherDistrict;

/// Who did something; written into decisions, audit and access rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// The program itself, named by the part that acted (`"approve"`, `"dispatch"` …).
    Machine(&'static str),
    /// An applicant.
    Applicant(ApplicantId),
    /// A member of staff, by subject.
    Staff(String),
    /// The treasury, through a signed call-back or an answer.
    Treasury,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(part) => write!(f, "machine:{part}"),
            Self::Applicant(id) => write!(f, "applicant:{id}"),
            Self::Staff(subject) => write!(f, "staff:{subject}"),
            Self::Treasury => f.write_str("treasury"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_value_never_prints_itself() {
        let name = Private::new("张三".to_owned());
        assert!(!format!("{name:?} {name}").contains('张'));
        assert_eq!(name.reveal(), "张三");
    }

    #[test]
    fn every_role_survives_its_word() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
