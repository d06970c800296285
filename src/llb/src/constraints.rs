//! Facts that any operation can have: its platform, its metadata, and its places in the source.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use fromtier_image::Platform;
use fromtier_proto::pb;

use crate::source_map::{SourceLocation, SourceMap};

/// Facts about one operation besides what it does. A later call of a method overrides an earlier one or adds to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints {
    /// The platform that it runs on; without it, that of the state or of the whole graph.
    pub platform: Option<Platform>,
    /// Filters on the workers, in containerd's syntax.
    pub worker_filters: Vec<String>,
    /// What the build's metadata has about the operation.
    pub metadata: Metadata,
    /// The id that distinguishes a local source without a session.
    pub local_unique_id: Option<String>,
    /// The places in the source that the operation comes from.
    pub locations: Vec<SourceLocation>,
}

/// A build's metadata about an operation. None of it changes the operation's digest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// Whether the operation runs even if its result is in the cache.
    pub ignore_cache: bool,
    /// Texts for progress displays, by key.
    pub description: BTreeMap<String, String>,
    /// Whether the result goes into an exported cache; none for the builder's choice.
    pub export_cache: Option<bool>,
    /// Capabilities that the operation needs. The graph adds those for the features that the operation uses.
    pub caps: BTreeSet<&'static str>,
    /// The group under which progress displays show it.
    pub progress_group: Option<pb::ProgressGroup>,
    /// Limits of a command's processor and memory.
    pub linux_resources: Option<pb::LinuxResources>,
}

impl Constraints {
    /// Creates empty constraints.
    pub fn new() -> Constraints {
        Constraints::default()
    }

    /// Sets the platform without normalizing it, as `llb.Platform` does.
    #[must_use]
    pub fn platform(mut self, platform: &Platform) -> Constraints {
        self.platform = Some(platform.clone());
        self
    }

    /// Sets one entry of the description.
    #[must_use]
    pub fn description(mut self, key: &str, value: &str) -> Constraints {
        self.metadata
            .description
            .insert(key.to_owned(), value.to_owned());
        self
    }

    /// Sets the name that progress displays show.
    #[must_use]
    pub fn custom_name(self, name: &str) -> Constraints {
        self.description("llb.customname", name)
    }

    /// Adds a place in a source file.
    #[must_use]
    pub fn location(mut self, map: &Rc<SourceMap>, ranges: Vec<pb::Range>) -> Constraints {
        self.locations.push(SourceLocation {
            map: map.clone(),
            ranges,
        });
        self
    }

    /// Runs the operation even if its result is in the cache.
    #[must_use]
    pub fn ignore_cache(mut self) -> Constraints {
        self.metadata.ignore_cache = true;
        self
    }

    /// Shows the operation together with others as one step.
    #[must_use]
    pub fn progress_group(mut self, id: &str, name: &str, weak: bool) -> Constraints {
        self.metadata.progress_group = Some(pb::ProgressGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            weak,
        });
        self
    }

    /// Limits memory and CPU.
    #[must_use]
    pub fn linux_resources(mut self, resources: pb::LinuxResources) -> Constraints {
        self.metadata.linux_resources = Some(resources);
        self
    }

    pub(crate) fn add_cap(&mut self, cap: &'static str) {
        self.metadata.caps.insert(cap);
    }

    /// Creates an operation with its platform and worker filters. The caller adds the inputs and the operation's kind.
    pub(crate) fn new_op(&self, base: &Platform) -> pb::Op {
        let platform = self.platform.as_ref().unwrap_or(base);
        pb::Op {
            platform: Some(platform_to_pb(platform)),
            constraints: Some(pb::WorkerConstraints {
                filter: self.worker_filters.clone(),
            }),
            ..pb::Op::default()
        }
    }
}

/// Converts a platform to the protocol's message.
pub fn platform_to_pb(platform: &Platform) -> pb::Platform {
    pb::Platform {
        architecture: platform.architecture.clone(),
        os: platform.os.clone(),
        variant: platform.variant.clone(),
        os_version: platform.os_version.clone(),
        os_features: platform.os_features.clone().unwrap_or_default(),
    }
}

impl Metadata {
    pub(crate) fn to_pb(&self) -> pb::OpMetadata {
        pb::OpMetadata {
            ignore_cache: self.ignore_cache,
            description: self.description.clone(),
            export_cache: self.export_cache.map(|value| pb::ExportCache { value }),
            caps: self
                .caps
                .iter()
                .map(|cap| ((*cap).to_owned(), true))
                .collect(),
            progress_group: self.progress_group.clone(),
            linux_resources: self.linux_resources.clone(),
        }
    }
}

/// Merges metadata about an operation into earlier metadata about the same operation.
pub(crate) fn merge_metadata(into: &mut pb::OpMetadata, from: pb::OpMetadata) {
    into.ignore_cache |= from.ignore_cache;
    into.description.extend(from.description);
    if from.export_cache.is_some() {
        into.export_cache = from.export_cache;
    }
    into.caps
        .extend(from.caps.into_keys().map(|cap| (cap, true)));
    if from.progress_group.is_some() {
        into.progress_group = from.progress_group;
    }
    if from.linux_resources.is_some() {
        into.linux_resources = from.linux_resources;
    }
}
