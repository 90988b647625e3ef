//! Amounts, read strictly: the treasury counts whole fen and believes no float.

/// Whole fen, 0 ..= 9,999,999,999,999,999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fen(i64);

impl Fen {
    /// Reads `^(0|[1-9]\d{0,13})\.\d{2}$` and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (yuan, fen) = text.split_once('.')?;
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let is_whole = yuan == "0" || ((1..=14).contains(&yuan.len()) && !yuan.starts_with('0'));
        if !is_whole || fen.len() != 2 || !is_digits(yuan) || !is_digits(fen) {
            return None;
        }
        let yuan: i64 = yuan.parse().ok()?;
        let fen: i64 = fen.parse().ok()?;
        Some(Self(yuan * 100 + fen))
    }

    /// A count of fen as an amount; negative counts have no form on this wire.
    pub(crate) fn from_fen(fen: i64) -> Self {
        Self(fen.max(0))
    }

    pub(crate) fn fen(self) -> i64 {
        self.0
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_one_form_is_an_amount() {
        for bad in [
            "1e3",
            "1.005",
            "0.1",
            "-1.00",
            "NaN",
            "10000000000000000.00",
            "+1.00",
            ".50",
            "1.",
            "01.00",
            "00.00",
            "1,000.00",
            " 1.00",
            "1.00 ",
            "１.００",
            "",
            "1",
            "100000000000000.00",
        ] {
            assert_eq!(Fen::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Fen::parse("0.00"), Some(Fen(0)));
        assert_eq!(
            Fen::parse("99999999999999.99"),
            Some(Fen(9_999_999_999_999_999))
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(fen in 0_i64..=9_999_999_999_999_999) {
            prop_assert_eq!(Fen::parse(&Fen(fen).to_string()), Some(Fen(fen)));
        }
    }
}
