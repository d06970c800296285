//! Reads the paths of Dockerfiles, for profiles and exceptions.

use super::report::{Report, Span};
use crate::glob::Glob;

/// Reads a path of Dockerfiles, which can have stars.
pub(super) fn read_dockerfile_path(
    text: &str,
    span: Span,
    report: &mut Report<'_>,
) -> Option<Glob> {
    let parts = || text.split('/');
    let is_invalid = text.is_empty()
        || text.starts_with('/')
        || text.ends_with('/')
        || text.contains('\\')
        || parts().any(|part| part.is_empty() || part == "." || part == "..");
    if is_invalid {
        report.error(
            span,
            format!("`{text}` is not a valid Dockerfile path, so it can never match"),
            Some("write a path from the root of the repository: \"services/payments/**\"".into()),
        );
        return None;
    }
    Some(Glob::of_path(text))
}
