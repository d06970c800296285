//! Which marked lines of a file are shown together.

use fromtier_dockerfile::span::Range;

/// The most lines between two marked lines of one frame.
const MAX_GAP: i32 = 8;
/// A file of which no more lines than this are between the first and the last marked one has one frame.
const MAX_ONE_FRAME: i32 = 24;

/// Returns the marked lines of each frame, in the order of the file.
pub fn frames(mut ranges: Vec<Range>) -> Vec<Vec<Range>> {
    ranges.sort_by_key(|range| (range.start.line, range.end.line));
    ranges.dedup_by_key(|range| (range.start.line, range.end.line));
    let first = ranges.first().map_or(0, |range| range.start.line);
    let last = ranges.iter().map(|range| range.end.line).max();
    let fits = last.is_some_and(|last| last.saturating_sub(first) <= MAX_ONE_FRAME);
    let mut frames: Vec<Vec<Range>> = Vec::new();
    for range in ranges {
        match frames.last_mut() {
            Some(frame)
                if fits
                    || (frame.last()).is_some_and(|previous| {
                        range.start.line.saturating_sub(previous.end.line) <= MAX_GAP
                    }) =>
            {
                frame.push(range);
            }
            _ => frames.push(vec![range]),
        }
    }
    frames
}
