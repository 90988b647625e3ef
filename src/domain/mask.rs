//! Masks for pages and logs: enough to recognise what one knows already, not enough to learn it.

/// The text with everything but its first `head` and last `tail` characters starred out. When less than half would be starred,
/// all of it is.
pub(crate) fn masked(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let shown = if (head + tail) * 2 > length {
        0..length
    } else {
        head..length - tail
    };
    text.chars()
        .enumerate()
        .map(|(at, character)| if shown.contains(&at) { '*' } else { character })
        .collect()
}

/// The last four characters of an account behind a mask; nothing of what is shorter than eight.
#[must_use]
pub fn account_tail(account: &str) -> String {
    let count = account.chars().count();
    let shown = if count >= 8 { 4 } else { 0 };
    account
        .chars()
        .skip(count - shown)
        .fold("****".to_owned(), |mut text, c| {
            text.push(c);
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_four_digits_of_an_account_are_shown() {
        assert_eq!(account_tail("6222020000000000018"), "****0018");
        assert_eq!(account_tail("12345678"), "****5678");
        assert_eq!(account_tail("1234567"), "****");
        assert_eq!(account_tail(""), "****");
    }

    #[test]
    fn the_middle_is_starred() {
        assert_eq!(masked("911124198108030024", 1, 1), "9****************4");
        assert_eq!(masked("6222020000000000001", 0, 4), "***************0001");
        assert_eq!(masked("张三丰", 1, 0), "张**");
    }

    #[test]
    fn short_text_is_starred_whole() {
        assert_eq!(masked("", 1, 1), "");
        assert_eq!(masked("A", 1, 1), "*");
        assert_eq!(masked("AB1", 1, 1), "***");
        assert_eq!(masked("吴", 1, 0), "*");
    }
}
