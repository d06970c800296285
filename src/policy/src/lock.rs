//! The lock file: the digest of each image reference.
//!
//! ```text
//! # comment
//! docker.io/library/node:22-alpine sha256:… 2026-11-24
//! ```
//! Each image has one line: the normalized reference, the digest of its index, and the day that it was resolved. The lines
//! are sorted by reference.

use std::collections::BTreeMap;
use std::fmt;

use fromtier_catalog::Day;
use fromtier_image::{Digest, ImageRef};

use crate::PolicyError;
use crate::pattern::identity;

/// A checked lock file. Displays as the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<String, LockEntry>,
}

/// One line of a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockEntry {
    /// The digest of the image's index.
    pub digest: Digest,
    /// The day that the digest was resolved.
    pub resolved: Day,
}

impl Lock {
    /// Reads a lock file. Errors call the file `name`.
    ///
    /// # Errors
    ///
    /// All errors in the file.
    pub fn parse(name: &str, text: &str) -> Result<Lock, Vec<PolicyError>> {
        let mut lock = Lock::default();
        let mut errors = Vec::new();
        let mut last_reference: Option<&str> = None;
        let mut offset = 0;
        for (index, whole) in text.split_inclusive('\n').enumerate() {
            let start = offset;
            offset += whole.len();
            let line = whole.trim_end_matches(['\n', '\r']);
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let mut error = |part: &str, message: String, help: Option<String>| {
                let at = line.find(part).unwrap_or(0);
                errors.push(PolicyError {
                    file: name.to_owned(),
                    line: index + 1,
                    column: line[..at].chars().count() + 1,
                    span: start + at..start + at + part.len(),
                    message,
                    help,
                });
            };
            let fields: Vec<&str> = line.split(' ').collect();
            let [reference, digest, day] = fields[..] else {
                let message =
                    "expected a reference, a digest, and a date, separated by single spaces";
                error(line, message.into(), None);
                continue;
            };
            let entry = read_entry(digest, day, &mut error);
            if !check_reference(reference, last_reference, &mut error) {
                continue;
            }
            last_reference = Some(reference);
            if let Some(entry) = entry {
                lock.entries.insert(reference.to_owned(), entry);
            }
        }
        if errors.is_empty() {
            Ok(lock)
        } else {
            Err(errors)
        }
    }

    /// Locks a reference with a tag to a digest, in place of its former digest.
    pub fn insert(&mut self, image: &ImageRef, digest: Digest, resolved: Day) {
        self.entries
            .insert(lock_key(image), LockEntry { digest, resolved });
    }

    /// The entry of a reference, by its name and tag.
    pub fn get(&self, image: &ImageRef) -> Option<&LockEntry> {
        self.entries.get(&lock_key(image))
    }

    /// Whether any tag of the image's name is locked to this digest.
    pub(crate) fn has_digest(&self, image: &ImageRef, digest: &Digest) -> bool {
        let prefix = format!("{}:", identity(image));
        self.entries
            .range(prefix.clone()..)
            .take_while(|(reference, _)| reference.starts_with(&prefix))
            .any(|(_, entry)| entry.digest == *digest)
    }

    /// Returns the file with these entries and the comments of `text`. The comments at the top stay at the top. A comment
    /// above a line moves with the line, and is removed with it.
    pub fn merged_into(&self, text: &str) -> String {
        let (mut out, mut comments) = (String::new(), String::new());
        let mut above: BTreeMap<&str, String> = BTreeMap::new();
        for line in text.lines() {
            if line.trim().is_empty() || line.starts_with('#') {
                comments.push_str(line.trim_end());
                comments.push('\n');
                continue;
            }
            let reference = line.split(' ').next().unwrap_or(line);
            if above.is_empty() {
                // Comments up to the last empty line belong to the file; without an empty line, all of them do.
                let file_comments = comments.rfind("\n\n").map_or(comments.len(), |at| at + 2);
                out.push_str(&comments[..file_comments]);
                comments.drain(..file_comments);
            }
            above.insert(reference, std::mem::take(&mut comments));
        }
        if above.is_empty() {
            out.push_str(&std::mem::take(&mut comments));
        }
        for (reference, LockEntry { digest, resolved }) in &self.entries {
            if let Some(above) = above.get(reference.as_str()) {
                out.push_str(above);
            }
            out.push_str(&format!("{reference} {} {resolved}\n", digest.as_str()));
        }
        out.push_str(&comments);
        out
    }

    /// Returns the name of an image in a lock file: its full reference with its tag, without a digest. `None` without a tag.
    pub fn name_of(image: &ImageRef) -> Option<String> {
        image.tag().map(|_| lock_key(image))
    }

    /// The references with their entries, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &LockEntry)> {
        self.entries
            .iter()
            .map(|(reference, entry)| (reference.as_str(), entry))
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (reference, LockEntry { digest, resolved }) in &self.entries {
            writeln!(f, "{reference} {} {resolved}", digest.as_str())?;
        }
        Ok(())
    }
}

/// Reports an error about a part of a line: the part, the message, and the help.
type ReportError<'r> = &'r mut dyn FnMut(&str, String, Option<String>);

