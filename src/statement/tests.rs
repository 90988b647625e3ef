//! Small files of every kind, and what must be told of them.

use std::io::{Cursor, Write as _};

use super::*;
use crate::domain::statement::{BadLine, Line, What};

const A: &str = "01M249TE00EW3RE1R70W3GE1R7-1-1";
const B: &str = "01M249TE00EW3RE1R70W3GE1R7-2-1";

type Told = (Result<Reading, Unusable>, Vec<Line>, Vec<BadLine>);

fn read_with(bytes: impl AsRef<[u8]>, limits: Limits) -> Told {
    let (mut lines, mut bad) = (Vec::new(), Vec::new());
    let reading = read(Cursor::new(bytes), limits, &mut |found| match found {
        Found::Line(line) => lines.push(line),
        Found::Bad(one) => bad.push(one),
    });
    (reading, lines, bad)
}

fn told(bytes: impl AsRef<[u8]>) -> (Reading, Vec<Line>, Vec<BadLine>) {
    let (reading, lines, bad) = read_with(bytes, Limits::default());
    (reading.unwrap(), lines, bad)
}

fn refused(bytes: impl AsRef<[u8]>) -> &'static str {
    read_with(bytes, Limits::default()).0.unwrap_err().as_str()
}

fn treasury(lines: &str) -> String {
    format!(
        r#"{{"date":"2026-11-20","count":2,"total":"150000.00","paid_count":1,"paid_total":"100000.00","returned_count":1,"returned_total":"50000.00","lines":[{lines}]}}"#
    )
}

fn of_treasury(id: &str, amount: &str, status: &str) -> String {
    format!(
        r#"{{"instruction_id":"{id}","treasury_no":"GK1","amount":{amount},"payee_account":"6299010000000000000","status":"{status}","occurred_at":"2026-11-20T04:00:00.000000Z","bank_serial":"YH1","return_code":null}}"#
    )
}

fn pain002(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-20T18:00:00+08:00</CreDtTm></GrpHdr>{inside}</CstmrPmtStsRpt></Document>"#
    )
}

fn of_pain002(id: &str, status: &str) -> String {
    format!(
        r#"<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn><AddtlInf>样例某</AddtlInf></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">100000.00</InstdAmt></Amt><CdtrAcct><Id><Othr><Id>6299010000000000000</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>"#
    )
}

fn camt053(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><c:Document xmlns:c="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><c:BkToCstmrStmt><c:GrpHdr><c:MsgId>M</c:MsgId></c:GrpHdr><c:Stmt><c:Id>S</c:Id><c:FrToDt><c:FrDtTm>2026-11-20T00:00:00+08:00</c:FrDtTm><c:ToDtTm>2026-11-21T00:00:00+08:00</c:ToDtTm></c:FrToDt>{inside}</c:Stmt></c:BkToCstmrStmt></c:Document>"#
    )
}

fn balance(kind: &str, amount: &str) -> String {
    format!(
        "<c:Bal><c:Tp><c:CdOrPrtry><c:Cd>{kind}</c:Cd></c:CdOrPrtry></c:Tp><c:Amt Ccy=\"CNY\">{amount}</c:Amt><c:CdtDbtInd>CRDT</c:CdtDbtInd><c:Dt><c:Dt>2026-11-20</c:Dt></c:Dt></c:Bal>"
    )
}

fn entry(amount: &str, direction: &str, status: &str, details: &str) -> String {
    format!(
        "<c:Ntry><c:NtryRef>{A}</c:NtryRef><c:Amt Ccy=\"CNY\">{amount}</c:Amt><c:CdtDbtInd>{direction}</c:CdtDbtInd><c:Sts><c:Cd>{status}</c:Cd></c:Sts><c:BookgDt><c:Dt>2026-11-20</c:Dt></c:BookgDt><c:AcctSvcrRef>YH1</c:AcctSvcrRef>{details}</c:Ntry>"
    )
}

fn detail(id: &str, amount: &str) -> String {
    format!(
        "<c:TxDtls><c:Refs><c:EndToEndId>{id}</c:EndToEndId></c:Refs><c:Amt Ccy=\"CNY\">{amount}</c:Amt><c:RltdPties><c:CdtrAcct><c:Id><c:Othr><c:Id>6299010000000000000</c:Id></c:Othr></c:Id></c:CdtrAcct></c:RltdPties></c:TxDtls>"
    )
}

