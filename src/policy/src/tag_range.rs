//! Ranges of versions for tags: `>=22, <25`.

use std::cmp::Ordering;
use std::fmt;

/// Comparisons, all of which a version must satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TagRange {
    text: String,
    comparisons: Vec<(Op, Vec<u32>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Eq,
    Lt,
    Le,
    Gt,
    Ge,
}

impl TagRange {
    /// Parses a range. The error says why it isn't valid.
    pub fn parse(text: &str) -> Result<TagRange, String> {
        let mut comparisons = Vec::new();
        for part in text.split(',') {
            let part = part.trim();
            let (op, rest) = [
                (">=", Op::Ge),
                ("<=", Op::Le),
                (">", Op::Gt),
                ("<", Op::Lt),
                ("=", Op::Eq),
            ]
            .into_iter()
            .find_map(|(sign, op)| part.strip_prefix(sign).map(|rest| (op, rest.trim())))
            .unwrap_or((Op::Eq, part));
            let version: Option<Vec<u32>> = rest.split('.').map(parse_number).collect();
            let version = version
                .ok_or_else(|| format!("expected a comparison such as `>=22`, found `{part}`"))?;
            comparisons.push((op, version));
        }
        let range = TagRange {
            text: text.trim().to_owned(),
            comparisons,
        };
        if !range.can_match() {
            return Err(format!(
                "no version is in `{}`, so this can never match",
                range.text
            ));
        }
        Ok(range)
    }

    /// Whether every version that the tag can mean is in the range: `24` can mean any 24.x, so it is not in `<24.5`.
    pub fn contains(&self, version: &[u32]) -> bool {
        !version.is_empty()
            && self
                .comparisons
                .iter()
                .all(|(op, bound)| op.allows(version, bound))
    }

    /// Whether any version is in the range. Tries versions at and around each bound.
    fn can_match(&self) -> bool {
        self.comparisons.iter().any(|(_, bound)| {
            let mut around = vec![bound.clone()];
            for next in [0, 1, u32::MAX] {
                around.push([bound.as_slice(), &[next]].concat());
            }
            if let Some((last, front)) = bound.split_last() {
                around.push([front, &[last.saturating_add(1)]].concat());
                around.push([front, &[last.saturating_sub(1), u32::MAX, u32::MAX]].concat());
                if let Some((before, front)) = front.split_last() {
                    around.push([front, &[before.saturating_sub(1), u32::MAX, u32::MAX]].concat());
                }
            }
            around.iter().any(|version| self.contains(version))
        })
    }
}

impl fmt::Display for TagRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

impl Op {
    /// Whether a version satisfies the comparison. Only as many numbers as the bound has are compared: 22.5 satisfies
    /// `=22` and `<=22`.
    fn allows(self, version: &[u32], bound: &[u32]) -> bool {
        let length = version.len().min(bound.len());
        match version[..length].cmp(&bound[..length]) {
            Ordering::Less => matches!(self, Op::Lt | Op::Le),
            Ordering::Greater => matches!(self, Op::Gt | Op::Ge),
            // The version is shorter than the bound: it means all versions that begin with it.
            Ordering::Equal if version.len() < bound.len() => {
                self == Op::Ge && bound[length..].iter().all(|number| *number == 0)
            }
            Ordering::Equal => matches!(self, Op::Eq | Op::Le | Op::Ge),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range: &str, inside: &[&[u32]], outside: &[&[u32]]) {
        let range = TagRange::parse(range).unwrap();
        for version in inside {
            assert!(range.contains(version), "{version:?} in {range}");
        }
        for version in outside {
            assert!(!range.contains(version), "{version:?} not in {range}");
        }
    }

    #[test]
    fn only_the_numbers_that_the_bound_has_are_compared() {
        check(
            ">=22, <25",
            &[&[22], &[24], &[24, 19, 0], &[22, 0]],
            &[&[21, 9], &[25], &[25, 0, 1], &[]],
        );
        check("22", &[&[22], &[22, 1]], &[&[23], &[2], &[221]]);
        check(
            "<=3.12",
            &[&[3, 12], &[3, 12, 5], &[3, 1], &[2]],
            &[&[3, 13], &[4]],
        );
        check(">3.12", &[&[3, 13], &[4]], &[&[3, 12, 5], &[3, 12]]);
    }

    #[test]
    fn a_short_tag_is_in_a_range_if_all_its_versions_are() {
        check("<24.5", &[&[24, 4], &[23]], &[&[24]]);
        check(">=24.5", &[&[24, 5], &[25]], &[&[24]]);
        check(">=24.0", &[&[24]], &[]);
    }

    #[test]
    fn a_text_that_is_not_a_range_is_an_error() {
        for text in [
            "",
            "abc",
            ">=",
            ">=22,",
            "22.x",
            ">=22 <25",
            "=>3",
            "99999999999",
            "+3",
        ] {
            assert!(TagRange::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_without_versions_is_an_error() {
        for text in [">=25, <22", ">22, <23", "=22, =23", "<0", ">=3.12, <3.12"] {
            assert!(
                TagRange::parse(text).unwrap_err().contains("never match"),
                "{text}"
            );
        }
        for text in [
            ">=22, <25",
            ">=3.12, <3.13",
            ">3.11, <4",
            ">=22.1, <23",
            "<1",
            "<=0",
            ">=22, <22.1",
        ] {
            assert!(TagRange::parse(text).is_ok(), "{text}");
        }
    }
}
