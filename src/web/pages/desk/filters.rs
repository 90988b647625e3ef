//! What a queue is asked for: in the address, so that it can be linked to and kept; and `POST /desk/filters`, which keeps it under a
//! name of the officer's own. Kept on the server: they follow the officer to every computer, and need no script.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded::{Serializer, parse};

use super::form::Choice;
use super::queue::{self, Back, STAGES};
use crate::domain::desk::{Card, Officer, StageName};
use crate::domain::district::DistrictCode;
use crate::domain::person::{Role, Staff};
use crate::domain::time::Date;
use crate::error::StageError;
use crate::review::filters::SavedFilter;
use crate::store::{CaseFilter, CaseLine};
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::pages::shell::see_other;
use crate::web::problem::Problem;
use crate::web::session::{Posted, Visit};
use crate::web::texts::casework as t;
use crate::web::words::Words;

/// The fields of the filter, in the order of the page.
const FIELDS: [&str; 7] = [
    "stage", "officer", "district", "policy", "card", "kind", "due",
];
/// What cases can be about.
const KINDS: [&str; 3] = ["filing", "recheck", "report"];
/// The word for oneself.
const ME: &str = "me";
/// Working days that are soon.
const SOON: u32 = 3;

/// A queue as it was asked for. What is not understood is as if it were not there: an old link still leads somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    fields: Vec<(&'static str, String)>,
    after: Option<String>,
    me: String,
}

impl Asked {
    /// As the address has it. Nothing asked for is one's own work; a supervisor's is everything.
    pub(super) fn of(query: &str, staff: &Staff) -> Self {
        let mut asked = Self {
            me: staff.subject.subject.clone(),
            ..Self::default()
        };
        let mut is_filtered = false;
        for (name, value) in parse(query.as_bytes()) {
            if name == "after" {
                asked.after = Some(value.into_owned());
                continue;
            }
            let Some(known) = FIELDS.iter().find(|field| **field == name) else {
                continue;
            };
            is_filtered = true;
            if !value.is_empty() && asked.get(known).is_empty() {
                asked.fields.push((known, value.into_owned()));
            }
        }
        if !is_filtered && !staff.has(Role::Supervisor) {
            asked.fields.push(("officer", ME.to_owned()));
        }
        asked
    }

    fn get(&self, field: &str) -> &str {
        let mut fields = self.fields.iter();
        fields
            .find(|(name, _)| *name == field)
            .map_or("", |(_, value)| value)
    }

    pub(super) const fn is_continued(&self) -> bool {
        self.after.is_some()
    }

    /// The filter alone, in one order, so that equal ones look equal.
    pub(super) fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        let mut is_empty = true;
        for field in FIELDS {
            let value = self.get(field);
            if !value.is_empty() {
                query.append_pair(field, value);
                is_empty = false;
            }
        }
        if is_empty {
            query.append_pair("stage", "");
        }
        query.finish()
    }

    /// The address of what comes after a line.
    pub(super) fn after(&self, last: &CaseLine) -> String {
        let (due, id) = last.key();
        let due = due.map(|due| due.to_string()).unwrap_or_default();
        format!("/desk?{}&after={due}_{id}", self.query())
    }

    /// What the store is asked.
    pub(super) fn filter(&self, web: &Web) -> CaseFilter {
        let text = |field| Some(self.get(field).to_owned()).filter(|text| !text.is_empty());
        CaseFilter {
            stage: StageName::parse(self.get("stage")),
            officer: text("officer").map(|officer| self.whom(officer)),
            district: self.get("district").parse().ok(),
            policy: text("policy"),
            card: Card::parse(self.get("card")),
            about: text("kind").filter(|kind| KINDS.contains(&kind.as_str())),
            due_until: due_until(web, self.get("due")),
            after: self.after.as_deref().and_then(key),
            limit: 0,
        }
    }

    fn whom(&self, officer: String) -> String {
        if officer == ME {
            self.me.clone()
        } else {
            officer
        }
    }
}

/// A place in a queue.
fn key(after: &str) -> Option<(Option<Date>, crate::domain::id::CaseId)> {
    let (due, id) = after.split_once('_')?;
    let due = if due.is_empty() {
        None
    } else {
        Some(due.parse().ok()?)
    };
    Some((due, id.parse().ok()?))
}

fn due_until(web: &Web, word: &str) -> Option<Date> {
    let today = web.ctx.world.clock.today();
    match word {
        "today" => Some(today),
        "soon" => web.ctx.calendar.add_working_days(today, SOON).ok(),
        _ => None,
    }
}

/// A queue that is one click away.
pub(super) struct View {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) is_here: bool,
    /// Kept by the officer, and can be deleted.
    pub(super) is_own: bool,
}

impl View {
    /// Those everybody has, then the officer's own.
    pub(super) fn all(
        page: &Page,
        staff: &Staff,
        asked: &Asked,
        saved: Vec<SavedFilter>,
    ) -> Vec<Self> {
        let here = asked.query();
        let view = |name: String, query: String, is_own| Self {
            is_here: query == here,
            address: format!("/desk?{query}"),
            name,
            is_own,
        };
        let of_all = [
            (t::VIEW_MINE, "officer=me"),
            (t::VIEW_WAITING, "stage=waiting"),
            (t::VIEW_AGREE, "stage=proposed"),
            (t::VIEW_YELLOW, "card=yellow"),
            (t::VIEW_RED, "card=red"),
            (t::VIEW_ALL, "stage="),
        ];
        let mut views: Vec<_> = of_all
            .into_iter()
            .map(|(name, query)| view(page.say(name).into_owned(), query.to_owned(), false))
            .collect();
        let own = saved.into_iter();
        let own = own.map(|one| (Asked::of(&one.query, staff).query(), one.name));
        views.extend(own.map(|(query, name)| view(name, query, true)));
        views
    }
}

