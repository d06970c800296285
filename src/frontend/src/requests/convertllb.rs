//! `frontend.convertllb`: the graph of a build in protobuf's JSON mapping.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gateway::message_json::{self, base64};
use fromtier_gostd::json::{Object, Value};
use fromtier_image::Digest;
use fromtier_proto::{Message, pb};

use super::describe::SubrequestInfo;

pub const CONVERT_LLB: SubrequestInfo = SubrequestInfo {
    name: "frontend.convertllb",
    version: "0.1.0",
    description: "Convert Dockerfile to LLB",
    opts: Some(&[]),
    metadata: &["result.json"],
};

/// Writes the operations by digest, their metadata, and their places in the source.
pub fn answer(definition: &pb::Definition) -> Result<super::SubrequestResult> {
    let mut ops = BTreeMap::new();
    for bytes in &definition.def {
        let op = pb::Op::decode(bytes.as_slice()).map_err(|e| Error::new(e.to_string()))?;
        ops.insert(Digest::sha256(bytes).as_str().to_owned(), operation(&op));
    }
    let metadata = definition.metadata.iter();
    let metadata = metadata.map(|(digest, of_op)| (digest, message_json::metadata(of_op)));
    let source = definition.source.as_ref().map(source);
    let answer = Object::new()
        .set("def", Object::from_iter(ops))
        .set("metadata", Object::from_iter(metadata))
        .set("source", source.unwrap_or_default());
    Ok(super::SubrequestResult::new(
        &CONVERT_LLB,
        answer.indented(),
    ))
}

/// Formats a 64-bit number as text, because JSON's own numbers are too short.
fn int64_text(number: i64) -> String {
    match number {
        0 => String::new(),
        n => n.to_string(),
    }
}

/// The name of an enum's value; none for its default.
fn enum_name(value: i32, names: &[&str]) -> Option<Value> {
    let index = usize::try_from(value).unwrap_or(0);
    (index > 0).then(|| {
        names
            .get(index)
            .map_or(Value::Int(value.into()), |n| (*n).into())
    })
}

fn operation(op: &pb::Op) -> Object {
    use pb::op::Op;
    let inputs = op.inputs.iter().map(|input| {
        Object::new()
            .opt_str("digest", &input.digest)
            .opt_str("index", &int64_text(input.index))
    });
    let object = Object::new().opt_array("inputs", inputs);
    let object = match &op.op {
        Some(Op::Exec(exec)) => object.set("exec", exec_op(exec)),
        Some(Op::Source(source)) => object.set(
            "source",
            Object::new()
                .opt_str("identifier", &source.identifier)
                .opt_object("attrs", &source.attrs),
        ),
        Some(Op::File(file)) => {
            let actions = file.actions.iter().map(action);
            object.set("file", Object::new().opt_array("actions", actions))
        }
        Some(Op::Build(build)) => object.set("build", build_op(build)),
        Some(Op::Merge(merge)) => {
            let inputs = merge.inputs.iter().map(|i| input(i.input));
            object.set("merge", Object::new().opt_array("inputs", inputs))
        }
        Some(Op::Diff(diff)) => object.set(
            "diff",
            Object::new()
                .opt("lower", diff.lower.as_ref().map(|i| input(i.input)))
                .opt("upper", diff.upper.as_ref().map(|i| input(i.input))),
        ),
        Some(Op::Passthrough(pass)) => object.set(
            "passthrough",
            Object::new()
                .opt_str("id", &pass.id)
                .opt_array("outputs", pass.outputs.iter().map(i64::to_string)),
        ),
        None => object,
    };
    object
        .opt("platform", op.platform.as_ref().map(platform))
        .opt(
            "constraints",
            op.constraints
                .as_ref()
                .map(|c| Object::new().opt_array("filter", &c.filter)),
        )
}

fn input(index: i64) -> Object {
    Object::new().opt_str("input", &int64_text(index))
}

fn platform(platform: &pb::Platform) -> Object {
    Object::new()
        .opt_str("Architecture", &platform.architecture)
        .opt_str("OS", &platform.os)
        .opt_str("Variant", &platform.variant)
        .opt_str("OSVersion", &platform.os_version)
        .opt_array("OSFeatures", &platform.os_features)
}

fn build_op(build: &pb::BuildOp) -> Object {
    let inputs = build.inputs.iter().map(|(k, v)| (k, input(v.input)));
    Object::new()
        .opt_str("builder", &int64_text(build.builder))
        .opt_object("inputs", inputs)
        .opt("def", build.def.as_ref().map(definition))
        .opt_object("attrs", &build.attrs)
}

