//! A command with the values of the state that it runs on, and the index of each of its outputs.

use std::rc::Rc;

use fromtier_image::Platform;

use super::{Exec, Mount};
use crate::constraints::Constraints;
use crate::output::Output;
use crate::state::{State, StateValues};

#[derive(Debug)]
pub(crate) struct ExecVertex {
    pub(super) exec: Exec,
    pub(super) values: Rc<StateValues>,
    /// Whether the command itself names its platform. Otherwise it has the state's.
    named_platform: bool,
    /// The root's index in the sorted mounts.
    root: usize,
}

impl ExecVertex {
    pub(crate) fn new(state: &State, mut exec: Exec) -> ExecVertex {
        let mut base = state.clone();
        for (key, value) in &exec.env {
            base = base.add_env(key, value);
        }
        if let Some(dir) = &exec.dir {
            base = base.with_dir(dir);
        }
        if let Some(user) = &exec.user {
            base = base.with_user(user);
        }
        if let Some(hostname) = &exec.hostname {
            base = base.with_hostname(hostname);
        }
        if let Some(parent) = &exec.cgroup_parent {
            base = base.with_cgroup_parent(parent);
        }
        if let Some(network) = exec.network {
            base = base.with_network(network);
        }
        if let Some(security) = exec.security {
            base = base.with_security(security);
        }
        for host in &exec.extra_hosts {
            base = base.add_extra_host(&host.host, host.ip);
        }
        for limit in &exec.ulimits {
            base = base.add_ulimit(&limit.name, limit.soft, limit.hard);
        }
        let root = Mount {
            target: "/".to_owned(),
            source: state.output(),
            readonly: exec.readonly_root,
            ..Mount::default()
        };
        exec.mounts.insert(0, root);
        exec.mounts.sort_by(|a, b| a.target.cmp(&b.target));
        // The sort is stable: the root is the first of those at `/`.
        let root = exec
            .mounts
            .iter()
            .position(|mount| mount.target == "/")
            .unwrap_or_default();
        let named_platform = exec.constraints.platform.is_some();
        if !named_platform {
            exec.constraints.platform = base.platform().cloned();
        }
        ExecVertex {
            exec,
            values: base.values,
            named_platform,
            root,
        }
    }

    pub(crate) fn output_platform(&self) -> Option<&Platform> {
        self.exec
            .constraints
            .platform
            .as_ref()
            .filter(|_| self.named_platform)
    }

    pub(crate) fn constraints(&self) -> &Constraints {
        &self.exec.constraints
    }

    /// The output index of the root file system.
    pub(crate) fn root_index(&self) -> u32 {
        self.index_at(self.root)
    }

    /// The output index of the mount at `target`, if the mount has an output.
    pub(crate) fn mount_index(&self, target: &str) -> Option<u32> {
        let at = self
            .exec
            .mounts
            .iter()
            .position(|mount| mount.target == target && mount.has_output())?;
        Some(self.index_at(at))
    }

    fn index_at(&self, at: usize) -> u32 {
        let before = self.exec.mounts[..at]
            .iter()
            .filter(|mount| mount.has_output())
            .count();
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    pub(crate) fn inputs(&self) -> impl Iterator<Item = Output> + '_ {
        self.exec.mounts.iter().filter_map(|mount| mount.source)
    }
}