const TITLES: &str = "交易日期,支付指令号,金额（元）,收款账号,交易结果,银行流水号,收款人\r\n";

fn csv(rows: &str) -> String {
    format!("{TITLES}{rows}")
}

fn of_csv(id: &str, amount: &str, result: &str) -> String {
    format!("2026-11-20,{id},{amount},'6299010000000000000,{result},YH1,样例某\r\n")
}

#[test]
fn a_day_end_statement_is_read() {
    let lines = [
        of_treasury(A, "\"100000.00\"", "settled"),
        of_treasury(B, "\"50000.00\"", "returned"),
    ]
    .join(",");
    let (reading, lines, bad) = told(treasury(&lines));
    assert_eq!(
        (
            reading.kind,
            reading.lines(),
            reading.wrong_totals.len(),
            bad.len()
        ),
        (StatementKind::Treasury, 2, 0, 0)
    );
    assert_eq!(
        (lines[0].reference.as_str(), lines[0].what, lines[1].what),
        (A, What::Settled, What::Returned)
    );
    assert_eq!(
        reading
            .days
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["2026-11-20"]
    );
}

/// Peer defects: one unknown id fails the whole statement; amounts as floats.
#[test]
fn a_bad_line_never_stops_the_others() {
    for wrong in [
        "100000.00",
        "\"1.005\"",
        "\"1e3\"",
        "\"-1.00\"",
        "null",
        "{}",
        "[1]",
    ] {
        let lines = [
            of_treasury("whatever", "\"100000.00\"", "settled"),
            of_treasury(B, wrong, "settled"),
            of_treasury(A, "\"50000.00\"", "returned"),
        ];
        let (_, lines, bad) = told(treasury(&lines.join(",")));
        assert_eq!((lines.len(), bad.len(), bad[0].place), (2, 1, 2), "{wrong}");
    }
    let rows = [
        of_csv("whatever", "1.00", "入账"),
        "2026-11-20,\"open,1.00\r\n".to_owned(),
        "x\r\n".to_owned(),
        of_csv(A, "1.005", "入账"),
        of_csv(B, "2.00", "退回"),
    ];
    let (reading, lines, bad) = told(csv(&rows.concat()));
    assert_eq!(
        bad.iter().map(|bad| bad.place).collect::<Vec<_>>(),
        [3, 4, 5]
    );
    assert_eq!(
        (lines.len(), reading.settled.count, reading.returned.count),
        (2, 1, 1)
    );
    assert_eq!(
        lines[1].account.as_ref().unwrap().reveal(),
        "6299010000000000000"
    );
}

#[test]
fn totals_that_the_lines_do_not_make_are_named() {
    let one = of_treasury(A, "\"100000.00\"", "settled");
    let (reading, ..) = told(treasury(&one));
    let names: Vec<&str> = reading
        .wrong_totals
        .iter()
        .map(|total| total.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["count", "total", "returned_count", "returned_total"]
    );
    let rows = format!(
        "{}合计,2,1.01,,,,\r\n{}",
        of_csv(A, "1.00", "入账"),
        of_csv(B, "1.00", "入账")
    );
    let (reading, lines, bad) = told(csv(&rows));
    assert_eq!(
        (reading.wrong_totals.len(), lines.len(), bad.len()),
        (2, 1, 1)
    );
}

