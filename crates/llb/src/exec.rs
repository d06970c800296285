//! Commands that run in a container.

use crate::caps::{self, CapSet};
use crate::constraints::Constraints;
use crate::env::EnvList;
use crate::graph::Output;
use crate::marshal::MarshalError;
use crate::state::{HostIp, State, Values};
use fromtier_image::Platform;
use fromtier_proto::pb;
use std::net::IpAddr;
use std::rc::Rc;

/// A command, and what it needs beside the state that it runs on.
#[derive(Debug, Clone, Default)]
pub struct Exec {
    /// The command and its arguments; at least one.
    pub args: Vec<String>,
    /// Mounts beside the root file system, in any order.
    pub mounts: Vec<Mount>,
    pub secrets: Vec<Secret>,
    pub ssh: Vec<Ssh>,
    pub cdi_devices: Vec<pb::CdiDevice>,
    pub proxy: Option<pb::ProxyEnv>,
    /// For this command; without it, the state's. Likewise the next ones.
    pub network: Option<pb::NetMode>,
    pub security: Option<pb::SecurityMode>,
    pub cgroup_parent: Option<String>,
    pub dir: Option<String>,
    pub user: Option<String>,
    pub hostname: Option<String>,
    /// Added to the state's, for this command. Likewise the next ones.
    pub env: Vec<(String, String)>,
    pub extra_hosts: Vec<HostIp>,
    pub ulimits: Vec<pb::Ulimit>,
    /// Exit codes that are no failure; without it, 0.
    pub valid_exit_codes: Option<Vec<i32>>,
    /// The builder is not asked to set a default `PATH`, whatever it could.
    pub own_path: bool,
    /// The root file system can not be written.
    pub readonly_root: bool,
    pub constraints: Constraints,
}

/// A file system under the command's root.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mount {
    /// Where it is seen.
    pub target: String,
    /// What is seen; nothing is scratch.
    pub source: Option<Output>,
    /// The path within the source; empty for all of it.
    pub selector: String,
    pub readonly: bool,
    /// What is written to it is dropped.
    pub no_output: bool,
    /// A directory that outlives the build.
    pub cache: Option<CacheMount>,
    /// A file system in memory of so many bytes; 0 for no limit.
    pub tmpfs: Option<i64>,
    pub content_cache: ContentCache,
}

/// A directory that outlives the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheMount {
    pub id: String,
    pub sharing: pb::CacheSharingOpt,
}

/// Whether what a mount holds is a part of the cache key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContentCache {
    #[default]
    Default,
    On,
    Off,
}

/// A secret of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub id: String,
    /// The file that it is seen as.
    pub target: Option<String>,
    /// The variable that it is seen as.
    pub env: Option<String>,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
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
    pub id: String,
    /// The socket's path; empty for one that is made up.
    pub target: String,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
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
    /// A command without anything beside.
    pub fn new(args: Vec<String>) -> Exec {
        Exec {
            args,
            ..Exec::default()
        }
    }
}

impl Mount {
    /// A mount of a state, without anything beside.
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

#[derive(Debug)]
pub(crate) struct ExecVertex {
    exec: Exec,
    values: Rc<Values>,
    /// The platform that was named for this command, before the state's is taken.
    named_platform: bool,
    /// The root's place among the sorted mounts.
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

    /// The output that what is written to the mount at `target` goes to.
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