fn exec_op(exec: &pb::ExecOp) -> Object {
    let secrets = exec.secret_env.iter().map(|s| {
        Object::new()
            .opt_str("ID", &s.id)
            .opt_str("name", &s.name)
            .opt_bool("optional", s.optional)
    });
    let devices = exec.cdi_devices.iter().map(|d| {
        Object::new()
            .opt_str("name", &d.name)
            .opt_bool("optional", d.optional)
    });
    Object::new()
        .opt("meta", exec.meta.as_ref().map(meta))
        .opt_array("mounts", exec.mounts.iter().map(mount))
        .opt(
            "network",
            enum_name(exec.network, &["UNSET", "HOST", "NONE"]),
        )
        .opt(
            "security",
            enum_name(exec.security, &["SANDBOX", "INSECURE"]),
        )
        .opt_array("secretenv", secrets)
        .opt_array("cdiDevices", devices)
}

fn meta(meta: &pb::Meta) -> Object {
    let proxy = meta.proxy_env.as_ref().map(|p| {
        Object::new()
            .opt_str("httpProxy", &p.http_proxy)
            .opt_str("httpsProxy", &p.https_proxy)
            .opt_str("ftpProxy", &p.ftp_proxy)
            .opt_str("noProxy", &p.no_proxy)
            .opt_str("allProxy", &p.all_proxy)
    });
    let hosts = meta
        .extra_hosts
        .iter()
        .map(|h| Object::new().opt_str("Host", &h.host).opt_str("IP", &h.ip));
    let ulimits = meta.ulimit.iter().map(|u| {
        Object::new()
            .opt_str("Name", &u.name)
            .opt_str("Soft", &int64_text(u.soft))
            .opt_str("Hard", &int64_text(u.hard))
    });
    let codes = meta.valid_exit_codes.iter();
    Object::new()
        .opt_array("args", &meta.args)
        .opt_array("env", &meta.env)
        .opt_str("cwd", &meta.cwd)
        .opt_str("user", &meta.user)
        .opt("proxyEnv", proxy)
        .opt_array("extraHosts", hosts)
        .opt_str("hostname", &meta.hostname)
        .opt_array("ulimit", ulimits)
        .opt_str("cgroupParent", &meta.cgroup_parent)
        .opt_bool(
            "removeMountStubsRecursive",
            meta.remove_mount_stubs_recursive,
        )
        .opt_array("validExitCodes", codes.map(|c| Value::Int((*c).into())))
}

fn mount(mount: &pb::Mount) -> Object {
    const TYPES: [&str; 5] = ["BIND", "SECRET", "SSH", "CACHE", "TMPFS"];
    let cache = mount.cache_opt.as_ref().map(|c| {
        Object::new().opt_str("ID", &c.id).opt(
            "sharing",
            enum_name(c.sharing, &["SHARED", "PRIVATE", "LOCKED"]),
        )
    });
    let file = |id: &str, uid: u32, gid: u32, mode: u32, optional: bool| {
        Object::new()
            .opt_str("ID", id)
            .opt_int("uid", uid)
            .opt_int("gid", gid)
            .opt_int("mode", mode)
            .opt_bool("optional", optional)
    };
    let tmpfs = mount.tmpfs_opt.as_ref();
    let secret = mount.secret_opt.as_ref();
    let ssh = mount.ssh_opt.as_ref();
    Object::new()
        .opt_str("input", &int64_text(mount.input))
        .opt_str("selector", &mount.selector)
        .opt_str("dest", &mount.dest)
        .opt_str("output", &int64_text(mount.output))
        .opt_bool("readonly", mount.readonly)
        .opt("mountType", enum_name(mount.mount_type, &TYPES))
        .opt(
            "TmpfsOpt",
            tmpfs.map(|t| Object::new().opt_str("size", &int64_text(t.size))),
        )
        .opt("cacheOpt", cache)
        .opt(
            "secretOpt",
            secret.map(|s| file(&s.id, s.uid, s.gid, s.mode, s.optional)),
        )
        .opt(
            "SSHOpt",
            ssh.map(|s| file(&s.id, s.uid, s.gid, s.mode, s.optional)),
        )
        .opt_str("resultID", &mount.result_id)
        .opt(
            "contentCache",
            enum_name(mount.content_cache, &["DEFAULT", "ON", "OFF"]),
        )
}

