//! FT205: `# escape=` with a backtick, after another comment or an empty line, where it is a plain comment: backslashes still escape. As
//! `(*directives).possibleParserDirective` in BuildKit's `frontend/dockerfile/parser/directives.go`.

use fromtier_dockerfile::parser::directive;
use fromtier_dockerfile::span::Range;
use fromtier_gostd::utf8::lossy;
use fromtier_policy::Trap;

use super::FoundTrap;

/// Returns the first directive that comes too late, above the first instruction.
pub(super) fn find(bytes: &[u8]) -> Option<FoundTrap> {
    // A `#!` line is a line before it, too.
    if !bytes.starts_with(b"#!") && directive("escape", bytes).is_some() {
        return None;
    }
    let lines = bytes.split(|byte| *byte == b'\n').map(lossy);
    let above = lines.take_while(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    });
    let (number, line) = (1..).zip(above).find(|(_, line)| is_directive(line))?;
    let line = line.trim();
    Some(FoundTrap {
        trap: Trap::LateEscape,
        written: line.to_owned(),
        fact: "`# escape=` is a plain comment here, because another line comes before it"
            .to_owned(),
        help: "move it to the first line of the file".to_owned(),
        ranges: vec![Range::line(number)],
        stage: None,
    })
}

/// Whether a line sets the backtick as the escape character. The backslash is the default.
fn is_directive(line: &str) -> bool {
    let comment = line
        .trim()
        .strip_prefix('#')
        .and_then(|comment| comment.split_once('='));
    comment.is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`"
    })
}