    /// The operation and the capabilities that it needs. `default_os` is the whole graph's.
    pub(crate) fn marshal(
        &self,
        op: &mut pb::Op,
        caps: Option<&CapSet>,
        default_os: &str,
        mut input: impl FnMut(Output) -> Result<pb::Input, MarshalError>,
    ) -> Result<Vec<&'static str>, MarshalError> {
        let exec = &self.exec;
        let values = &*self.values;
        if exec.args.is_empty() {
            return Err(MarshalError("arguments are required".to_owned()));
        }
        let dir = values.dir.as_deref().unwrap_or_default();
        if dir.is_empty() {
            return Err(MarshalError("working directory is required".to_owned()));
        }
        let mut needs = vec![caps::EXEC_META_BASE];
        let sockets: Vec<String> = exec
            .ssh
            .iter()
            .enumerate()
            .map(|(i, ssh)| match ssh.target.as_str() {
                "" => format!("/run/buildkit/ssh_agent.{i}"),
                target => target.to_owned(),
            })
            .collect();
        let meta = pb::Meta {
            args: exec.args.clone(),
            env: self
                .environment(caps, default_os, &sockets, &mut needs)
                .to_array(),
            cwd: dir.to_owned(),
            user: values.user.as_deref().unwrap_or_default().to_owned(),
            proxy_env: exec.proxy.clone(),
            extra_hosts: values
                .hosts
                .iter()
                .map(|host| pb::HostIp {
                    host: host.host.clone(),
                    ip: ip_text(host.ip),
                })
                .collect(),
            hostname: values.hostname.as_deref().unwrap_or_default().to_owned(),
            ulimit: values.ulimits.to_vec(),
            cgroup_parent: values
                .cgroup_parent
                .as_deref()
                .unwrap_or_default()
                .to_owned(),
            remove_mount_stubs_recursive: true,
            valid_exit_codes: exec.valid_exit_codes.clone().unwrap_or_default(),
        };
        self.needs(&mut needs);
        let mut mounts =
            Vec::with_capacity(exec.mounts.len() + exec.secrets.len() + exec.ssh.len());
        let mut outputs = 0;
        for mount in &exec.mounts {
            mounts.push(marshal_mount(
                mount,
                &mut op.inputs,
                &mut outputs,
                &mut input,
            )?);
        }
        let mut secret_env = Vec::new();
        for secret in &exec.secrets {
            if let Some(name) = &secret.env {
                secret_env.push(pb::SecretEnv {
                    id: secret.id.clone(),
                    name: name.clone(),
                    optional: secret.optional,
                });
            }
            if let Some(target) = &secret.target {
                mounts.push(pb::Mount {
                    input: -1,
                    dest: target.clone(),
                    mount_type: pb::MountType::Secret.into(),
                    secret_opt: Some(pb::SecretOpt {
                        id: secret.id.clone(),
                        uid: secret.uid,
                        gid: secret.gid,
                        mode: secret.mode,
                        optional: secret.optional,
                    }),
                    ..pb::Mount::default()
                });
            }
        }
        for (ssh, target) in exec.ssh.iter().zip(sockets) {
            mounts.push(pb::Mount {
                input: -1,
                dest: target,
                mount_type: pb::MountType::Ssh.into(),
                ssh_opt: Some(pb::SshOpt {
                    id: ssh.id.clone(),
                    uid: ssh.uid,
                    gid: ssh.gid,
                    mode: ssh.mode,
                    optional: ssh.optional,
                }),
                ..pb::Mount::default()
            });
        }
        op.op = Some(pb::op::Op::Exec(pb::ExecOp {
            meta: Some(meta),
            mounts,
            network: values.network.unwrap_or(pb::NetMode::Unset).into(),
            security: values.security.unwrap_or(pb::SecurityMode::Sandbox).into(),
            secret_env,
            cdi_devices: exec.cdi_devices.clone(),
        }));
        Ok(needs)
    }

    fn environment(
        &self,
        caps: Option<&CapSet>,
        default_os: &str,
        sockets: &[String],
        needs: &mut Vec<&'static str>,
    ) -> EnvList {
        let mut env = self.values.env.clone();
        if let Some(socket) = sockets.first() {
            env = env.set_default("SSH_AUTH_SOCK", socket);
        }
        if let Some(caps) = caps.filter(|_| !self.exec.own_path) {
            if caps.supports(caps::EXEC_META_SETS_DEFAULT_PATH).is_ok() {
                needs.push(caps::EXEC_META_SETS_DEFAULT_PATH);
            } else if default_os != "windows" {
                env = env.set_default("PATH", DEFAULT_PATH);
            }
        }
        env
    }

