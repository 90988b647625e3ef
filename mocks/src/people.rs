//! Made-up people in the field's real variety, the same for the same seed.

mod build;
mod checks;
mod documents;
mod file;
mod firms;
mod month;
mod names;
mod person;
mod records;
mod study;
mod variety;

pub use build::generate;
pub use checks::{
    cnaps_check, cnaps_is_valid, luhn_check, organisation_check, resident_check,
    travel_document_check, uscc_check,
};
pub use documents::{Account, BankReturn, Document, DocumentType};
pub use file::{PeopleFileError, parse_people, write_people};
pub use month::Month;
pub use person::{AccountCard, Person, PersonCard};
pub(crate) use records::masked_debug;
pub use records::{
    Benefit, Category, Contribution, DegreeRecord, DegreeRegister, EducationRecord,
    EducationRegister, Employment, EntryChannel, Nature, Procedure, Recognition, Registers,
    SocialRegister, TalentRecord, TalentRegister,
};
pub use variety::{Expected, Trait};