#[test]
fn a_file_that_breaks_off_is_broken_not_short() {
    let whole = treasury(&of_treasury(A, "\"100000.00\"", "settled"));
    assert_eq!(refused(&whole[..whole.len() - 3]), "broken");
    let whole = camt053(&entry("1.00", "DBIT", "BOOK", ""));
    assert_eq!(refused(&whole[..whole.len() - 3]), "broken");
    assert_eq!(refused(""), "no_statement");
    assert_eq!(refused("a,b,c\r\n"), "no_statement");
    assert_eq!(
        refused("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"/>"),
        "no_statement"
    );
}

/// Peer defect: `TxSts`, `RJCT` and `PART` misread.
#[test]
fn only_a_payments_own_status_counts() {
    let payments = [
        ("ACSC", A),
        ("RJCT", B),
        ("ACSP", "c"),
        ("PART", "d"),
        ("NONE", "e"),
    ]
    .map(|(status, id)| of_pain002(id, status));
    let group = "<OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>";
    let batch = format!(
        "{group}<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts>",
        payments.concat()
    );
    let (reading, lines, bad) = told(pain002(&batch));
    assert_eq!(
        (lines[0].what, lines[1].what, lines.len()),
        (What::Settled, What::Rejected, 2)
    );
    assert_eq!(
        (
            reading.pending,
            bad.iter().map(|bad| bad.place).collect::<Vec<_>>()
        ),
        (1, vec![4, 5])
    );
    assert_eq!(lines[1].reason.as_deref(), Some("AC01"));
    // A group that is refused moves nothing by itself, and contradicts what says that it was paid.
    let refused = group.replace("PART", "RJCT");
    let (_, lines, bad) = told(pain002(&refused));
    assert_eq!((lines.len(), bad.len()), (0, 1));
    let (_, lines, bad) = told(pain002(&batch.replace("PART</GrpSts>", "RJCT</GrpSts>")));
    assert_eq!(
        (lines.len(), lines[0].what, bad.len()),
        (1, What::Rejected, 4)
    );
}

#[test]
fn a_bank_statement_is_read_entry_by_entry_and_detail_by_detail() {
    let details = format!(
        "<c:NtryDtls>{}{}</c:NtryDtls>",
        detail(A, "60.00"),
        detail(B, "40.00")
    );
    let summary = "<c:TxsSummry><c:TtlNtries><c:NbOfNtries>3</c:NbOfNtries><c:Sum>111.00</c:Sum></c:TtlNtries></c:TxsSummry>";
    let inside = [
        balance("OPBD", "1000.00"),
        balance("CLBD", "901.00"),
        summary.to_owned(),
        entry("100.00", "DBIT", "BOOK", &details),
        entry("1.00", "CRDT", "BOOK", ""),
        entry("10.00", "DBIT", "PDNG", ""),
    ];
    let (reading, lines, bad) = told(camt053(&inside.concat()));
    assert_eq!(
        (reading.kind, bad.len(), reading.wrong_totals.as_slice()),
        (StatementKind::Camt053, 0, [].as_slice())
    );
    let read: Vec<_> = lines
        .iter()
        .map(|line| (line.reference.as_str(), line.amount.to_string(), line.what))
        .collect();
    assert_eq!(
        read,
        [
            (A, "60.00".into(), What::Settled),
            (B, "40.00".into(), What::Settled),
            (A, "1.00".into(), What::Returned)
        ]
    );
    assert_eq!((reading.pending, reading.days.len()), (1, 1));
    let (reading, _, bad) = told(camt053(
        &inside
            .concat()
            .replace("40.00", "41.00")
            .replace("901.00", "902.00"),
    ));
    assert_eq!(
        (bad.len(), reading.wrong_totals[0].name.as_str()),
        (1, "CLBD")
    );
}

#[test]
fn other_currencies_and_reversals_are_for_a_person() {
    let inside = entry("1.00", "DBIT", "BOOK", "").replace("CNY", "USD");
    assert_eq!(told(camt053(&inside)).2.len(), 1);
    let inside =
        entry("1.00", "DBIT", "BOOK", "").replace("<c:Sts>", "<c:RvslInd>true</c:RvslInd><c:Sts>");
    assert_eq!(told(camt053(&inside)).2.len(), 1);
}

#[test]
fn no_document_type_no_entity_no_depth_no_length() {
    let whole = camt053(&entry("1.00", "DBIT", "BOOK", ""));
    let bomb = whole.replace(
        "<?xml version=\"1.0\"?>",
        "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">]>",
    );
    assert_eq!(refused(bomb), "broken");
    assert_eq!(
        refused(whole.replace("<c:NtryRef>", "<c:NtryRef>&lol;")),
        "broken"
    );
    assert_eq!(
        refused(whole.replace("<c:NtryRef>", &"<c:X>".repeat(40))),
        "broken"
    );
    assert_eq!(
        refused(whole.replace("<c:NtryRef>", &format!("<c:NtryRef>{}", "x".repeat(70_000)))),
        "broken"
    );
    assert_eq!(
        refused(whole.replace(
            "<c:NtryRef>",
            &format!("<c:NtryRef a=\"{}\">", "x".repeat(700_000))
        )),
        "broken"
    );
    let long = treasury(&of_treasury(&"x".repeat(700_000), "\"1.00\"", "settled"));
    assert_eq!(refused(long), "broken");
    let (_, lines, bad) = told(csv(&format!(
        "{}{}\r\n{}",
        of_csv(A, "1.00", "入账"),
        "x".repeat(700_000),
        of_csv(B, "1.00", "入账")
    )));
    assert_eq!((lines.len(), bad.len()), (2, 1));
}

