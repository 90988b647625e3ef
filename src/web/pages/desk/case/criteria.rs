//! Criterion by criterion: rule, what was declared, what is on record, verdict.

use crate::approve::explain::{Explanation, FactShown};
use crate::domain::desk::{Deed, Relief};
use crate::domain::form::{Provenance, Row as FormRow, RowValue};
use crate::domain::judgement::{Cause, Verdict};
use crate::domain::policy::document::FormSource;
use crate::domain::source::SourceId;
use crate::review::dossier::Dossier;
use crate::web::pages::desk::form::{Builder, Choice, Form, Typed, key_of};
use crate::web::texts;
use crate::web::texts::casework as t;
use crate::web::words::Words;

use super::timeline::{Moment, Namer};

/// One criterion.
pub(super) struct Row {
    pub(super) title: String,
    pub(super) basis: String,
    pub(super) declared: Vec<Declared>,
    pub(super) records: Vec<Record>,
    pub(super) verdict: Words,
    pub(super) mood: &'static str,
    pub(super) mark: &'static str,
    pub(super) reason: String,
    /// Who settled it, when and on what ground.
    pub(super) settled: Option<Moment>,
    pub(super) form: Option<Form>,
    /// What the button that opens it again goes by.
    pub(super) unsettle: Option<String>,
}

/// What the applicant said.
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) value: String,
    /// That it is wrong, in their words.
    pub(super) wrong: String,
}

/// What a register says.
pub(super) struct Record {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) source: String,
    pub(super) when: String,
}

/// The table: what a person has to settle, and what is met.
#[derive(Default)]
pub(super) struct Table {
    pub(super) open: Vec<Row>,
    pub(super) met: Vec<Row>,
}

impl Table {
    pub(super) fn of(namer: &Namer<'_>, typed: &Typed) -> Self {
        let mut table = Self::default();
        let Some(filing) = &namer.dossier.filing else {
            return table;
        };
        for finding in &filing.findings {
            let row = Writer {
                namer,
                typed,
                finding,
            }
            .row();
            match finding.verdict {
                Verdict::Met => table.met.push(row),
                _ => table.open.push(row),
            }
        }
        table
    }
}

/// Where several facts come from one answer, that is said below the last of them.
fn told_once(mut records: Vec<Record>) -> Vec<Record> {
    for at in 1..records.len() {
        let is_same = records[at - 1].source == records[at].source;
        if is_same && records[at - 1].when == records[at].when {
            records[at - 1].source.clear();
        }
    }
    records
}

/// Writes one row.
struct Writer<'a> {
    namer: &'a Namer<'a>,
    typed: &'a Typed,
    finding: &'a Explanation,
}

