//! What no register holds: account, bank and telephone, as somebody typed them. Read all at once, so that everything that is wrong is
//! said at once, and given back as it was typed.

use crate::domain::application::Typed;
use crate::domain::bank::{AccountNumber, BankCode};
use crate::domain::person::Private;
use crate::web::api::payments::account::mobile_number;
use crate::web::texts as t;
use crate::web::words::Words;

/// The fields as they stand in the page.
#[derive(Clone)]
pub struct TypedForm {
    account: Private<String>,
    bank: Private<String>,
    phone: Private<String>,
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
}

impl Default for TypedForm {
    fn default() -> Self {
        let empty = || Private::new(String::new());
        Self {
            account: empty(),
            bank: empty(),
            phone: empty(),
            compared: false,
            is_odd: false,
            errors: Vec::new(),
        }
    }
}

impl TypedForm {
    /// As it was posted, or kept.
    #[must_use]
    pub fn of<'f>(fields: impl IntoIterator<Item = &'f (String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in fields {
            // Spaces and hyphens are how cards print numbers.
            let plain = || {
                Private::new(
                    value
                        .chars()
                        .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}'))
                        .collect(),
                )
            };
            match name.as_str() {
                "account" => form.account = plain(),
                "bank" => form.bank = plain(),
                "phone" => form.phone = plain(),
                "compared" => form.compared = true,
                _ => {}
            }
        }
        form
    }

    /// Reads it; `None` when something is wrong, which the form then says.
    pub fn read(&mut self) -> Option<Typed> {
        let account: Option<AccountNumber> = self.account.reveal().parse().ok();
        let bank: Option<BankCode> = self.bank.reveal().parse().ok();
        let phone = mobile_number(self.phone.reveal());
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
        };
        [
            field(
                "account",
                t::ACCOUNT,
                t::ACCOUNT_HINT,
                t::ACCOUNT_ODD,
                self.account.reveal().as_str(),
                "off",
            ),
            field(
                "bank",
                t::BANK,
                t::BANK_HINT,
                t::BANK_ODD,
                self.bank.reveal().as_str(),
                "off",
            ),
            field(
                "phone",
                t::PHONE,
                t::PHONE_HINT,
                t::PHONE_ODD,
                self.phone.reveal().as_str(),
                "tel",
            ),
        ]
    }
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
