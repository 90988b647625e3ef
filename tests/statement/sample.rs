//! Made-up ledgers, and statements about them in every kind of file.

use rand::{Rng as _, RngExt as _};
use rand_chacha::ChaCha8Rng;
use sanmiao::domain::id::{AwardId, InstructionId};
use sanmiao::domain::money::Money;
use sanmiao::domain::statement::{StatementKind, What};
use sanmiao::domain::time::Timestamp;

const AT: Timestamp = Timestamp::from_seconds(1_795_141_800);
pub(super) const DAY: &str = "2026-11-20";

/// A payment of ours that ended on the day.
#[derive(Clone)]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) amount: Money,
    pub(super) account: String,
    pub(super) returned: bool,
}

/// A line, before it is in any file.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) amount: String,
    pub(super) account: String,
    pub(super) what: What,
    pub(super) serial: String,
    pub(super) currency: String,
}

/// What a statement declares.
#[derive(Clone)]
pub(super) struct Totals {
    pub(super) settled: (usize, Money),
    pub(super) returned: (usize, Money),
}

impl Totals {
    fn count(&self) -> usize {
        self.settled.0 + self.returned.0
    }

    fn sum(&self) -> Money {
        Money::sum([self.settled.1, self.returned.1]).expect("as made up")
    }
}

pub(super) fn account(rng: &mut ChaCha8Rng) -> String {
    (0..19)
        .map(|_| char::from(b'0' + rng.random_range(0..10_u8)))
        .collect()
}

pub(super) fn id(rng: &mut ChaCha8Rng) -> String {
    let award = AwardId::new(AT.plus_millis(i64::from(rng.next_u32())), rng.random());
    InstructionId::new(award, rng.random_range(1..4), rng.random_range(1..3)).to_string()
}

/// What ended on the day; nothing has come back where a kind cannot tell it.
pub(super) fn ledger(rng: &mut ChaCha8Rng, kind: StatementKind, count: usize) -> Vec<Payment> {
    let mut payments: Vec<Payment> = (0..count)
        .map(|at| Payment {
            id: id(rng),
            amount: Money::from_fen(10 + i64::from(rng.next_u32() % 90_000_000))
                .expect("as made up"),
            account: account(rng),
            returned: kind != StatementKind::Pain002 && at % 4 == 3,
        })
        .collect();
    payments.sort_by(|one, other| one.id.cmp(&other.id));
    payments
}

/// The lines that a clean statement has: what came back had arrived before.
pub(super) fn lines(payments: &[Payment]) -> Vec<Told> {
    let line = |payment: &Payment, what: What| Told {
        id: payment.id.clone(),
        amount: payment.amount.to_string(),
        account: payment.account.clone(),
        what,
        // ISO 20022 has 35 characters for it.
        serial: format!("{}{}", payment.id.replace('-', ""), &what.as_str()[..1]),
        currency: "CNY".to_owned(),
    };
    let settled = payments.iter().map(|payment| line(payment, What::Settled));
    let returned = payments.iter().filter(|payment| payment.returned);
    settled
        .chain(returned.map(|payment| line(payment, What::Returned)))
        .collect()
}

pub(super) fn totals(lines: &[Told]) -> Totals {
    let of = |what: What| {
        let amounts: Vec<Money> = lines
            .iter()
            .filter(|line| line.what == what)
            .map(|line| line.amount.parse().expect("as made up"))
            .collect();
        (amounts.len(), Money::sum(amounts).expect("as made up"))
    };
    Totals {
        settled: of(What::Settled),
        returned: of(What::Returned),
    }
}

/// The file.
pub(super) fn file(kind: StatementKind, lines: &[Told], totals: &Totals) -> Vec<u8> {
    match kind {
        StatementKind::Treasury => treasury(lines, totals).into_bytes(),
        StatementKind::Pain002 => pain002(lines, totals).into_bytes(),
        StatementKind::Camt053 => {
            camt("camt.053.001.08", ["BkToCstmrStmt", "Stmt"], lines, totals).into_bytes()
        }
        StatementKind::Camt054 => camt(
            "camt.054.001.08",
            ["BkToCstmrDbtCdtNtfctn", "Ntfctn"],
            lines,
            totals,
        )
        .into_bytes(),
        StatementKind::Csv => csv(lines, totals).into_bytes(),
        StatementKind::Xlsx => xlsx(lines, totals),
    }
}

