//! 学历. Education certificates, and the form of study that their number cannot prove.

use super::Register;
use crate::domain::source::SourceId;

pub(super) const REGISTER: Register = Register {
    id: SourceId::Education,
    path: "/query",
    schema: include_str!("../../../schemas/evidence/education.schema.json"),
};
