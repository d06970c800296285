//! The results of a conversion.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::lint::Warning;
use fromtier_dockerfile::span::Range;
use fromtier_gostd::time::Time;
use fromtier_image::{ImageConfig, Platform};
use fromtier_llb::{Definition, Graph, State};
use fromtier_policy::Verdict;
use fromtier_policy::gate::Via;

use crate::options::Options;
use crate::plan::args::Platforms;

/// A result with the warnings and verdicts, which are there even if the run failed.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The result, or why there is none.
    pub result: Result<T, Error>,
    /// The warnings of the build checks, in the order in which they were found.
    pub warnings: Vec<Warning>,
    /// The gate's verdicts on all requested sources, refusals last.
    pub verdicts: Vec<SourceVerdict>,
}

/// The gate's verdict on one source, and where the build requests the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceVerdict {
    /// How the source is requested.
    pub via: Via,
    /// The stage that requests it, or empty.
    pub stage: String,
    /// The instruction that requests it.
    pub ranges: Vec<Range>,
    /// The verdict.
    pub verdict: Verdict,
}

/// A converted Dockerfile.
#[derive(Debug)]
pub struct Converted {
    /// The operations that the states below refer to.
    pub graph: Graph,
    /// The files of the target.
    pub state: State,
    /// The target's image config.
    pub image: ImageConfig,
    /// The unchanged config of the target's base image; `None` on scratch.
    pub base_image: Option<ImageConfig>,
    /// `SOURCE_DATE_EPOCH`, if it is set.
    pub epoch: Option<Time>,
    /// Whether the target or a stage that is scanned with it ignores the cache.
    pub ignore_cache: bool,
    /// The states that an SBOM scanner scans.
    pub sbom: SbomTargets,
    /// Whether an operation has text that isn't UTF-8: such a graph can't be marshaled.
    pub(crate) has_invalid_utf8: bool,
}

impl Converted {
    /// Returns the target's definition for a build with these options.
    ///
    /// # Errors
    ///
    /// The graph can't be marshaled; the text is BuildKit's.
    pub fn definition(&self, options: &Options) -> Result<Definition, Error> {
        (self.bare_definition(options)).map_err(|e| e.wrap("failed to marshal LLB definition"))
    }

    /// As [`Converted::definition`], with the error that `frontend.convertllb` reports.
    ///
    /// # Errors
    ///
    /// The graph can't be marshaled.
    pub fn bare_definition(&self, options: &Options) -> Result<Definition, Error> {
        let platforms = Platforms::of(options);
        self.marshal(&self.state, Some(&platforms.target), options)
    }

    /// Returns the definition of a scan ([`crate::Scanner::scan`]) of this build. It runs on the worker's own platform and has
    /// the capabilities with which the build's operations were marshaled.
    ///
    /// # Errors
    ///
    /// As [`Converted::definition`].
    pub fn scan_definition(&self, scan: &State, options: &Options) -> Result<Definition, Error> {
        self.marshal(scan, options.build_platforms.first(), options)
            .map_err(|e| e.wrap("failed to marshal LLB definition"))
    }

    fn marshal(
        &self,
        state: &State,
        platform: Option<&Platform>,
        options: &Options,
    ) -> Result<Definition, Error> {
        if self.has_invalid_utf8 {
            return Err(Error::new("string field contains invalid UTF-8"));
        }
        options.definition(&self.graph, state, platform, Some(&options.caps))
    }
}

/// The states that an SBOM scanner scans.
#[derive(Debug)]
pub struct SbomTargets {
    /// The target.
    pub core: State,
    /// `context`, and the stages that ask for a scan with `BUILDKIT_SBOM_SCAN_STAGE`.
    pub extras: BTreeMap<String, State>,
}
