//! Treasury vouchers on the pattern of 8207: fewer than 500 details each, the head's count and sum being those of its details. One
//! voucher a line, as JSON (schemas/payout/voucher.schema.json).

use std::io::{BufRead, Read as _, Write};

use serde::{Deserialize, Serialize};

use crate::domain::canonical::to_canonical_json;
use crate::domain::money::Money;

use super::batch::{Head, Payer};
use super::digest::{Digesting, FileDigest};
use super::row::Spelled;
use super::verify::read::{Broken, Found, Raw, RawHead};
use super::writer::{RowSink, WriteError};

/// Most details of a voucher.
pub const DETAILS_MAX: usize = 499;
/// Longest voucher that is read, in bytes.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One voucher.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Voucher {
    #[serde(rename = "voucher_no")]
    number: String,
    batch: String,
    day: String,
    policy: String,
    district: String,
    payer: Payer,
    count: u64,
    sum: String,
    details: Vec<Detail>,
}

/// One of its lines.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detail {
    seq: u64,
    id: String,
    amount: String,
    name: String,
    account: String,
    bank: String,
    purpose: String,
    row_hash: String,
}

/// Writes the file.
pub(super) struct Writer<W: Write> {
    head: Head,
    details: Vec<Detail>,
    sum: Money,
    vouchers: u32,
    out: Digesting<W>,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(head: &Head, out: W) -> Self {
        Self {
            head: head.clone(),
            details: Vec::with_capacity(DETAILS_MAX),
            sum: Money::ZERO,
            vouchers: 0,
            out: Digesting::new(out),
        }
    }

    fn close_voucher(&mut self) -> Result<(), WriteError> {
        self.vouchers += 1;
        let details = std::mem::take(&mut self.details);
        let voucher = Voucher {
            number: format!("{}-{:05}", self.head.number(), self.vouchers),
            batch: self.head.number(),
            day: self.head.day.to_string(),
            policy: self.head.policy.clone(),
            district: self.head.district.to_string(),
            payer: self.head.payer.clone(),
            count: details.len() as u64,
            sum: std::mem::replace(&mut self.sum, Money::ZERO).to_string(),
            details,
        };
        let mut line = to_canonical_json(&voucher)?;
        line.push(b'\n');
        Ok(self.out.write_all(&line)?)
    }
}

impl<W: Write> RowSink for Writer<W> {
    fn row(&mut self, at: u64, spelled: Spelled<'_>) -> Result<(), WriteError> {
        let row = spelled.row;
        self.sum = self.sum.checked_add(row.amount).ok_or(WriteError::Sum)?;
        self.details.push(Detail {
            seq: at,
            id: spelled.id.to_owned(),
            amount: spelled.amount.to_owned(),
            name: row.name.clone(),
            account: row.account.clone(),
            bank: row.bank.clone(),
            purpose: row.purpose.clone(),
            row_hash: spelled.digits.to_owned(),
        });
        if self.details.len() == DETAILS_MAX {
            self.close_voucher()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<FileDigest, WriteError> {
        if !self.details.is_empty() {
            self.close_voucher()?;
        }
        Ok(self.out.finish()?)
    }
}

/// Reads the file, voucher by voucher.
///
/// # Errors
/// [`Broken`] where it is no such file, or where a voucher's head is not the sum of its details.
pub fn read(mut input: impl BufRead, found: &mut dyn FnMut(Found)) -> Result<(), Broken> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = input
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line);
        if read.map_err(|error| Broken::at_row(number, error))? == 0 {
            break;
        }
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(Broken::at_row(number, "the line does not end"));
        };
        // The reader's own words would quote what stands there.
        let voucher: Voucher = serde_json::from_slice(text).map_err(|error| {
            Broken::at_row(
                number,
                format!("no voucher from column {} on", error.column()),
            )
        })?;
        take(number, voucher, found)?;
    }
    Ok(())
}

fn take(number: u64, voucher: Voucher, found: &mut dyn FnMut(Found)) -> Result<(), Broken> {
    check(number, &voucher)?;
    found(Found::Head(RawHead {
        batch: Some(voucher.batch),
        day: Some(voucher.day),
        policy: Some(voucher.policy),
        district: Some(voucher.district),
        payer_name: Some(voucher.payer.name),
        payer_account: Some(voucher.payer.account),
        payer_bank: Some(voucher.payer.bank),
        ..RawHead::default()
    }));
    for detail in voucher.details {
        found(Found::Row(Raw {
            at: Some(detail.seq.to_string()),
            id: Some(detail.id),
            amount: Some(detail.amount),
            name: Some(detail.name),
            account: Some(detail.account),
            bank: Some(detail.bank),
            purpose: Some(detail.purpose),
            hash: Some(detail.row_hash),
        }));
    }
    Ok(())
}

fn check(number: u64, voucher: &Voucher) -> Result<(), Broken> {
    let broken = |why: String| Err(Broken::at_row(number, why));
    if voucher.number != format!("{}-{number:05}", voucher.batch) {
        return broken("another voucher's number".to_owned());
    }
    let count = voucher.details.len();
    if !(1..=DETAILS_MAX).contains(&count) {
        return broken(format!("{count} details, 1 to {DETAILS_MAX} may be"));
    }
    if voucher.count != count as u64 {
        return broken(format!(
            "the head says {} details, there are {count}",
            voucher.count
        ));
    }
    let amounts = voucher.details.iter().map(|detail| detail.amount.parse());
    let amounts: Result<Vec<Money>, _> = amounts.collect();
    let sum = amounts.ok().and_then(Money::sum);
    // What is no amount is told where the rows are judged.
    match sum {
        Some(sum) if sum.to_string() != voucher.sum => broken(format!(
            "the head says {}, the details make {sum}",
            voucher.sum
        )),
        _ => Ok(()),
    }
}
