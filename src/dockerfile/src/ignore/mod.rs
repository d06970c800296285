//! `.dockerignore`: its patterns, and which paths they match.

mod expression;
mod pattern;
mod validate;

use fromtier_gostd::path;
use fromtier_gostd::utf8::lossy;
pub use pattern::Pattern;

use crate::error::{Error, Result};

/// The longest line, in bytes, that is read; the next byte is an error.
const MAX_LINE: usize = 64 * 1024 - 1;

/// Reads the patterns of an ignore file, without comments and empty lines. Paths are cleaned and made relative; `!`
/// stays.
/// The error is a line that is too long.
pub fn read(bytes: &[u8]) -> Result<Vec<String>> {
    let bytes = match bytes.strip_suffix(b"\n") {
        Some(lines) => lines,
        None if bytes.is_empty() => return Ok(Vec::new()),
        None => bytes,
    };
    let mut patterns = Vec::new();
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate() {
        if line.len() > MAX_LINE {
            return Err(Error::new("bufio.Scanner: token too long"));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = match i {
            0 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line),
            _ => line,
        };
        patterns.extend(read_line(&lossy(line)));
    }
    Ok(patterns)
}

fn read_line(line: &str) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let line = line.trim();
    let (mark, path) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", line),
    };
    if path.is_empty() {
        return (!mark.is_empty()).then(|| mark.to_owned());
    }
    let path = path::clean(path);
    let relative = path.strip_prefix('/').filter(|rest| !rest.is_empty());
    Some(format!("{mark}{}", relative.unwrap_or(&path)))
}

/// Patterns to match paths with. A later one overrides those before it.
#[derive(Debug, Clone)]
pub struct Matcher {
    patterns: Vec<Pattern>,
}

impl Matcher {
    /// Reads the patterns. The errors are those of the reference's `patternmatcher.New`: a lone `!`, and syntax.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Matcher> {
        let patterns = patterns
            .iter()
            .map(|pattern| pattern.as_ref().trim())
            .filter(|pattern| !pattern.is_empty())
            .map(Pattern::parse);
        Ok(Matcher {
            patterns: patterns.collect::<Result<_>>()?,
        })
    }

    /// The patterns, in order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether any pattern is an exception (`!…`).
    pub fn has_exclusions(&self) -> bool {
        self.patterns.iter().any(Pattern::is_exclusion)
    }

    /// Whether a pattern matches the path or a directory above it, and no later exception does.
    /// The path has slashes and is clean. A pattern whose bad syntax shows only now is an error.
    pub fn matches_or_parent_matches(&self, path: &str) -> Result<bool> {
        let parents = parents(path);
        let mut matched = false;
        for pattern in &self.patterns {
            // Other patterns can't change the result.
            if pattern.is_exclusion() == matched && pattern.matches_any(path, &parents)? {
                matched = !pattern.is_exclusion();
            }
        }
        Ok(matched)
    }
}

/// The lengths of the paths of all directories above, shortest first. The root is split into two empty names.
fn parents(path: &str) -> Vec<usize> {
    let mut ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
    if path.starts_with('/') && ends.len() == 1 {
        ends.push(1);
    }
    ends
}

#[cfg(test)]
mod tests;
