//! The refusals of one build as one error: the first one by line, with the others.

use std::collections::HashSet;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::git_url::GitRef;
use fromtier_policy::Scope;
use fromtier_policy::gate::SourceRequest;

use super::images::{Ledger, Place};
use crate::options::Options;
use crate::plan::args::Platforms;
use crate::plan::sources::{SourceKind, sources};

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

/// Adds to a refusal those that the build would meet later: for the sources that the file adds from git and the web. A source
/// that depends on variables is left to the next build.
///
/// This parses the file again: the conversion has consumed its first parse, and only a refusal needs another.
pub(crate) fn with_download_refusals(
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
    let mut all = Refusals(vec![first]);
    all.0.extend(error.more.iter().cloned());
    let reported = all.0.iter().map(|e| (e.line(), e.message.clone()));
    let mut reported: HashSet<_> = reported.collect();
    for source in sources(bytes, options).unwrap_or_default() {
        let wanted = source.needed || options.all_stages;
        if !wanted || source.written.contains('$') {
            continue;
        }
        let git = GitRef::parse(&source.reference).map(|git| git.remote);
        let checksum = Some(source.checksum.as_str()).filter(|checksum| !checksum.is_empty());
        let request = match source.kind {
            SourceKind::Git => SourceRequest::Git {
                url: git.as_deref().unwrap_or(&source.reference),
                checksum,
            },
            SourceKind::Http => SourceRequest::Http {
                url: &source.reference,
                checksum,
            },
            SourceKind::Image | SourceKind::Scratch => continue,
        };
        let place = Place {
            via: source.via,
            scope: Scope {
                stage: Some(&source.policy_stage),
                ships: source.ships,
                platform: Some(&platform),
                path: None,
            },
            location: &source.ranges,
        };
        let Err(denial) = ledger.gate.source(&request, &place.scope) else {
            continue;
        };
        let line = source.ranges.first().map(|range| range.start.line);
        if reported.insert((line, denial.message.clone())) {
            all.0
                .push(ledger.refusal_error(denial, &place).at(&source.ranges));
        }
    }
    all.into_error().unwrap_or(error)
}
