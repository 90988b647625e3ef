//! Names of what is counted: those of the policy documents, of districts, sources and employers.

use crate::domain::causes::{Employer, What};
use crate::domain::district::DistrictCode;
use crate::domain::judgement::AMOUNT_CRITERION;
use crate::domain::policy::{PolicyBook, Text};
use crate::domain::source::SourceId;
use crate::web::texts::{self as t, causes as c};
use crate::web::words::Words;

/// Looks names up in the policies; the newest version has the name of today.
pub struct Names<'a>(pub &'a PolicyBook);

impl Names<'_> {
    /// A policy's title; its id when no version of it is there any more.
    #[must_use]
    pub fn policy(&self, id: &str) -> Words {
        let versions = self.0.iter().filter(|policy| policy.id() == id);
        let title = versions.last().map(|policy| said(&policy.document().title));
        title.unwrap_or_else(|| as_it_is(id))
    }

    /// What a reason rests on.
    #[must_use]
    pub fn what(&self, what: &What) -> Words {
        match what {
            What::Criterion { id, .. } if id == AMOUNT_CRITERION => c::AMOUNT,
            What::Criterion { policy, id } => self.criterion(policy, id),
            What::Signal(signal) => said(&signal.title()),
            What::Disputed { policy, field } => {
                let row = self.row(policy, field);
                Words::with(
                    format!("{}：{}", c::DISPUTED.zh, row.zh),
                    format!("{}: {}", c::DISPUTED.en, row.en),
                )
            }
            What::Asked => c::ASKED,
            What::Unstated => c::UNSTATED,
        }
    }

    /// Under which policy a reason arises; none where it may under any.
    #[must_use]
    pub fn policy_of(&self, what: &What) -> Option<Words> {
        match what {
            What::Criterion { policy, .. } | What::Disputed { policy, .. } => {
                Some(self.policy(policy))
            }
            What::Signal(_) | What::Asked | What::Unstated => None,
        }
    }

    /// A district's name; the city level where there is none.
    #[must_use]
    pub fn district(&self, district: Option<DistrictCode>) -> Words {
        let Some(code) = district else {
            return c::NO_DISTRICT;
        };
        match (code.name_zh(), code.name_en()) {
            (Some(zh), Some(en)) => Words::of(zh, en),
            _ => as_it_is(code.as_str()),
        }
    }

    /// An employer's name, or what stands for several.
    #[must_use]
    pub fn employer(&self, employer: &Employer) -> Words {
        match employer {
            Employer::One { name, .. } => name.as_deref().map_or(c::NAMELESS, as_it_is),
            Employer::Few(count) => Words::with(
                format!("转人工较少的单位，共 {count} 家"),
                format!("{count} employers with few referrals"),
            ),
            Employer::Unknown => c::NO_EMPLOYER,
        }
    }

    /// A source's name.
    #[must_use]
    pub const fn source(&self, source: SourceId) -> Words {
        t::source(source)
    }

    fn criterion(&self, policy: &str, id: &str) -> Words {
        let versions = self.0.iter().filter(|version| version.id() == policy);
        let titles = versions.filter_map(|version| {
            let mut criteria = version.criteria().iter();
            criteria.find(|criterion| criterion.id == id)
        });
        let newest = titles.last().map(|criterion| said(&criterion.title));
        newest.unwrap_or_else(|| as_it_is(id))
    }

    fn row(&self, policy: &str, field: &str) -> Words {
        let versions = self.0.iter().filter(|version| version.id() == policy);
        let rows = versions.filter_map(|version| version.form().iter().find(|row| row.id == field));
        let newest = rows.last().map(|row| said(&row.title));
        newest.unwrap_or_else(|| as_it_is(field))
    }
}

fn said(text: &Text) -> Words {
    Words::with(text.zh.clone(), text.en.clone())
}

/// A name that is the same in both languages.
fn as_it_is(name: &str) -> Words {
    Words::with(name.to_owned(), name.to_owned())
}
