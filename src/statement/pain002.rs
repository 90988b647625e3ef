//! ISO 20022 `pain.002.001.10`, payment status report.
//!
//! Only a transaction's own status counts. A status of the whole group or batch names no payment: it moves nothing, and when no
//! payment is named beside it a person is told. `PART` is a status of groups and never one of a payment.

use std::io::BufRead;

use super::Unusable;
use super::line::{Raw, Wrong, day, instant};
use super::taker::Taker;
use super::xml::{Step, walk};
use crate::domain::statement::What;
use crate::domain::time::{Date, Timestamp};

const REPORT: &str = "Document/CstmrPmtStsRpt";
const PAYMENTS: &str = "OrgnlPmtInfAndSts";
const ONE: &str = "OrgnlPmtInfAndSts/TxInfAndSts";

/// What a status means for one payment.
enum Status {
    Moved(What),
    Pending,
}

/// External codes of ISO 20022 (`ExternalPaymentTransactionStatus1Code`).
fn status(code: &str) -> Option<Status> {
    match code {
        // Settled on the creditor's, or on the debtor's account.
        "ACCC" | "ACSC" => Some(Status::Moved(What::Settled)),
        "RJCT" | "CANC" => Some(Status::Moved(What::Rejected)),
        "RCVD" | "PDNG" | "ACTC" | "ACCP" | "ACFC" | "ACSP" | "ACWC" | "ACWP" | "PATC" | "BLCK" => {
            Some(Status::Pending)
        }
        _ => None,
    }
}

