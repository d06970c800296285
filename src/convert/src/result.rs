//! What a conversion gives.

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

/// The result of a run, and what was noticed on the way, which is there even when the run failed.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The result, or why there is none.
    pub result: Result<T, Error>,
    /// What the build checks found, in the order they found it.
    pub warnings: Vec<Warning>,
    /// What the gate said of every source that it was asked about, refusals last.
    pub verdicts: Vec<SourceVerdict>,
}

/// The gate's word on one source, and where the source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceVerdict {
    /// The way in which the source gets into the build.
    pub via: Via,
    /// The stage that wants it; empty when no stage does.
    pub stage: String,
    /// The lines of the instruction; empty if no instruction names it.
    pub ranges: Vec<Range>,
    /// The gate's verdict.
    pub verdict: Verdict,
}

/// A Dockerfile as a graph.
#[derive(Debug)]
pub struct Converted {
    /// Holds the operations that the states below point into.
    pub graph: Graph,
    /// What the target builds.
    pub state: State,
    /// The target's image config.
    pub image: ImageConfig,
    /// The config of the image that the target stands on, untouched; none on scratch.
    pub base_image: Option<ImageConfig>,
    /// `SOURCE_DATE_EPOCH`, when it is set.
    pub epoch: Option<Time>,
    /// Whether the target or a stage that is scanned with it ignores the cache.
    pub ignore_cache: bool,
    /// The file systems to scan.
    pub sbom: SbomTargets,
}

impl Converted {
    /// The target's definition for a build with these options.
    ///
    /// Errors: the graph can't be marshalled; the text is the reference's.
    pub fn definition(&self, options: &Options) -> Result<Definition, Error> {
        let platforms = Platforms::of(options);
        self.marshal(&self.state, Some(&platforms.target), options)
    }

    /// The definition of a scan ([`crate::Scanner::scan`]) of this build: it runs on the builder's own platform, and has
    /// the capabilities that the build's operations have been marshalled with.
    ///
    /// Errors: as [`Converted::definition`].
    pub fn scan_definition(&self, scan: &State, options: &Options) -> Result<Definition, Error> {
        self.marshal(scan, options.build_platforms.first(), options)
    }

    fn marshal(
        &self,
        state: &State,
        platform: Option<&Platform>,
        options: &Options,
    ) -> Result<Definition, Error> {
        options
            .definition(&self.graph, state, platform, Some(&options.caps))
            .map_err(|e| e.wrap("failed to marshal LLB definition"))
    }
}

/// What a software bill of materials is made of.
#[derive(Debug)]
pub struct SbomTargets {
    /// The target's file system.
    pub core: State,
    /// `context`, and the stages that asked for it with `BUILDKIT_SBOM_SCAN_STAGE`.
    pub extras: BTreeMap<String, State>,
}
