//! All refusals of a build on one screen: few frames, each finding once with its lines.

use fromtier_dockerfile::error::{Error, Origin, RefusedBy};
use fromtier_dockerfile::span::Range;
use fromtier_policy::{Owner, explain_lines};

use super::{Failure, MAX_REFUSALS, message};
use crate::frames::frames;

/// The error and the refusals with it, as far as they are reported.
fn reported(error: &Error) -> impl Iterator<Item = &Error> {
    std::iter::once(error).chain(error.more.iter().take(MAX_REFUSALS - 1))
}

/// Returns the marked lines of each frame, in the order of the file.
pub(super) fn refusal_frames(error: &Error) -> Vec<Vec<Range>> {
    let ranges = reported(error).flat_map(|refusal| refusal.locations.iter().flatten().copied());
    frames(ranges.collect())
}

/// Returns the messages of all refusals, in the order of the file. Those with the same words are reported once.
pub(super) fn messages(error: &Error, file: &str) -> String {
    let mut findings: Vec<(String, Vec<i32>)> = Vec::new();
    for refusal in reported(error) {
        let text = message(refusal);
        let known = findings.iter().position(|(known, _)| *known == text);
        let at = known.unwrap_or_else(|| {
            findings.push((text, Vec::new()));
            findings.len() - 1
        });
        let lines = &mut findings[at].1;
        lines.extend(refusal.line().filter(|line| !lines.contains(line)));
    }
    let mut texts: Vec<String> = (findings.iter())
        .map(|(text, lines)| format!("{}{text}", place(file, lines)))
        .collect();
    let left_out = (error.more.len() + 1).saturating_sub(MAX_REFUSALS);
    if left_out > 0 {
        texts.push(format!("and {left_out} more"));
    }
    texts.join("\n\n")
}

/// Returns where to read more about a refusal, and `policies`. `None` for other errors.
pub(super) fn footer(
    failure: &Failure,
    policies: impl Fn(&[Option<Owner>]) -> String,
) -> Option<String> {
    let (Failure::Build(error) | Failure::Typed(error, ..)) = failure else {
        return None;
    };
    if !error.is_refusal() {
        return None;
    }
    let deciders: Vec<Option<Owner>> = reported(error).filter_map(decider).collect();
    let policies = policies(&deciders);
    Some(format!("{policies}\n{}", explain_lines(&codes(error))))
}

/// Whose policy refuses; the inner `None` if no single one does.
fn decider(refusal: &Error) -> Option<Option<Owner>> {
    let Origin::Gate(_, refused_by) = refusal.origin else {
        return None;
    };
    Some(match refused_by {
        RefusedBy::Any => None,
        RefusedBy::Organization => Some(Owner::Organization),
        RefusedBy::Repository => Some(Owner::Repository),
    })
}

/// Returns the codes of the error and of the refusals with it, each once, in order.
pub(super) fn codes(error: &Error) -> Vec<&'static str> {
    let mut codes: Vec<&str> = reported(error).filter_map(Error::code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// `Dockerfile:3, 7: `
fn place(file: &str, lines: &[i32]) -> String {
    let numbers: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let numbers = numbers.join(", ");
    match (file, lines.len()) {
        (_, 0) => String::new(),
        ("", 1) => format!("line {numbers}: "),
        ("", _) => format!("lines {numbers}: "),
        (file, _) => format!("{file}:{numbers}: "),
    }
}
