//! ISO 20022 `camt.053.001.08`, bank-to-customer statement, and `camt.054.001.08`, debit and credit notification.
//!
//! A debit of the payer's account is a payment that left, a credit one that came back. An entry with details has a line a detail, and its
//! amount must be their sum; one without is a line itself. Only what is booked has moved.

use std::io::BufRead;

use super::Unusable;
use super::line::{Raw, Wrong, day, exact, instant};
use super::taker::Taker;
use super::xml::{Step, walk};
use crate::domain::money::Money;
use crate::domain::statement::{StatementKind, What};
use crate::domain::time::{Date, Timestamp};

/// Days that a period may have.
const PERIOD_DAYS_MAX: i32 = 400;

/// Reads it.
///
/// # Errors
/// See [`Unusable`].
pub(super) fn read(input: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Unusable> {
    let (kind, line_bytes_max) = (taker.kind(), taker.limits().line_bytes_max);
    let root = match kind {
        StatementKind::Camt054 => "Document/BkToCstmrDbtCdtNtfctn/Ntfctn",
        _ => "Document/BkToCstmrStmt/Stmt",
    };
    let mut book = Book::default();
    let mut statements = 0_u64;
    walk(input, kind, line_bytes_max, &mut |step| match step {
        Step::Open(path) => {
            if let Some(path) = within(path, root) {
                book.open(path);
            }
            Ok(())
        }
        Step::Close {
            path,
            text,
            currency,
        } => match within(path, root) {
            Some("") => {
                statements += 1;
                book.end(taker);
                book = Book {
                    places: book.places,
                    ..Book::default()
                };
                Ok(())
            }
            Some(path) => book.close(path, text, currency, taker),
            None => Ok(()),
        },
    })?;
    if statements == 0 {
        return Err(Unusable::Unknown("no statement stands in the document"));
    }
    Ok(())
}

fn within<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(root)?;
    if rest.is_empty() {
        Some("")
    } else {
        rest.strip_prefix('/')
    }
}

/// Fen in one direction.
#[derive(Default, Clone, Copy)]
struct Flow {
    count: u64,
    fen: i128,
}

impl Flow {
    fn add(&mut self, amount: Money) {
        self.count += 1;
        self.fen += i128::from(amount.fen());
    }

    fn text(self) -> String {
        format!("{}.{:02}", self.fen / 100, self.fen % 100)
    }
}

/// One statement of an account.
#[derive(Default)]
struct Book {
    /// Lines of all statements of the file.
    places: u64,
    from: Option<Date>,
    until: Option<Date>,
    made_on: Option<Date>,
    closes_on: Option<Date>,
    opening: Option<i128>,
    closing: Option<i128>,
    balance: Balance,
    /// What is declared, by the path it stands under.
    declared: Vec<(String, String)>,
    credits: Flow,
    debits: Flow,
    /// Of booked entries alone, for the balance.
    booked_fen: i128,
    /// Some entry could not be reckoned with.
    unreckoned: bool,
    entry: Part,
    detail: Part,
    details: u64,
    /// Their sum; none when one of them is no amount.
    details_fen: Option<i128>,
}

#[derive(Default)]
struct Balance {
    kind: String,
    fen: Option<i128>,
    debit: bool,
    day: Option<Date>,
}

/// An entry, or one of its details.
#[derive(Default)]
struct Part {
    raw: Raw,
    direction: Option<String>,
    status: Option<String>,
    reversal: bool,
    value_day: Option<Date>,
    wrong: Option<Wrong>,
}

impl Book {
    fn open(&mut self, path: &str) {
        match path {
            "Bal" => self.balance = Balance::default(),
            "Ntry" => {
                self.entry = Part::default();
                (self.details, self.details_fen) = (0, Some(0));
            }
            "Ntry/NtryDtls/TxDtls" => self.detail = Part::default(),
            _ => {}
        }
    }