/// Reads it.
///
/// # Errors
/// See [`Unusable`].
pub(super) fn read(input: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Unusable> {
    let (kind, line_bytes_max) = (taker.kind(), taker.limits().line_bytes_max);
    let mut report = Report::default();
    walk(input, kind, line_bytes_max, &mut |step| match step {
        Step::Open(path) => {
            report.open(within(path));
            Ok(())
        }
        Step::Close {
            path,
            text,
            currency,
        } => report.close(within(path), text, currency, taker),
    })
}

fn within(path: &str) -> &str {
    // What stands above the report is none of its elements, and not its end either.
    path.strip_prefix(REPORT)
        .map_or("/", |rest| rest.strip_prefix('/').unwrap_or(rest))
}

#[derive(Default)]
struct Report {
    /// Of the report, for payments that tell no day of their own.
    made_on: Option<Date>,
    group: Option<String>,
    batch: Option<String>,
    batches: u64,
    payments: u64,
    payments_of_batch: u64,
    one: One,
    totals: Vec<Declared>,
    declared: Declared,
}

/// A payment as it stands there.
#[derive(Default)]
struct One {
    raw: Raw,
    status: Option<String>,
    wrong: Option<Wrong>,
}

/// What is declared of the payments of one status.
#[derive(Default)]
struct Declared {
    status: String,
    count: String,
    sum: Option<String>,
}

impl Report {
    fn open(&mut self, path: &str) {
        match path {
            PAYMENTS => (self.batch, self.payments_of_batch) = (None, 0),
            ONE => self.one = One::default(),
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
        if let Some(path) = path
            .strip_prefix(ONE)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            self.one.field(path, text, currency);
            return Ok(());
        }
        let text = || Some(text.to_owned());
        match path {
            "GrpHdr/CreDtTm" => {
                self.made_on = text()
                    .and_then(|text| instant(&text).ok())
                    .map(Timestamp::china_date);
            }
            "OrgnlGrpInfAndSts/GrpSts" => self.group = text(),
            "OrgnlPmtInfAndSts/PmtInfSts" => self.batch = text(),
            ONE => return self.take(taker),
            PAYMENTS => self.end_of_batch(taker),
            "" => self.end(taker),
            _ => {
                let field = path
                    .rsplit_once('/')
                    .filter(|(above, _)| above.ends_with("NbOfTxsPerSts"));
                match field.map(|(_, name)| name) {
                    Some("DtldNbOfTxs") => self.declared.count = text().unwrap_or_default(),
                    Some("DtldSts") => self.declared.status = text().unwrap_or_default(),
                    Some("DtldCtrlSum") => self.declared.sum = text(),
                    _ if path.ends_with("NbOfTxsPerSts") => {
                        self.totals.push(std::mem::take(&mut self.declared));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, taker: &mut Taker<'_>) -> Result<(), Unusable> {
        self.payments += 1;
        self.payments_of_batch += 1;
        let One {
            mut raw,
            status: said,
            wrong,
        } = std::mem::take(&mut self.one);
        let whole = [&self.group, &self.batch];
        let refused = whole.iter().any(|status| status.as_deref() == Some("RJCT"));
        let raw = match (wrong, said.as_deref().and_then(status)) {
            (Some(wrong), _) => Err(wrong),
            (None, None) => Err(Wrong::Status),
            // A group that is refused as a whole has nothing in it that is not.
            (None, Some(Status::Moved(What::Settled) | Status::Pending)) if refused => {
                Err(Wrong::Contradiction)
            }
            (None, Some(Status::Pending)) => return taker.pending(),
            (None, Some(Status::Moved(what))) => {
                raw.what = Some(what);
                raw.day = raw.day.or(self.made_on);
                Ok(raw)
            }
        };
        taker.take(self.payments, raw)
    }

    /// A batch with a status of its own and no payment in it.
    fn end_of_batch(&mut self, taker: &mut Taker<'_>) {
        self.batches += 1;
        if self.payments_of_batch == 0 {
            taker.bad(self.batches, &Wrong::Unnamed);
        }
    }

    fn end(&self, taker: &mut Taker<'_>) {
        if self.payments == 0 && self.batches == 0 {
            taker.bad(1, &Wrong::Unnamed);
        }
        if taker.reading().bad > 0 {
            return;
        }
        for Declared { status, count, sum } in &self.totals {
            // Every status that means the same has to be declared for the sum to say something; one of each is what banks send.
            let what = match status.as_str() {
                "ACCC" | "ACSC" => What::Settled,
                "RJCT" | "CANC" => What::Rejected,
                _ => continue,
            };
            let same = self
                .totals
                .iter()
                .filter(|other| is_same(&other.status, status))
                .count();
            if same == 1 {
                let tally = taker.reading().of(what);
                taker.total(
                    &format!("{what}: DtldNbOfTxs"),
                    Some(count),
                    &tally.count.to_string(),
                );
                taker.sum(
                    &format!("{what}: DtldCtrlSum"),
                    sum.as_deref(),
                    Some(tally.sum),
                );
            }
        }
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one == other
        || matches!((status(one), status(other)), (Some(Status::Moved(one)), Some(Status::Moved(other))) if one == other)
}

impl One {
    fn field(&mut self, path: &str, text: &str, currency: Option<&str>) {
        let place = match path {
            "OrgnlEndToEndId" => &mut self.raw.reference,
            "TxSts" => &mut self.status,
            "StsRsnInf/Rsn/Cd" => &mut self.raw.reason,
            "AcctSvcrRef" => &mut self.raw.serial,
            "OrgnlTxRef/CdtrAcct/Id/Othr/Id" | "OrgnlTxRef/CdtrAcct/Id/IBAN" => {
                &mut self.raw.account
            }
            "OrgnlTxRef/Amt/InstdAmt" => {
                self.raw.currency = Some(currency.unwrap_or_default().to_owned());
                &mut self.raw.amount
            }
            "FctvIntrBkSttlmDt/Dt" => {
                self.dated(day(text));
                return;
            }
            "AccptncDtTm" => {
                match instant(text) {
                    Ok(at) => {
                        self.raw.at = Some(at);
                        self.raw.day = self.raw.day.or(Some(at.china_date()));
                    }
                    Err(wrong) => self.wrong = Some(wrong),
                }
                return;
            }
            _ => return,
        };
        // Of a reason or the like there may be several; of what identifies a payment there may not.
        let again = place.replace(text.to_owned()).is_some();
        if again && path != "StsRsnInf/Rsn/Cd" {
            self.wrong = Some(Wrong::Shape("an element stands twice"));
        }
    }

    fn dated(&mut self, day: Result<Date, Wrong>) {
        match day {
            Ok(day) => self.raw.day = Some(day),
            Err(wrong) => self.wrong = Some(wrong),
        }
    }
}