    /// The capabilities that follow from what the command has.
    fn needs(&self, needs: &mut Vec<&'static str>) {
        let exec = &self.exec;
        let mut when = |condition: bool, cap: &'static str| {
            if condition {
                needs.push(cap);
            }
        };
        when(exec.valid_exit_codes.is_some(), caps::EXEC_VALID_EXIT_CODE);
        when(!self.values.ulimits.is_empty(), caps::EXEC_META_ULIMIT);
        when(
            exec.constraints.metadata.linux_resources.is_some(),
            caps::EXEC_META_LINUX_RESOURCES,
        );
        when(
            self.values
                .network
                .is_some_and(|mode| mode != pb::NetMode::Unset),
            caps::EXEC_META_NETWORK,
        );
        when(
            self.values.security == Some(pb::SecurityMode::Insecure),
            caps::EXEC_META_SECURITY,
        );
        when(exec.proxy.is_some(), caps::EXEC_META_PROXY);
        when(!exec.secrets.is_empty(), caps::EXEC_MOUNT_SECRET);
        when(
            exec.secrets.iter().any(|secret| secret.env.is_some()),
            caps::EXEC_SECRET_ENV,
        );
        when(!exec.ssh.is_empty(), caps::EXEC_MOUNT_SSH);
        when(!exec.cdi_devices.is_empty(), caps::EXEC_META_CDI);
        for mount in &exec.mounts {
            when(!mount.selector.is_empty(), caps::EXEC_MOUNT_SELECTOR);
            if mount.cache().is_some() {
                when(true, caps::EXEC_MOUNT_CACHE);
                when(true, caps::EXEC_MOUNT_CACHE_SHARING);
            } else if let Some(size) = mount.tmpfs {
                when(true, caps::EXEC_MOUNT_TMPFS);
                when(size > 0, caps::EXEC_MOUNT_TMPFS_SIZE);
            } else {
                when(mount.source.is_some(), caps::EXEC_MOUNT_BIND);
            }
            when(
                mount.content_cache != ContentCache::Default,
                caps::EXEC_MOUNT_CONTENT_CACHE,
            );
        }
    }
}

/// The reference's default for every system but Windows.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// As Go writes addresses: an IPv4 address in IPv6's clothes is an IPv4 address.
fn ip_text(ip: IpAddr) -> String {
    ip.to_canonical().to_string()
}

fn marshal_mount(
    mount: &Mount,
    inputs: &mut Vec<pb::Input>,
    outputs: &mut i64,
    input: &mut impl FnMut(Output) -> Result<pb::Input, MarshalError>,
) -> Result<pb::Mount, MarshalError> {
    let at = match mount.source {
        None => -1,
        Some(_) if mount.tmpfs.is_some() => {
            return Err(MarshalError("tmpfs mounts must use scratch".to_owned()));
        }
        Some(source) => crate::marshal::add_input(inputs, input(source)?),
    };
    let output = if mount.has_output() {
        *outputs += 1;
        *outputs - 1
    } else {
        -1
    };
    let mut out = pb::Mount {
        input: at,
        selector: mount.selector.clone(),
        dest: mount.target.clone(),
        output,
        readonly: mount.readonly,
        content_cache: match mount.content_cache {
            ContentCache::Default => pb::MountContentCache::Default,
            ContentCache::On => pb::MountContentCache::On,
            ContentCache::Off => pb::MountContentCache::Off,
        }
        .into(),
        ..pb::Mount::default()
    };
    if let Some(cache) = mount.cache() {
        out.mount_type = pb::MountType::Cache.into();
        out.cache_opt = Some(pb::CacheOpt {
            id: cache.id.clone(),
            sharing: cache.sharing.into(),
        });
    }
    if let Some(size) = mount.tmpfs {
        out.mount_type = pb::MountType::Tmpfs.into();
        out.tmpfs_opt = Some(pb::TmpfsOpt { size });
    }
    Ok(out)
}
