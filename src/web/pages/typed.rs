//! What no register holds: account, bank and telephone, as somebody typed them. Read all at once, so that everything that is wrong is
//! said at once, and given back as it was typed.

use crate::domain::application::Typed;
use crate::domain::bank::{AccountKind, AccountNumber, BankCode};
use crate::domain::person::Private;
use crate::domain::typing::{FIELD_CHARS_MAX, Typing};
use crate::error::StageError;
use crate::web::api::payments::account::mobile_number;
use crate::web::session::Posted;
use crate::web::texts as t;
use crate::web::words::Words;

/// What stands before a row's name in the name of the field for what is wrong with it.
const WORDS_OF: &str = "words-";

/// The fields as they stand in the page.
#[derive(Clone, Default)]
pub struct TypedForm {
    typing: Typing,
    /// Said to have been compared with the card.
    pub compared: bool,
    /// The account looks odd and must be compared.
    pub is_odd: bool,
    errors: Vec<(&'static str, Words)>,
}

/// One field of the page.
pub struct Field<'a> {
    /// Its name and id.
    pub name: &'static str,
    /// What it is.
    pub label: Words,
    /// How to fill it.
    pub hint: Words,
    /// What the script says of a value that looks wrong.
    pub odd: Words,
    /// As it was typed.
    pub value: &'a str,
    /// What is wrong with it.
    pub error: Option<Words>,
    /// Which keyboard a telephone shows.
    pub inputmode: &'static str,
    /// What a browser may fill in.
    pub autocomplete: &'static str,
    /// Most characters.
    pub chars_max: usize,
}

impl From<Typing> for TypedForm {
    fn from(typing: Typing) -> Self {
        Self {
            typing,
            ..Self::default()
        }
    }
}

impl TypedForm {
    /// As it was posted by a page that has these buttons and hidden fields beside what is typed.
    ///
    /// # Errors
    /// `UnknownField` for what no page of ours sends, or sends twice.
    pub fn posted(posted: &Posted, beside: &[&str]) -> Result<Self, StageError> {
        let mut form = Self::default();
        let mut seen = Vec::new();
        for (name, value) in posted.fields() {
            let is_known = form.take(name, value) || beside.contains(&name.as_str());
            if !is_known || seen.contains(&name) {
                tracing::warn!("a form with a field that no page sends was refused");
                return Err(StageError::UnknownField {
                    field: name.clone(),
                });
            }
            seen.push(name);
        }
        Ok(form)
    }