/// Reads the digest and the day of a line.
fn read_entry(digest: &str, day: &str, error: ReportError<'_>) -> Option<LockEntry> {
    let read = Digest::parse(digest);
    if let Err(problem) = &read {
        let message = format!("`{digest}` is not a valid digest: {problem}");
        error(digest, message, None);
    }
    let resolved = Day::parse(day);
    if resolved.is_none() {
        let message = format!("expected a date such as `2026-11-24`, found `{day}`");
        error(day, message, None);
    }
    Some(LockEntry {
        digest: read.ok()?,
        resolved: resolved?,
    })
}

/// Whether a line's reference can be used: it is written in full, and the line before has another one.
fn check_reference(reference: &str, last: Option<&str>, error: ReportError<'_>) -> bool {
    match canonical_reference(reference) {
        Ok(canonical) if canonical == reference => {}
        Ok(canonical) => {
            let message = format!("`{reference}` is not written in full");
            error(reference, message, Some(format!("write {canonical}")));
            return false;
        }
        Err(problem) => {
            let message = format!("`{reference}` is not an image reference with a tag: {problem}");
            error(reference, message, None);
            return false;
        }
    }
    match last {
        Some(last) if last == reference => {
            error(reference, format!("`{reference}` is locked twice"), None);
            false
        }
        Some(last) if last > reference => {
            let message =
                format!("the lines are not sorted: `{reference}` must be before `{last}`");
            error(reference, message, None);
            true
        }
        _ => true,
    }
}

/// `docker.io/library/node:22`
fn lock_key(image: &ImageRef) -> String {
    format!("{}:{}", identity(image), image.tag().unwrap_or_default())
}

fn canonical_reference(text: &str) -> Result<String, String> {
    let image = ImageRef::parse(text).map_err(|error| error.to_string())?;
    if image.digest().is_some() {
        return Err("the digest belongs in the second field".into());
    }
    Ok(lock_key(&image.tag_name_only()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    #[test]
    fn a_lock_is_read_and_written() {
        let text = format!(
            "docker.io/library/alpine:3.24 {A} 2026-11-24\ndocker.io/library/node:22 {B} 2026-11-23\n"
        );
        let lock = Lock::parse("fromtier.lock", &format!("# why\n\n{text}")).unwrap();
        assert_eq!(lock.to_string(), text);
        let node = ImageRef::parse("node:22").unwrap();
        assert_eq!(lock.get(&node).unwrap().digest.as_str(), B);
        assert_eq!(lock.get(&node).unwrap().resolved.to_string(), "2026-11-23");
        assert!(lock.get(&ImageRef::parse("node:23").unwrap()).is_none());
        assert!(lock.get(&ImageRef::parse("node").unwrap()).is_none());
    }

    #[test]
    fn a_host_with_an_underscore_can_be_locked() {
        let mut lock = Lock::default();
        let image = ImageRef::parse("my_reg.io/app:1").unwrap();
        let day = Day::parse("2026-11-24").unwrap();
        lock.insert(&image, Digest::parse(A).unwrap(), day);
        let read = Lock::parse("l", &lock.to_string()).unwrap();
        assert!(read.get(&image).is_some());
    }

    #[test]
    fn comments_stay_with_their_lines() {
        let text = format!(
            "# made by us\n\n# why alpine\ndocker.io/library/alpine:3 {A} 2026-11-24\n# why node\ndocker.io/library/node:22 {B} 2026-11-23\n# the end\n"
        );
        let mut lock = Lock::parse("l", &text).unwrap();
        assert_eq!(lock.merged_into(&text), text);
        let day = Day::parse("2026-11-25").unwrap();
        lock.entries.remove("docker.io/library/alpine:3");
        lock.insert(
            &ImageRef::parse("busybox:1").unwrap(),
            Digest::parse(A).unwrap(),
            day,
        );
        assert_eq!(
            lock.merged_into(&text),
            format!(
                "# made by us\n\ndocker.io/library/busybox:1 {A} 2026-11-25\n# why node\ndocker.io/library/node:22 {B} 2026-11-23\n# the end\n"
            )
        );
        assert_eq!(
            Lock::default().merged_into("# only this\n"),
            "# only this\n"
        );
        assert_eq!(lock.merged_into(""), lock.to_string());
        let headed = format!("# head\ndocker.io/library/node:22 {B} 2026-11-23\n");
        assert!(
            lock.merged_into(&headed)
                .starts_with("# head\ndocker.io/library/busybox:1 ")
        );
    }

    #[test]
    fn every_error_is_reported_with_its_place() {
        let text = format!(
            "docker.io/library/node:22 {B} 2026-11-23\nnode:23 {B} 2026-11-23\ndocker.io/library/node:24  {B} 2026-11-23\n\
             docker.io/library/node:25 sha256:abc 2026-02-30\ndocker.io/library/alpine:3 {A} 2026-11-23\n\
             docker.io/library/alpine:3 {A} 2026-11-23\n"
        );
        let errors: Vec<String> = Lock::parse("l", &text)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        let starts = [
            "l:2:1: `node:23` is not written in full (write docker.io/library/node:23)",
            "l:3:1: expected a reference, a digest, and a date",
            "l:4:27: `sha256:abc` is not a valid digest",
            "l:4:38: expected a date such as `2026-11-24`, found `2026-02-30`",
            "l:5:1: the lines are not sorted: `docker.io/library/alpine:3` must be before `docker.io/library/node:25`",
            "l:6:1: `docker.io/library/alpine:3` is locked twice",
        ];
        assert_eq!(errors.len(), starts.len(), "{errors:#?}");
        for (error, start) in errors.iter().zip(starts) {
            assert!(error.starts_with(start), "{error}");
        }
    }
}