#[test]
fn a_list_is_read_in_every_encoding() {
    let rows = csv(&[of_csv(A, "1.00", "入账"), of_csv(B, "2.00", "拒绝")].concat());
    let gb = encoding_rs::GB18030.encode(&rows).0.into_owned();
    for bytes in [
        rows.clone().into_bytes(),
        format!("\u{FEFF}{rows}").into_bytes(),
        gb.clone(),
    ] {
        let (reading, lines, bad) = told(bytes);
        assert_eq!(
            (
                lines.len(),
                bad.len(),
                reading.settled.count,
                reading.rejected.count
            ),
            (2, 0, 1, 1)
        );
    }
    // Bytes that are no character spoil their own field alone, and only when somebody asks for it.
    let mut broken = gb;
    broken.extend_from_slice(b"2026-11-20,\xFF\xFF,1.00,,x,y,z\r\n");
    assert_eq!(told(broken).2.len(), 1);
}

fn book(rows: &[[&str; 6]], numbers: bool) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let titles = [
        "交易日期",
        "支付指令号",
        "金额（元）",
        "收款账号",
        "交易结果",
        "银行流水号",
    ];
    for (line, row) in (0..).zip(std::iter::once(&titles).chain(rows)) {
        for (column, text) in (0..).zip(row) {
            if numbers && line > 0 && (column == 2 || column == 3) {
                sheet
                    .write_number(line, column, text.parse::<f64>().unwrap())
                    .unwrap();
            } else {
                sheet.write_string(line, column, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn an_excel_list_is_read_and_a_number_is_no_account() {
    let rows = [
        [
            "2026-11-20",
            A,
            "1000.50",
            "6299010000000000000",
            "入账",
            "YH1",
        ],
        [
            "2026-11-20",
            B,
            "2.00",
            "6299010000000000001",
            "退回",
            "YH2",
        ],
    ];
    let (reading, lines, bad) = told(book(&rows, false));
    assert_eq!(
        (reading.kind, lines.len(), bad.len()),
        (StatementKind::Xlsx, 2, 0)
    );
    let (_, lines, bad) = told(book(&rows, true));
    assert_eq!((lines.len(), bad.len(), bad[0].place), (0, 2, 2));
    assert!(bad[0].why.contains("收款账号"));
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_not_read() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(
        "xl/sharedStrings.xml",
        zip::write::SimpleFileOptions::default(),
    )
    .unwrap();
    for _ in 0..64 {
        zip.write_all(&vec![b' '; 1 << 16]).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 16);
    let limits = Limits {
        unpacked_bytes_max: 1 << 20,
        ..Limits::default()
    };
    assert_eq!(
        read_with(bytes, limits).0.unwrap_err().as_str(),
        "too_large"
    );
    assert_eq!(refused("PK\u{3}\u{4}nothing"), "broken");
}

#[test]
fn bounds_hold_for_bytes_and_lines() {
    let rows = csv(&of_csv(A, "1.00", "入账").repeat(5));
    let limits = Limits {
        lines_max: 4,
        ..Limits::default()
    };
    assert_eq!(
        read_with(&rows, limits).0.unwrap_err().as_str(),
        "too_large"
    );
    let limits = Limits {
        bytes_max: 10,
        ..Limits::default()
    };
    assert_eq!(
        read_with(&rows, limits).0.unwrap_err().as_str(),
        "too_large"
    );
}

#[test]
fn nobody_is_named_in_what_is_said() {
    let rows = csv(&of_csv("样例某", "一百", "入账").replace("'6299010000000000000", "6299 0100"));
    let (_, _, bad) = told(rows);
    assert!(
        !bad[0].why.contains("样例") && !bad[0].why.contains("6299"),
        "{}",
        bad[0].why
    );
    let broken = treasury(r#"{"instruction_id":"样例某""#);
    let why = read_with(broken, Limits::default())
        .0
        .unwrap_err()
        .to_string();
    assert!(!why.contains("样例"), "{why}");
}
