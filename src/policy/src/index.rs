//! Finds the few patterns among thousands that can match an image, without trying them all.
//!
//! Each pattern is filed under one of its literal parts: the beginning of the name (with the tag, if the name has no
//! `*`), the end of the name, or the end of the registry's host. It is the part that the fewest patterns share, and the
//! longest of several such parts. A lookup finds the parts that an image begins or ends with, and returns the patterns
//! under them in the order of the file.

use std::collections::HashMap;

use crate::pattern::{Literals, Pattern};

/// The patterns of one list.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By the beginning of the image, such as `docker.io/library/node:22`.
    beginning: PrefixTable,
    /// By the end of the name, its bytes reversed.
    end: PrefixTable,
    /// By the end of the registry's host, its bytes reversed.
    host: PrefixTable,
}

impl Index {
    pub fn new<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> Index {
        let literals: Vec<Literals> = patterns.map(Pattern::literals).collect();
        let mut shared: [HashMap<&[u8], usize>; 3] = Default::default();
        for literal in &literals {
            for (count, key) in shared.iter_mut().zip(literal.all()) {
                if let Some(key) = key {
                    *count.entry(key).or_default() += 1;
                }
            }
        }
        let mut placed: [Vec<(Vec<u8>, usize)>; 3] = Default::default();
        for (rule, literal) in literals.iter().enumerate() {
            let (place, key) = literal
                .all()
                .into_iter()
                .enumerate()
                .filter_map(|(place, key)| Some((place, key?)))
                .min_by_key(|(place, key)| (shared[*place].get(key), std::cmp::Reverse(key.len())))
                .unwrap_or_default();
            placed[place].push((key.to_vec(), rule));
        }
        let [beginning, end, host] = placed.map(PrefixTable::new);
        Index {
            beginning,
            end,
            host,
        }
    }

    /// Returns the rules that can match, in the order of the file. `name` is from [`crate::pattern::identity`].
    pub fn candidates(&self, name: &str, tag: Option<&str>) -> Vec<usize> {
        let mut beginning = Vec::with_capacity(name.len() + 16);
        beginning.extend_from_slice(name.as_bytes());
        if let Some(tag) = tag {
            beginning.push(b':');
            beginning.extend_from_slice(tag.as_bytes());
        }
        let host = name.split('/').next().unwrap_or_default();
        self.matches_in_order(&beginning, &reversed(name), &reversed(host))
    }

    /// Returns the rules that can match everything that a pattern matches, in the order of the file.
    pub fn covering_candidates(&self, pattern: &Pattern) -> Vec<usize> {
        let literals = pattern.literals();
        let host = literals.host.unwrap_or_default();
        self.matches_in_order(&literals.beginning, &literals.end, &host)
    }

    /// Returns the rules whose part begins or ends these texts, in the order of the file.
    fn matches_in_order(&self, beginning: &[u8], end: &[u8], host: &[u8]) -> Vec<usize> {
        let mut rules = Vec::new();
        self.beginning.extend_matches(beginning, &mut rules);
        self.end.extend_matches(end, &mut rules);
        self.host.extend_matches(host, &mut rules);
        rules.sort_unstable();
        rules
    }
}

/// Returns a text's bytes from its end to its beginning.
fn reversed(text: &str) -> Vec<u8> {
    text.bytes().rev().collect()
}

/// Rules by a literal text. Finds the rules whose text is a prefix of another text.
#[derive(Debug, Default)]
struct PrefixTable {
    /// Sorted by their text.
    keys: Vec<Prefix>,
}

#[derive(Debug)]
struct Prefix {
    text: Vec<u8>,
    rules: Vec<usize>,
    /// The index of the longest other key that is a prefix of this one.
    parent: Option<usize>,
}

impl PrefixTable {
    fn new(mut rules: Vec<(Vec<u8>, usize)>) -> PrefixTable {
        rules.sort();
        let mut keys: Vec<Prefix> = Vec::new();
        for (text, rule) in rules {
            match keys.last_mut() {
                Some(last) if last.text == text => last.rules.push(rule),
                last => {
                    let before = last.is_some().then(|| keys.len() - 1);
                    let parent =
                        ancestors(&keys, before).find(|at| text.starts_with(&keys[*at].text));
                    keys.push(Prefix {
                        text,
                        rules: vec![rule],
                        parent,
                    });
                }
            }
        }
        PrefixTable { keys }
    }

    /// Adds the rules under all keys that are prefixes of the text.
    fn extend_matches(&self, text: &[u8], rules: &mut Vec<usize>) {
        // A prefix of the text is the last key that doesn't sort after the text, or a prefix of that key.
        let last = self
            .keys
            .partition_point(|key| key.text.as_slice() <= text)
            .checked_sub(1);
        for at in ancestors(&self.keys, last) {
            if text.starts_with(&self.keys[at].text) {
                rules.extend_from_slice(&self.keys[at].rules);
            }
        }
    }
}

/// Returns the index of a key, then that of its longest prefix, and so on.
fn ancestors(keys: &[Prefix], from: Option<usize>) -> impl Iterator<Item = usize> {
    std::iter::successors(from, |at| keys[*at].parent)
}

#[cfg(test)]
mod tests;
