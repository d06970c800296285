//! What an exception is for: images, Dockerfiles, and repositories.

use std::fmt;

/// What an exception is for, as written. Displays as messages name it: "`acme/*`", "the files `services/legacy/**`".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionSubject {
    /// The images; `None` if there is no `match`, so it is for every image.
    pub pattern: Option<String>,
    /// The Dockerfiles, by path; all if empty.
    pub files: Vec<String>,
    /// The labels of the repositories; all repositories if empty.
    pub labels: Vec<String>,
}

impl fmt::Display for ExceptionSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = match self.labels.as_slice() {
            [] => None,
            [label] => Some(format!("repositories with the label `{label}`")),
            labels => Some(format!(
                "repositories with one of the labels `{}`",
                labels.join("`, `")
            )),
        };
        let files =
            (!self.files.is_empty()).then(|| format!("the files `{}`", self.files.join("`, `")));
        let images = self.pattern.as_ref().map(|pattern| format!("`{pattern}`"));
        let parts: Vec<String> = [images, files, labels].into_iter().flatten().collect();
        f.write_str(&parts.join(" in "))
    }
}