impl Writer<'_> {
    fn row(&self) -> Row {
        let (page, finding) = (self.namer.page, self.finding);
        let settled = self.dossier().case().settled.contains(&finding.criterion);
        let (mood, mark) = match finding.verdict {
            Verdict::Met => ("met", "✓"),
            Verdict::NotMet => ("not", "✕"),
            Verdict::CannotEstablish(_) => ("open", "?"),
        };
        Row {
            title: page.text(&finding.title).to_owned(),
            basis: finding.basis.clone(),
            declared: self.declared(),
            records: told_once(finding.facts.iter().map(|fact| self.record(fact)).collect()),
            verdict: texts::verdict(finding.verdict),
            mood,
            mark,
            reason: page.text(&finding.reason).to_owned(),
            settled: self.settled_by().filter(|_| settled),
            form: self.form().filter(|_| !settled),
            unsettle: self.unsettle(),
        }
    }

    fn dossier(&self) -> &Dossier {
        self.namer.dossier
    }

    fn is_to_be_settled(&self) -> bool {
        let prospect = self.dossier().prospect.as_ref();
        prospect.is_some_and(|prospect| prospect.open.contains(&self.finding.criterion))
    }

    fn form(&self) -> Option<Form> {
        let criterion = self.finding.criterion.clone();
        let settling = Deed::Settled {
            criterion: criterion.clone(),
            file: None,
        };
        if !self.is_to_be_settled() || self.dossier().would(settling).is_err() {
            return None;
        }
        let key = key_of("settle", &criterion);
        let (page, typed) = (self.namer.page, self.typed);
        let form = Builder::keyed(page, typed, "settle", key, t::SETTLE, t::SETTLE_DO)
            .hidden("criterion", criterion)
            .area("words", t::SETTLE_GROUND, t::SETTLE_HINT, "", 3);
        let files = &self.dossier().view.files;
        if files.is_empty() {
            return Some(form.done());
        }
        let none = Choice::new("", page.say(t::SETTLE_NO_FILE));
        let each = files.iter().map(|file| {
            let name = file.name.reveal().as_str();
            Choice::new(file.id.to_string(), name)
        });
        let choices = std::iter::once(none).chain(each).collect();
        Some(form.select("file", t::SETTLE_FILE, choices).done())
    }

    fn unsettle(&self) -> Option<String> {
        let criterion = self.finding.criterion.clone();
        let deed = Deed::Unsettled {
            criterion: criterion.clone(),
        };
        self.dossier().would(deed).is_ok().then_some(criterion)
    }

    fn settled_by(&self) -> Option<Moment> {
        let mut acts = self.dossier().view.acts.iter().rev();
        let is_this = |deed: &Deed| matches!(deed, Deed::Settled { criterion, .. } if *criterion == self.finding.criterion);
        let act = acts.find(|act| is_this(&act.deed))?;
        Some(self.namer.moment(act))
    }

    fn declared(&self) -> Vec<Declared> {
        let facts = &self.finding.facts;
        let mut declared: Vec<_> = facts
            .iter()
            .filter_map(|fact| self.confirmed(&fact.id))
            .collect();
        declared.extend(self.promised());
        declared
    }

    /// The row of the form that was filled from a fact, as it was confirmed.
    fn confirmed(&self, fact: &str) -> Option<Declared> {
        let form = self.namer.policy?.form();
        let field = form
            .iter()
            .find(|row| matches!(&row.from, FormSource::Fact(id) if id == fact))?;
        let confirmed = self.dossier().confirmed.as_ref()?;
        let mut rows = confirmed.rows.reveal().iter();
        let row = rows.find(|row| row.field == field.id)?;
        Some(Declared {
            name: self.namer.page.text(&field.title).to_owned(),
            value: self.value(row),
            wrong: self.wrong(&row.field),
        })
    }

    fn value(&self, row: &FormRow) -> String {
        let page = self.namer.page;
        let said =
            |value: &str, from: &Provenance| page.value_at(&from.origin, &from.pointer, value);
        match &row.value {
            RowValue::Filled { value, from } => said(value, from),
            RowValue::Contradictory { values } => {
                let each: Vec<_> = values
                    .iter()
                    .map(|(value, from)| said(value, from))
                    .collect();
                each.join(" ≠ ")
            }
            RowValue::Pending => page.say(texts::VALUE_UNKNOWN).into_owned(),
            RowValue::NoRecord | RowValue::Typed => page.say(texts::VALUE_NO_RECORD).into_owned(),
        }
    }

    fn wrong(&self, field: &str) -> String {
        let filing = self.dossier().filing.as_ref();
        let disputes = filing.map(|filing| filing.disputes.as_slice());
        let mut disputes = disputes.unwrap_or_default().iter();
        disputes
            .find(|dispute| dispute.field == field)
            .map(|dispute| dispute.words.reveal().clone())
            .unwrap_or_default()
    }

    /// 告知承诺: what they declared about it, in their words.
    fn promised(&self) -> Option<Declared> {
        let case = self.dossier().case();
        let declared = case.declared.as_ref()?;
        if !declared.criteria.contains(&self.finding.criterion) {
            return None;
        }
        let mut acts = self.dossier().view.acts.iter().rev();
        let taken = acts.find(|act| act.deed == Deed::Taken)?;
        Some(Declared {
            name: self
                .namer
                .page
                .say(t::relief(Relief::Declaration))
                .into_owned(),
            value: taken.words.as_ref()?.reveal().clone(),
            wrong: String::new(),
        })
    }

    fn record(&self, fact: &FactShown) -> Record {
        let page = self.namer.page;
        let evidence = fact.evidence.as_ref();
        let source = evidence.map(|evidence| evidence.source);
        let pointer = evidence.and_then(|evidence| evidence.pointers.first());
        let value = fact.value.as_deref().map(|value| {
            let origin = source.map_or("", SourceId::as_str);
            page.value_at(origin, pointer.map_or("", String::as_str), value)
        });
        let unknown = match fact.cause {
            Some(Cause::NoRecord) => texts::VALUE_NO_RECORD,
            Some(Cause::Contradiction) => texts::VALUE_CONTRADICTORY,
            _ => texts::VALUE_UNKNOWN,
        };
        Record {
            name: page.text(&fact.title).to_owned(),
            value: value.unwrap_or_else(|| page.say(unknown).into_owned()),
            source: page
                .say(source.map_or(texts::FROM_IDENTITY, texts::source))
                .into_owned(),
            when: source.map(|source| self.when(source)).unwrap_or_default(),
        }
    }

    /// When the register was last heard.
    fn when(&self, source: SourceId) -> String {
        let filing = self.dossier().filing.as_ref();
        let fetches = filing.map(|filing| filing.fetches.as_slice());
        let mut newest = fetches.unwrap_or_default().iter().rev();
        newest
            .find(|fetch| fetch.source == source && fetch.evidence.is_some())
            .map(|fetch| self.namer.page.moment(fetch.asked_at))
            .unwrap_or_default()
    }
}
