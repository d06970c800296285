//! Places in a Dockerfile: the line ranges of BuildKit's API, and exact byte spans.

/// A point in the source as BuildKit's API counts it: lines from 1, characters from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Counted from 1.
    pub line: i32,
    /// Counted from 0; BuildKit's ranges of whole lines have 0.
    pub character: i32,
}

/// The source between two points, as in BuildKit's `pb.Range`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Range {
    /// The first position.
    pub start: Position,
    /// The last position.
    pub end: Position,
}

/// Byte offsets into the Dockerfile: `start` is in, `end` is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte, counted from 0.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Range {
    /// A whole line, as the reference writes it.
    pub fn line(line: i32) -> Range {
        let at = Position { line, character: 0 };
        Range { start: at, end: at }
    }

    /// Returns the lines from `start` to `end`, one range each; only `start` if `end` comes before it.
    pub fn lines(start: i32, end: i32) -> Vec<Range> {
        (start..=end.max(start)).map(Range::line).collect()
    }
}
