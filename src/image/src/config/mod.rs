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
    pub author: String,
    pub platform: crate::Platform,
    pub config: ContainerConfig,
    pub rootfs_type: String,
    /// `None` is written as `null`, an empty list as `[]`.
    pub diff_ids: Option<Vec<String>>,
    pub history: Vec<History>,
}

/// How a container of the image runs. Lists tell nil and empty apart, as Go does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContainerConfig {
    pub user: String,
    pub exposed_ports: Option<BTreeMap<String, ()>>,
    pub env: Option<Vec<String>>,
    pub entrypoint: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    pub volumes: Option<BTreeMap<String, ()>>,
    pub working_dir: String,
    pub labels: Option<BTreeMap<String, String>>,
    pub stop_signal: String,
    pub args_escaped: bool,
    pub healthcheck: Option<Healthcheck>,
    pub on_build: Option<Vec<String>>,
    pub shell: Option<Vec<String>>,
}

/// Durations in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Healthcheck {
    pub test: Option<Vec<String>>,
    pub interval: i64,
    pub timeout: i64,
    pub start_period: i64,
    pub start_interval: i64,
    pub retries: i64,
}

/// How one layer, or none, came about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// RFC 3339, as Go writes it.
    pub created: Option<String>,
    pub created_by: String,
    pub author: String,
    pub comment: String,
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

    /// Writes it as Go's `json.Marshal` would.
    pub fn to_json(&self) -> Vec<u8> {
        write::write(self)
    }
}

#[cfg(test)]
mod tests;