    fn close(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
        taker: &mut Taker<'_>,
    ) -> Result<(), Unusable> {
        match path {
            "Ntry" => return self.end_of_entry(taker),
            "Ntry/NtryDtls/TxDtls" => return self.end_of_detail(taker),
            "FrToDt/FrDtTm" => self.from = instant(text).ok().map(Timestamp::china_date),
            // Midnight ends the day before.
            "FrToDt/ToDtTm" => {
                self.until = instant(text).ok().map(|at| at.plus_millis(-1).china_date());
            }
            "CreDtTm" => self.made_on = instant(text).ok().map(Timestamp::china_date),
            "Bal" => self.end_of_balance(),
            _ => {
                if let Some(path) = path.strip_prefix("Bal/") {
                    self.balance.field(path, text, currency);
                } else if let Some(path) = path.strip_prefix("TxsSummry/") {
                    if text.trim() != "" && path.contains('/') {
                        self.declared.push((path.to_owned(), text.to_owned()));
                    }
                } else if let Some(path) = path.strip_prefix("Ntry/NtryDtls/TxDtls/") {
                    self.detail.field(path, text, currency);
                } else if let Some(path) = path.strip_prefix("Ntry/") {
                    self.entry.field(path, text, currency);
                }
            }
        }
        Ok(())
    }

    fn end_of_balance(&mut self) {
        let Balance {
            kind,
            fen,
            debit,
            day,
        } = std::mem::take(&mut self.balance);
        let fen = fen.map(|fen| if debit { -fen } else { fen });
        match kind.as_str() {
            "OPBD" | "PRCD" => self.opening = self.opening.or(fen),
            "CLBD" => (self.closing, self.closes_on) = (fen, day),
            _ => {}
        }
    }

    fn end_of_detail(&mut self, taker: &mut Taker<'_>) -> Result<(), Unusable> {
        self.details += 1;
        let mut detail = std::mem::take(&mut self.detail);
        // A single detail need not repeat what its entry says.
        if detail.raw.amount.is_none() && self.details == 1 {
            detail.raw.amount.clone_from(&self.entry.raw.amount);
            detail.raw.currency.clone_from(&self.entry.raw.currency);
        }
        let amount = exact(detail.raw.amount.as_deref(), detail.raw.currency.as_deref());
        let fen = amount.ok().map(|amount| i128::from(amount.fen()));
        self.details_fen = self.details_fen.zip(fen).map(|(sum, fen)| sum + fen);
        if detail.raw.serial.is_none() {
            detail.raw.serial.clone_from(&self.entry.raw.serial);
        }
        self.take(detail, taker)
    }

    fn end_of_entry(&mut self, taker: &mut Taker<'_>) -> Result<(), Unusable> {
        let entry = std::mem::take(&mut self.entry);
        let amount = exact(entry.raw.amount.as_deref(), entry.raw.currency.as_deref()).ok();
        let credit = entry.direction.as_deref() == Some("CRDT");
        match amount {
            Some(amount) if entry.direction.is_some() => {
                if credit {
                    &mut self.credits
                } else {
                    &mut self.debits
                }
                .add(amount);
                if entry.status.as_deref() == Some("BOOK") {
                    let fen = i128::from(amount.fen());
                    self.booked_fen += if credit { fen } else { -fen };
                }
            }
            _ => self.unreckoned = true,
        }
        if self.details > 0 {
            let whole = amount.map(|amount| i128::from(amount.fen()));
            if self.details_fen.is_some() && whole != self.details_fen {
                taker.bad(self.places, &Wrong::Details);
            }
            return Ok(());
        }
        self.take(entry, taker)
    }

    /// One line, with what its entry says of it.
    fn take(&mut self, part: Part, taker: &mut Taker<'_>) -> Result<(), Unusable> {
        self.places += 1;
        let of_entry = &self.entry;
        let status = part.status.as_deref().or(of_entry.status.as_deref());
        match status {
            Some("BOOK") => {}
            Some("PDNG" | "INFO" | "FUTR") => return taker.pending(),
            _ => return taker.take(self.places, Err(Wrong::Status)),
        }
        let direction = part.direction.as_deref().or(of_entry.direction.as_deref());
        let reversal = part.reversal || of_entry.reversal;
        let what = match direction {
            Some("DBIT") if reversal => Err(Wrong::Reversal),
            Some("DBIT") => Ok(What::Settled),
            Some("CRDT") => Ok(What::Returned),
            _ => Err(Wrong::Status),
        };
        let mut raw = part.raw;
        raw.day = raw
            .day
            .or(of_entry.raw.day)
            .or(part.value_day)
            .or(of_entry.value_day);
        raw.at = raw.at.or(of_entry.raw.at);
        let wrong = part.wrong.or_else(|| of_entry.wrong.clone());
        let raw = match (wrong, what) {
            (Some(wrong), _) | (None, Err(wrong)) => Err(wrong),
            (None, Ok(what)) => Ok(Raw {
                what: Some(what),
                ..raw
            }),
        };
        taker.take(self.places, raw)
    }

