//! The forms of a case: built once, from what may be done, what is proposed and what was typed, and written by one template.

use crate::web::pages::layout::Page;
use crate::web::session::Posted;
use crate::web::words::Words;

/// What was posted to a case's page, so that it can be shown again.
#[derive(Default)]
pub(super) struct Typed {
    /// The form it belongs to; empty for none.
    pub(super) key: String,
    fields: Vec<(String, String)>,
    /// What is wrong, each with the control it is about.
    pub(super) errors: Vec<(Option<String>, Words)>,
}

impl Typed {
    /// As it was posted to an act. A finding has a form of its own.
    pub(super) fn posted(act: &str, fields: &[(String, String)]) -> Self {
        let fields: Vec<_> = fields
            .iter()
            // Browsers end lines with two characters; people count one.
            .map(|(name, value)| (name.clone(), value.replace("\r\n", "\n")))
            .collect();
        let mut typed = Self {
            key: act.to_owned(),
            fields,
            errors: Vec::new(),
        };
        match act {
            "settle" => typed.key = key_of("settle", typed.get("criterion")),
            // What is wrong with a decision is mended where it was written.
            "propose" | "sample" | "recovery" => "preview".clone_into(&mut typed.key),
            _ => {}
        }
        typed
    }

    /// The same from a request.
    pub(super) fn of(act: &str, posted: &Posted) -> Self {
        Self::posted(act, posted.fields())
    }

    /// The first value of a field; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut all = self.fields.iter();
        all.find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every value of a field.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let all = self.fields.iter().filter(|(key, _)| key == name);
        all.map(|(_, value)| value.clone()).collect()
    }

    /// Says that something is wrong with a control of the form it belongs to.
    pub(super) fn wrong(&mut self, name: &str, words: Words) {
        self.errors
            .push((Some(format!("{}-{name}", self.key)), words));
    }

    fn error(&self, id: &str) -> Option<Words> {
        let mut all = self.errors.iter();
        all.find(|(at, _)| at.as_deref() == Some(id))
            .map(|(_, words)| words.clone())
    }
}

/// The key of a form that stands beside one criterion.
pub(super) fn key_of(act: &str, criterion: &str) -> String {
    format!("{act}-{criterion}")
}

/// One form.
pub(super) struct Form {
    /// Where it is sent.
    pub(super) act: &'static str,
    /// What the ids of its controls begin with.
    pub(super) key: String,
    pub(super) title: String,
    pub(super) text: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) button: String,
    /// Not what most people come for.
    pub(super) is_second: bool,
    pub(super) is_open: bool,
}

/// One control, or a group of them.
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) error: String,
    pub(super) control: Control,
}

/// What stands there.
pub(super) enum Control {
    /// Goes along unseen.
    Hidden(String),
    /// One line.
    Line(String, usize),
    /// Several lines.
    Area(String, usize),
    /// One of many.
    Select(Vec<Choice>),
    /// Any of some.
    Checks(Vec<Choice>),
    /// One of few.
    Radios(Vec<Choice>),
}

/// One thing to choose.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
    pub(super) is_closed: bool,
}

impl Choice {
    pub(super) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            is_chosen: false,
            is_closed: false,
        }
    }

    pub(super) fn chosen(mut self, chosen: bool) -> Self {
        self.is_chosen = chosen;
        self
    }

    pub(super) fn closed(mut self, closed: bool) -> Self {
        self.is_closed = closed;
        self.is_chosen &= !closed;
        self
    }
}

