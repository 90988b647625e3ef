//! A workbook read back by openpyxl: numbers are numbers, and no name becomes a formula.

use sanmiao::web::table::workbook::workbook;
use sanmiao::web::table::{Cell, Column, Table};
use sanmiao::web::words::{Language, Words};
use serde_json::{Value, json};

use super::oracle::ask;

/// What employers are called, and what somebody calls one who wants a spreadsheet to do something.
const NAMES: [&str; 12] = [
    "佛山䶮彩科技有限公司",
    "𠮷田（佛山）有限公司",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1+1",
    "-2-3",
    "@SUM(A1)",
    "两行\n名称",
    "tab\tand \"quotes\"",
    "<b>&amp;",
    " 前后有空格 ",
    "0012",
    "{=1+1}",
];

fn table() -> Table {
    let column = |key, is_number| Column {
        key,
        words: Words::of("列", "column"),
        is_number,
    };
    let name = |name: &str| Cell::Text(Words::with(name.to_owned(), name.to_owned()));
    Table {
        id: "employers",
        title: Words::of("按用人单位：[样例]/其他", "by employer"),
        head: vec![
            column("name", false),
            column("count", true),
            column("share", true),
            column("hours", true),
            column("nothing", true),
        ],
        rows: NAMES
            .iter()
            .zip(1..)
            .map(|(text, at)| {
                vec![
                    name(text),
                    Cell::Count(at),
                    Cell::Share(at, 16),
                    Cell::Hours(1_800_000_000),
                    Cell::Nothing,
                ]
            })
            .collect(),
    }
}

#[test]
fn a_workbook_holds_numbers_as_numbers_and_every_name_as_it_is() {
    let bytes = workbook(&[table()], Language::Chinese).expect("a workbook");
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("causes.xlsx");
    std::fs::write(&path, bytes).expect("written");
    let lines = ask("check_workbook.py", &[path.to_str().expect("a path")], &[]);
    let cells: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        cells.len(),
        5 + NAMES.len() * 4,
        "a head, and no empty cell"
    );
    let at = |row: usize, column: usize| {
        let mut found = cells.iter();
        let found = found.find(|cell| cell[2] == row && cell[3] == column);
        found.unwrap_or_else(|| panic!("nothing at {row}, {column}"))
    };
    assert_eq!(at(1, 1)[0], "按用人单位：样例其他");
    assert_eq!(at(1, 1)[1], "A2", "the head is frozen");
    for (row, (text, number)) in NAMES.iter().zip(1_u32..).enumerate() {
        let row = row + 2;
        assert_eq!(
            (&at(row, 1)[4], &at(row, 1)[5]),
            (&json!("s"), &json!(text))
        );
        assert_eq!(
            (&at(row, 2)[4], &at(row, 2)[5]),
            (&json!("n"), &json!(number))
        );
        let share = at(row, 3)[5].as_f64().expect("a number");
        assert!((share - f64::from(number) / 16.0).abs() < 1e-12);
        assert_eq!(at(row, 3)[6], "0.0%");
        assert_eq!(at(row, 4)[5], json!(0.5));
    }
}
