//! The OCI image config with Docker's additions (`DockerOCIImage` of docker-image-spec): read leniently as Go
//! reads JSON, written byte for byte as Go's `encoding/json` writes it (field order, omitempty, HTML escapes).
//!
//! The image helper replaces this sketch; field names below are fixed.

use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageConfig {
    pub created: Option<String>,
    pub author: String,
    pub platform: crate::Platform,
    pub config: ContainerConfig,
    pub rootfs_type: String,
    pub diff_ids: Vec<String>,
    pub history: Vec<History>,
}

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

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    pub created: Option<String>,
    pub created_by: String,
    pub author: String,
    pub comment: String,
    pub empty_layer: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl ImageConfig {
    /// Reads a config as Go's `json.Unmarshal` into `DockerOCIImage` would.
    pub fn from_json(_bytes: &[u8]) -> Result<ImageConfig, ConfigError> {
        todo!("owned by the image helper")
    }
    /// Writes it as Go's `json.Marshal` would.
    pub fn to_json(&self) -> Vec<u8> {
        todo!("owned by the image helper")
    }
}
