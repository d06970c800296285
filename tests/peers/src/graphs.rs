//! The operations of the reference's graphs that `buildkit-llb` 0.2.0 can express, by its public interface.
//!
//! It is not linked here: its dependencies are of 2020 (`tonic` 0.1, `failure`).

use std::collections::{BTreeMap, BTreeSet};

use fromtier_buildkit_double::graph::Graph;
use fromtier_proto::pb::{self, file_action::Action, op::Op};

/// How much of the graphs it could express, and what it lacks.
pub fn report(graphs: &[Graph]) -> String {
    let mut lacks: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut operations, mut without_platform, mut whole) = (0, 0, 0);
    for graph in graphs {
        let mut complete = true;
        for vertex in &graph.vertices {
            let lacking = lacking(&vertex.op);
            operations += 1;
            let but_platform = lacking.iter().all(|what| *what == PLATFORM);
            without_platform += usize::from(but_platform);
            complete &= but_platform;
            for what in lacking {
                *lacks.entry(what).or_default() += 1;
            }
        }
        whole += usize::from(complete);
    }
    let mut lacks: Vec<_> = lacks.into_iter().collect();
    lacks.sort_by_key(|(what, count)| (usize::MAX - count, *what));
    let mut out = format!(
        "buildkit-llb 0.2.0, on {} graphs with {operations} operations of the reference: leaving platforms aside it could \
         make {without_platform} of the operations and {whole} whole graphs. It lacks (operations):\n",
        graphs.len()
    );
    for (what, count) in lacks {
        out.push_str(&format!("  {count:>4}  {what}\n"));
    }
    out
}

const PLATFORM: &str = "platform of an operation";

/// The parts of an operation that the crate can't express.
#[derive(Default)]
struct Lacking(BTreeSet<&'static str>);

impl Lacking {
    fn add(&mut self, missing: bool, what: &'static str) {
        if missing {
            self.0.insert(what);
        }
    }

    fn exec(&mut self, exec: &pb::ExecOp) {
        let meta = exec.meta.clone().unwrap_or_default();
        self.add(exec.network != 0, "exec: network mode");
        self.add(exec.security != 0, "exec: security mode");
        self.add(
            !exec.secret_env.is_empty(),
            "exec: secret in the environment",
        );
        self.add(!exec.cdi_devices.is_empty(), "exec: devices");
        self.add(
            meta.remove_mount_stubs_recursive,
            "exec: removal of mount stubs",
        );
        let more = meta.proxy_env.is_some()
            || !meta.extra_hosts.is_empty()
            || !meta.hostname.is_empty()
            || !meta.ulimit.is_empty()
            || !meta.cgroup_parent.is_empty();
        self.add(more, "exec: proxy, hosts, host name, limits or cgroup");
        for mount in &exec.mounts {
            self.add(!has_mount(mount), mount_name(mount));
        }
    }

    fn source(&mut self, source: &pb::SourceOp) {
        let kind = source.identifier.split(':').next().unwrap_or_default();
        let known = |name: &str| match kind {
            "docker-image" => name == "image.resolvemode",
            "local" => name == "local.includepattern" || name == "local.excludepatterns",
            "http" | "https" => name == "http.filename",
            _ => false,
        };
        let what = match kind {
            "docker-image" => "image: attributes",
            "local" => "local: session, shared key, follow paths",
            "http" | "https" => "http: checksum, mode, owner",
            "git" => "git: attributes",
            _ => "source of another kind",
        };
        self.add(kind == "oci-layout", "source of another kind");
        self.add(!source.attrs.keys().all(|name| known(name)), what);
    }

    fn file_action(&mut self, action: &pb::FileAction) {
        match &action.action {
            Some(Action::Copy(copy)) => {
                self.add(copy.owner.is_some(), "copy: owner");
                self.add(copy.mode != -1 || !copy.mode_str.is_empty(), "copy: mode");
                self.add(copy.timestamp != -1, "copy: time");
                self.add(copy.attempt_unpack, "copy: unpacking");
                self.add(copy.allow_empty_wildcard, "copy: wildcard without a match");
                let patterns = copy.include_patterns.len()
                    + copy.exclude_patterns.len()
                    + copy.required_paths.len();
                self.add(patterns > 0, "copy: patterns");
                self.add(
                    copy.always_replace_existing_dest_paths,
                    "copy: replacing what is there",
                );
            }
            Some(Action::Mkdir(dir)) => {
                let set = dir.mode != -1 || dir.timestamp != -1 || dir.owner.is_some();
                self.add(set, "mkdir: mode, time or owner");
            }
            Some(Action::Mkfile(file)) => {
                let set = file.mode != -1 || file.timestamp != -1 || file.owner.is_some();
                self.add(set, "mkfile: mode, time or owner");
            }
            _ => self.add(true, "rm, symlink"),
        }
    }
}

fn lacking(op: &pb::Op) -> BTreeSet<&'static str> {
    let mut out = Lacking::default();
    out.add(op.platform.is_some(), PLATFORM);
    match &op.op {
        Some(Op::Exec(exec)) => out.exec(exec),
        Some(Op::Source(source)) => out.source(source),
        Some(Op::File(file)) => {
            for action in &file.actions {
                out.file_action(action);
            }
        }
        Some(Op::Merge(_)) => out.add(true, "merge"),
        Some(Op::Diff(_)) => out.add(true, "diff"),
        Some(Op::Build(_) | Op::Passthrough(_)) => out.add(true, "build, passthrough"),
        // The last one only names the result.
        None => {}
    }
    out.0
}

fn has_mount(mount: &pb::Mount) -> bool {
    match mount.mount_type() {
        pb::MountType::Bind => mount.selector.is_empty() || mount.readonly,
        pb::MountType::Cache => mount
            .cache_opt
            .as_ref()
            .is_some_and(|cache| cache.id == mount.dest && cache.sharing == 0 && mount.input == -1),
        pb::MountType::Ssh => mount
            .ssh_opt
            .as_ref()
            .is_some_and(|ssh| ssh.optional && ssh.mode == 0o600 && ssh.id.is_empty()),
        _ => false,
    }
}

fn mount_name(mount: &pb::Mount) -> &'static str {
    match mount.mount_type() {
        pb::MountType::Bind => "mount: writable part of an input",
        pb::MountType::Cache => "mount: cache's id, sharing or first contents",
        pb::MountType::Ssh => "mount: SSH agent that is required or named",
        pb::MountType::Secret => "mount: secret",
        pb::MountType::Tmpfs => "mount: tmpfs",
    }
}
