//! The smallest form of a generated case that still differs.

use std::path::Path;

use fromtier_buildkit_double::Case;
use fromtier_buildkit_double::compare::{Difference, Intended};

use crate::{GENERATED, Named, Pair, Surroundings, generate, run_pair};

/// The two frontends and the inputs of their runs.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The first frontend.
    pub left: &'a Path,
    /// The second one.
    pub right: &'a Path,
    /// The images and the policy that all cases share.
    pub surroundings: &'a Surroundings,
    /// The intended differences.
    pub intended: &'a Intended,
    /// How often the first frontend is run again on each smaller form. Less often than at first: there are many forms.
    pub again: usize,
}

/// A generated case made small.
#[derive(Debug)]
pub struct Shrunk {
    /// Its text.
    pub text: String,
    /// Its differences.
    pub differences: Vec<Difference>,
}

/// The text of the generated case with a name.
pub fn made(seed: u64) -> String {
    generate::case(&mut generate::Dice::new(seed))
}

/// Makes the case of a pair that differs smaller, as far as it goes.
pub fn shrunk(bench: &Bench<'_>, pair: &Pair) -> Shrunk {
    // The kind of difference must stay the same, or the smallest case would be about something else.
    let kind = |path: &str| path.split(['/', ':']).next().unwrap_or_default().to_owned();
    let first = pair.differences.first();
    let wanted = kind(first.map_or("", |difference| &difference.path));
    let differences = |case: &Case| {
        let named = Named {
            name: pair.name.clone(),
            case: bench.surroundings.around(case.clone()),
        };
        let pair = run_pair(named, bench.left, bench.right, bench.intended, bench.again);
        let mut found = pair.map(|pair| pair.differences).unwrap_or_default();
        found.retain(|difference| kind(&difference.path) == wanted);
        found
    };
    let seed = pair.name.trim_start_matches(GENERATED).parse().unwrap_or(0);
    let text = shrink(&made(seed), |case| !differences(case).is_empty());
    let differences = Case::parse("small", &text).map(|case| differences(&case));
    Shrunk {
        text,
        differences: differences.unwrap_or_default(),
    }
}

/// The smallest case for which `fails` is still true: lines of its Dockerfile and options are removed one after the other, and
/// then words of the remaining lines.
fn shrink(text: &str, fails: impl Fn(&Case) -> bool) -> String {
    let still = |candidate: &str| Case::parse("shrunk", candidate).is_ok_and(|case| fails(&case));
    let join = |lines: &[&str]| format!("{}\n", lines.join("\n"));
    let lines = fewer(text.lines().collect(), |lines| still(&join(lines)));
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    for at in 0..lines.len() {
        let line = lines[at].clone();
        let left = fewer(line.split(' ').collect(), |words| {
            let mut shorter = lines.clone();
            shorter[at] = words.join(" ");
            still(&format!("{}\n", shorter.join("\n")))
        });
        lines[at] = left.join(" ");
    }
    format!("{}\n", lines.join("\n"))
}

/// The fewest of these, in order, for which it is still true: halves are removed first, then smaller and smaller parts.
fn fewer<'a>(mut all: Vec<&'a str>, still: impl Fn(&[&'a str]) -> bool) -> Vec<&'a str> {
    let mut size = all.len().div_ceil(2);
    loop {
        let mut at = 0;
        while at < all.len() {
            let mut without = all.clone();
            without.drain(at..(at + size).min(all.len()));
            if !without.is_empty() && still(&without) {
                all = without;
            } else {
                // One item forward, not one part: the lines of a heredoc can only be removed together.
                at += 1;
            }
        }
        if size <= 1 {
            return all;
        }
        size = size.div_ceil(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_shrinks_to_the_word_that_matters() {
        let text = "# x\noption a=b\n-- Dockerfile --\nFROM alpine\nRUN one\nRUN two three four\nCOPY a b\n";
        let small = shrink(text, |case| {
            let file = case
                .locals
                .get("dockerfile")
                .map(|tree| tree.read("Dockerfile"));
            file.is_some_and(|file| String::from_utf8_lossy(file.unwrap()).contains("three"))
        });
        assert_eq!(small, "-- Dockerfile --\nthree\n");
    }
}
