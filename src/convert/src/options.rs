//! The options of a build. The caller reads them from BuildKit.

use std::collections::BTreeMap;
use std::rc::Rc;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::lint;
use fromtier_image::Platform;
use fromtier_llb::{
    CapSet, Definition, Graph, HostIp, MarshalOptions, ResolveMode, SourceMap, State,
};
use fromtier_proto::pb;

use crate::context::main_context::MainContext;

/// All inputs of a conversion but the Dockerfile's bytes. `Default` is a build without any option.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--build-arg`, by name.
    pub build_args: BTreeMap<String, String>,
    /// `--label`, by name.
    pub labels: BTreeMap<String, String>,
    /// `--target`. Empty for the last stage.
    pub target: String,
    /// `--no-cache` and `--no-cache-filter`.
    pub no_cache: NoCache,
    /// `--add-host`, in order.
    pub extra_hosts: Vec<HostIp>,
    /// `--ulimit`, in order.
    pub ulimits: Vec<pb::Ulimit>,
    /// `--device` of the build (not of a `RUN`).
    pub devices: Vec<pb::CdiDevice>,
    /// `--network`.
    pub network: pb::NetMode,
    /// `--shm-size` in bytes; 0 is the builder's default.
    pub shm_size: i64,
    /// `--cgroup-parent`. Empty for the builder's default.
    pub cgroup_parent: String,
    /// Memory and CPU limits of the `RUN` containers.
    pub linux_resources: Option<pb::LinuxResources>,
    /// The host name in `RUN` containers (`BUILDKIT_SANDBOX_HOSTNAME`). Empty for the builder's default.
    pub hostname: String,
    /// The prefix of cache mount ids (`BUILDKIT_CACHE_MOUNT_NS`).
    pub cache_namespace: String,
    /// Whether Git shows its advice in the build log (`BUILDKIT_GIT_ADVICE`).
    pub git_advice: bool,
    /// `--pull` and similar options.
    pub resolve_mode: ResolveMode,
    /// The platform to build for, if the build requests one.
    pub target_platform: Option<Platform>,
    /// The worker's platforms, the default one first. Can be empty.
    pub build_platforms: Vec<Platform>,
    /// Whether the result is an index of several platforms. Step names then show the platform.
    pub multi_platform: bool,
    /// The LLB features that the builder supports.
    pub caps: CapSet,
    /// The Dockerfile, for the locations of operations. Without it, operations have no locations.
    pub source_map: Option<Rc<SourceMap>>,
    /// `BUILDKIT_DOCKERFILE_CHECK`, which overrides the file's own `# check=`.
    pub lint: Option<lint::Config>,
    /// The `context:` options, by name. A name can end with `::` and a platform.
    pub contexts: BTreeMap<String, String>,
    /// The `input-metadata:` options, by input name. Each is JSON.
    pub input_metadata: BTreeMap<String, String>,
    /// The `sharedkey:localdir:` options, by context name.
    pub shared_keys: BTreeMap<String, String>,
    /// The build's session.
    pub session_id: String,
    /// An id that distinguishes local sources if there is no session. It is new in every build.
    pub unique_id: String,
    /// The `local-sessionid:` options: the session that has a local directory, by directory name.
    pub local_session_ids: BTreeMap<String, String>,
    /// The source of `COPY` without `--from`.
    pub main_context: MainContext,
    /// Whether to convert every stage, not only those that the target needs (lint without a target).
    pub all_stages: bool,
}

impl Options {
    /// Returns the session that serves the local directory `name`.
    pub fn session_of(&self, name: &str) -> &str {
        self.local_session_ids.get(name).unwrap_or(&self.session_id)
    }

    /// Returns the definition of a state of a graph. `platform` and `caps` are those of [`MarshalOptions`].
    pub(crate) fn definition(
        &self,
        graph: &Graph,
        state: &State,
        platform: Option<&Platform>,
        caps: Option<&CapSet>,
    ) -> Result<Definition> {
        let how = MarshalOptions {
            platform,
            caps,
            new_id: &mut || self.unique_id.clone(),
        };
        graph
            .marshal(state, how)
            .map_err(|e| Error::new(e.to_string()))
    }
}

/// The stages that ignore the cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NoCache {
    /// No stage.
    #[default]
    None,
    /// Every stage.
    All,
    /// The stages with these names, in any casing.
    Stages(Vec<String>),
}

impl NoCache {
    /// Parses the `no-cache` option: absent, empty (all stages), or stage names separated by commas.
    pub fn parse(value: Option<&str>) -> NoCache {
        match value {
            None => NoCache::None,
            Some("") => NoCache::All,
            Some(names) => NoCache::Stages(names.split(',').map(str::to_owned).collect()),
        }
    }

    /// Whether the stage with this name ignores the cache. The name is empty if the stage has none.
    pub fn covers(&self, stage: &str) -> bool {
        match self {
            NoCache::None => false,
            NoCache::All => true,
            NoCache::Stages(names) => names.iter().any(|n| n.eq_ignore_ascii_case(stage)),
        }
    }
}