/// One field of the filter.
pub(super) struct Select {
    pub(super) name: &'static str,
    pub(super) label: Words,
    pub(super) choices: Vec<Choice>,
}

/// The filter as a form.
pub(super) struct Choices {
    pub(super) selects: Vec<Select>,
}

impl Choices {
    pub(super) fn of(
        web: &Web,
        page: &Page,
        staff: &Staff,
        asked: &Asked,
        officers: &[Officer],
    ) -> Self {
        let say = |words: Words| page.say(words).into_owned();
        let select = |name, label, any: Words, all: Vec<(String, String)>| {
            let first = Choice::new("", say(any));
            let each = all.into_iter().map(|(value, label)| {
                let is_chosen = asked.get(name) == value;
                Choice::new(value, label).chosen(is_chosen)
            });
            let choices = std::iter::once(first).chain(each).collect();
            Select {
                name,
                label,
                choices,
            }
        };
        let word = |word: &str, words: Words| (word.to_owned(), say(words));
        let stages = STAGES.map(|stage| word(stage.as_str(), t::stage(stage)));
        let cards = [Card::Yellow, Card::Red].map(|card| word(card.as_str(), t::card(card)));
        let kinds = KINDS.map(|kind| word(kind, t::kind(kind)));
        let dues = [word("today", t::DUE_TODAY), word("soon", t::DUE_SOON)];
        let mut who = vec![word(ME, t::OFFICER_ME)];
        who.extend(
            officers
                .iter()
                .map(|officer| (officer.subject.clone(), officer.name.clone())),
        );
        let mut selects = vec![
            select("stage", t::FILTER_STAGE, t::ANY_OPEN, stages.to_vec()),
            select("officer", t::FILTER_OFFICER, t::ANY, who),
            select("district", t::FILTER_DISTRICT, t::ANY, districts(page)),
            select("policy", t::FILTER_POLICY, t::ANY, policies(web, page)),
            select("card", t::FILTER_CARD, t::ANY, cards.to_vec()),
            select("kind", t::FILTER_KIND, t::ANY, kinds.to_vec()),
            select("due", t::FILTER_DUE, t::ANY, dues.to_vec()),
        ];
        // Whoever sees one district has nothing to choose.
        selects.retain(|select| select.name != "district" || staff.district.is_none());
        Self { selects }
    }
}

fn districts(page: &Page) -> Vec<(String, String)> {
    let all = std::iter::once(DistrictCode::FOSHAN).chain(DistrictCode::FOSHAN_DISTRICTS);
    all.map(|code| (code.to_string(), page.value(code.as_str())))
        .collect()
}

fn policies(web: &Web, page: &Page) -> Vec<(String, String)> {
    let ids = web.ctx.policies.ids();
    ids.map(|id| (id.to_owned(), queue::policy(web, page, Some(id))))
        .collect()
}

/// Keeps a filter under a name, or forgets one.
#[utoipa::path(post, path = "/desk/filters", operation_id = "desk_filters_page", tag = "pages",
    responses((status = 303, description = "To the queue"), (status = 422, description = "The queue again, with what is wrong")))]
pub(in crate::web::pages) async fn change(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    posted: Posted,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), "/desk");
    let query = posted.get("query").unwrap_or_default();
    let asked = Asked::of(query, &staff);
    if let Some(name) = posted.get("drop") {
        web.cases.drop_filter(&staff, name).await?;
        return Ok(see_other(&format!("/desk?{}&done=drop", asked.query())));
    }
    let saved = SavedFilter {
        name: posted.get("name").unwrap_or_default().trim().to_owned(),
        query: asked.query(),
    };
    match web.cases.save_filter(&staff, &saved).await {
        Ok(()) => Ok(see_other(&format!("/desk?{}&done=filter", asked.query()))),
        Err(StageError::Invalid { .. }) => {
            let back = Back {
                errors: vec![(Some("filter-name".to_owned()), t::WRONG_NAME)],
                ..Back::default()
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            queue::shown(&web, &page, &staff, &asked, &back, status).await
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::Subject;

    fn staff(role: Role) -> Staff {
        Staff {
            subject: Subject {
                issuer: "i".to_owned(),
                subject: "reviewer-1".to_owned(),
            },
            roles: vec![role],
            district: None,
        }
    }

    fn query(text: &str, role: Role) -> String {
        Asked::of(text, &staff(role)).query()
    }

    #[test]
    fn nothing_asked_for_is_ones_own_work_and_a_supervisors_is_everything() {
        assert_eq!(query("", Role::Reviewer), "officer=me");
        assert_eq!(query("done=take", Role::Reviewer), "officer=me");
        assert_eq!(query("", Role::Supervisor), "stage=");
        assert_eq!(query("stage=", Role::Reviewer), "stage=");
    }

    #[test]
    fn equal_filters_look_equal_and_what_is_unknown_is_left_out() {
        let one = query("card=red&stage=working&x=1&stage=closed", Role::Reviewer);
        assert_eq!(one, "stage=working&card=red");
        assert_eq!(query(&one, Role::Reviewer), one);
    }

    #[test]
    fn a_place_in_the_queue_is_read_or_not_there() {
        let id = "0198c0ff-ee00-7000-8000-000000000001";
        assert!(key(&format!("2026-10-12_{id}")).is_some_and(|(due, _)| due.is_some()));
        assert!(key(&format!("_{id}")).is_some_and(|(due, _)| due.is_none()));
        for wrong in ["", "x", "2026-10-12", &format!("2026-13-01_{id}"), "_x"] {
            assert!(key(wrong).is_none(), "{wrong}");
        }
    }
}
