//! The refusals of one build as one error: the first one by line, with the others.

use fromtier_dockerfile::error::{Error, Result};

/// The refusals among requests that are made together.
#[derive(Default)]
pub(crate) struct Refusals(Vec<Error>);

impl Refusals {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps a refusal. Any other error ends the build at once, unless something was refused before: then the refusals are
    /// reported.
    pub fn add(&mut self, error: Error) -> Result<()> {
        if error.is_refusal() {
            self.0.push(error);
        } else if self.is_empty() {
            return Err(error);
        }
        Ok(())
    }

    /// Keeps a refusal, or the several of one error. Any other error is left to the build, which meets it again.
    pub fn keep(&mut self, judged: Result<()>) {
        if let Err(mut error) = judged
            && error.is_refusal()
        {
            let more = std::mem::take(&mut error.more);
            self.0.push(error);
            self.0.extend(more);
        }
    }

    /// The first refusal by line, with the others.
    pub fn into_error(mut self) -> Option<Error> {
        self.0.sort_by_key(Error::line);
        self.0
            .dedup_by(|a, b| (a.line(), &a.message) == (b.line(), &b.message));
        let mut all = self.0.into_iter();
        let first = all.next()?;
        Some(Error {
            more: all.collect(),
            ..first
        })
    }

    pub fn into_result(self) -> Result<()> {
        self.into_error().map_or(Ok(()), Err)
    }
}
