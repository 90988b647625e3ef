//! Money: whole fen, never a float.
//!
//! One text form at every edge, `^(0|[1-9]\d{0,13})\.\d{2}$`: yuan, a point, two decimals. What is not in that form is refused
//! and never mended, for a guess about money is worse than an error.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits before the point that an amount may have at most.
const WHOLE_DIGITS_MAX: usize = 14;
/// The largest amount in fen: fourteen digits of yuan and two decimals.
const FEN_MAX: i64 = 9_999_999_999_999_999;

/// An amount of money in whole fen, from nothing to `99999999999999.99` yuan; never negative.
///
/// A debt, a return, a correction is an event of its own and not a negative amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// What to do with the part of a fen that a share leaves over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Towards nothing: the part of a fen is dropped.
    Down,
    /// To the next whole fen.
    Up,
    /// To the nearest fen, the exact half upwards (四舍五入).
    HalfUp,
    /// To the nearest fen, the exact half to the even one.
    HalfEven,
}

/// Why something is not an amount. Each message says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing was written.
    #[error("the amount is empty; write yuan with two decimals, such as \"100000.00\"")]
    Empty,
    /// White space before, after or within.
    #[error("the amount has white space at character {position}; remove it")]
    Whitespace {
        /// Place of the first white space, counted in characters from 1.
        position: usize,
    },
    /// A plus or minus sign.
    #[error("the amount begins with `{sign}`; an amount has no sign, write the digits alone")]
    Sign {
        /// The sign found.
        sign: char,
    },
    /// `NaN`, `inf` and the like.
    #[error("the amount is not a number; write yuan with two decimals, such as \"100000.00\"")]
    NotANumber,
    /// Scientific notation.
    #[error(
        "the amount has an exponent at character {position}; write all digits, \"1000.00\" for 1e3"
    )]
    Exponent {
        /// Place of the `e`, counted in characters from 1.
        position: usize,
    },
    /// A digit or point of another script or width.
    #[error("`{found}` at character {position} is not an ASCII digit or point; write `{instead}`")]
    NotAscii {
        /// The character found.
        found: char,
        /// What to write for it.
        instead: char,
        /// Its place, counted in characters from 1.
        position: usize,
    },
    /// Anything else that is neither digit nor point: separators, currency signs, letters.
    #[error(
        "`{found}` at character {position} does not belong in an amount; write digits and one point only"
    )]
    UnexpectedCharacter {
        /// The character found.
        found: char,
        /// Its place, counted in characters from 1.
        position: usize,
    },
    /// Nothing before the point.
    #[error("nothing stands before the point; write \"0\" there, \"0.50\" for .5")]
    MissingWhole,
    /// No point at all.
    #[error("the amount has no decimals; write both, \"100.00\" for 100")]
    MissingDecimals,
    /// Fewer than two decimals.
    #[error("the amount has {count} decimals; write two, \"0.10\" for 0.1")]
    TooFewDecimals {
        /// How many there are.
        count: usize,
    },
    /// More than two decimals.
    #[error("the amount has {count} decimals; there is nothing smaller than a fen, write two")]
    TooManyDecimals {
        /// How many there are.
        count: usize,
    },
    /// A zero before the first digit that counts.
    #[error("the amount begins with a zero that does not count; write \"1.00\" for 01.00")]
    LeadingZero,
    /// More than fits.
    #[error("the amount is larger than 99999999999999.99, the most that is handled")]
    TooLarge,
    /// Fen below zero.
    #[error("the amount is negative ({fen} fen); amounts are never negative")]
    Negative {
        /// The fen given.
        fen: i64,
    },
    /// A split among nobody.
    #[error("an amount cannot be split without a weight above zero")]
    NoWeights,
    /// A share below zero.
    #[error("the share {share} is negative")]
    NegativeShare {
        /// The share given.
        share: Decimal,
    },
    /// A share with more digits than can be reckoned exactly.
    #[error("the share {share} has too many digits to be reckoned exactly; use fewer decimals")]
    ShareTooFine {
        /// The share given.
        share: Decimal,
    },
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The most that is handled, `99999999999999.99` yuan.
    pub const MAX: Self = Self(FEN_MAX);

    /// An amount from whole fen.
    ///
    /// # Errors
    /// [`MoneyError::Negative`] or [`MoneyError::TooLarge`] outside `0..=9_999_999_999_999_999`.
    pub const fn from_fen(fen: i64) -> Result<Self, MoneyError> {
        if fen < 0 {
            Err(MoneyError::Negative { fen })
        } else if fen > FEN_MAX {
            Err(MoneyError::TooLarge)
        } else {
            Ok(Self(fen))
        }
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` when it is more than is handled.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_fen(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, or `None` when it would be below zero.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_fen(self.0.checked_sub(other.0)?).ok()
    }

    /// So many times the amount, or `None` when it is more than is handled.
    #[must_use]
    pub fn times(self, count: u32) -> Option<Self> {
        Self::from_fen(self.0.checked_mul(i64::from(count))?).ok()
    }

    /// The sum of many, or `None` when it is more than is handled. Nothing sums to [`Money::ZERO`].
    #[must_use]
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Splits the amount in the proportion of the weights, to the fen, so that the parts sum to the whole.
    ///
    /// Largest remainder: each part gets its whole fen, and the fen left over go one each to the parts whose remainder is
    /// largest; among equal remainders to the earlier part. A weight of zero gets nothing.
    ///
    /// # Errors
    /// [`MoneyError::NoWeights`] when there is no weight, or all are zero.
    pub fn split(self, weights: &[u32]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        if total == 0 {
            return Err(MoneyError::NoWeights);
        }
        let exact = |weight: u32| i128::from(self.0) * i128::from(weight);
        let mut parts: Vec<i128> = weights
            .iter()
            .map(|&weight| exact(weight) / total)
            .collect();
        let left_over = i128::from(self.0) - parts.iter().sum::<i128>();
        let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
        // A stable sort: equal remainders keep their order, and so the earlier part gets the fen.
        by_remainder.sort_by_key(|&index| std::cmp::Reverse(exact(weights[index]) % total));
        for (&index, _) in by_remainder.iter().zip(0..left_over) {
            parts[index] += 1;
        }
        parts.into_iter().map(Self::from_wide).collect()
    }

    /// The amount times a share such as `0.4`, rounded to the fen as named. The product is exact before it is rounded.
    ///
    /// # Errors
    /// [`MoneyError::NegativeShare`]; [`MoneyError::ShareTooFine`] when the exact product does not fit 127 bits (a share of
    /// up to 20 significant digits always does); [`MoneyError::TooLarge`] when the result is more than is handled.
    pub fn share(self, share: Decimal, rounding: Rounding) -> Result<Self, MoneyError> {
        let share = share.normalize();
        if share.is_sign_negative() && !share.is_zero() {
            return Err(MoneyError::NegativeShare { share });
        }
        let too_fine = MoneyError::ShareTooFine { share };
        let scale = 10_i128.pow(share.scale());
        let product = i128::from(self.0)
            .checked_mul(share.mantissa())
            .ok_or(too_fine)?;
        let (whole, rest) = (product / scale, product % scale);
        // `rest < scale <= 10^28`, so doubling it cannot overflow.
        let half = (rest * 2).cmp(&scale);
        let up = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => half.is_ge(),
            Rounding::HalfEven => half.is_gt() || (half.is_eq() && whole % 2 == 1),
        };
        Self::from_wide(whole + i128::from(up))
    }

    /// An amount from a wide reckoning.
    fn from_wide(fen: i128) -> Result<Self, MoneyError> {
        Self::from_fen(i64::try_from(fen).map_err(|_| MoneyError::TooLarge)?)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        check_characters(text)?;
        let (whole, decimals) = text.split_once('.').ok_or(MoneyError::MissingDecimals)?;
        check_shape(whole, decimals)?;
        let fen = whole
            .bytes()
            .chain(decimals.bytes())
            .fold(0_i64, |fen, digit| fen * 10 + i64::from(digit - b'0'));
        Self::from_fen(fen)
    }
}

/// Refuses every character that is neither digit nor the one point, with the reason that helps most.
fn check_characters(text: &str) -> Result<(), MoneyError> {
    let first = text.chars().next().ok_or(MoneyError::Empty)?;
    if let Some(at) = text.chars().position(char::is_whitespace) {
        return Err(MoneyError::Whitespace { position: at + 1 });
    }
    if matches!(first, '+' | '-' | '−' | '－' | '＋') {
        return Err(MoneyError::Sign { sign: first });
    }
    if text.eq_ignore_ascii_case("nan")
        || text.eq_ignore_ascii_case("inf")
        || text.eq_ignore_ascii_case("infinity")
    {
        return Err(MoneyError::NotANumber);
    }
    let mut points = 0;
    for (index, found) in text.chars().enumerate() {
        let position = index + 1;
        match found {
            '0'..='9' => {}
            '.' if points == 0 => points += 1,
            'e' | 'E' if index > 0 => return Err(MoneyError::Exponent { position }),
            '０'..='９' | '．' => {
                let instead = char::from_u32(u32::from(found) - 0xFEE0).unwrap_or('0');
                return Err(MoneyError::NotAscii {
                    found,
                    instead,
                    position,
                });
            }
            _ => return Err(MoneyError::UnexpectedCharacter { found, position }),
        }
    }
    Ok(())
}

/// Holds the digits before and after the point to their number.
fn check_shape(whole: &str, decimals: &str) -> Result<(), MoneyError> {
    if whole.is_empty() {
        return Err(MoneyError::MissingWhole);
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(MoneyError::LeadingZero);
    }
    match decimals.len() {
        2 => {}
        count @ 0..2 => return Err(MoneyError::TooFewDecimals { count }),
        count => return Err(MoneyError::TooManyDecimals { count }),
    }
    if whole.len() > WHOLE_DIGITS_MAX {
        return Err(MoneyError::TooLarge);
    }
    Ok(())
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(MoneyVisitor)
    }
}

/// Takes text only: a JSON number has been through a float somewhere, and nobody can tell what was lost there.
struct MoneyVisitor;

impl Visitor<'_> for MoneyVisitor {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount as a string with two decimals, such as \"100000.00\" (a number is refused, put it in quotes)")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn yuan(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn refusal(text: &str) -> MoneyError {
        text.parse::<Money>().unwrap_err()
    }

    #[test]
    fn smallest_and_largest_amounts_are_read() {
        assert_eq!(yuan("0.00"), Money::ZERO);
        assert_eq!(yuan("0.01").fen(), 1);
        assert_eq!(yuan("99999999999999.99"), Money::MAX);
    }

    #[test]
    fn every_refused_text_says_what_is_wrong() {
        use MoneyError as E;
        let cases = [
            ("", E::Empty),
            ("1e3", E::Exponent { position: 2 }),
            ("1.5E2", E::Exponent { position: 4 }),
            ("1.005", E::TooManyDecimals { count: 3 }),
            ("0.1", E::TooFewDecimals { count: 1 }),
            ("1.", E::TooFewDecimals { count: 0 }),
            ("-1.00", E::Sign { sign: '-' }),
            ("−1.00", E::Sign { sign: '−' }),
            ("+1.00", E::Sign { sign: '+' }),
            ("NaN", E::NotANumber),
            ("Infinity", E::NotANumber),
            (
                "10^16",
                E::UnexpectedCharacter {
                    found: '^',
                    position: 3,
                },
            ),
            ("10000000000000000", E::MissingDecimals),
            ("10000000000000000.00", E::TooLarge),
            ("100000000000000.00", E::TooLarge),
            (".5", E::MissingWhole),
            (".", E::MissingWhole),
            ("01.00", E::LeadingZero),
            ("00.00", E::LeadingZero),
            (
                "１.00",
                E::NotAscii {
                    found: '１',
                    instead: '1',
                    position: 1,
                },
            ),
            (
                "1．00",
                E::NotAscii {
                    found: '．',
                    instead: '.',
                    position: 2,
                },
            ),
            ("1.00 ", E::Whitespace { position: 5 }),
            ("1.00\n", E::Whitespace { position: 5 }),
            ("\u{3000}1.00", E::Whitespace { position: 1 }),
            (
                "1,000.00",
                E::UnexpectedCharacter {
                    found: ',',
                    position: 2,
                },
            ),
            (
                "¥1.00",
                E::UnexpectedCharacter {
                    found: '¥',
                    position: 1,
                },
            ),
            (
                "1.0.0",
                E::UnexpectedCharacter {
                    found: '.',
                    position: 4,
                },
            ),
            (
                "٣.00",
                E::UnexpectedCharacter {
                    found: '٣',
                    position: 1,
                },
            ),
            (
                "0x10.00",
                E::UnexpectedCharacter {
                    found: 'x',
                    position: 2,
                },
            ),
        ];
        for (text, error) in cases {
            assert_eq!(refusal(text), error, "for {text:?}");
            assert!(
                error.to_string().len() > 20,
                "{text:?} is refused without help"
            );
        }
    }

    #[test]
    fn a_json_number_is_refused_with_the_way_out() {
        for json in [
            "100",
            "100.00",
            "1e3",
            "-1",
            "0",
            "10000000000000000",
            "true",
            "null",
            "[\"1.00\"]",
        ] {
            let message = serde_json::from_str::<Money>(json).unwrap_err().to_string();
            assert!(
                message.contains("as a string with two decimals"),
                "{json}: {message}"
            );
        }
    }

    #[test]
    fn json_text_is_checked_like_any_text() {
        assert_eq!(
            serde_json::from_str::<Money>("\"200000.00\"").unwrap(),
            yuan("200000.00")
        );
        let message = serde_json::from_str::<Money>("\"1.005\"")
            .unwrap_err()
            .to_string();
        assert!(message.contains("3 decimals"), "{message}");
    }

    #[test]
    fn fen_outside_the_range_are_refused() {
        assert_eq!(Money::from_fen(-1), Err(MoneyError::Negative { fen: -1 }));
        assert_eq!(Money::from_fen(FEN_MAX + 1), Err(MoneyError::TooLarge));
    }

    #[test]
    fn reckoning_stops_at_both_ends() {
        let fen = yuan("0.01");
        assert_eq!(Money::MAX.checked_add(fen), None);
        assert_eq!(Money::ZERO.checked_sub(fen), None);
        assert_eq!(Money::MAX.times(2), None);
        assert_eq!(Money::MAX.times(u32::MAX), None);
        assert_eq!(fen.times(0), Some(Money::ZERO));
        assert_eq!(Money::sum([Money::MAX, fen]), None);
        assert_eq!(Money::sum([]), Some(Money::ZERO));
    }

    #[test]
    fn known_instalments_come_out_as_published() {
        let parts = |amount: &str, weights: &[u32]| {
            yuan(amount)
                .split(weights)
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(parts("200000.00", &[50, 50]), ["100000.00", "100000.00"]);
        assert_eq!(parts("100000.00", &[30, 70]), ["30000.00", "70000.00"]);
        assert_eq!(
            parts("200000.00", &[4, 2, 4]),
            ["80000.00", "40000.00", "80000.00"]
        );
        assert_eq!(
            parts("100000.00", &[1, 1, 1]),
            ["33333.34", "33333.33", "33333.33"]
        );
        assert_eq!(parts("0.01", &[1, 1]), ["0.01", "0.00"]);
        // 3.33…, 3.33…, 1.67, 1.67 fen: both fen left over go to the larger remainders at the end.
        assert_eq!(
            parts("0.10", &[2, 2, 1, 1]),
            ["0.03", "0.03", "0.02", "0.02"]
        );
    }

    #[test]
    fn a_split_among_nobody_is_refused() {
        assert_eq!(Money::MAX.split(&[]), Err(MoneyError::NoWeights));
        assert_eq!(Money::MAX.split(&[0, 0]), Err(MoneyError::NoWeights));
    }

    #[test]
    fn a_share_is_rounded_as_named() {
        let share = |amount: &str, share: &str, rounding| {
            yuan(amount)
                .share(share.parse().unwrap(), rounding)
                .unwrap()
                .to_string()
        };
        for (rounding, at_half, above, even_half) in [
            (Rounding::Down, "0.02", "0.00", "0.01"),
            (Rounding::Up, "0.03", "0.01", "0.02"),
            (Rounding::HalfUp, "0.03", "0.00", "0.02"),
            (Rounding::HalfEven, "0.02", "0.00", "0.02"),
        ] {
            assert_eq!(
                share("0.05", "0.5", rounding),
                at_half,
                "{rounding:?} of 2.5 fen"
            );
            assert_eq!(
                share("0.01", "0.3", rounding),
                above,
                "{rounding:?} of 0.3 fen"
            );
            assert_eq!(
                share("0.03", "0.5", rounding),
                even_half,
                "{rounding:?} of 1.5 fen"
            );
        }
        assert_eq!(share("200000.00", "0.40", Rounding::HalfUp), "80000.00");
        assert_eq!(share("200000.00", "1.2", Rounding::HalfUp), "240000.00");
    }

    #[test]
    fn a_share_that_cannot_be_reckoned_is_refused() {
        let refusal = |amount: Money, share: &str| {
            amount
                .share(share.parse().unwrap(), Rounding::Down)
                .unwrap_err()
        };
        assert!(matches!(
            refusal(Money::MAX, "-0.1"),
            MoneyError::NegativeShare { .. }
        ));
        assert!(matches!(
            refusal(Money::MAX, "0.7922816251426433759354395033"),
            MoneyError::ShareTooFine { .. }
        ));
        assert_eq!(refusal(Money::MAX, "1.1"), MoneyError::TooLarge);
        assert_eq!(
            refusal(Money::MAX, "9999999999999999"),
            MoneyError::TooLarge
        );
    }

    #[test]
    fn money_is_a_string_on_the_wire() {
        assert_eq!(
            serde_json::to_string(&yuan("100000.00")).unwrap(),
            "\"100000.00\""
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        fn text_to_money_to_text_is_byte_equal(whole in 0_u64..=99_999_999_999_999, shift in 0_u32..14, fen in 0_u8..100) {
            // Shifted, so that short amounts are as frequent as long ones.
            let text = format!("{}.{fen:02}", whole / 10_u64.pow(shift));
            let money: Money = text.parse().unwrap();
            prop_assert_eq!(money.to_string(), text.clone());
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(&json, &format!("\"{text}\""));
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(text in "[0-9.eE+\\- ,０]{0,20}") {
            if let Ok(money) = text.parse::<Money>() {
                prop_assert_eq!(money.to_string(), text);
            }
        }

        #[test]
        fn a_split_sums_to_its_whole_and_strays_less_than_a_fen(
            fen in 0..=FEN_MAX,
            weights in prop::collection::vec(any::<u32>(), 1..40),
        ) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let whole = Money::from_fen(fen).unwrap();
            let parts = whole.split(&weights).unwrap();
            prop_assert_eq!(Money::sum(parts.iter().copied()), Some(whole));
            let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
            for (part, &weight) in parts.iter().zip(&weights) {
                let stray = i128::from(part.fen()) * total - i128::from(fen) * i128::from(weight);
                prop_assert!(stray.abs() < total);
            }
        }

        #[test]
        fn a_share_is_never_more_than_a_fen_from_the_exact_product(
            fen in 0..=FEN_MAX,
            mantissa in 0_i64..=1_000_000_000_000,
        ) {
            let share = Decimal::new(mantissa, 12);
            let exact = i128::from(fen) * i128::from(mantissa);
            let scale = 1_000_000_000_000_i128;
            let amount = Money::from_fen(fen).unwrap();
            let of = |rounding| i128::from(amount.share(share, rounding).unwrap().fen()) * scale;
            prop_assert!(of(Rounding::Down) <= exact && exact - of(Rounding::Down) < scale);
            prop_assert!(of(Rounding::Up) >= exact && of(Rounding::Up) - exact < scale);
            prop_assert!((of(Rounding::HalfUp) - exact).abs() * 2 <= scale);
            prop_assert!((of(Rounding::HalfEven) - exact).abs() * 2 <= scale);
        }
    }
}
