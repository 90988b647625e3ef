//! 人才引进. Introductions, the contracts behind them, and benefits already granted.

use super::Register;
use crate::domain::source::SourceId;

pub(super) const REGISTER: Register = Register {
    id: SourceId::TalentIntroduction,
    path: "/query",
    schema: include_str!("../../../schemas/evidence/talent_introduction.schema.json"),
};
