//! 社保. Contributions; months after `complete_until` are unknown, not gaps.

use super::Register;
use crate::domain::source::SourceId;

pub(super) const REGISTER: Register = Register {
    id: SourceId::SocialSecurity,
    path: "/query",
    schema: include_str!("../../../schemas/evidence/social_security.schema.json"),
};