/// Writes a form in somebody's language, with what they typed.
pub(super) struct Builder<'a> {
    page: &'a Page,
    typed: &'a Typed,
    form: Form,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        page: &'a Page,
        typed: &'a Typed,
        act: &'static str,
        title: Words,
        button: Words,
    ) -> Self {
        Self::keyed(page, typed, act, act.to_owned(), title, button)
    }

    /// The same for one of several forms of an act.
    pub(super) fn keyed(
        page: &'a Page,
        typed: &'a Typed,
        act: &'static str,
        key: String,
        title: Words,
        button: Words,
    ) -> Self {
        let form = Form {
            act,
            is_open: typed.key == key,
            key,
            title: page.say(title).into_owned(),
            text: Vec::new(),
            fields: Vec::new(),
            button: page.say(button).into_owned(),
            is_second: true,
        };
        Self { page, typed, form }
    }

    pub(super) fn text(self, words: Words) -> Self {
        let text = self.page.say(words).into_owned();
        self.said(text)
    }

    pub(super) fn said(mut self, text: String) -> Self {
        self.form.text.push(text);
        self
    }

    /// What somebody who opens the case most likely came for.
    pub(super) fn first(mut self) -> Self {
        self.form.is_second = false;
        self.form.is_open |= self.typed.key.is_empty();
        self
    }

    pub(super) fn hidden(self, name: &'static str, value: impl Into<String>) -> Self {
        self.field(name, None, None, Control::Hidden(value.into()))
    }

    pub(super) fn area(
        self,
        name: &'static str,
        label: Words,
        hint: Words,
        proposed: &str,
        rows: usize,
    ) -> Self {
        let value = self.value(name, proposed);
        self.field(name, Some(label), Some(hint), Control::Area(value, rows))
    }

    pub(super) fn line(
        self,
        name: &'static str,
        label: Words,
        hint: Option<Words>,
        chars_max: usize,
    ) -> Self {
        let value = self.value(name, "");
        self.field(name, Some(label), hint, Control::Line(value, chars_max))
    }

    pub(super) fn select(self, name: &'static str, label: Words, choices: Vec<Choice>) -> Self {
        let choices = self.rechosen(name, choices);
        self.field(name, Some(label), None, Control::Select(choices))
    }

    pub(super) fn checks(self, name: &'static str, label: Words, choices: Vec<Choice>) -> Self {
        let choices = self.rechosen(name, choices);
        self.field(name, Some(label), None, Control::Checks(choices))
    }

    pub(super) fn radios(self, name: &'static str, label: Words, choices: Vec<Choice>) -> Self {
        let choices = self.rechosen(name, choices);
        self.field(name, Some(label), None, Control::Radios(choices))
    }

    pub(super) fn done(self) -> Form {
        self.form
    }

    fn is_typed(&self) -> bool {
        self.typed.key == self.form.key
    }

    fn value(&self, name: &str, proposed: &str) -> String {
        if self.is_typed() {
            self.typed.get(name).to_owned()
        } else {
            proposed.to_owned()
        }
    }

    fn rechosen(&self, name: &str, choices: Vec<Choice>) -> Vec<Choice> {
        if !self.is_typed() {
            return choices;
        }
        let typed = self.typed.all(name);
        let again = |choice: Choice| {
            let chosen = typed.contains(&choice.value) && !choice.is_closed;
            choice.chosen(chosen)
        };
        choices.into_iter().map(again).collect()
    }

    fn field(
        mut self,
        name: &'static str,
        label: Option<Words>,
        hint: Option<Words>,
        control: Control,
    ) -> Self {
        let said = |words: Option<Words>| {
            words
                .map(|words| self.page.say(words).into_owned())
                .unwrap_or_default()
        };
        let id = format!("{}-{name}", self.form.key);
        let field = Field {
            label: said(label),
            hint: said(hint),
            error: said(self.typed.error(&id)),
            id,
            name,
            control,
        };
        self.form.fields.push(field);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::pages::preferences::Preferences;

    fn typed(act: &str, fields: &[(&str, &str)]) -> Typed {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let fields: Vec<_> = fields.iter().map(owned).collect();
        Typed::posted(act, &fields)
    }

    fn ask(typed: &Typed) -> Form {
        let page = Page::new(Preferences::default(), None, "/desk");
        let words = || Words::of("问", "ask");
        Builder::new(&page, typed, "ask", words(), words())
            .checks(
                "criteria",
                words(),
                vec![Choice::new("a", "A").chosen(true), Choice::new("b", "B")],
            )
            .area("words", words(), words(), "proposed", 3)
            .done()
    }

    fn area(form: &Form) -> &str {
        match &form.fields[1].control {
            Control::Area(value, _) => value,
            _ => panic!("no area"),
        }
    }

    fn chosen(form: &Form) -> Vec<&str> {
        let Control::Checks(choices) = &form.fields[0].control else {
            panic!("no checks")
        };
        let chosen = choices.iter().filter(|choice| choice.is_chosen);
        chosen.map(|choice| choice.value.as_str()).collect()
    }

    #[test]
    fn a_form_stands_as_it_was_typed_and_the_others_as_proposed() {
        let mut mine = typed("ask", &[("words", "mine\r\nstill"), ("criteria", "b")]);
        mine.wrong("words", Words::of("写", "write"));
        let form = ask(&mine);
        assert!(form.is_open);
        assert_eq!((area(&form), chosen(&form)), ("mine\nstill", vec!["b"]));
        assert_eq!(form.fields[1].error, "写");
        let form = ask(&typed("note", &[("words", "mine")]));
        assert!(!form.is_open);
        assert_eq!((area(&form), chosen(&form)), ("proposed", vec!["a"]));
    }
}
