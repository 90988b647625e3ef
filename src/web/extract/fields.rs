//! Reads the members of an object one by one, notes everything that is wrong, and refuses what nobody asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::Read;
use super::json::{Node, escaped};
use crate::domain::money::{Money, MoneyError};
use crate::web::problem::{ERRORS_MAX, FieldError};
use crate::web::words::Words;

/// Longest pointer that is sent back: names of unknown members are the caller's text.
const POINTER_CHARS_MAX: usize = 200;

/// A pointer no longer than is sent back.
pub(super) fn shortened(pointer: &str) -> String {
    if pointer.chars().count() <= POINTER_CHARS_MAX {
        return pointer.to_owned();
    }
    pointer
        .chars()
        .take(POINTER_CHARS_MAX)
        .chain(['…'])
        .collect()
}

/// What is wrong with one value and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub reason: Words,
    /// How to mend it.
    pub mend: Words,
}

impl Fault {
    /// A fault in fixed words.
    #[must_use]
    pub const fn of(
        reason: (&'static str, &'static str),
        mend: (&'static str, &'static str),
    ) -> Self {
        Self {
            reason: Words::of(reason.0, reason.1),
            mend: Words::of(mend.0, mend.1),
        }
    }

    fn wrong_type(zh: &'static str, en: &'static str) -> Self {
        Self {
            reason: Words::of("类型不对", "the type is wrong"),
            mend: Words::with(format!("请写成{zh}"), format!("write {en}")),
        }
    }
}

/// What a text may be.
#[derive(Debug, Clone, Copy)]
pub struct TextRule {
    /// Most characters.
    pub chars_max: usize,
    /// Whether line feeds may stand in it.
    pub lines: bool,
}

impl TextRule {
    /// One line.
    #[must_use]
    pub const fn line(chars_max: usize) -> Self {
        Self {
            chars_max,
            lines: false,
        }
    }

    /// Several lines.
    #[must_use]
    pub const fn lines(chars_max: usize) -> Self {
        Self {
            chars_max,
            lines: true,
        }
    }

    /// Holds a text to the rule.
    ///
    /// # Errors
    /// When it is blank, too long, or holds characters that no person types.
    pub fn check(self, text: &str) -> Result<(), Fault> {
        if text.trim().is_empty() {
            return Err(Fault::of(
                ("内容为空", "the text is empty"),
                ("请填写内容", "write something"),
            ));
        }
        let chars = text.chars().count();
        if chars > self.chars_max {
            let most = self.chars_max;
            return Err(Fault {
                reason: Words::with(
                    format!("共 {chars} 个字符，过长"),
                    format!("{chars} characters are too many"),
                ),
                mend: Words::with(
                    format!("请不要超过 {most} 个字符"),
                    format!("write at most {most}"),
                ),
            });
        }
        match text.char_indices().find(|(_, c)| self.forbids(*c)) {
            None => Ok(()),
            Some((at, c)) => {
                let code = u32::from(c);
                Err(Fault {
                    reason: Words::with(
                        format!("第 {at} 字节处有控制字符 U+{code:04X}"),
                        format!("a control character, U+{code:04X}, stands at byte {at}"),
                    ),
                    mend: Words::of("请删除该字符", "remove it"),
                })
            }
        }
    }

    /// Control characters, and those that turn the direction of writing or the page around.
    fn forbids(self, c: char) -> bool {
        let turns = matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
        let noncharacter = u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}');
        (c.is_control() && !(self.lines && c == '\n')) || turns || noncharacter
    }
}

/// Where members come from; numbers in an address are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Query,
}

/// The members of one object, read one by one.
#[derive(Debug)]
pub struct Fields<'v> {
    members: &'v BTreeMap<String, Node>,
    asked: BTreeSet<&'static str>,
    at: String,
    place: Place,
    errors: Vec<FieldError>,
}

impl<'v> Fields<'v> {
    /// The members of a body.
    pub(super) const fn of_body(members: &'v BTreeMap<String, Node>) -> Self {
        Self {
            members,
            asked: BTreeSet::new(),
            at: String::new(),
            place: Place::Body,
            errors: Vec::new(),
        }
    }

    /// The parameters of an address.
    pub(super) const fn of_query(members: &'v BTreeMap<String, Node>) -> Self {
        Self {
            members,
            asked: BTreeSet::new(),
            at: String::new(),
            place: Place::Query,
            errors: Vec::new(),
        }
    }

