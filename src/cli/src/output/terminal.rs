//! The text that goes to a terminal: our own styles, and nothing else that a terminal acts on.
//!
//! Texts of strangers get into the output in many places. So our own escape characters are marked when they are made, and
//! [`finish`] shows all others, in one place.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::path::Path;
use std::sync::LazyLock;

use fromtier_dockerfile::visible::{visible, visible_line};

/// A placeholder for our own escape character. It is a different one in each run, so no input can contain it.
static MARK: LazyLock<String> =
    LazyLock::new(|| format!("\u{fdd0}{:016x}\u{fdd1}", RandomState::new().hash_one(0)));

/// Marks the escape characters of a text that is styled by us and has nothing of others in it that isn't visible.
pub fn marked(styled: &str) -> String {
    styled.replace('\x1b', &MARK)
}

/// The text to print: marks become escape characters, and all other controls become visible.
pub fn finish(text: &str) -> String {
    let parts: Vec<String> = text.split(MARK.as_str()).map(visible).collect();
    parts.join("\x1b")
}

/// A path in a line of text.
pub fn shown_path(path: &Path) -> String {
    visible_line(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_styles_are_left() {
        let ours = marked("\x1b[31mred\x1b[0m");
        assert_eq!(
            finish(&format!("{ours} \x1b[31m")),
            "\x1b[31mred\x1b[0m ␛[31m"
        );
        assert_eq!(shown_path(Path::new("a\nb\x1b")), "a␊b␛");
    }
}
