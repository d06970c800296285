//! A few lines of a file with an arrow at the marked ones, as BuildKit's clients print them: `Source.Print` in
//! BuildKit's `solver/errdefs/source.go`.

use fromtier_dockerfile::span::Range;

/// The padding of a single marked line. One step adds a line on each side, as far as the file goes, and costs one plus
/// the number of lines that it added: 4 is two steps.
const LINE_PADDING: usize = 4;
/// The padding of several marked lines: one step.
const BLOCK_PADDING: usize = 2;
const RULE: &str = "--------------------\n";

/// Returns the excerpt for `ranges` of `data`. Empty if no line of the data is marked. Bytes that aren't UTF-8 stay as they are.
pub fn excerpt(filename: &str, data: &[u8], ranges: &[Range]) -> Vec<u8> {
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let last = |r: &Range| r.end.line.max(r.start.line);
    let (Some(first), Some(end)) = (
        ranges.iter().map(|r| r.start.line).min(),
        ranges.iter().map(last).max(),
    ) else {
        return Vec::new();
    };
    let Ok(mut start) = usize::try_from(first) else {
        return Vec::new();
    };
    if start < 1 || start > lines.len() {
        return Vec::new();
    }
    let mut end = usize::try_from(end).unwrap_or(0).min(lines.len());
    let marked_first = start;

    let padding = if end == start {
        LINE_PADDING
    } else {
        BLOCK_PADDING
    };
    let mut used = 0;
    while used < padding {
        if start > 1 {
            start -= 1;
            used += 1;
        }
        if end != lines.len() {
            end += 1;
            used += 1;
        }
        used += 1;
    }

    let mut out = format!("{filename}:{marked_first}\n{RULE}").into_bytes();
    for number in start..=end {
        let marked = ranges.iter().any(|r| {
            usize::try_from(r.start.line).is_ok_and(|s| s <= number)
                && usize::try_from(last(r)).is_ok_and(|e| e >= number)
        });
        let mark = if marked { ">>>" } else { "   " };
        out.extend_from_slice(format!(" {number:3} | {mark} ").as_bytes());
        out.extend_from_slice(lines[number - 1]);
        out.push(b'\n');
    }
    out.extend_from_slice(RULE.as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use fromtier_dockerfile::span::Position;

    use super::*;

    fn line(start: i32, end: i32) -> Range {
        let at = |line| Position { line, character: 0 };
        Range {
            start: at(start),
            end: at(end),
        }
    }

    #[test]
    fn points_at_the_line_with_its_neighbors() {
        let shown = excerpt("Dockerfile", b"FROM a\nRUN b\nRUN c\n", &[line(2, 2)]);
        let expected = "Dockerfile:2\n--------------------\n   1 |     FROM a\n   2 | >>> RUN b\n   3 |     RUN c\n   4 |     \n--------------------\n";
        assert_eq!(shown, expected.as_bytes());
    }

    #[test]
    fn is_empty_without_a_line() {
        assert_eq!(excerpt("Dockerfile", b"FROM a\n", &[]), b"");
        assert_eq!(excerpt("Dockerfile", b"FROM a\n", &[line(9, 9)]), b"");
    }
}
