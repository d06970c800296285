//! The kinds of files: how large they can be, and how they are named.

use fromtier_policy::Code;

use crate::dockerfile_name::is_dockerfile;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// A kind of file that the program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Dockerfile,
    Policy,
    /// A policy that another one extends.
    ExtendedPolicy,
    LockFile,
    /// A table of expected verdicts.
    Table,
    GitIgnore,
    /// Docker's own `config.json`.
    DockerConfig,
    /// containerd's settings for a registry.
    HostsToml,
    /// Certificates in PEM.
    Certificate,
}

impl FileKind {
    /// The size in bytes that a file of this kind can have.
    pub fn limit(self) -> u64 {
        match self {
            // A build's Dockerfile travels in one message, which BuildKit limits to 16 MiB.
            FileKind::Dockerfile => 16 * MIB,
            FileKind::Policy
            | FileKind::ExtendedPolicy
            | FileKind::Table
            | FileKind::GitIgnore
            | FileKind::HostsToml
            | FileKind::Certificate => 512 * KIB,
            FileKind::LockFile | FileKind::DockerConfig => 4 * MIB,
        }
    }

    /// Whether a link of this kind can point to a file with this name.
    pub fn can_be_named(self, name: &str) -> bool {
        match self {
            FileKind::Dockerfile => is_dockerfile(name),
            FileKind::Policy | FileKind::ExtendedPolicy | FileKind::Table => {
                name.ends_with(".yaml") || name.ends_with(".yml")
            }
            FileKind::LockFile => name.ends_with(".lock"),
            FileKind::GitIgnore => name == ".gitignore",
            FileKind::DockerConfig | FileKind::HostsToml | FileKind::Certificate => true,
        }
    }

    /// The code of an error in a file of this kind, as a build reports it.
    pub fn code(self) -> Option<Code> {
        match self {
            FileKind::Policy | FileKind::ExtendedPolicy | FileKind::LockFile => {
                Some(Code::InvalidPolicy)
            }
            FileKind::Dockerfile
            | FileKind::Table
            | FileKind::GitIgnore
            | FileKind::DockerConfig
            | FileKind::HostsToml
            | FileKind::Certificate => None,
        }
    }

    /// The kind in a message, with its article.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Dockerfile => "a Dockerfile",
            FileKind::Policy | FileKind::ExtendedPolicy => "a policy",
            FileKind::LockFile => "a lock file",
            FileKind::Table => "a table of verdicts",
            FileKind::GitIgnore => "a `.gitignore` file",
            FileKind::DockerConfig => "a Docker config",
            FileKind::HostsToml => "a `hosts.toml` file",
            FileKind::Certificate => "a certificate",
        }
    }
}
