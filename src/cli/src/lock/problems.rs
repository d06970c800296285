//! Describes what is wrong with the lines of a lock file.

use std::ops::Range;
use std::path::PathBuf;

use super::changes::Change;
use super::collect::Origin;
use super::report::{LineReport, LockFileReport, LockReport};
use crate::output;

/// One problem, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    pub message: String,
    /// One or more lines.
    pub help: Option<String>,
    /// The file, its text, and the bytes in it; `None` for an image of the command line.
    pub at: Option<(PathBuf, String, Range<usize>)>,
}

/// Returns the problems of a lock file.
pub fn problems(report: &LockReport, locked: &LockFileReport) -> Vec<LineProblem> {
    let missing: Vec<_> = locked
        .lines
        .iter()
        .filter(|(_, item)| item.line.change == Change::Missing)
        .collect();
    let mut problems = Vec::new();
    // A missing lock file is one problem, not one per image.
    let absent = !locked.existed && !missing.is_empty();
    if absent {
        let number = missing.len();
        let images = if number == 1 { "image" } else { "images" };
        problems.push(LineProblem {
            message: format!(
                "{} doesn't exist; {number} {images} should be locked",
                locked.path.shown().display()
            ),
            help: Some(format!("create it: fromtier lock{}", report.repeated_args)),
            at: None,
        });
    }
    for (name, item) in &locked.lines {
        if !(absent && item.line.change == Change::Missing) {
            problems.extend(of_line(report, locked, name, item));
        }
    }
    problems
}

fn of_line(
    report: &LockReport,
    locked: &LockFileReport,
    name: &str,
    item: &LineReport,
) -> Vec<LineProblem> {
    let mut problems = Vec::new();
    let today = report.today;
    let since = item
        .old
        .as_ref()
        .map_or_else(String::new, |old| old.resolved.to_string());
    let update = format!(
        "lock the current digest: fromtier lock --update={}{}",
        item.familiar, report.repeated_args
    );
    let now = |digest: &fromtier_image::Digest| {
        format!("on {today} the registry returned {}", digest.as_str())
    };
    let mut report_line = |message: String, help: Option<String>, at| {
        problems.push(LineProblem { message, help, at })
    };
    let in_lock = || line_in_lock(locked, name);
    let first_use = || in_dockerfile(report, item).or_else(in_lock);
    match &item.line.change {
        Change::Kept | Change::Added | Change::Updated(_) => {}
        Change::Unused if report.check && item.line.entry.is_none() => report_line(
            format!("{name} is no longer used by any Dockerfile"),
            Some(format!("remove it: fromtier lock{}", report.repeated_args)),
            in_lock(),
        ),
        Change::Unused => {}
        Change::Missing => report_line(
            format!("{name} is not in {}", locked.path.shown().display()),
            Some(format!("lock it: fromtier lock{}", report.repeated_args)),
            first_use(),
        ),
        Change::Moved(digest) if item.has_own_digest => report_line(
            format!(
                "{} and the digest in the Dockerfile don't belong together",
                item.familiar
            ),
            Some(format!(
                "{}\nwrite that digest, or the tag that the Dockerfile's digest belongs to",
                now(digest)
            )),
            first_use(),
        ),
        Change::Moved(digest) => report_line(
            format!("{name} has moved since it was locked on {since}"),
            Some(format!("{}\n{update}", now(digest))),
            in_lock(),
        ),
        Change::Gone(digest) => {
            let help = match digest {
                Some(digest) => format!("{}\n{update}", now(digest)),
                None => update,
            };
            report_line(
                format!(
                    "the digest that {name} was locked to on {since} is no longer in the registry"
                ),
                Some(help),
                in_lock(),
            );
        }
        Change::Failed(problem) => {
            report_line(problem.message(&item.shown), problem.help(), first_use())
        }
    }
    for platform in &item.lacking {
        report_line(
            format!("{} has no image for {platform}", item.shown),
            None,
            first_use(),
        );
    }
    problems
}

type At = Option<(PathBuf, String, Range<usize>)>;

fn in_dockerfile(report: &LockReport, item: &LineReport) -> At {
    let Some(Origin::Source(index, source)) = &item.place else {
        return None;
    };
    let file = report.files.get(*index)?;
    let at = output::place(&file.text, source);
    Some((file.path.shown().to_owned(), file.text.clone(), at))
}

fn line_in_lock(locked: &LockFileReport, name: &str) -> At {
    let mut start = 0;
    for line in locked.text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        let rest = line.strip_prefix(name);
        if rest.is_some_and(|rest| rest.starts_with(' ')) {
            return Some((
                locked.path.shown().to_owned(),
                locked.text.clone(),
                start..end,
            ));
        }
        start += line.len();
    }
    None
}
