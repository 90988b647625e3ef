//! Everything that has happened to a case, with who and when.

use crate::domain::desk::{Act, Deed, Who};
use crate::domain::policy::Policy;
use crate::review::dossier::Dossier;
use crate::web::pages::layout::Page;
use crate::web::texts::casework as t;

/// One thing that happened.
pub(super) struct Moment {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) what: String,
    /// To whom, about what, until when.
    pub(super) more: String,
    pub(super) words: String,
    /// How it looks: `done`, `bad`, or nothing.
    pub(super) mood: &'static str,
}

/// What tells the names of people and of criteria.
pub(super) struct Namer<'a> {
    pub(super) page: &'a Page,
    pub(super) dossier: &'a Dossier,
    pub(super) policy: Option<&'a Policy>,
}

impl Namer<'_> {
    /// A member of staff by name, or by subject where no name is known.
    pub(super) fn officer(&self, subject: &str) -> String {
        let known = self.dossier.names.get(subject);
        known.map_or(subject, String::as_str).to_owned()
    }

    fn who(&self, who: &Who) -> String {
        let words = match who {
            Who::Machine => t::BY_SYSTEM,
            Who::Public => t::BY_PUBLIC,
            Who::Applicant(_) => t::BY_APPLICANT,
            Who::Staff(subject) => return self.officer(subject),
        };
        self.page.say(words).into_owned()
    }

    /// A criterion by its title.
    pub(super) fn criterion(&self, id: &str) -> String {
        let criteria = self.policy.map(Policy::criteria).unwrap_or_default();
        let known = criteria.iter().find(|criterion| criterion.id == id);
        known
            .map_or(id, |known| self.page.text(&known.title))
            .to_owned()
    }

    pub(super) fn criteria(&self, ids: &[String]) -> String {
        let titles: Vec<_> = ids.iter().map(|id| self.criterion(id)).collect();
        titles.join("、")
    }

    /// An act as the page shows it.
    pub(super) fn moment(&self, act: &Act) -> Moment {
        Moment {
            at: self.page.moment(act.at),
            by: self.who(&act.by),
            what: self.page.say(t::deed(&act.deed)).into_owned(),
            more: self.more(&act.deed),
            words: act
                .words
                .as_ref()
                .map(|words| words.reveal().clone())
                .unwrap_or_default(),
            mood: mood(&act.deed),
        }
    }

    fn more(&self, deed: &Deed) -> String {
        let until = self.page.say(t::UNTIL);
        match deed {
            Deed::Assigned { officer } | Deed::HandedOver { officer } => self.officer(officer),
            Deed::Asked {
                criteria,
                until: day,
            }
            | Deed::Offered {
                criteria,
                until: day,
                ..
            } => format!("{} · {until} {day}", self.criteria(criteria)),
            Deed::Settled { criterion, .. } | Deed::Unsettled { criterion } => {
                self.criterion(criterion)
            }
            Deed::Proposed { amount, needs, .. } if *needs > 1 => self.page.money(*amount),
            Deed::HandedOn { to } => to.clone(),
            Deed::Reminded { due } => due.to_string(),
            _ => String::new(),
        }
    }
}

const fn mood(deed: &Deed) -> &'static str {
    match deed {
        Deed::Decided { .. } | Deed::DecidedDirectly { .. } | Deed::Checked { held: true } => {
            "done"
        }
        Deed::Carded { .. }
        | Deed::Escalated
        | Deed::Lapsed
        | Deed::Checked { held: false }
        | Deed::Reopened => "bad",
        _ => "",
    }
}
