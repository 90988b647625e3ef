//! JSON text into a tree, strictly: bounded depth, no member twice, and every error says where it is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::fields::shortened;
use crate::web::problem::FieldError;
use crate::web::words::Words;

/// Deepest nesting; nothing the API takes is deeper than three.
pub(super) const DEPTH_MAX: usize = 8;

/// A JSON value. Of numbers only whole ones are kept: the API takes no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits.
    Integer(i64),
    /// Any other number.
    Number,
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object.
    Object(BTreeMap<String, Node>),
}

/// Why a text is not JSON that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// JSON pointer to the value within which the error is.
    pub pointer: String,
    /// What is wrong.
    pub fault: ParseFault,
}

/// What can be wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseFault {
    /// Bytes that are not UTF-8.
    NotUtf8 {
        /// Where the first such byte is, from 0.
        at: usize,
    },
    /// The text ends before the value does.
    Truncated,
    /// The grammar is broken.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },
    /// Nested deeper than is read.
    TooDeep,
    /// An object has the member twice.
    Duplicate,
}

impl ParseError {
    /// As it is listed in a problem.
    #[must_use]
    pub fn as_field_error(&self) -> FieldError {
        let (reason, mend) = self.fault.words();
        FieldError {
            pointer: shortened(&self.pointer),
            reason,
            mend,
        }
    }
}

impl ParseFault {
    fn words(self) -> (Words, Words) {
        match self {
            Self::NotUtf8 { at } => (
                Words::with(
                    format!("第 {at} 字节处不是 UTF-8 编码"),
                    format!("byte {at} does not belong to UTF-8"),
                ),
                Words::of("请以 UTF-8 编码提交", "send UTF-8"),
            ),
            Self::Truncated => (
                Words::of("内容在结束之前中断", "the text ends before the value does"),
                Words::of("请提交完整的 JSON", "send the whole JSON text"),
            ),
            Self::Syntax { line, column } => (
                Words::with(
                    format!("第 {line} 行第 {column} 列不是正确的 JSON"),
                    format!("not JSON at line {line}, column {column}"),
                ),
                Words::of(
                    "请改正此处；金额须写成字符串，例如 \"100000.00\"，NaN 和 Infinity 都不是 JSON",
                    "mend it there; an amount is a string such as \"100000.00\", and NaN and Infinity are not JSON",
                ),
            ),
            Self::TooDeep => (
                Words::with(
                    format!("嵌套超过 {DEPTH_MAX} 层"),
                    format!("nested deeper than {DEPTH_MAX} levels"),
                ),
                Words::of("请减少嵌套", "nest less deeply"),
            ),
            Self::Duplicate => (
                Words::of(
                    "同一对象中该成员出现了两次",
                    "the object has this member twice",
                ),
                Words::of("请只保留一个", "give it once"),
            ),
        }
    }
}

/// Parses a JSON text.
///
/// # Errors
/// When it is not UTF-8, not JSON, nested too deep or has a member twice.
pub fn parse(bytes: &[u8]) -> Result<Node, ParseError> {
    let text = std::str::from_utf8(bytes).map_err(|error| ParseError {
        pointer: String::new(),
        fault: ParseFault::NotUtf8 {
            at: error.valid_up_to(),
        },
    })?;
    let trail = Trail::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = Seed {
        trail: &trail,
        depth: 0,
    }
    .deserialize(&mut reader)
    .and_then(|node| reader.end().map(|()| node));
    node.map_err(|error| trail.explain(&error))
}

/// The way from the root to where the parser is, and our own fault if it was ours that ended the parse.
#[derive(Default)]
struct Trail {
    steps: RefCell<Vec<String>>,
    fault: RefCell<Option<ParseFault>>,
}

