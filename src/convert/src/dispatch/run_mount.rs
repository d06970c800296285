//! `RUN --mount`: files of other stages, caches, and memory for a command.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::{Mount, MountType, Run, Sharing};
use fromtier_gostd::path;
use fromtier_gostd::strconv::quote;
use fromtier_llb::caps::EXEC_MOUNT_BIND_READ_WRITE_NO_OUTPUT;
use fromtier_llb::{CacheMount, Exec, FileAction, MkdirInfo, Mount as ExecMount, Owner, State};
use fromtier_proto::pb::CacheSharingOpt;

use super::run_secret::{number, secret};
use super::run_ssh::ssh;
use super::{Dispatch, StageId};
use crate::stage::Stage;
use crate::{meta, plan};

impl Dispatch<'_> {
    /// Adds the mounts of a `RUN` to its operation. `sources` are the stages of the mounts, in order.
    pub(super) fn run_mounts(
        &mut self,
        stage: &mut Stage,
        run: &Run,
        mounts: Vec<Mount>,
        sources: &[StageId],
        exec: &mut Exec,
    ) -> Result<()> {
        for (mount, source) in mounts.into_iter().zip(sources) {
            self.run_mount(stage, run, mount, *source, exec)?;
        }
        Ok(())
    }

    fn run_mount(
        &mut self,
        stage: &mut Stage,
        run: &Run,
        mut mount: Mount,
        source: StageId,
        exec: &mut Exec,
    ) -> Result<()> {
        let location = &run.common.location;
        if mount.from.is_empty() && mount.kind == MountType::Cache {
            mount.from = crate::SCRATCH.to_owned();
        }
        let mut state = self.mounted_state(stage, &mount, source)?;
        let mut exec_mount = ExecMount {
            readonly: mount.read_only,
            ..ExecMount::default()
        };
        match mount.kind {
            MountType::Secret => {
                exec.secrets.push(secret(stage, &mount, location)?);
                return Ok(());
            }
            MountType::Ssh => {
                exec.ssh.push(ssh(stage, &mount, location)?);
                return Ok(());
            }
            MountType::Tmpfs => {
                state = State::scratch();
                exec_mount.tmpfs = Some(mount.size_limit);
            }
            MountType::Cache => {
                if mount.cache_id.is_empty() {
                    mount.cache_id = path::clean(&mount.target).into_owned();
                }
                exec_mount.cache = Some(CacheMount {
                    id: format!("{}/{}", self.options.cache_namespace, mount.cache_id),
                    sharing: sharing(&mount),
                });
            }
            MountType::Bind => {
                let caps = &self.options.caps;
                exec_mount.no_output =
                    !mount.read_only && caps.supports(EXEC_MOUNT_BIND_READ_WRITE_NO_OUTPUT).is_ok();
            }
        }
        let target = mount_target(stage, &mount)?;
        let owned = mount.uid.is_some() || mount.gid.is_some() || mount.mode.is_some();
        let path = path::join(&["/", &mount.source]);
        if path != "/" {
            exec_mount.selector = path;
        } else if owned {
            state = self.owned_cache(&mount, &state);
            exec_mount.selector = "/cache".to_owned();
        }
        exec_mount.target = target;
        exec_mount.source = state.output();
        exec.mounts.push(exec_mount);
        if mount.from.is_empty() {
            stage.built.context_paths.mark(&mount.source);
        } else {
            self.paths_of(stage, source).mark(&mount.source);
        }
        Ok(())
    }

    /// Returns the files that a mount shows: those of a stage, or of the build context.
    fn mounted_state(&self, stage: &Stage, mount: &Mount, source: StageId) -> Result<State> {
        if mount.from.is_empty() {
            return Ok(self.context.clone());
        }
        self.built(stage, source)
            .ok_or_else(|| plan::mounts_later_stage(mount))
    }

    /// Creates a directory with the owner and the mode of a cache.
    fn owned_cache(&mut self, mount: &Mount, state: &State) -> State {
        let info = MkdirInfo {
            owner: Some(Owner::numbers(number(mount.uid, 0), number(mount.gid, 0))),
            ..MkdirInfo::default()
        };
        let mkdir = FileAction::new().mkdir("/cache", number(mount.mode, 0o755), info);
        let meta = meta::internal("setting cache mount permissions");
        self.graph.file(state, mkdir, meta)
    }
}

fn sharing(mount: &Mount) -> CacheSharingOpt {
    match mount.sharing {
        Some(Sharing::Private) => CacheSharingOpt::Private,
        Some(Sharing::Locked) => CacheSharingOpt::Locked,
        Some(Sharing::Shared) | None => CacheSharingOpt::Shared,
    }
}

/// Returns the absolute path of a mount.
fn mount_target(stage: &Stage, mount: &Mount) -> Result<String> {
    let target = if path::clean(&mount.target).starts_with('/') {
        mount.target.clone()
    } else {
        path::join(&["/", stage.built.state.dir(), &mount.target])
    };
    if target == "/" {
        let text = format!("invalid mount target {}", quote(&target));
        return Err(Error::new(text));
    }
    Ok(target)
}
