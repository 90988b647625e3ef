//! Canonical JSON (RFC 8785): one value, one sequence of bytes, one hash.

use serde::Serialize;

use super::hash::{Sha256Hex, sha256};

/// The largest whole number that every reader of JSON takes for the same number, `2^53 - 1`.
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value cannot be written as JSON: not finite, a key that is not text, a key that comes twice.
    #[error("the value cannot be written as JSON: {0}")]
    Unwritable(#[source] serde_json::Error),
    /// RFC 8785 writes every number as a double; past `2^53 - 1` two values would share one text.
    #[error("the number {0} is beyond 2^53 - 1 and would lose digits; write it as a string")]
    NumberTooLarge(String),
}

/// The canonical bytes of a value, UTF-8 and without white space, keys in the order of their UTF-16 units.
///
/// # Errors
/// See [`CanonicalError`].
pub fn to_canonical_json(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let bytes = serde_json_canonicalizer::to_vec(value).map_err(CanonicalError::Unwritable)?;
    refuse_large_numbers(&bytes)?;
    Ok(bytes)
}

/// The hash of the canonical bytes of a value.
///
/// # Errors
/// See [`CanonicalError`].
pub fn canonical_hash(value: &impl Serialize) -> Result<Sha256Hex, CanonicalError> {
    Ok(sha256(&to_canonical_json(value)?))
}

/// Looks at each number of a JSON text that is known to be well-formed.
///
/// The writer has already turned numbers into doubles, so an integer that lost digits is seen by its size: all of them lie
/// past the largest safe one.
fn refuse_large_numbers(json: &[u8]) -> Result<(), CanonicalError> {
    let mut at = 0;
    while at < json.len() {
        match json[at] {
            b'"' => at = end_of_string(json, at),
            b'-' | b'0'..=b'9' => {
                let rest = &json[at..];
                let length = rest
                    .iter()
                    .take_while(|byte| is_number_byte(**byte))
                    .count();
                let number = String::from_utf8_lossy(&rest[..length]);
                if number
                    .parse::<f64>()
                    .is_ok_and(|number| number.abs() > SAFE_INTEGER_MAX)
                {
                    return Err(CanonicalError::NumberTooLarge(number.into_owned()));
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    Ok(())
}

/// Place of the first byte after the string that opens at `open`.
fn end_of_string(json: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < json.len() {
        match json[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

const fn is_number_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn canonical(value: &impl Serialize) -> String {
        String::from_utf8(to_canonical_json(value).unwrap()).unwrap()
    }

    /// The example of RFC 8785, section 3.2.3, and its expected order.
    #[test]
    fn the_order_of_the_standard_comes_out() {
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let order: Vec<_> = canonical(&value)
            .split("\":\"")
            .skip(1)
            .map(|part| part.split('"').next().unwrap().to_owned())
            .collect();
        assert_eq!(
            order,
            [
                "Carriage Return",
                "One",
                "Control",
                "Latin Small Letter O With Diaeresis",
                "Euro Sign",
                "Emoji: Grinning Face",
                "Hebrew Letter Dalet With Dagesh",
            ]
        );
    }

    #[test]
    fn names_beyond_the_basic_plane_stay_whole() {
        assert_eq!(
            canonical(&json!({"姓名": "𠮷䶮", "a": [1, null, true]})),
            r#"{"a":[1,null,true],"姓名":"𠮷䶮"}"#
        );
    }

    #[test]
    fn numbers_that_would_lose_digits_are_refused() {
        for number in [
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "18446744073709551615",
            "1e300",
        ] {
            let value: serde_json::Value =
                serde_json::from_str(&format!("[{{\"a\":{number}}}]")).unwrap();
            let error = to_canonical_json(&value).unwrap_err();
            assert!(
                matches!(error, CanonicalError::NumberTooLarge(_)),
                "{number}: {error}"
            );
        }
        assert_eq!(
            canonical(&json!([9_007_199_254_740_991_i64])),
            "[9007199254740991]"
        );
    }

    #[test]
    fn digits_within_text_are_not_numbers() {
        let value = json!({"99999999999999999999": "\\\"99999999999999999999"});
        assert!(to_canonical_json(&value).is_ok());
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        assert!(matches!(
            to_canonical_json(&f64::NAN),
            Err(CanonicalError::Unwritable(_))
        ));
    }

    #[test]
    fn equal_values_have_equal_hashes_whatever_their_order() {
        let one: serde_json::Value = serde_json::from_str(r#"{"b":1,"a":{"d":2,"c":3}}"#).unwrap();
        let two: serde_json::Value =
            serde_json::from_str(r#" {"a" : {"c":3,"d":2}, "b":1.0}"#).unwrap();
        assert_eq!(canonical_hash(&one).unwrap(), canonical_hash(&two).unwrap());
    }
}
