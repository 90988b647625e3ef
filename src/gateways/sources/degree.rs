//! 学位. Degrees, and recognitions (学历学位认证) of foreign ones.

use super::Register;
use crate::domain::source::SourceId;

pub(super) const REGISTER: Register = Register {
    id: SourceId::Degree,
    path: "/query",
    schema: include_str!("../../../schemas/evidence/degree.schema.json"),
};
