//! The one page: what registers have filled, each value with where it comes from, and the little that is typed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::status::Check;
use crate::domain::application::Application;
use crate::domain::form::{Provenance, Row, RowValue};
use crate::domain::id::ApplicationId;
use crate::domain::judgement::{Cause, Causes, Verdict};
use crate::domain::person::Applicant;
use crate::prefill::service::FormView;
use crate::web::Web;
use crate::web::pages::home::title;
use crate::web::pages::layout::Page;
use crate::web::pages::typed::TypedForm;
use crate::web::problem::Problem;
use crate::web::texts as t;
use crate::web::words::Words;

/// The row whose value is masked even for its owner: somebody may look over their shoulder.
const DOCUMENT_NUMBER: &str = "document_number";

/// What somebody has just done on the page, and sees again.
#[derive(Default)]
pub struct Shown {
    /// As typed.
    pub typed: TypedForm,
    /// Row of which something was said to be wrong, and what is wrong with the words.
    pub dispute: Option<(String, Words)>,
    /// Something good to know.
    pub notice: Option<Words>,
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage<'a> {
    page: &'a Page,
    title: String,
    snapshot: String,
    errors: Vec<(String, Words)>,
    notice: Option<Words>,
    groups: Vec<Group>,
    pending: Vec<String>,
    empty: Vec<String>,
    /// What cannot be approved by machine as the records stand.
    ahead: Vec<Check>,
    holder: String,
    typed: TypedForm,
}

/// The rows of one register.
struct Group {
    origin: Words,
    as_of: String,
    rows: Vec<Line>,
}

/// One filled row.
struct Line {
    field: String,
    title: String,
    values: Vec<String>,
    disputed: bool,
    is_open: bool,
    words: String,
}

/// The page of a draft.
///
/// # Errors
/// `NotFound` for another's.
pub async fn page(
    web: &Web,
    page: &Page,
    me: &Applicant,
    id: ApplicationId,
    shown: Shown,
) -> Result<Response, Problem> {
    let view = web.prefill.form(me.id, id).await?;
    let mut template = FormPage {
        page,
        title: title(web, page, &view.application),
        snapshot: view.snapshot.id.to_string(),
        errors: Vec::new(),
        notice: shown.notice.clone(),
        groups: Vec::new(),
        pending: Vec::new(),
        empty: Vec::new(),
        ahead: ahead(web, page, &view.application).await?,
        holder: me.name.reveal().clone(),
        typed: shown.typed.clone(),
    };
    for row in view.snapshot.rows.reveal() {
        template.take(row, &view, me, &shown);
    }
    if let Some((field, words)) = &shown.dispute {
        template
            .errors
            .push((format!("words-{field}"), words.clone()));
    }
    let typed = template.typed.errors().iter();
    template
        .errors
        .extend(typed.map(|(field, words)| ((*field).to_owned(), words.clone())));
    let status = if template.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(page.render(status, &template))
}

/// What would go to a person, said before filing: the conditions the records do not prove, each with what every register says. What
/// only waits for a register is not among them.
async fn ahead(web: &Web, page: &Page, draft: &Application) -> Result<Vec<Check>, Problem> {
    let waits = Verdict::CannotEstablish(Causes::only(Cause::SourceUnavailable));
    let findings = web.approve.findings(draft).await?;
    let open = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Met && finding.verdict != waits);
    Ok(open
        .map(|finding| Check::of(page, finding, false))
        .collect())
}

impl FormPage<'_> {
    fn take(&mut self, row: &Row, view: &FormView, me: &Applicant, shown: &Shown) {
        let title = self.title_of(row);
        let (values, from) = match &row.value {
            RowValue::Filled { value, from } => (vec![self.value(row, value, from, me)], from),
            RowValue::Contradictory { values } => {
                let Some((_, from)) = values.first() else {
                    return;
                };
                let all = values.iter();
                let all = all.map(|(value, from)| self.said(value, from));
                (all.collect(), from)
            }
            RowValue::NoRecord => return self.empty.push(title),
            RowValue::Pending => return self.pending.push(title),
            RowValue::Typed => return,
        };
        let words = shown.typed.words_of(&row.field).to_owned();
        let is_wrong = shown
            .dispute
            .as_ref()
            .is_some_and(|(field, _)| *field == row.field);
        let line = Line {
            field: row.field.clone(),
            title,
            values,
            disputed: view
                .disputes
                .iter()
                .any(|dispute| dispute.field == row.field),
            is_open: is_wrong || !words.is_empty(),
            words,
        };
        self.group(from).rows.push(line);
    }

    /// The group of a register; rows of one register stand together even where the policy lists them apart.
    fn group(&mut self, from: &Provenance) -> &mut Group {
        let origin = t::origin(&from.origin);
        let at = self.groups.iter().position(|group| group.origin == origin);
        let at = at.unwrap_or_else(|| {
            let as_of = from.as_of.clone();
            self.groups.push(Group {
                origin,
                as_of: as_of.unwrap_or_else(|| self.page.moment(from.received_at)),
                rows: Vec::new(),
            });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }

    fn title_of(&self, row: &Row) -> String {
        let words = Words::with(row.title_zh.clone(), row.title_en.clone());
        self.page.say(words).into_owned()
    }

    fn said(&self, value: &str, from: &Provenance) -> String {
        self.page.value_at(&from.origin, &from.pointer, value)
    }

    fn value(&self, row: &Row, value: &str, from: &Provenance, me: &Applicant) -> String {
        if row.field == DOCUMENT_NUMBER {
            return me.document.masked();
        }
        self.said(value, from)
    }
}