    fn end(&mut self, taker: &mut Taker<'_>) {
        self.period(taker);
        if self.unreckoned {
            return;
        }
        let (credits, debits) = (self.credits, self.debits);
        let all = Flow {
            count: credits.count + debits.count,
            fen: credits.fen + debits.fen,
        };
        for (path, said) in &self.declared {
            let found = match path.as_str() {
                "TtlNtries/NbOfNtries" => all.count.to_string(),
                "TtlNtries/Sum" => all.text(),
                "TtlCdtNtries/NbOfNtries" => credits.count.to_string(),
                "TtlCdtNtries/Sum" => credits.text(),
                "TtlDbtNtries/NbOfNtries" => debits.count.to_string(),
                "TtlDbtNtries/Sum" => debits.text(),
                _ => continue,
            };
            taker.total(path, Some(said), &found);
        }
        if let (Some(opening), Some(closing)) = (self.opening, self.closing) {
            let found = signed(opening + self.booked_fen);
            taker.total("CLBD", Some(&signed(closing)), &found);
        }
    }

    fn period(&self, taker: &mut Taker<'_>) {
        if !taker.kind().is_complete() {
            return;
        }
        let last = self.until.or(self.closes_on).or(self.made_on);
        let (Some(first), Some(last)) = (self.from.or(last), last) else {
            return;
        };
        let mut day = Some(first);
        for _ in 0..PERIOD_DAYS_MAX {
            let Some(today) = day.filter(|day| *day <= last) else {
                break;
            };
            taker.covers(today);
            day = today.tomorrow().ok();
        }
    }
}

fn signed(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

impl Balance {
    fn field(&mut self, path: &str, text: &str, currency: Option<&str>) {
        match path {
            "Tp/CdOrPrtry/Cd" => text.clone_into(&mut self.kind),
            "Amt" => {
                let amount = exact(Some(text), currency.or(Some("")));
                self.fen = amount.ok().map(|amount| i128::from(amount.fen()));
            }
            "CdtDbtInd" => self.debit = text == "DBIT",
            "Dt/Dt" => self.day = day(text).ok(),
            _ => {}
        }
    }
}

impl Part {
    fn field(&mut self, path: &str, text: &str, currency: Option<&str>) {
        let text = || Some(text.to_owned());
        let place = match path {
            "Amt" => {
                self.raw.currency = Some(currency.unwrap_or_default().to_owned());
                &mut self.raw.amount
            }
            "CdtDbtInd" => &mut self.direction,
            "Sts/Cd" | "Sts" => {
                // `Sts` closes after `Sts/Cd`, with no text of its own.
                if let Some(text) = text().filter(|text| !text.trim().is_empty()) {
                    self.status = Some(text);
                }
                return;
            }
            "RvslInd" => {
                self.reversal = text().is_some_and(|text| text == "true" || text == "1");
                return;
            }
            "BookgDt/Dt" => return self.dated(&text().unwrap_or_default()),
            "BookgDt/DtTm" => return self.timed(&text().unwrap_or_default()),
            "ValDt/Dt" => {
                self.value_day = text().and_then(|text| day(&text).ok());
                return;
            }
            "NtryRef" | "Refs/EndToEndId" => &mut self.raw.reference,
            "AcctSvcrRef" | "Refs/AcctSvcrRef" => &mut self.raw.serial,
            "RltdPties/CdtrAcct/Id/Othr/Id" | "RltdPties/CdtrAcct/Id/IBAN" => &mut self.raw.account,
            "RtrInf/Rsn/Cd" => &mut self.raw.reason,
            _ => return,
        };
        if std::mem::replace(place, text()).is_some() {
            self.wrong = Some(Wrong::Shape("an element stands twice"));
        }
    }

    fn dated(&mut self, text: &str) {
        match day(text) {
            Ok(day) => self.raw.day = Some(day),
            Err(wrong) => self.wrong = Some(wrong),
        }
    }

    fn timed(&mut self, text: &str) {
        match instant(text) {
            Ok(at) => (self.raw.at, self.raw.day) = (Some(at), Some(at.china_date())),
            Err(wrong) => self.wrong = Some(wrong),
        }
    }
}