    /// Reads all, and refuses what was not asked for.
    pub(super) fn finish<T: Read>(mut self) -> Result<T, Vec<FieldError>> {
        let value = T::read(&mut self);
        self.refuse_unknown();
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }

    /// A member that must be there.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Node) -> Result<T, Fault>,
    ) -> Option<T> {
        if let Some(value) = self.present(name) {
            return self.note(name, read(value));
        }
        let missing = Fault::of(("缺少该项", "it is missing"), ("请补充该项", "add it"));
        self.note(name, Err(missing))
    }

    /// A member that may be left out or `null`; the outer `None` when it is there and wrong.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Node) -> Result<T, Fault>,
    ) -> Option<Option<T>> {
        match self.present(name) {
            Some(value) => self.note(name, read(value)).map(Some),
            None => Some(None),
        }
    }

    /// An object within, that must be there.
    pub fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let members = self.required(name, |node| match node {
            Node::Object(members) => Ok(members.clone()),
            _ => Err(Fault::wrong_type("对象 {…}", "an object, {…}")),
        })?;
        let mut inner = Fields {
            members: &members,
            asked: BTreeSet::new(),
            at: self.pointer(name),
            place: self.place,
            errors: Vec::new(),
        };
        let value = read(&mut inner);
        inner.refuse_unknown();
        let whole = inner.errors.is_empty();
        self.errors.append(&mut inner.errors);
        value.filter(|_| whole)
    }

    /// An object within that may be left out or `null`; the outer `None` when it is there and wrong.
    pub fn optional_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.present(name) {
            Some(_) => self.object(name, read).map(Some),
            None => Some(None),
        }
    }

    /// A list that must be there, with each item's own errors.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        items_max: usize,
        read: impl Fn(&Node) -> Result<T, Fault>,
    ) -> Option<Vec<T>> {
        let nodes = self.required(name, |node| match node {
            Node::List(nodes) if (1..=items_max).contains(&nodes.len()) => Ok(nodes.clone()),
            Node::List(_) => Err(Fault {
                reason: Words::of("项数不对", "the number of items is wrong"),
                mend: Words::with(
                    format!("请列出 1 至 {items_max} 项"),
                    format!("list 1 to {items_max}"),
                ),
            }),
            _ => Err(Fault::wrong_type("列表 […]", "a list, […]")),
        })?;
        let base = self.pointer(name);
        let mut items = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            match read(node) {
                Ok(item) => items.push(item),
                Err(fault) => self.push(&format!("{base}/{at}"), fault),
            }
        }
        (items.len() == nodes.len()).then_some(items)
    }

    /// Notes something that is wrong with a member as a whole, after it was read.
    pub fn fault(&mut self, name: &'static str, fault: Fault) {
        let pointer = self.pointer(name);
        self.push(&pointer, fault);
    }

    fn present(&mut self, name: &'static str) -> Option<&'v Node> {
        self.asked.insert(name);
        self.members.get(name).filter(|node| **node != Node::Null)
    }

    fn note<T>(&mut self, name: &str, value: Result<T, Fault>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(fault) => {
                let pointer = self.pointer(name);
                self.push(&pointer, fault);
                None
            }
        }
    }

    fn refuse_unknown(&mut self) {
        let members = self.members;
        let unknown = members
            .keys()
            .filter(|name| !self.asked.contains(name.as_str()))
            .take(ERRORS_MAX);
        for name in unknown.collect::<Vec<_>>() {
            let fault = Fault::of(
                ("没有这一项", "nothing of this name is taken"),
                ("请删除该项", "remove it"),
            );
            let pointer = self.pointer(name);
            self.push(&pointer, fault);
        }
    }

    fn pointer(&self, name: &str) -> String {
        match self.place {
            Place::Body => format!("{}/{}", self.at, escaped(name)),
            Place::Query => format!("?{name}"),
        }
    }

    fn push(&mut self, pointer: &str, fault: Fault) {
        self.errors.push(FieldError {
            pointer: shortened(pointer),
            reason: fault.reason,
            mend: fault.mend,
        });
    }
}

/// Reads a text.
pub fn text(rule: TextRule) -> impl Fn(&Node) -> Result<String, Fault> {
    move |node| {
        let text = as_text(node)?;
        rule.check(text)?;
        Ok(text.to_owned())
    }
}

fn as_text(node: &Node) -> Result<&str, Fault> {
    match node {
        Node::Text(text) => Ok(text),
        _ => Err(Fault::wrong_type("字符串", "a string")),
    }
}

