//! A state: a place in the graph, and the values that the next operation inherits.

use std::net::IpAddr;
use std::rc::Rc;

use fromtier_gostd::path;
use fromtier_image::{ImageConfig, Platform};
use fromtier_proto::pb::{NetMode, SecurityMode, Ulimit};

use crate::env::EnvList;
use crate::graph::Graph;
use crate::output::Output;

/// The output that was built so far (none is scratch), and the values that the next operation inherits. Clones in O(1).
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    output: Option<Output>,
    pub(crate) values: Rc<StateValues>,
}

/// The values that operations inherit.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct StateValues {
    pub(crate) env: EnvList,
    pub(crate) dir: Option<Rc<str>>,
    pub(crate) user: Option<Rc<str>>,
    pub(crate) hostname: Option<Rc<str>>,
    pub(crate) platform: Option<Rc<Platform>>,
    pub(crate) network: Option<NetMode>,
    pub(crate) security: Option<SecurityMode>,
    pub(crate) hosts: Rc<Vec<HostIp>>,
    pub(crate) ulimits: Rc<Vec<Ulimit>>,
    pub(crate) cgroup_parent: Option<Rc<str>>,
}

/// A host name and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostIp {
    /// The host name.
    pub host: String,
    /// The address.
    pub ip: IpAddr,
}

impl Default for State {
    fn default() -> State {
        State::scratch()
    }
}

impl State {
    /// Creates the state of an empty file system, with directory `/`.
    pub fn scratch() -> State {
        State {
            output: None,
            values: Rc::default(),
        }
        .with_dir("/")
    }

    /// Creates a state of an output, as `llb.NewState` does: directory `/`, and the operation's platform if it has one.
    pub fn new(graph: &Graph, output: Output) -> State {
        State::scratch().with_output(graph, Some(output))
    }

    /// The output that was built so far; none for scratch.
    pub fn output(&self) -> Option<Output> {
        self.output
    }

    /// Sets the output and keeps the values. The platform becomes that of the output's operation if it has one.
    #[must_use]
    pub fn with_output(mut self, graph: &Graph, output: Option<Output>) -> State {
        self.output = output;
        match output.and_then(|output| graph.platform_of(output)) {
            Some(platform) => self.with_platform(platform),
            None => self,
        }
    }

    fn change_values(mut self, change: impl FnOnce(&mut StateValues)) -> State {
        change(Rc::make_mut(&mut self.values));
        self
    }

    /// Sets a variable and moves it to the end of the list.
    #[must_use]
    pub fn add_env(self, key: &str, value: &str) -> State {
        self.change_values(|v| v.env = std::mem::take(&mut v.env).add_or_replace(key, value))
    }

    /// The environment.
    pub fn env(&self) -> &EnvList {
        &self.values.env
    }

    /// Sets the directory. One that doesn't start with `/` is joined to the current one.
    #[must_use]
    pub fn with_dir(self, dir: &str) -> State {
        let dir: Rc<str> = if path::is_abs(dir) {
            dir.into()
        } else {
            let before = if self.dir().is_empty() {
                "/"
            } else {
                self.dir()
            };
            path::join(&[before, dir]).into()
        };
        self.change_values(|v| v.dir = Some(dir))
    }

    /// The directory.
    pub fn dir(&self) -> &str {
        self.values.dir.as_deref().unwrap_or_default()
    }

    /// Sets the user that commands run as.
    #[must_use]
    pub fn with_user(self, user: &str) -> State {
        self.change_values(|v| v.user = Some(user.into()))
    }

    /// The user; empty if none is set.
    pub fn user(&self) -> &str {
        self.values.user.as_deref().unwrap_or_default()
    }

    /// Normalizes and sets the platform.
    #[must_use]
    pub fn with_platform(self, platform: &Platform) -> State {
        let platform = platform.clone().normalize();
        self.change_values(|v| v.platform = Some(Rc::new(platform)))
    }

    /// The platform, if one is set.
    pub fn platform(&self) -> Option<&Platform> {
        self.values.platform.as_deref()
    }

    /// Sets the network mode.
    #[must_use]
    pub fn with_network(self, mode: NetMode) -> State {
        self.change_values(|v| v.network = Some(mode))
    }

    /// The network mode.
    pub fn network(&self) -> NetMode {
        self.values.network.unwrap_or(NetMode::Unset)
    }

    /// Sets the security mode.
    #[must_use]
    pub fn with_security(self, mode: SecurityMode) -> State {
        self.change_values(|v| v.security = Some(mode))
    }

    /// The security mode.
    pub fn security(&self) -> SecurityMode {
        self.values.security.unwrap_or(SecurityMode::Sandbox)
    }

    /// Sets the host name.
    #[must_use]
    pub fn with_hostname(self, name: &str) -> State {
        self.change_values(|v| v.hostname = Some(name.into()))
    }

    /// The host name; empty if none is set.
    pub fn hostname(&self) -> &str {
        self.values.hostname.as_deref().unwrap_or_default()
    }

    /// Adds a line to the hosts file.
    #[must_use]
    pub fn add_extra_host(self, host: &str, ip: IpAddr) -> State {
        self.change_values(|v| {
            Rc::make_mut(&mut v.hosts).push(HostIp {
                host: host.to_owned(),
                ip,
            })
        })
    }

    /// Adds a resource limit.
    #[must_use]
    pub fn add_ulimit(self, name: &str, soft: i64, hard: i64) -> State {
        self.change_values(|v| {
            Rc::make_mut(&mut v.ulimits).push(Ulimit {
                name: name.to_owned(),
                soft,
                hard,
            })
        })
    }

    /// Sets the parent cgroup.
    #[must_use]
    pub fn with_cgroup_parent(self, parent: &str) -> State {
        self.change_values(|v| v.cgroup_parent = Some(parent.into()))
    }

    /// Adopts the environment, directory and platform of an image's config, as `WithImageConfig` does.
    #[must_use]
    pub fn with_image_config(self, image: &ImageConfig) -> State {
        let mut state = self;
        for variable in image.config.env.iter().flatten() {
            let (key, value) = variable.split_once('=').unwrap_or((variable, ""));
            if !key.is_empty() {
                state = state.add_env(key, value);
            }
        }
        state = state.with_dir(&image.config.working_dir);
        if image.platform.architecture.is_empty() || image.platform.os.is_empty() {
            return state;
        }
        state.with_platform(&image.platform)
    }
}
