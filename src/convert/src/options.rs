//! What a build asks for besides the Dockerfile, read by whoever speaks to BuildKit.

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
    /// `--target`; empty is the last stage.
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
    /// `--cgroup-parent`; empty is the builder's default.
    pub cgroup_parent: String,
    /// Memory and CPU limits of the `RUN` containers.
    pub linux_resources: Option<pb::LinuxResources>,
    /// The host name in `RUN` containers (`BUILDKIT_SANDBOX_HOSTNAME`); empty is the builder's default.
    pub hostname: String,
    /// The prefix of cache mount ids (`BUILDKIT_CACHE_MOUNT_NS`).
    pub cache_namespace: String,
    /// `--pull` and the like.
    pub resolve_mode: ResolveMode,
    /// The platform to build for; none when the build did not ask for one.
    pub target_platform: Option<Platform>,
    /// The worker's platforms, the default one first; may be empty.
    pub build_platforms: Vec<Platform>,
    /// Whether the result is an index of platforms, which puts the platform into step names.
    pub multi_platform: bool,
    /// What the builder's LLB understands.
    pub caps: CapSet,
    /// The Dockerfile as operations refer to it; none leaves the locations out.
    pub source_map: Option<Rc<SourceMap>>,
    /// `BUILDKIT_DOCKERFILE_CHECK`, which goes before the file's own `# check=`.
    pub lint: Option<lint::Config>,
    /// The `context:` options, by name (a platform may follow after `::`).
    pub contexts: BTreeMap<String, String>,
    /// The `input-metadata:` options, by input name; JSON each.
    pub input_metadata: BTreeMap<String, String>,
    /// The `sharedkey:localdir:` options, by context name.
    pub shared_keys: BTreeMap<String, String>,
    /// The build's session.
    pub session_id: String,
    /// What tells local sources apart when there is no session: new in every build.
    pub unique_id: String,
    /// The `local-sessionid:` options: the session that has a local directory, by directory name.
    pub local_session_ids: BTreeMap<String, String>,
    /// Where `COPY` without `--from` copies from.
    pub main_context: MainContext,
    /// Convert every stage, not only what the target needs (lint without a target).
    pub all_stages: bool,
}

impl Options {
    /// The session that serves the local directory `name`.
    pub fn session_of(&self, name: &str) -> &str {
        self.local_session_ids.get(name).unwrap_or(&self.session_id)
    }

    /// The definition of a state of a graph; `platform` and `caps` as in [`MarshalOptions`].
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

/// Which stages ignore the cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NoCache {
    /// No stage.
    #[default]
    None,
    /// Every stage.
    All,
    /// These stages, in any casing.
    Stages(Vec<String>),
}

impl NoCache {
    /// Reads the `no-cache` option: absent, empty (all), or stage names with commas between.
    pub fn parse(value: Option<&str>) -> NoCache {
        match value {
            None => NoCache::None,
            Some("") => NoCache::All,
            Some(names) => NoCache::Stages(names.split(',').map(str::to_owned).collect()),
        }
    }

    /// Whether the stage of this name (empty when it has none) ignores the cache.
    pub fn covers(&self, stage: &str) -> bool {
        match self {
            NoCache::None => false,
            NoCache::All => true,
            NoCache::Stages(names) => names.iter().any(|n| n.eq_ignore_ascii_case(stage)),
        }
    }
}