/// Reads something that has a text form; `mend` says which.
pub fn parsed<T: FromStr>(
    mend: (&'static str, &'static str),
) -> impl Fn(&Node) -> Result<T, Fault> {
    chosen(|text| text.parse().ok(), mend)
}

/// Reads one of some words; `mend` lists them.
pub fn chosen<T>(
    choose: impl Fn(&str) -> Option<T>,
    mend: (&'static str, &'static str),
) -> impl Fn(&Node) -> Result<T, Fault> {
    move |node| {
        choose(as_text(node)?)
            .ok_or_else(|| Fault::of(("内容不正确", "it is not one of those taken"), mend))
    }
}

/// Reads an id.
///
/// # Errors
/// When it is none.
pub fn id<T: FromStr>(node: &Node) -> Result<T, Fault> {
    parsed((
        "请填写编号：小写、带连字符的 UUID",
        "write an id: a UUID in lower case with hyphens",
    ))(node)
}

/// Reads an amount: only as a string, only in its one form.
///
/// # Errors
/// When it is a number, or a string of another form; the fault says which and how to write it.
pub fn amount(node: &Node) -> Result<Money, Fault> {
    match node {
        Node::Text(text) => text.parse().map_err(|error| amount_fault(&error)),
        Node::Integer(_) | Node::Number => Err(Fault::of(
            (
                "金额写成了 JSON 数字，经过浮点运算会失真",
                "the amount is a JSON number, which loses fen on its way through floating point",
            ),
            (
                "请写成字符串，例如 \"100000.00\"",
                "write it as a string, such as \"100000.00\"",
            ),
        )),
        _ => Err(Fault::wrong_type(
            "字符串形式的金额，例如 \"100000.00\"",
            "an amount as a string, such as \"100000.00\"",
        )),
    }
}

fn amount_fault(error: &MoneyError) -> Fault {
    let zh = match error {
        MoneyError::Empty => "金额为空",
        MoneyError::Whitespace { .. } => "金额中有空白",
        MoneyError::Sign { .. } => "金额带有正负号",
        MoneyError::Exponent { .. } => "金额用了科学计数法",
        MoneyError::NotAscii { .. } => "金额中有全角或其他文字的数字",
        MoneyError::MissingWhole => "小数点前没有数字",
        MoneyError::MissingDecimals | MoneyError::TooFewDecimals { .. } => "小数不足两位",
        MoneyError::TooManyDecimals { .. } => "小数多于两位，没有比分更小的金额",
        MoneyError::LeadingZero => "金额以多余的零开头",
        MoneyError::TooLarge => "金额超过 99999999999999.99",
        _ => "不是金额",
    };
    Fault {
        reason: Words::with(zh.to_owned(), error.to_string()),
        mend: Words::of(
            "请写元，恰好两位小数，例如 \"100000.00\"",
            "write yuan with exactly two decimals, such as \"100000.00\"",
        ),
    }
}

/// Reads a whole number between two bounds; in an address it is text.
pub fn integer(least: i64, most: i64) -> impl Fn(&Node) -> Result<i64, Fault> {
    move |node| {
        let value = match node {
            Node::Integer(value) => Some(*value),
            Node::Text(text) => plain_integer(text),
            _ => None,
        };
        value
            .filter(|value| (least..=most).contains(value))
            .ok_or_else(|| Fault {
                reason: Words::of(
                    "不是允许范围内的整数",
                    "it is not a whole number within the bounds",
                ),
                mend: Words::with(
                    format!("请写 {least} 至 {most} 的整数"),
                    format!("write a whole number from {least} to {most}"),
                ),
            })
    }
}

