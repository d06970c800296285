//! One build, from the options to the result: prepared, then located, then loaded, then converted and solved.

mod features;
mod platforms;
mod subrequest;

use std::path::Path;
use std::pin::pin;
use std::rc::Rc;

use fromtier_dockerfile::error::Result;
use fromtier_gateway::{Bridge, BuildOptions, BuildResult};
use fromtier_image::Platform;
use fromtier_policy::Gate;
use fromtier_proto::{gw, pb};
use futures_util::future::Either;

use crate::options::{self, Config};
use crate::policy::{self, OrganizationFiles, RepositoryFiles};
use crate::resolver::BuilderResolver;
use crate::source::{Dockerfile, Sources};
use crate::status::{self, Failure};
use crate::syntax;
use crate::warnings;

/// Step one: the organization's policy and the options are read, and nothing is sent to the builder yet.
#[derive(Debug)]
pub struct PreparedBuild {
    organization: Result<(OrganizationFiles, Gate)>,
    sources: Result<Sources>,
    is_subrequest: bool,
}

impl PreparedBuild {
    /// Reads the organization's policy and the options. Errors in them are reported when the build runs.
    pub fn new(build: &BuildOptions) -> PreparedBuild {
        let organization = || {
            let files = OrganizationFiles::read(Path::new(policy::BAKED))?;
            // The organization alone decides about files that are read before the repository's own policy is known.
            let gate = files.gate(&RepositoryFiles::default(), policy::today())?;
            Ok((files, gate))
        };
        PreparedBuild {
            organization: organization(),
            sources: Sources::new(build),
            is_subrequest: build.options.contains_key("requestid"),
        }
    }

    /// Returns the graphs to solve while the connection is being set up.
    pub fn early_graphs(&mut self) -> Vec<pb::Definition> {
        match (&self.organization, &mut self.sources) {
            (Ok((_, gate)), Ok(sources)) => sources.early_graphs(gate, !self.is_subrequest),
            _ => Vec::new(),
        }
    }

    /// Runs the build that the bridge is connected to.
    ///
    /// # Errors
    /// The status to return to the builder.
    pub async fn run(self, bridge: &Bridge) -> std::result::Result<BuildResult, gw::Status> {
        let is_subrequest = self.is_subrequest;
        let located = self.locate(bridge).await;
        let (located, config) = located.map_err(|e| status::failure_status(e, None))?;
        let finished = located.finish(bridge, config, is_subrequest);
        if is_subrequest {
            return finished.await;
        }
        // Every build needs the ignore file, which does not have to wait for the Dockerfile and the images.
        let prefetched = located
            .sources
            .prefetch_dockerignore(bridge, &located.organization_gate);
        match futures_util::future::select(pin!(finished), pin!(prefetched)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), finished)) => finished.await,
        }
    }

    /// Reads all options, and asks the builder where the Dockerfile and the main context are.
    async fn locate(self, bridge: &Bridge) -> std::result::Result<(LocatedBuild, Config), Failure> {
        let (organization, gate) = self.organization?;
        let opts = &bridge.options().options;
        let config = read_options(bridge)?;
        features::check_required(opts)?;
        let mut sources = self.sources?;
        sources.locate(bridge, &gate).await?;
        let dockerfile_path = sources.dockerfile_path(opts);
        let located = LocatedBuild {
            organization,
            organization_gate: gate.for_file(dockerfile_path.as_deref()),
            dockerfile_path,
            sources,
        };
        Ok((located, config))
    }
}

/// Step two: it is known where the Dockerfile is.
struct LocatedBuild {
    organization: OrganizationFiles,
    /// The gate without the repository's policy.
    organization_gate: Gate,
    /// The Dockerfile's path in its repository, if that is known.
    dockerfile_path: Option<String>,
    sources: Sources,
}

impl LocatedBuild {
    /// Reads the Dockerfile, then runs the build or the sub-request.
    async fn finish(
        &self,
        bridge: &Bridge,
        mut config: Config,
        is_subrequest: bool,
    ) -> std::result::Result<BuildResult, gw::Status> {
        let read = self.read_dockerfile(bridge).await;
        let (dockerfile, tightened_gate) = read.map_err(|e| status::failure_status(e, None))?;
        config.convert.main_context = self.sources.main_context();
        config.convert.source_map = Some(Rc::clone(&dockerfile.map));
        let build = LoadedBuild {
            bridge,
            config,
            sources: &self.sources,
            organization: &self.organization,
            dockerfile,
            gate: tightened_gate.as_ref().unwrap_or(&self.organization_gate),
        };
        build.run().await.map_err(|e| {
            // As in the reference, the Dockerfile's lines go only with the error of a build, not of a sub-request.
            let info = (!is_subrequest).then(|| build.dockerfile.info());
            let repository = &build.dockerfile.repository;
            status::refusal_status(e, info.as_ref(), |deciders| {
                let contacts = build.gate.contacts(deciders);
                self.organization.describe(repository, &contacts)
            })
        })
    }

    /// The Dockerfile, and the gate with the repository's policy if there is one.
    async fn read_dockerfile(
        &self,
        bridge: &Bridge,
    ) -> std::result::Result<(Dockerfile, Option<Gate>), Failure> {
        let dockerfile = self
            .sources
            .read_dockerfile(bridge, &self.organization_gate)
            .await?;
        let repository = &dockerfile.repository;
        if repository.is_empty() {
            return Ok((dockerfile, None));
        }
        let today = self.organization_gate.today();
        let gate = self.organization.gate(repository, today)?;
        let gate = gate.for_file(self.dockerfile_path.as_deref());
        Ok((dockerfile, Some(gate)))
    }
}

/// Step three: the Dockerfile and the policies are read.
struct LoadedBuild<'a> {
    bridge: &'a Bridge,
    config: Config,
    sources: &'a Sources,
    organization: &'a OrganizationFiles,
    dockerfile: Dockerfile,
    gate: &'a Gate,
}

impl LoadedBuild<'_> {
    /// Answers the sub-request, or builds.
    async fn run(&self) -> std::result::Result<BuildResult, Failure> {
        let opts = &self.bridge.options().options;
        let notice = syntax::check(opts, self.gate, &self.dockerfile.map.data)?;
        warnings::send(self.bridge, &self.dockerfile, notice.as_slice()).await;
        let resolver = BuilderResolver::new(self.bridge, self.sources, self.gate, &self.dockerfile);
        match opts.get("requestid") {
            Some(request) => subrequest::answer(self, &resolver, request).await,
            None => platforms::build_all(self, &resolver).await,
        }
    }
}

fn read_options(bridge: &Bridge) -> Result<Config> {
    let build = bridge.options();
    let caps = bridge.llb_caps().clone();
    let worker = bridge.workers().first();
    let platforms: Vec<Platform> = (worker.iter())
        .flat_map(|w| &w.platforms)
        .map(platform_of)
        .collect();
    options::read(&build.options, &caps, &platforms, &build.session_id)
}

fn platform_of(platform: &pb::Platform) -> Platform {
    Platform {
        os: platform.os.clone(),
        architecture: platform.architecture.clone(),
        variant: platform.variant.clone(),
        os_version: platform.os_version.clone(),
        os_features: match platform.os_features.as_slice() {
            [] => None,
            features => Some(features.to_vec()),
        },
    }
}