    /// As it was kept; what is none of its fields is left aside.
    #[must_use]
    pub fn of<'f>(fields: impl IntoIterator<Item = &'f (String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            form.take(name, value);
        }
        form
    }

    /// Takes one field; whether it is one of what is typed.
    fn take(&mut self, name: &str, value: &str) -> bool {
        let typing = &mut self.typing;
        match name {
            // The words are the page's own: whoever sends another has not chosen.
            "kind" => match AccountKind::parse(value) {
                Some(kind) => typing.kind = Some(kind),
                None => return false,
            },
            "account" => typing.account = plain(value),
            "bank" => typing.bank = plain(value),
            "phone" => typing.phone = plain(value),
            "compared" => self.compared = true,
            _ => {
                let Some(row) = name.strip_prefix(WORDS_OF) else {
                    return false;
                };
                // Browsers end lines with two characters; people count one.
                let words = value.replace("\r\n", "\n");
                if !words.trim().is_empty() {
                    typing.words.push((row.to_owned(), Private::new(words)));
                }
            }
        }
        true
    }

    /// What the account is called, as chosen.
    fn kind(&self) -> AccountKind {
        self.typing.kind.unwrap_or_default()
    }

    /// The kinds there are: the word, its name, and whether it is chosen.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, Words, bool); 2] {
        let chosen = self.kind();
        AccountKind::ALL.map(|kind| (kind.as_str(), t::kind_offered(kind), kind == chosen))
    }

    /// What is kept of it.
    #[must_use]
    pub const fn typing(&self) -> &Typing {
        &self.typing
    }

    /// What is being said about a row.
    #[must_use]
    pub fn words_of(&self, row: &str) -> &str {
        let mut all = self.typing.words.iter();
        all.find(|(field, _)| field == row)
            .map_or("", |(_, words)| words.reveal().as_str())
    }

    /// Forgets what was being said about a row, for it has been said.
    pub fn said(&mut self, row: &str) {
        self.typing.words.retain(|(field, _)| field != row);
    }

    /// Reads it; `None` when something is wrong, which the form then says.
    pub fn read(&mut self) -> Option<Typed> {
        let account: Option<AccountNumber> = self.typing.account.reveal().parse().ok();
        let bank: Option<BankCode> = self.typing.bank.reveal().parse().ok();
        let phone = mobile_number(self.typing.phone.reveal());
        self.is_odd = account
            .as_ref()
            .is_some_and(|account| account.warning().is_some());
        self.errors.clear();
        if account.is_none() {
            self.errors.push(("account", t::ACCOUNT_DIGITS));
        } else if self.is_odd && !self.compared {
            self.errors.push(("account", t::ACCOUNT_ODD));
        }
        if bank.is_none() {
            self.errors.push(("bank", t::BANK_ODD));
        }
        if phone.is_none() {
            self.errors.push(("phone", t::PHONE_ODD));
        }
        if !self.errors.is_empty() {
            return None;
        }
        Some(Typed {
            kind: self.kind(),
            account: account?,
            bank: bank?,
            phone: phone?,
        })
    }

    /// Everything that is wrong.
    #[must_use]
    pub fn errors(&self) -> &[(&'static str, Words)] {
        &self.errors
    }

    /// The fields, in the order of the page.
    #[must_use]
    pub fn fields(&self) -> [Field<'_>; 3] {
        let field = |name, label, hint, odd, value, autocomplete| Field {
            name,
            label,
            hint,
            odd,
            value,
            error: self
                .errors
                .iter()
                .find(|(field, _)| *field == name)
                .map(|(_, words)| words.clone()),
            inputmode: if name == "phone" { "tel" } else { "numeric" },
            autocomplete,
            chars_max: FIELD_CHARS_MAX,
        };
        [
            field(
                "account",
                t::ACCOUNT,
                t::ACCOUNT_HINT,
                t::ACCOUNT_ODD,
                self.typing.account.reveal().as_str(),
                "off",
            ),
            field(
                "bank",
                t::BANK,
                t::BANK_HINT,
                t::BANK_ODD,
                self.typing.bank.reveal().as_str(),
                "off",
            ),
            field(
                "phone",
                t::PHONE,
                t::PHONE_HINT,
                t::PHONE_ODD,
                self.typing.phone.reveal().as_str(),
                "tel",
            ),
        ]
    }
}

/// Spaces and hyphens are how cards print numbers.
fn plain(value: &str) -> Private<String> {
    let is_plain = |c: &char| !matches!(c, ' ' | '-' | '\u{a0}');
    Private::new(value.chars().filter(is_plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(account: &str, bank: &str, phone: &str, compared: bool) -> TypedForm {
        let mut fields = vec![
            ("account".to_owned(), account.to_owned()),
            ("bank".to_owned(), bank.to_owned()),
            ("phone".to_owned(), phone.to_owned()),
        ];
        if compared {
            fields.push(("compared".to_owned(), "yes".to_owned()));
        }
        TypedForm::of(&fields)
    }

    fn wrong(form: &mut TypedForm) -> Vec<&'static str> {
        assert!(form.read().is_none());
        form.errors().iter().map(|(field, _)| *field).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost() {
        let mut form = typed("", "12", "<b>", false);
        assert_eq!(wrong(&mut form), ["account", "bank", "phone"]);
        assert_eq!(form.fields()[2].value, "<b>");
    }

    #[test]
    fn numbers_may_be_typed_as_cards_print_them() {
        let mut form = typed(
            "6222 0200 0000 0000 018",
            "1025-8800-0018",
            "138 0000 0000",
            false,
        );
        let read = form.read().unwrap();
        assert_eq!(read.account.reveal(), "6222020000000000018");
    }

    #[test]
    fn an_odd_account_is_taken_only_when_it_was_compared() {
        let mut form = typed("6222020000000000019", "102588000018", "13800000000", false);
        assert_eq!(wrong(&mut form), ["account"]);
        assert!(form.is_odd);
        assert!(
            typed("6222020000000000019", "102588000018", "13800000000", true)
                .read()
                .is_some()
        );
    }
}