fn treasury(lines: &[Told], totals: &Totals) -> String {
    let line = |line: &Told| {
        format!(
            r#"{{"instruction_id": "{}", "treasury_no": "GK1", "amount": "{}", "payee_account": "{}", "status": "{}", "occurred_at": "{DAY}T04:00:00.000000Z", "bank_serial": "{}", "return_code": null}}"#,
            line.id, line.amount, line.account, line.what, line.serial
        )
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    format!(
        "{{\"date\": \"{DAY}\", \"count\": {}, \"total\": \"{}\", \"paid_count\": {}, \"paid_total\": \"{}\", \"returned_count\": {}, \"returned_total\": \"{}\", \"lines\": [\n{}\n]}}\n",
        totals.count(),
        totals.sum(),
        totals.settled.0,
        totals.settled.1,
        totals.returned.0,
        totals.returned.1,
        lines.join(",\n")
    )
}

fn pain002(lines: &[Told], totals: &Totals) -> String {
    let line = |line: &Told| {
        let status = if line.what == What::Settled {
            "ACSC"
        } else {
            "RJCT"
        };
        format!(
            "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{status}</TxSts><FctvIntrBkSttlmDt><Dt>{DAY}</Dt></FctvIntrBkSttlmDt><AcctSvcrRef>{}</AcctSvcrRef><OrgnlTxRef><Amt><InstdAmt Ccy=\"{}\">{}</InstdAmt></Amt><CdtrAcct><Id><Othr><Id>{}</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>\n",
            line.id, line.serial, line.currency, line.amount, line.account
        )
    };
    let (count, sum) = totals.settled;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>M1</MsgId><CreDtTm>{DAY}T18:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>O1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId><NbOfTxsPerSts><DtldNbOfTxs>{count}</DtldNbOfTxs><DtldSts>ACSC</DtldSts><DtldCtrlSum>{sum}</DtldCtrlSum></NbOfTxsPerSts>{}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n",
        lines.iter().map(line).collect::<String>()
    )
}

/// The account at the beginning and at the end of the day; only statements have them.
fn balances(totals: &Totals) -> String {
    let balance = |(code, amount): (&str, Money)| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>"
        )
    };
    // Opened with just what goes out, so that what came back is what is left.
    [("OPBD", totals.settled.1), ("CLBD", totals.returned.1)]
        .map(balance)
        .concat()
}

fn camt(version: &str, [message, book]: [&str; 2], lines: &[Told], totals: &Totals) -> String {
    let balances = if book == "Stmt" {
        balances(totals)
    } else {
        String::new()
    };
    let line = |line: &Told| {
        let direction = if line.what == What::Settled {
            "DBIT"
        } else {
            "CRDT"
        };
        format!(
            "<Ntry><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{DAY}</Dt></BookgDt><AcctSvcrRef>{serial}</AcctSvcrRef><BkTxCd><Prtry><Cd>1</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><RltdPties><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>\n",
            currency = line.currency,
            amount = line.amount,
            serial = line.serial,
            id = line.id,
            account = line.account
        )
    };
    let summary = format!(
        "<TxsSummry><TtlNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlNtries><TtlCdtNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></TtlDbtNtries></TxsSummry>",
        totals.count(),
        totals.sum(),
        totals.returned.0,
        totals.returned.1,
        totals.settled.0,
        totals.settled.1
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{version}\"><{message}><GrpHdr><MsgId>M1</MsgId><CreDtTm>{DAY}T20:00:00+08:00</CreDtTm></GrpHdr><{book}><Id>S1</Id><CreDtTm>{DAY}T20:00:00+08:00</CreDtTm><FrToDt><FrDtTm>{DAY}T00:00:00+08:00</FrDtTm><ToDtTm>{DAY}T23:59:59+08:00</ToDtTm></FrToDt><Acct><Id><Othr><Id>44050160000000000001</Id></Othr></Id></Acct>{balances}{summary}{}</{book}></{message}></Document>\n",
        lines.iter().map(line).collect::<String>()
    )
}

const TITLES: [&str; 8] = [
    "交易日期",
    "交易时间",
    "支付指令号",
    "金额（元）",
    "币种",
    "收款账号",
    "交易结果",
    "银行流水号",
];

fn cells(line: &Told) -> [String; 8] {
    let result = match line.what {
        What::Settled => "入账",
        What::Returned => "退回",
        What::Rejected => "拒绝",
    };
    [
        DAY,
        "12:00:00",
        &line.id,
        &line.amount,
        &line.currency,
        &line.account,
        result,
        &line.serial,
    ]
    .map(str::to_owned)
}

fn last(totals: &Totals) -> [String; 8] {
    let mut cells = ["合计", "", "", "", "", "", "", ""].map(str::to_owned);
    cells[2] = totals.count().to_string();
    cells[3] = totals.sum().to_string();
    cells
}

fn csv(lines: &[Told], totals: &Totals) -> String {
    let rows = std::iter::once(TITLES.map(str::to_owned)).chain(lines.iter().map(cells));
    let rows = rows.chain([last(totals)]).map(|row| row.join(",") + "\r\n");
    rows.collect()
}

fn xlsx(lines: &[Told], totals: &Totals) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let rows = std::iter::once(TITLES.map(str::to_owned)).chain(lines.iter().map(cells));
    for (line, row) in (0..).zip(rows.chain([last(totals)])) {
        for (column, text) in (0..).zip(row) {
            if !text.is_empty() {
                sheet.write_string(line, column, text).expect("as made up");
            }
        }
    }
    book.save_to_buffer().expect("as made up")
}
