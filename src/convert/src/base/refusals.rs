//! All that the gate refuses of one build, as one error: the first by its line, with the others.

use std::collections::HashSet;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::git_url::GitRef;
use fromtier_policy::Scope;
use fromtier_policy::gate::OtherRequest;

use super::images::{Ledger, Place};
use crate::options::Options;
use crate::plan::args::Platforms;
use crate::plan::sources::{SourceKind, sources};

/// What is refused of what is asked at once.
#[derive(Default)]
pub(crate) struct Refused(Vec<Error>);

impl Refused {
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Keeps a refusal. Any other error ends the build, unless something was refused before it: that is said.
    pub fn add(&mut self, error: Error) -> Result<()> {
        if error.is_refusal() {
            self.0.push(error);
        } else if !self.any() {
            return Err(error);
        }
        Ok(())
    }

    /// The first refusal by its line, with the others.
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

/// A refusal, with those that the build would meet after it: what the file adds from git and the web. What hangs on
/// variables is left to the next build.
pub(crate) fn with_downloads(
    error: Error,
    bytes: &[u8],
    options: &Options,
    ledger: &Ledger<'_>,
) -> Error {
    if !error.is_refusal() {
        return error;
    }
    let platform = Platforms::of(options).target;
    let first = Error {
        more: Box::default(),
        ..error.clone()
    };
    let mut all = Refused(vec![first]);
    all.0.extend(error.more.iter().cloned());
    let said = all.0.iter().map(|e| (e.line(), e.message.clone()));
    let mut said: HashSet<_> = said.collect();
    for source in sources(bytes, options).unwrap_or_default() {
        let wanted = source.needed || options.all_stages;
        if !wanted || source.written.contains('$') {
            continue;
        }
        let git = GitRef::parse(&source.reference).map(|git| git.remote);
        let checksum = Some(source.checksum.as_str()).filter(|checksum| !checksum.is_empty());
        let request = match source.kind {
            SourceKind::Git => OtherRequest::Git {
                url: git.as_deref().unwrap_or(&source.reference),
                checksum,
            },
            SourceKind::Http => OtherRequest::Http {
                url: &source.reference,
                checksum,
            },
            SourceKind::Image | SourceKind::Scratch => continue,
        };
        let place = Place {
            via: source.via,
            stage: &source.asks,
            scope: Scope {
                stage: Some(&source.asks),
                ships: source.ships,
                platform: Some(&platform),
                path: None,
            },
            location: &source.ranges,
        };
        let Err(denial) = ledger.gate.other(&request, &place.scope) else {
            continue;
        };
        let line = source.ranges.first().map(|range| range.start.line);
        if said.insert((line, denial.message.clone())) {
            all.0.push(ledger.denied(denial, &place).at(&source.ranges));
        }
    }
    all.into_error().unwrap_or(error)
}