impl Trail {
    fn explain(&self, error: &serde_json::Error) -> ParseError {
        let position = ParseFault::Syntax {
            line: error.line(),
            column: error.column(),
        };
        let grammar = if error.is_eof() {
            ParseFault::Truncated
        } else {
            position
        };
        let pointer = self
            .steps
            .borrow()
            .iter()
            .fold(String::new(), |pointer, step| {
                pointer + "/" + &escaped(step)
            });
        ParseError {
            pointer,
            fault: self.fault.borrow().unwrap_or(grammar),
        }
    }

    fn fail<E: de::Error>(&self, fault: ParseFault) -> E {
        *self.fault.borrow_mut() = Some(fault);
        E::custom("refused")
    }

    /// Goes one step down; on an error the step stays, so that the trail ends where the error is.
    fn step<T, E>(&self, name: String, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.steps.borrow_mut().push(name);
        let value = read()?;
        self.steps.borrow_mut().pop();
        Ok(value)
    }
}

/// A member name as it stands in a JSON pointer (RFC 6901, 3).
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[derive(Clone, Copy)]
struct Seed<'t> {
    trail: &'t Trail,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > DEPTH_MAX {
            Err(self.trail.fail(ParseFault::TooDeep))
        } else {
            Ok(Self { depth, ..self })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Node, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(i64::try_from(value).map_or(Node::Number, Node::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(node) = self
            .trail
            .step(list.len().to_string(), || items.next_element_seed(inner))?
        {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            let known = object.contains_key(&name);
            let node = self.trail.step(name.clone(), || {
                if known {
                    Err(self.trail.fail(ParseFault::Duplicate))
                } else {
                    members.next_value_seed(inner)
                }
            })?;
            object.insert(name, node);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (String, ParseFault) {
        let error = parse(text.as_bytes()).unwrap_err();
        (error.pointer, error.fault)
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let node = parse(br#" {"a":[null,true,-1,0.5,"x"],"b":{}} "#).unwrap();
        let list = vec![
            Node::Null,
            Node::Bool(true),
            Node::Integer(-1),
            Node::Number,
            Node::Text("x".to_owned()),
        ];
        let members = [
            ("a".to_owned(), Node::List(list)),
            ("b".to_owned(), Node::Object(BTreeMap::new())),
        ];
        assert_eq!(node, Node::Object(members.into()));
    }

    #[test]
    fn an_error_is_found_where_it_is() {
        assert_eq!(
            fault(r#"{"a":{"b":[1,{"c":1,"c":2}]}}"#),
            ("/a/b/1/c".to_owned(), ParseFault::Duplicate)
        );
        assert_eq!(fault(r#"{"amount":NaN}"#).0, "/amount");
        assert_eq!(fault(r#"{"amount":1e999}"#).0, "/amount");
        assert_eq!(fault(r#"{"amount":.5}"#).0, "/amount");
        assert_eq!(fault(r#"{"amount":+1.00}"#).0, "/amount");
        assert_eq!(fault(r#"{"amount":1.}"#).0, "/amount");
        assert_eq!(
            fault(r#"{"a/b~":tru"#),
            ("/a~1b~0".to_owned(), ParseFault::Truncated)
        );
        assert_eq!(fault("").1, ParseFault::Truncated);
        assert_eq!(fault(r#"{"a":1"#).1, ParseFault::Truncated);
    }

    #[test]
    fn depth_is_bounded_on_both_sides_of_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert_eq!(fault(&nested(DEPTH_MAX + 1)).1, ParseFault::TooDeep);
        assert_eq!(fault(&nested(30_000)).1, ParseFault::TooDeep);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "{} {}",
            "{'a':1}",
            "{a:1}",
            "{\"a\":1,}",
            "[1,]",
            "\"\\ud800\"",
            "\"\u{1}\"",
            "\u{feff}{}",
            "01",
            "/**/{}",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(
            parse(b"{\"a\":\"\xff\"}").unwrap_err().fault,
            ParseFault::NotUtf8 { at: 6 }
        );
    }
}
