//! Signals: what speaks against approval by machine though every condition is met. None is a ground for refusal; each sends to a person,
//! who looks.

use serde::{Deserialize, Serialize};

use super::policy::Text;

/// Something a person should look at before money flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// More people of one employer apply in a month than the policy lets pass.
    EmployerCluster,
    /// Others name the same account.
    SharedAccount,
    /// More months of social security were paid afterwards than the policy lets pass.
    BackPaid,
    /// It comes to more than a machine may grant.
    OverMachineCap,
    /// A supervisor has frozen the policy, or the district.
    Frozen,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 5] = [
        Self::EmployerCluster,
        Self::SharedAccount,
        Self::BackPaid,
        Self::OverMachineCap,
        Self::Frozen,
    ];

    /// Name as serialised.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmployerCluster => "employer_cluster",
            Self::SharedAccount => "shared_account",
            Self::BackPaid => "back_paid",
            Self::OverMachineCap => "over_machine_cap",
            Self::Frozen => "frozen",
        }
    }

    /// What is looked at, for the applicant and for staff.
    #[must_use]
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Self::EmployerCluster => (
                "核实用人单位：近一个月同一单位申请较多",
                "The employer is looked at: many of its people have applied within a month",
            ),
            Self::SharedAccount => (
                "核实收款账户：另有他人填写同一账户",
                "The account is looked at: somebody else has named it too",
            ),
            Self::BackPaid => (
                "核实社会保险：有较多补缴月份",
                "Social security is looked at: several months were paid afterwards",
            ),
            Self::OverMachineCap => (
                "金额超过系统审批上限，由工作人员审批",
                "The amount is above what the machine may approve; a person does",
            ),
            Self::Frozen => (
                "本政策或本区暂停自动审批，由工作人员审批",
                "Approval by machine is suspended for this policy or district; a person decides",
            ),
        };
        Text::new(zh, en)
    }
}

/// What two applications can have in common that makes a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The employer, as the policy's `breaker.employer` reads it.
    Employer,
    /// The account the money is to go to.
    Account,
}

impl Mark {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::Account => "account",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_is_written_by_its_name() {
        for signal in Signal::ALL {
            assert_eq!(serde_json::to_value(signal).unwrap(), signal.as_str());
            assert!(!signal.title().zh.is_empty() && !signal.title().en.is_empty());
        }
    }
}
