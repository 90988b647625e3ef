//! The check characters of ISO 7064 and of Luhn, over text that is known to have the right characters.

/// ISO 7064 MOD 11-2 (pure system): whether the digits, the last of which may be `X` for ten, carry the right check character.
pub(crate) fn passes_mod_11_2(text: &str) -> bool {
    let sum = text.chars().try_fold(0, |sum, character| {
        let digit = if character == 'X' {
            10
        } else {
            character.to_digit(10)?
        };
        Some((sum * 2 + digit) % 11)
    });
    sum == Some(1)
}

/// ISO 7064 MOD 11,10 (hybrid system): whether the digits carry the right check digit.
pub(crate) fn passes_mod_11_10(text: &str) -> bool {
    let sum = text.chars().try_fold(5, |sum, character| {
        let doubled = if sum == 0 { 10 } else { sum } * 2 % 11;
        Some((doubled + character.to_digit(10)?) % 10)
    });
    sum == Some(1)
}

/// Luhn (ISO/IEC 7812-1): whether the digits carry the right check digit. No digits carry none.
pub(crate) fn passes_luhn(text: &str) -> bool {
    let sum = text
        .chars()
        .rev()
        .enumerate()
        .try_fold(0, |sum, (place, character)| {
            let digit = character.to_digit(10)?;
            let weighted = if place % 2 == 1 { digit * 2 } else { digit };
            Some((sum + weighted / 10 + weighted % 10) % 10)
        });
    !text.is_empty() && sum == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standards_pass() {
        // ISO 7064 names 0794 + 0 and 079 + X for MOD 11-2, and 0794 + 5 for MOD 11,10.
        assert!(passes_mod_11_2("07940") && passes_mod_11_2("079X"));
        assert!(passes_mod_11_10("07945"));
        assert!(passes_luhn("79927398713"));
    }

    #[test]
    fn one_changed_digit_is_seen_by_each() {
        assert!(!passes_mod_11_2("07941") && !passes_mod_11_2("0790"));
        assert!(!passes_mod_11_10("07946"));
        assert!(!passes_luhn("79927398714"));
    }

    #[test]
    fn what_is_no_digit_does_not_pass() {
        for text in ["", "x", "07٩40", "１"] {
            assert!(
                !passes_mod_11_2(text) && !passes_mod_11_10(text) && !passes_luhn(text),
                "{text:?}"
            );
        }
    }
}
