//! The README's fenced blocks.

/// The text of the first block of `language` in `text`, its last newline included.
pub fn block(text: &str, language: &str) -> Option<String> {
    split(text, language).map(|(block, _)| block.to_owned())
}

/// The same, and the text after it.
pub fn split<'a>(text: &'a str, language: &str) -> Option<(&'a str, &'a str)> {
    let fence = format!("```{language}\n");
    let start = text.find(&fence)? + fence.len();
    text.get(start..)?.split_once("```")
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn the_first_block_of_a_language_is_found() {
        let text = "a\n```c\nint x;\n```\n```cpp\nint y;\n```\n";
        assert_eq!(block(text, "c").as_deref(), Some("int x;\n"));
        assert_eq!(block(text, "cpp").as_deref(), Some("int y;\n"));
        assert_eq!(block(text, "rust"), None);
    }
}
