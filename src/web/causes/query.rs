//! Which month is asked for, of what: the same parameters for page, workbook and API.

use crate::domain::causes::Scope;
use crate::domain::district::DistrictCode;
use crate::domain::time::{Date, YearMonth};
use crate::web::extract::{Fault, Fields, Node, Read, chosen};

/// Longest id of a policy.
const POLICY_CHARS_MAX: usize = 100;

/// What is asked for. A form sends an empty text for "all".
#[derive(Debug)]
pub struct Asked {
    month: Option<YearMonth>,
    policy: Option<String>,
    district: Option<DistrictCode>,
}

impl Read for Asked {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let month = fields.optional(
            "month",
            or_all(("请填写月份，例如 2026-11", "write a month as 2026-11")),
        );
        let policy = fields.optional("policy", policy);
        let district = fields.optional(
            "district",
            or_all((
                "请填写六位行政区划代码",
                "write a district's six-digit code",
            )),
        );
        Some(Self {
            month: month?.flatten(),
            policy: policy?.flatten(),
            district: district?.flatten(),
        })
    }
}

impl Asked {
    /// As an analysis goes by it; the month of `today` when none is named.
    #[must_use]
    pub fn scope(self, today: Date) -> Scope {
        Scope {
            month: self.month.unwrap_or_else(|| YearMonth::from_date(today)),
            policy: self.policy,
            district: self.district,
        }
    }
}

fn or_all<T: std::str::FromStr>(
    mend: (&'static str, &'static str),
) -> impl Fn(&Node) -> Result<Option<T>, Fault> {
    chosen(
        |text| match text {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        },
        mend,
    )
}

fn policy(node: &Node) -> Result<Option<String>, Fault> {
    let mend = ("请填写政策编号", "write the id of a policy");
    let fits = |text: &str| text.chars().count() <= POLICY_CHARS_MAX;
    chosen(
        |text| match text {
            "" => Some(None),
            text => fits(text).then(|| Some(text.to_owned())),
        },
        mend,
    )(node)
}
