//! Commands that run in a container.

mod marshal;
mod vertex;

use fromtier_proto::pb;
pub(crate) use vertex::ExecVertex;

use crate::constraints::Constraints;
use crate::output::Output;
use crate::state::{HostIp, State};

/// A command, and everything that it needs besides the state that it runs on.
#[derive(Debug, Clone, Default)]
pub struct Exec {
    /// The command and its arguments; at least one.
    pub args: Vec<String>,
    /// Mounts besides the root file system, in any order.
    pub mounts: Vec<Mount>,
    /// Secrets of the client that the command sees.
    pub secrets: Vec<Secret>,
    /// SSH agents of the client that the command sees.
    pub ssh: Vec<Ssh>,
    /// Devices of the builder that the command sees.
    pub cdi_devices: Vec<pb::CdiDevice>,
    /// The proxies that the command sees.
    pub proxy: Option<pb::ProxyEnv>,
    /// The network mode of this command; without it, the state's. The next five fields override the state in the same
    /// way.
    pub network: Option<pb::NetMode>,
    /// Whether it runs in the sandbox.
    pub security: Option<pb::SecurityMode>,
    /// The parent of its control group.
    pub cgroup_parent: Option<String>,
    /// The working directory.
    pub dir: Option<String>,
    /// The user, by name or number.
    pub user: Option<String>,
    /// The host name.
    pub hostname: Option<String>,
    /// Variables that are added to the state's, for this command only. So are the hosts and limits below.
    pub env: Vec<(String, String)>,
    /// Lines of `/etc/hosts`.
    pub extra_hosts: Vec<HostIp>,
    /// Resource limits.
    pub ulimits: Vec<pb::Ulimit>,
    /// Exit codes that count as success; without it, only 0.
    pub valid_exit_codes: Option<Vec<i32>>,
    /// Whether the command has a `PATH` already, so that the builder doesn't add a default one.
    pub own_path: bool,
    /// Whether the root file system is read-only.
    pub readonly_root: bool,
    /// Platform, metadata, and places in the source.
    pub constraints: Constraints,
}

/// A file system under the command's root.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mount {
    /// The path at which the command sees it.
    pub target: String,
    /// The file system; none is scratch.
    pub source: Option<Output>,
    /// The path within the source; empty for all of it.
    pub selector: String,
    /// Whether the command can't write to it.
    pub readonly: bool,
    /// Whether writes to it are dropped.
    pub no_output: bool,
    /// Makes it a directory that outlives the build.
    pub cache: Option<CacheMount>,
    /// Makes it a file system in memory, of at most this many bytes; 0 for no limit.
    pub tmpfs: Option<i64>,
    /// Whether the cache goes by the mounted files' content.
    pub content_cache: ContentCache,
}

/// A directory that outlives the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheMount {
    /// The cache's name.
    pub id: String,
    /// Whether several commands may use it at the same time.
    pub sharing: pb::CacheSharingOpt,
}

/// Whether a mount's content is a part of the cache key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContentCache {
    /// The builder decides.
    #[default]
    Default,
    /// Always.
    On,
    /// Never.
    Off,
}

/// A secret of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The secret's name.
    pub id: String,
    /// The file in which the command sees it.
    pub target: Option<String>,
    /// The variable in which the command sees it.
    pub env: Option<String>,
    /// Permission bits of the file.
    pub mode: u32,
    /// The owner of the file.
    pub uid: u32,
    /// The group of the file.
    pub gid: u32,
    /// Whether the build goes on without it.
    pub optional: bool,
}

impl Default for Secret {
    fn default() -> Secret {
        Secret {
            id: String::new(),
            target: None,
            env: None,
            mode: 0o400,
            uid: 0,
            gid: 0,
            optional: false,
        }
    }
}

/// The client's SSH agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssh {
    /// The agent's name.
    pub id: String,
    /// The socket's path; empty for a generated one.
    pub target: String,
    /// Permission bits of the socket.
    pub mode: u32,
    /// The owner of the socket.
    pub uid: u32,
    /// The group of the socket.
    pub gid: u32,
    /// Whether the build goes on without it.
    pub optional: bool,
}

impl Default for Ssh {
    fn default() -> Ssh {
        Ssh {
            id: String::new(),
            target: String::new(),
            mode: 0o600,
            uid: 0,
            gid: 0,
            optional: false,
        }
    }
}

impl Exec {
    /// Creates a command that has nothing but its arguments.
    pub fn new(args: Vec<String>) -> Exec {
        Exec {
            args,
            ..Exec::default()
        }
    }
}

impl Mount {
    /// Creates a plain mount of a state's file system.
    pub fn new(target: &str, source: &State) -> Mount {
        Mount {
            target: target.to_owned(),
            source: source.output(),
            ..Mount::default()
        }
    }

    fn cache(&self) -> Option<&CacheMount> {
        self.cache.as_ref().filter(|cache| !cache.id.is_empty())
    }

    fn has_output(&self) -> bool {
        !self.no_output && !self.readonly && self.cache().is_none() && self.tmpfs.is_none()
    }
}
