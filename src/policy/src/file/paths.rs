//! Reading the paths of Dockerfiles, for profiles and exceptions.

use super::report::{Report, Span};
use crate::glob::Glob;

/// A path of a Dockerfile, with stars.
pub(super) fn dockerfile_paths(text: &str, span: Span, report: &mut Report<'_>) -> Option<Glob> {
    let parts = || text.split('/');
    let bad = text.is_empty()
        || text.starts_with('/')
        || text.ends_with('/')
        || text.contains('\\')
        || parts().any(|part| part.is_empty() || part == "." || part == "..");
    if bad {
        report.error(
            span,
            format!("`{text}` is not a valid Dockerfile path, so it can never match"),
            Some("write a path from the root of the repository: \"services/payments/**\"".into()),
        );
        return None;
    }
    Some(Glob::of_path(text))
}
