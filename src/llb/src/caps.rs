//! Capabilities: the features that a BuildKit has, each with an id that clients and frontends ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A capability's identifier.
pub type Cap = &'static str;

macro_rules! caps {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)*) => {
        $($(#[$doc])* #[doc = concat!("`", $id, "`")] pub const $name: Cap = $id;)*
        /// The capabilities of LLB that the reference defines, sorted for the search.
        const KNOWN: &[&str] = &[$($id,)*];
    };
}

caps! {
    REMOTE_CACHE_AZ_BLOB = "cache.azblob";
    REMOTE_CACHE_GHA = "cache.gha";
    REMOTE_CACHE_S3 = "cache.s3";
    CONSTRAINTS = "constraints";
    DIFF_OP = "diffop";
    EXEC_CGROUPS_MOUNTED = "exec.cgroup";
    EXEC_META_BASE = "exec.meta.base";
    EXEC_META_CDI = "exec.meta.cdi";
    EXEC_META_CGROUP_PARENT = "exec.meta.cgroup.parent";
    EXEC_META_LINUX_RESOURCES = "exec.meta.linux.resources";
    EXEC_META_NETWORK = "exec.meta.network";
    EXEC_META_NETWORK_PROXY = "exec.meta.network.proxy";
    EXEC_META_PROXY = "exec.meta.proxyenv";
    EXEC_META_SECURITY = "exec.meta.security";
    EXEC_META_SECURITY_DEVICE_WHITELIST_V1 = "exec.meta.security.devices.v1";
    EXEC_META_SETS_DEFAULT_PATH = "exec.meta.setsdefaultpath";
    EXEC_META_ULIMIT = "exec.meta.ulimit";
    EXEC_MOUNT_BIND = "exec.mount.bind";
    EXEC_MOUNT_BIND_READ_WRITE_NO_OUTPUT = "exec.mount.bind.readwrite-nooutput";
    EXEC_MOUNT_CACHE = "exec.mount.cache";
    EXEC_MOUNT_CONTENT_CACHE = "exec.mount.cache.content";
    EXEC_MOUNT_CACHE_SHARING = "exec.mount.cache.sharing";
    EXEC_MOUNT_SECRET = "exec.mount.secret";
    EXEC_MOUNT_SELECTOR = "exec.mount.selector";
    EXEC_MOUNT_SSH = "exec.mount.ssh";
    EXEC_MOUNT_TMPFS = "exec.mount.tmpfs";
    EXEC_MOUNT_TMPFS_SIZE = "exec.mount.tmpfs.size";
    EXEC_SECRET_ENV = "exec.secretenv";
    EXEC_VALID_EXIT_CODE = "exec.validexitcode";
    ANNOTATIONS = "exporter.image.annotations";
    ATTESTATIONS = "exporter.image.attestations";
    MULTIPLE_EXPORTERS = "exporter.multiple";
    SESSION_EXPORTER = "exporter.session";
    SOURCE_DATE_EPOCH = "exporter.sourcedateepoch";
    FILE_BASE = "file.base";
    FILE_COPY_ALWAYS_REPLACE_EXISTING_DEST_PATHS = "file.copy.alwaysreplaceexistingdestpaths";
    FILE_COPY_INCLUDE_EXCLUDE_PATTERNS = "file.copy.includeexcludepatterns";
    FILE_COPY_REQUIRED_PATHS = "file.copy.requiredpaths";
    FILE_RM_NO_FOLLOW_SYMLINK = "file.rm.nofollowsymlink";
    FILE_RM_WILDCARD = "file.rm.wildcard";
    FILE_SYMLINK_CREATE = "file.symlink.create";
    GC_FREE_SPACE_FILTER = "gc.freespacefilter";
    HISTORY_FILTERS = "history.filter";
    MERGE_OP = "mergeop";
    META_DESCRIPTION = "meta.description";
    META_EXPORT_CACHE = "meta.exportcache";
    META_IGNORE_CACHE = "meta.ignorecache";
    PASSTHROUGH_OP = "passthroughop";
    PLATFORM = "platform";
    SOURCE_HTTP_UID_GID = "soruce.http.uidgid";
    BUILD_OP_LLB_FILE_NAME = "source.buildop.llbfilename";
    SOURCE_GIT = "source.git";
    SOURCE_GIT_BUNDLE = "source.git.bundle";
    SOURCE_GIT_CHECKOUT_BUNDLE = "source.git.checkoutbundle";
    SOURCE_GIT_CHECKSUM = "source.git.checksum";
    SOURCE_GIT_FETCH_BY_COMMIT = "source.git.fetchbycommit";
    SOURCE_GIT_FULL_URL = "source.git.fullurl";
    SOURCE_GIT_HTTP_AUTH = "source.git.httpauth";
    SOURCE_GIT_KEEP_DIR = "source.git.keepgitdir";
    SOURCE_GIT_KNOWN_SSH_HOSTS = "source.git.knownsshhosts";
    SOURCE_GIT_MOUNT_SSH_SOCK = "source.git.mountsshsock";
    SOURCE_GIT_MTIME = "source.git.mtime";
    SOURCE_GIT_SIGNATURE_VERIFY = "source.git.signatureverify";
    SOURCE_GIT_SKIP_SUBMODULES = "source.git.skipsubmodules";
    SOURCE_GIT_SUBDIR = "source.git.subdir";
    SOURCE_HTTP = "source.http";
    SOURCE_HTTP_AUTH = "source.http.auth";
    SOURCE_HTTP_CHECKSUM = "source.http.checksum";
    SOURCE_HTTP_HEADER = "source.http.header";
    SOURCE_HTTP_PERM = "source.http.perm";
    SOURCE_HTTP_SIGNATURE_VERIFY = "source.http.signatureverify";
    SOURCE_IMAGE = "source.image";
    SOURCE_IMAGE_CHECKSUM = "source.image.checksum";
    SOURCE_IMAGE_LAYER_LIMIT = "source.image.layerlimit";
    SOURCE_IMAGE_RESOLVE_MODE = "source.image.resolvemode";
    SOURCE_IMAGE_BLOB = "source.imageblob";
    SOURCE_LOCAL = "source.local";
    SOURCE_LOCAL_DIFFER = "source.local.differ";
    SOURCE_LOCAL_EXCLUDE_PATTERNS = "source.local.excludepatterns";
    SOURCE_LOCAL_FOLLOW_PATHS = "source.local.followpaths";
    SOURCE_LOCAL_INCLUDE_PATTERNS = "source.local.includepatterns";
    SOURCE_METADATA_TRANSFER = "source.local.metadatatransfer";
    SOURCE_LOCAL_SESSION_ID = "source.local.sessionid";
    SOURCE_LOCAL_SHARED_KEY_HINT = "source.local.sharedkeyhint";
    SOURCE_LOCAL_UNIQUE = "source.local.unique";
    SOURCE_OCI_LAYOUT = "source.ocilayout";
    SOURCE_POLICY = "source.policy";
    SOURCE_POLICY_SESSION = "source.policy.session";
}

/// `exec.meta.removemountstubs.recursive`: the reference defines it, but never asks a server for it.
pub const EXEC_META_REMOVE_MOUNT_STUBS_RECURSIVE: Cap = "exec.meta.removemountstubs.recursive";
/// `file.copy.modestring`: the reference defines it, but never asks a server for it.
pub const FILE_COPY_MODE_STRING_FORMAT: Cap = "file.copy.modestring";

/// A server's answer about one capability.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CapState {
    /// Whether the server has it.
    pub enabled: bool,
    /// Why the server doesn't have it; may be empty.
    pub disabled_reason: String,
}