fn action(action: &pb::FileAction) -> Object {
    use pb::file_action::Action;
    let object = Object::new()
        .opt_str("input", &int64_text(action.input))
        .opt_str("secondaryInput", &int64_text(action.secondary_input))
        .opt_str("output", &int64_text(action.output));
    match &action.action {
        Some(Action::Copy(copy)) => object.set("copy", copy_action(copy)),
        Some(Action::Mkfile(file)) => object.set(
            "mkfile",
            Object::new()
                .opt_str("path", &file.path)
                .opt_int("mode", file.mode)
                .opt_str("data", &base64(&file.data))
                .opt("owner", file.owner.as_ref().map(owner))
                .opt_str("timestamp", &int64_text(file.timestamp)),
        ),
        Some(Action::Mkdir(dir)) => object.set(
            "mkdir",
            Object::new()
                .opt_str("path", &dir.path)
                .opt_int("mode", dir.mode)
                .opt_bool("makeParents", dir.make_parents)
                .opt("owner", dir.owner.as_ref().map(owner))
                .opt_str("timestamp", &int64_text(dir.timestamp)),
        ),
        Some(Action::Rm(rm)) => object.set(
            "rm",
            Object::new()
                .opt_str("path", &rm.path)
                .opt_bool("allowNotFound", rm.allow_not_found)
                .opt_bool("allowWildcard", rm.allow_wildcard),
        ),
        Some(Action::Symlink(link)) => object.set(
            "symlink",
            Object::new()
                .opt_str("oldpath", &link.oldpath)
                .opt_str("newpath", &link.newpath)
                .opt("owner", link.owner.as_ref().map(owner))
                .opt_str("timestamp", &int64_text(link.timestamp)),
        ),
        None => object,
    }
}

fn copy_action(copy: &pb::FileActionCopy) -> Object {
    Object::new()
        .opt_str("src", &copy.src)
        .opt_str("dest", &copy.dest)
        .opt("owner", copy.owner.as_ref().map(owner))
        .opt_int("mode", copy.mode)
        .opt_bool("followSymlink", copy.follow_symlink)
        .opt_bool("dirCopyContents", copy.dir_copy_contents)
        .opt_bool("attemptUnpackDockerCompatibility", copy.attempt_unpack)
        .opt_bool("createDestPath", copy.create_dest_path)
        .opt_bool("allowWildcard", copy.allow_wildcard)
        .opt_bool("allowEmptyWildcard", copy.allow_empty_wildcard)
        .opt_str("timestamp", &int64_text(copy.timestamp))
        .opt_array("includePatterns", &copy.include_patterns)
        .opt_array("excludePatterns", &copy.exclude_patterns)
        .opt_bool(
            "alwaysReplaceExistingDestPaths",
            copy.always_replace_existing_dest_paths,
        )
        .opt_str("modeStr", &copy.mode_str)
        .opt_array("requiredPaths", &copy.required_paths)
}

fn owner(owner: &pb::ChownOpt) -> Object {
    use pb::user_opt::User;
    let user = |who: &pb::UserOpt| match &who.user {
        Some(User::ByName(named)) => Object::new().set(
            "byName",
            Object::new()
                .opt_str("name", &named.name)
                .opt_str("input", &int64_text(named.input)),
        ),
        Some(User::ById(id)) => Object::new().set("byID", Value::Int((*id).into())),
        None => Object::new(),
    };
    Object::new()
        .opt("user", owner.user.as_ref().map(user))
        .opt("group", owner.group.as_ref().map(user))
}

fn source(source: &pb::Source) -> Object {
    message_json::source(source, definition)
}

fn definition(definition: &pb::Definition) -> Object {
    let entries = definition.metadata.iter();
    Object::new()
        .opt_array("def", definition.def.iter().map(|op| base64(op)))
        .opt_object("metadata", entries.map(|(k, v)| (k, metadata(v))))
        .opt("Source", definition.source.as_ref().map(source))
}

fn metadata(metadata: &pb::OpMetadata) -> Object {
    let (export, group) = (
        metadata.export_cache.as_ref(),
        metadata.progress_group.as_ref(),
    );
    Object::new()
        .opt_bool("ignoreCache", metadata.ignore_cache)
        .opt_object("description", &metadata.description)
        .opt("exportCache", export.map(message_json::export_cache))
        .opt_object("caps", metadata.caps.iter().map(|(k, v)| (k, *v)))
        .opt("progressGroup", group.map(message_json::progress_group))
}