/// Digits only, without sign, white space or zeros in front.
fn plain_integer(text: &str) -> Option<i64> {
    let value: i64 = text.parse().ok()?;
    (value.to_string() == text).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::{read_body, read_query};
    use super::*;
    use crate::web::problem::Problem;

    #[derive(Debug, PartialEq)]
    struct Sample {
        amount: Money,
        words: String,
        year: Option<i64>,
        inner: Vec<String>,
    }

    impl Read for Sample {
        fn read(fields: &mut Fields<'_>) -> Option<Self> {
            let amount = fields.required("amount", amount);
            let words = fields.required("words", text(TextRule::line(5)));
            let year = fields.optional("year", integer(2000, 2100));
            let inner = fields.object("inner", |inner| {
                inner.list("names", 2, text(TextRule::line(3)))
            });
            Some(Self {
                amount: amount?,
                words: words?,
                year: year?,
                inner: inner?,
            })
        }
    }

    fn pointers(problem: &Problem) -> Vec<String> {
        let body =
            serde_json::to_value(problem.body("r", crate::web::words::Language::Chinese)).unwrap();
        let errors = body["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    fn refused(text: &str) -> Vec<String> {
        pointers(&read_body::<Sample>(text.as_bytes()).unwrap_err())
    }

    const GOOD: &str = r#"{"amount":"1.00","words":"五个字以内","inner":{"names":["a"]}}"#;

    #[test]
    fn a_good_body_is_read() {
        let sample: Sample = read_body(GOOD.as_bytes()).unwrap();
        assert_eq!(sample.amount.fen(), 100);
        assert_eq!(sample.year, None);
        assert_eq!(sample.inner, ["a"]);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let text =
            r#"{"amount":1.00,"words":"","year":1999,"inner":{"names":["a",1],"x~/y":0},"more":1}"#;
        assert_eq!(
            refused(text),
            [
                "/amount",
                "/words",
                "/year",
                "/inner/names/1",
                "/inner/x~0~1y",
                "/more"
            ]
        );
        assert_eq!(refused("{}"), ["/amount", "/words", "/inner"]);
        assert_eq!(refused("[]"), [""]);
    }

    #[test]
    fn an_amount_is_a_string_in_its_one_form_or_is_refused_by_name() {
        for wrong in [
            "1",
            "1.00",
            "1e3",
            "0",
            "-1",
            "100000000000000000000",
            "null",
            "true",
            "[]",
            "{}",
            "\"1e3\"",
            "\"1.005\"",
            "\"0.1\"",
            "\"-1.00\"",
            "\"+1.00\"",
            "\"NaN\"",
            "\".50\"",
            "\"1.\"",
            "\"100000000000000.00\"",
            "\"\"",
            "\" 1.00\"",
            "\"１.00\"",
            "\"01.00\"",
            "\"1,000.00\"",
            "NaN",
            "Infinity",
            "1.",
            ".5",
            "+1",
        ] {
            let text = GOOD.replace("\"1.00\"", wrong);
            assert_eq!(refused(&text), ["/amount"], "{wrong}");
        }
    }

    #[test]
    fn texts_hold_nothing_that_nobody_types() {
        for wrong in [
            "\\u0000",
            "a\\nb",
            "a\\tb",
            "\\u202e1",
            "\\ufeff",
            "\\uffff",
            "\\u0085",
            "  ",
            "六个字才过长",
        ] {
            let text = GOOD.replace("五个字以内", wrong);
            assert_eq!(refused(&text), ["/words"], "{wrong}");
        }
        assert!(TextRule::lines(5).check("a\nb").is_ok());
        assert!(TextRule::lines(5).check("a\rb").is_err());
        assert!(TextRule::line(5).check("䶮𠮷·é").is_ok());
    }

    #[test]
    fn a_list_has_its_bounds() {
        for wrong in ["[]", "[\"a\",\"b\",\"c\"]", "\"a\"", "{}"] {
            assert_eq!(
                refused(&GOOD.replace("[\"a\"]", wrong)),
                ["/inner/names"],
                "{wrong}"
            );
        }
    }

    #[derive(Debug)]
    struct Page {
        limit: Option<i64>,
    }

    impl Read for Page {
        fn read(fields: &mut Fields<'_>) -> Option<Self> {
            Some(Self {
                limit: fields.optional("limit", integer(1, 100))?,
            })
        }
    }

    #[test]
    fn parameters_are_read_as_strictly() {
        let read = |query: &str| read_query::<Page>(&format!("/x?{query}").parse().unwrap());
        assert_eq!(read("limit=5").unwrap().limit, Some(5));
        assert_eq!(read("").unwrap().limit, None);
        for (query, pointer) in [
            ("limit=0", "?limit"),
            ("limit=05", "?limit"),
            ("limit=%2B5", "?limit"),
            ("limit=5&limit=5", "?limit"),
            ("limit=", "?limit"),
            ("other=1", "?other"),
        ] {
            assert_eq!(pointers(&read(query).unwrap_err()), [pointer], "{query}");
        }
    }

    #[test]
    fn a_pointer_sent_back_is_bounded() {
        let text = format!("{{\"{}\":1}}", "长".repeat(5000));
        assert!(
            refused(&text)
                .iter()
                .all(|pointer| pointer.chars().count() <= POINTER_CHARS_MAX + 1)
        );
    }
}