/// The capabilities of one server, and the list of known ones that they are checked against.
#[derive(Debug, Clone, Default)]
pub struct CapSet {
    known: &'static [KnownCap],
    set: Arc<BTreeMap<String, CapState>>,
    product: String,
}

/// A capability that is defined. Lists are sorted by `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCap {
    /// The capability's name in the protocol.
    pub id: &'static str,
    /// A readable name; can be empty.
    pub name: &'static str,
    /// How stable it is.
    pub status: CapStatus,
    /// For each product, the first version that has it.
    pub hints: &'static [(&'static str, &'static str)],
}

/// How stable a capability is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapStatus {
    /// It stays.
    Stable,
    /// It may change or go.
    Experimental,
    /// It will be stable.
    Prerelease,
}

impl CapSet {
    /// Creates the set of a server's LLB capabilities, each with its id and state. `product` is the exported product
    /// (`BUILDKIT_EXPORTEDPRODUCT`), which errors name.
    pub fn llb<I, S>(caps: I, product: &str) -> CapSet
    where
        I: IntoIterator<Item = (S, CapState)>,
        S: Into<String>,
    {
        CapSet::judged_by(&[], caps, product)
    }

    /// Creates the set of the capabilities of another interface, such as the gateway. `known` is its own list, sorted by
    /// id.
    pub fn judged_by<I, S>(known: &'static [KnownCap], caps: I, product: &str) -> CapSet
    where
        I: IntoIterator<Item = (S, CapState)>,
        S: Into<String>,
    {
        let set = caps
            .into_iter()
            .map(|(id, state)| (id.into(), state))
            .filter(|(id, _)| !id.is_empty())
            .collect();
        CapSet {
            known,
            set: Arc::new(set),
            product: product.to_owned(),
        }
    }

    /// Creates a set with every known capability of LLB enabled, for tests and for printing a graph without a server.
    pub fn all() -> CapSet {
        let on = CapState {
            enabled: true,
            disabled_reason: String::new(),
        };
        CapSet::llb(KNOWN.iter().map(|id| (*id, on.clone())), "")
    }

    /// Whether the server listed it, enabled or not, known or not.
    pub fn contains(&self, id: &str) -> bool {
        self.set.contains_key(id)
    }

    /// Checks that the server has it.
    ///
    /// # Errors
    /// The reference's text about why it cannot be used.
    pub fn supports(&self, id: &str) -> Result<(), String> {
        let Some(known) = self.known_cap(id) else {
            return Err(format!("unknown API capability {id}"));
        };
        let state = self.set.get(id);
        if state.is_some_and(|state| state.enabled) {
            return Ok(());
        }
        let status = match known.status {
            CapStatus::Stable => "",
            CapStatus::Experimental => "experimental ",
            CapStatus::Prerelease => "prerelease ",
        };
        let name = if known.name.is_empty() {
            String::new()
        } else {
            format!("({})", known.name)
        };
        let mut text = format!("requested {status}feature {id} {name}");
        match state {
            None => {
                text.push_str(" is not supported by build server");
                if let Some((_, version)) = known
                    .hints
                    .iter()
                    .find(|(product, _)| *product == self.product)
                {
                    text.push_str(&format!(" (added in {version})"));
                }
                text.push_str(&format!(", please update {}", self.product));
            }
            Some(state) => {
                text.push_str(" has been disabled on the build server");
                if !state.disabled_reason.is_empty() {
                    text.push_str(&format!(": {}", state.disabled_reason));
                }
            }
        }
        Err(text)
    }

    fn known_cap(&self, id: &str) -> Option<KnownCap> {
        if !self.known.is_empty() {
            let at = self.known.binary_search_by(|cap| cap.id.cmp(id)).ok()?;
            return Some(self.known[at]);
        }
        let id = KNOWN[KNOWN.binary_search(&id).ok()?];
        Some(match id {
            FILE_BASE => KnownCap {
                id,
                name: "",
                status: CapStatus::Prerelease,
                hints: &[("docker", "Docker v19.03"), ("buildkit", "BuildKit v0.5.0")],
            },
            SOURCE_DATE_EPOCH => KnownCap {
                id,
                name: "source date epoch",
                status: CapStatus::Experimental,
                hints: &[],
            },
            id => KnownCap {
                id,
                name: "",
                status: CapStatus::Experimental,
                hints: &[],
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        CapSet, CapState, EXEC_META_REMOVE_MOUNT_STUBS_RECURSIVE, FILE_BASE, KNOWN, MERGE_OP,
        SOURCE_DATE_EPOCH,
    };

    #[test]
    fn the_list_is_sorted() {
        assert!(KNOWN.is_sorted());
    }

    // Expectations printed by apicaps.
    #[test]
    fn refusals_are_the_reference_s() {
        let off = CapState {
            enabled: false,
            disabled_reason: "by admin".to_owned(),
        };
        let caps = CapSet::llb([(MERGE_OP, off)], "buildkit");
        let refusal = |id| caps.supports(id).err().unwrap_or_default();
        assert_eq!(
            refusal(FILE_BASE),
            "requested prerelease feature file.base  is not supported by build server (added in BuildKit v0.5.0), please update buildkit"
        );
        assert_eq!(
            refusal(SOURCE_DATE_EPOCH),
            "requested experimental feature exporter.sourcedateepoch (source date epoch) is not supported by build server, please update buildkit"
        );
        assert_eq!(
            refusal(MERGE_OP),
            "requested experimental feature mergeop  has been disabled on the build server: by admin"
        );
        assert_eq!(
            refusal(EXEC_META_REMOVE_MOUNT_STUBS_RECURSIVE),
            "unknown API capability exec.meta.removemountstubs.recursive"
        );
        assert_eq!(CapSet::all().supports(MERGE_OP), Ok(()));
    }
}
