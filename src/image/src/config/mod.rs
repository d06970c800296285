//! The OCI image config with Docker's additions (`DockerOCIImage` of docker-image-spec): read leniently as Go
//! reads JSON, written byte for byte as Go's `encoding/json` writes it (field order, omitempty, HTML escapes).

mod read;
mod write;

use std::collections::BTreeMap;

/// An image config. Keys that the spec does not know are dropped, as the reference drops them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageConfig {
    /// RFC 3339, as Go writes it (fractions without trailing zeros).
    pub created: Option<String>,
    /// Who made the image.
    pub author: String,
    /// The platform that the image runs on.
    pub platform: crate::Platform,
    /// How a container of the image runs.
    pub config: ContainerConfig,
    /// The type of the root file system: `layers`; empty if the config has none.
    pub rootfs_type: String,
    /// `None` is written as `null`, an empty list as `[]`.
    pub diff_ids: Option<Vec<String>>,
    /// One entry per step of the build, in order.
    pub history: Vec<History>,
}

/// How a container of the image runs. Lists distinguish nil and empty, as in Go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerConfig {
    /// The user, or `user:group`, by name or number; empty for root.
    pub user: String,
    /// Ports such as `80/tcp`, as keys.
    pub exposed_ports: Option<BTreeMap<String, ()>>,
    /// `NAME=VALUE`, in the order of the instructions.
    pub env: Option<Vec<String>>,
    /// The program and its first arguments.
    pub entrypoint: Option<Vec<String>>,
    /// Arguments of the entrypoint, or the program if there is none.
    pub cmd: Option<Vec<String>>,
    /// Paths of volumes, as keys.
    pub volumes: Option<BTreeMap<String, ()>>,
    /// The working directory; empty for `/`.
    pub working_dir: String,
    /// Labels by key.
    pub labels: Option<BTreeMap<String, String>>,
    /// The signal that stops a container; empty for the default.
    pub stop_signal: String,
    /// Whether the command is already escaped, on Windows.
    pub args_escaped: bool,
    /// How a container is checked.
    pub healthcheck: Option<Healthcheck>,
    /// The `ONBUILD` triggers, in order.
    pub on_build: Option<Vec<String>>,
    /// The shell of shell-form instructions.
    pub shell: Option<Vec<String>>,
}

/// The health check of a container. Durations are in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Healthcheck {
    /// `NONE`, `CMD` or `CMD-SHELL`, and the command.
    pub test: Option<Vec<String>>,
    /// The time between two checks.
    pub interval: i64,
    /// The time after which a check counts as failed.
    pub timeout: i64,
    /// The time in which failures do not count.
    pub start_period: i64,
    /// The time between two checks in the start period.
    pub start_interval: i64,
    /// The number of consecutive failures after which a container is unhealthy.
    pub retries: i64,
}

/// One step of the build, with or without a layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// RFC 3339, as Go writes it.
    pub created: Option<String>,
    /// The command or instruction.
    pub created_by: String,
    /// Who made the step.
    pub author: String,
    /// A comment, such as `buildkit.dockerfile.v0`.
    pub comment: String,
    /// Whether the step made no layer.
    pub empty_layer: bool,
}

/// The error text of Go's `json.Unmarshal` into `DockerOCIImage`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl ImageConfig {
    /// Reads a config as Go's `json.Unmarshal` into `DockerOCIImage` would.
    pub fn from_json(bytes: &[u8]) -> Result<ImageConfig, ConfigError> {
        read::read(bytes).map_err(ConfigError)
    }

    /// Writes the config as Go's `json.Marshal` would.
    pub fn to_json(&self) -> Vec<u8> {
        write::write(self)
    }
}

#[cfg(test)]
mod tests;
