//! Comments above a stage or an argument that describe it: `# name what it is for`.

use super::request::Request;
use crate::lint::{Linter, rules};

/// Returns the text after the name in the first comment that starts with it.
pub(super) fn doc_comment(comments: &[String], name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    comments
        .iter()
        .find_map(|comment| comment.strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_default()
        .to_owned()
}

/// Checks that the comment right above starts with one of the names.
pub(super) fn check_description(
    request: &Request,
    instruction: &str,
    names: &[&str],
    lint: Option<&Linter>,
) {
    let (Some(lint), Some(last), [first, others @ ..]) =
        (lint, request.node.comments.last(), names)
    else {
        return;
    };
    let start = last.split(' ').next().unwrap_or_default();
    if names.contains(&start) {
        return;
    }
    let example = if others.is_empty() {
        first
    } else {
        "<arg_key>"
    };
    lint.run(
        &rules::INVALID_DEFINITION_DESCRIPTION,
        &request.node.location(),
        |text| text(instruction, example),
    );
}
