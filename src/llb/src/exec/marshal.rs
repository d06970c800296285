//! A command as an operation, and the capabilities that it needs.

use std::net::IpAddr;
use std::rc::Rc;

use fromtier_image::Platform;
use fromtier_proto::pb;

use super::vertex::ExecVertex;
use super::{ContentCache, Mount, Secret, Ssh};
use crate::caps::{self, Cap, CapSet};
use crate::env::EnvList;
use crate::error::MarshalError;
use crate::op_inputs::add_input;
use crate::output::Output;

impl ExecVertex {
    /// Returns the operation and the capabilities that it needs. `platform` is the whole graph's.
    pub(crate) fn marshal(
        &self,
        platform: &Platform,
        caps: Option<&CapSet>,
        mut input: impl FnMut(Output) -> Result<pb::Input, MarshalError>,
    ) -> Result<(pb::Op, Vec<Cap>), MarshalError> {
        let exec = &self.exec;
        if exec.args.is_empty() {
            return Err(MarshalError("arguments are required".to_owned()));
        }
        if self.dir().is_empty() {
            return Err(MarshalError("working directory is required".to_owned()));
        }
        let mut needs = vec![caps::EXEC_META_BASE];
        let sockets = self.ssh_sockets();
        let env = self.environment(caps, &platform.os, &sockets, &mut needs);
        self.add_needs(&mut needs);
        let mut op = self.constraints().new_op(platform);
        let mut mounts = marshal_mounts(&exec.mounts, &mut op.inputs, &mut input)?;
        mounts.extend(exec.secrets.iter().filter_map(secret_mount));
        mounts.extend(
            exec.ssh
                .iter()
                .zip(sockets)
                .map(|(ssh, socket)| ssh_mount(ssh, socket)),
        );
        op.op = Some(pb::op::Op::Exec(pb::ExecOp {
            meta: Some(self.meta(&env)),
            mounts,
            network: self.values.network.unwrap_or(pb::NetMode::Unset).into(),
            security: (self.values.security)
                .unwrap_or(pb::SecurityMode::Sandbox)
                .into(),
            secret_env: exec.secrets.iter().filter_map(secret_variable).collect(),
            cdi_devices: exec.cdi_devices.clone(),
        }));
        Ok((op, needs))
    }

    fn dir(&self) -> &str {
        self.values.dir.as_deref().unwrap_or_default()
    }

    /// The path of each SSH agent's socket.
    fn ssh_sockets(&self) -> Vec<String> {
        let agents = self.exec.ssh.iter().enumerate();
        agents
            .map(|(i, ssh)| match ssh.target.as_str() {
                "" => format!("/run/buildkit/ssh_agent.{i}"),
                target => target.to_owned(),
            })
            .collect()
    }

    /// The process: its arguments, environment, directory, user and limits.
    fn meta(&self, env: &EnvList) -> pb::Meta {
        let exec = &self.exec;
        let values = &*self.values;
        let text = |value: &Option<Rc<str>>| value.as_deref().unwrap_or_default().to_owned();
        pb::Meta {
            args: exec.args.clone(),
            env: env.to_array(),
            cwd: self.dir().to_owned(),
            user: text(&values.user),
            proxy_env: exec.proxy.clone(),
            extra_hosts: values
                .hosts
                .iter()
                .map(|host| pb::HostIp {
                    host: host.host.clone(),
                    ip: ip_text(host.ip),
                })
                .collect(),
            hostname: text(&values.hostname),
            ulimit: values.ulimits.to_vec(),
            cgroup_parent: text(&values.cgroup_parent),
            remove_mount_stubs_recursive: true,
            valid_exit_codes: exec.valid_exit_codes.clone().unwrap_or_default(),
        }
    }

    fn environment(
        &self,
        caps: Option<&CapSet>,
        default_os: &str,
        sockets: &[String],
        needs: &mut Vec<Cap>,
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

    /// Adds the capabilities for every feature that the command uses.
    fn add_needs(&self, needs: &mut Vec<Cap>) {
        let exec = &self.exec;
        let mut when = |condition: bool, cap: Cap| {
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

/// The reference's default for every operating system except Windows.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Formats an address as Go does: an IPv4 address that is mapped to IPv6 is written as IPv4.
fn ip_text(ip: IpAddr) -> String {
    ip.to_canonical().to_string()
}

/// The variable in which the command sees a secret.
fn secret_variable(secret: &Secret) -> Option<pb::SecretEnv> {
    Some(pb::SecretEnv {
        id: secret.id.clone(),
        name: secret.env.clone()?,
        optional: secret.optional,
    })
}

/// The file in which the command sees a secret.
fn secret_mount(secret: &Secret) -> Option<pb::Mount> {
    Some(pb::Mount {
        input: -1,
        dest: secret.target.clone()?,
        mount_type: pb::MountType::Secret.into(),
        secret_opt: Some(pb::SecretOpt {
            id: secret.id.clone(),
            uid: secret.uid,
            gid: secret.gid,
            mode: secret.mode,
            optional: secret.optional,
        }),
        ..pb::Mount::default()
    })
}

fn ssh_mount(ssh: &Ssh, socket: String) -> pb::Mount {
    pb::Mount {
        input: -1,
        dest: socket,
        mount_type: pb::MountType::Ssh.into(),
        ssh_opt: Some(pb::SshOpt {
            id: ssh.id.clone(),
            uid: ssh.uid,
            gid: ssh.gid,
            mode: ssh.mode,
            optional: ssh.optional,
        }),
        ..pb::Mount::default()
    }
}

/// The file systems under the command's root, each with its input and its output.
fn marshal_mounts(
    mounts: &[Mount],
    inputs: &mut Vec<pb::Input>,
    input: &mut impl FnMut(Output) -> Result<pb::Input, MarshalError>,
) -> Result<Vec<pb::Mount>, MarshalError> {
    let mut outputs = 0;
    mounts
        .iter()
        .map(|mount| marshal_mount(mount, inputs, &mut outputs, input))
        .collect()
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
        Some(source) => add_input(inputs, input(source)?),
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
