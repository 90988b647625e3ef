//! Check digits, written a second time on purpose: what these make, the service's own code must accept.

/// Weights of ISO 7064 MOD 11-2 over the seventeen leading digits of a resident identity number (GB 11643).
const RESIDENT_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters of GB 11643 by remainder.
const RESIDENT_CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// Alphabet of GB 32100: no I, O, S, V, Z.
const USCC_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of GB 32100.
const USCC_WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
/// Weights of GB 11714 (organisation code) over its eight leading characters.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Value of a decimal digit; anything else counts as zero, which a wrong check digit then shows.
fn digit(c: char) -> u32 {
    c.to_digit(10).unwrap_or(0)
}

/// The check character of an 18-character identity number from its 17 leading digits (ISO 7064 MOD 11-2).
#[must_use]
pub fn resident_check(leading: &str) -> char {
    let sum: u32 = leading
        .chars()
        .zip(RESIDENT_WEIGHTS)
        .map(|(c, weight)| digit(c) * weight)
        .sum();
    RESIDENT_CHECKS
        .get((sum % 11) as usize)
        .copied()
        .unwrap_or('0')
}

/// The check character of an organisation code from its eight leading digits (GB 11714).
#[must_use]
pub fn organisation_check(leading: &str) -> char {
    let sum: u32 = leading
        .chars()
        .zip(ORGANISATION_WEIGHTS)
        .map(|(c, weight)| digit(c) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        other => char::from_digit(other, 10).unwrap_or('0'),
    }
}

/// The check character of a unified social credit code from its 17 leading characters (GB 32100).
#[must_use]
pub fn uscc_check(leading: &str) -> char {
    let sum: usize = leading
        .chars()
        .zip(USCC_WEIGHTS)
        .map(|(c, weight)| USCC_ALPHABET.find(c).unwrap_or(0) * weight)
        .sum();
    let index = (31 - sum % 31) % 31;
    USCC_ALPHABET.chars().nth(index).unwrap_or('0')
}

/// The check digit of a twelve-digit CNAPS bank code from its eleven leading digits (ISO 7064 MOD 11,10).
#[must_use]
pub fn cnaps_check(leading: &str) -> char {
    let mut product = 10;
    for c in leading.chars() {
        let mut sum = (digit(c) + product) % 10;
        if sum == 0 {
            sum = 10;
        }
        product = sum * 2 % 11;
    }
    char::from_digit((11 - product) % 10, 10).unwrap_or('0')
}

/// Whether twelve digits are a CNAPS code with a right check digit.
#[must_use]
pub fn cnaps_is_valid(code: &str) -> bool {
    code.len() == 12
        && code.bytes().all(|b| b.is_ascii_digit())
        && code.ends_with(cnaps_check(&code[..11]))
}

/// The Luhn check digit of a card number from the digits before it.
#[must_use]
pub fn luhn_check(leading: &str) -> char {
    let sum: u32 = leading
        .chars()
        .rev()
        .enumerate()
        .map(|(i, c)| match (i % 2, digit(c) * 2) {
            (0, twice) if twice > 9 => twice - 9,
            (0, twice) => twice,
            _ => digit(c),
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// The check digit of an old-form permanent residence number: weights 7, 3, 1 over its fourteen leading characters, letters from
/// A = 10 (the rule of machine-readable travel documents, ICAO 9303).
#[must_use]
pub fn travel_document_check(leading: &str) -> char {
    let sum: u32 = leading
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight)
        .sum();
    char::from_digit(sum % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_specimens_carry_the_check_characters_made_here() {
        assert_eq!(resident_check("91112419810803002"), '4');
        assert_eq!(resident_check("11010519491231002"), 'X');
        for good in [
            "91350100M000100Y43",
            "91110000101623741K",
            "12100000400009880K",
            "911101066976941872",
        ] {
            assert_eq!(Some(uscc_check(&good[..17])), good.chars().last(), "{good}");
        }
        assert_ne!(uscc_check("91310115MA1H8R7C6"), 'D');
        // Sample numbers of the Luhn literature.
        assert_eq!(luhn_check("7992739871"), '3');
        // 102100099996: head office of a large bank, published.
        assert!(cnaps_is_valid("102100099996"));
        assert!(!cnaps_is_valid("102100099997"));
        assert!(!cnaps_is_valid("10210009999"));
    }
}
