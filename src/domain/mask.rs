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

#[cfg(test)]
mod tests {
    use super::*;

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
