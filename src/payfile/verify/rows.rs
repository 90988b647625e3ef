//! The rows of one file, judged one by one in constant memory.

use crate::domain::hash::Sha256Hex;
use crate::domain::id::InstructionId;
use crate::domain::money::Money;

use super::super::merkle::Tree;
use super::super::pain001;
use super::super::row::Row;
use super::super::{Format, Head};
use super::Checked;
use super::flaw::{Flaw, FlawKind};
use super::read::{Found, Raw, RawHead};

/// Judges what a reader finds.
pub(super) struct Rows<'c> {
    checked: &'c mut Checked,
    format: Format,
    head: &'c Head,
    tree: Tree,
    last: String,
}

impl<'c> Rows<'c> {
    pub(super) fn new(checked: &'c mut Checked, format: Format, head: &'c Head) -> Self {
        Self {
            checked,
            format,
            head,
            tree: Tree::default(),
            last: String::new(),
        }
    }

    pub(super) fn take(&mut self, found: Found) {
        match found {
            Found::Head(head) => self.envelope(&head),
            Found::Declared(name, said) => self.declared(name, said),
            Found::Row(raw) => self.row(&raw),
        }
    }

    /// Count and sum over the whole file; of one that was read to its end only, for another has said already that it is broken.
    pub(super) fn finish(self, whole: bool) -> Sha256Hex {
        let Head { count, sum, .. } = *self.head;
        let root = self.tree.root();
        if !whole {
            return root;
        }
        let (found, found_sum) = (self.checked.rows, self.checked.sum);
        if found != count {
            self.checked.flaw(FlawKind::Count {
                found,
                declared: count,
            });
        }
        if let Some(found) = found_sum.filter(|found| *found != sum) {
            self.checked.flaw(FlawKind::Sum {
                found,
                declared: sum,
            });
        }
        root
    }

    fn envelope(&mut self, raw: &RawHead) {
        let head = self.head;
        let number = head.number();
        let is_pain = self.format == Format::Pain001;
        let texts = [
            ("batch", &raw.batch, number.clone(), true),
            ("batch of the payments", &raw.second_batch, number, is_pain),
            ("made_at", &raw.made_at, head.made_at.to_string(), is_pain),
            ("day", &raw.day, head.day.to_string(), true),
            ("policy", &raw.policy, head.policy.clone(), !is_pain),
            (
                "district",
                &raw.district,
                head.district.to_string(),
                !is_pain,
            ),
            (
                "initiating party",
                &raw.initiator,
                head.payer.name.clone(),
                is_pain,
            ),
            (
                "payer's name",
                &raw.payer_name,
                head.payer.name.clone(),
                true,
            ),
            (
                "payer's account",
                &raw.payer_account,
                head.payer.account.clone(),
                true,
            ),
            (
                "payer's bank",
                &raw.payer_bank,
                head.payer.bank.clone(),
                true,
            ),
            ("count", &raw.count, head.count.to_string(), is_pain),
            ("sum", &raw.sum, head.sum.to_string(), is_pain),
        ];
        for (name, said, wanted, needed) in texts {
            let fits = said.as_ref().map_or(!needed, |said| *said == wanted);
            if !fits {
                self.checked.flaw(FlawKind::Head(name));
            }
        }
    }

    fn declared(&mut self, name: &'static str, said: Option<String>) {
        let is_count = matches!(name, "NbOfTxs" | "合计");
        let declared = if is_count {
            self.head.count.to_string()
        } else {
            self.head.sum.to_string()
        };
        let found = said.unwrap_or_default();
        if found != declared {
            self.checked.flaw(FlawKind::Declared {
                name,
                found,
                declared,
            });
        }
    }

    fn row(&mut self, raw: &Raw) {
        self.checked.rows += 1;
        let at = self.checked.rows;
        if raw.at.as_ref().is_some_and(|said| *said != at.to_string()) {
            self.flaw(None, FlawKind::Place);
        }
        let id: Option<InstructionId> = raw.id.as_deref().and_then(|id| id.parse().ok());
        let amount: Option<Money> = raw.amount.as_deref().and_then(|text| text.parse().ok());
        let sum = self.checked.sum.zip(amount);
        self.checked.sum = sum.and_then(|(sum, amount)| sum.checked_add(amount));
        let Some(id) = id else {
            return self.flaw(None, FlawKind::Id);
        };
        self.order(id);
        let Some(amount) = amount else {
            return self.flaw(Some(id), FlawKind::Amount);
        };
        match row_of(id, amount, raw) {
            Ok(row) => self.content(&row, raw.hash.as_deref()),
            Err(column) => self.flaw(Some(id), FlawKind::Empty(column)),
        }
    }

    fn order(&mut self, id: InstructionId) {
        let text = id.to_string();
        match text.cmp(&self.last) {
            std::cmp::Ordering::Greater => {}
            std::cmp::Ordering::Equal => self.flaw(Some(id), FlawKind::Twice),
            std::cmp::Ordering::Less => self.flaw(Some(id), FlawKind::Order),
        }
        self.last = text;
    }

    fn content(&mut self, row: &Row, said: Option<&str>) {
        let id = Some(row.id);
        if let Err(error) = row.check() {
            self.flaw(id, FlawKind::Row(error));
        }
        let Ok(hash) = row.hash() else {
            return self.flaw(id, FlawKind::Hash);
        };
        let text = hash.to_string();
        let wanted = match self.format {
            Format::Pain001 => &text[..pain001::HASH_DIGITS],
            _ => text.as_str(),
        };
        if said != Some(wanted) {
            self.flaw(id, FlawKind::Hash);
        }
        self.tree.push(hash);
    }

    fn flaw(&mut self, id: Option<InstructionId>, kind: FlawKind) {
        let row = Some(self.checked.rows);
        let file = self.checked.name.clone();
        self.checked.add(Flaw {
            file,
            row,
            id,
            kind,
        });
    }
}

/// The row, or the column that is empty.
fn row_of(id: InstructionId, amount: Money, raw: &Raw) -> Result<Row, &'static str> {
    let text = |column, said: &Option<String>| said.clone().ok_or(column);
    Ok(Row {
        id,
        amount,
        name: text("name", &raw.name)?,
        account: text("account", &raw.account)?,
        bank: text("bank", &raw.bank)?,
        purpose: text("purpose", &raw.purpose)?,
    })
}
