//! The terms a case is handled under, fixed when it is opened.

use serde::{Deserialize, Serialize};

use crate::domain::policy::document::{DeskTerms, Service};

/// Time limits in working days, and what may be offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// 办理时限.
    pub days: u32,
    /// The same for a special case.
    pub special_days: u32,
    /// Everything else, with its defaults.
    pub terms: DeskTerms,
}

impl Rules {
    /// The norm of stuck-case desks elsewhere, for what stands under no policy: five working days, ten when special.
    #[must_use]
    pub fn norm() -> Self {
        Self {
            days: 5,
            special_days: 10,
            terms: DeskTerms::default(),
        }
    }

    /// As the policy has it.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        Self {
            days: service.deadline_working_days,
            special_days: service.deadline_special_working_days,
            terms: service.desk.clone().unwrap_or_default(),
        }
    }
}
