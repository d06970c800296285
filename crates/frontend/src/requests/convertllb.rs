//! `frontend.convertllb`: the graph of a build as JSON, as protobuf's own JSON mapping writes it.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_image::Digest;
use fromtier_proto::{Message, pb};

use super::base64;
use super::describe::Request;
use crate::json::{Object, Value};

pub const CONVERT_LLB: Request = Request {
    name: "frontend.convertllb",
    version: "0.1.0",
    description: "Convert Dockerfile to LLB",
    opts: Some(&[]),
    metadata: &["result.json"],
};

/// The operations by digest, what is said of them, and where they come from.
pub fn answer(definition: &pb::Definition) -> Result<super::Answer> {
    let mut ops = BTreeMap::new();
    for bytes in &definition.def {
        let op = pb::Op::decode(bytes.as_slice()).map_err(|e| Error::new(e.to_string()))?;
        ops.insert(Digest::sha256(bytes).as_str().to_owned(), operation(&op));
    }
    let said = definition.metadata.iter();
    let json = Object::new()
        .set("def", Value::Object(ops.into_iter().collect()))
        .set(
            "metadata",
            Value::Object(
                said.map(|(k, v)| (k.clone(), super::go_metadata(v)))
                    .collect(),
            ),
        )
        .set(
            "source",
            definition.source.as_ref().map_or_else(empty, source),
        )
        .done()
        .indented();
    Ok(super::Answer::new(&CONVERT_LLB, json))
}

fn empty() -> Value {
    Value::Object(Vec::new())
}

/// A 64-bit number: text, as JSON's own numbers are too short.
fn long(number: i64) -> String {
    match number {
        0 => String::new(),
        n => n.to_string(),
    }
}

fn texts(items: &[String]) -> Vec<Value> {
    items.iter().map(|t| Value::Str(t.clone())).collect()
}

fn text_map(entries: &BTreeMap<String, String>) -> Option<Value> {
    let fields: Vec<_> = (entries.iter())
        .map(|(k, v)| (k.clone(), Value::Str(v.clone())))
        .collect();
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// The name of an enum's value; none at its default.
fn name(value: i32, names: &[&str]) -> Option<Value> {
    let index = usize::try_from(value).unwrap_or(0);
    (index > 0).then(|| {
        names
            .get(index)
            .map_or(Value::Int(value.into()), |n| (*n).into())
    })
}

fn operation(op: &pb::Op) -> Value {
    use pb::op::Op;
    let inputs = op.inputs.iter().map(|input| {
        Object::new()
            .opt_str("digest", &input.digest)
            .opt_str("index", &long(input.index))
            .done()
    });
    let object = Object::new().opt_array("inputs", inputs.collect());
    let object = match &op.op {
        Some(Op::Exec(exec)) => object.set("exec", exec_op(exec)),
        Some(Op::Source(source)) => object.set(
            "source",
            Object::new()
                .opt_str("identifier", &source.identifier)
                .opt("attrs", text_map(&source.attrs))
                .done(),
        ),
        Some(Op::File(file)) => {
            let actions = file.actions.iter().map(action).collect();
            object.set("file", Object::new().opt_array("actions", actions).done())
        }
        Some(Op::Build(build)) => object.set("build", build_op(build)),
        Some(Op::Merge(merge)) => {
            let inputs = merge.inputs.iter().map(|i| input(i.input)).collect();
            object.set("merge", Object::new().opt_array("inputs", inputs).done())
        }
        Some(Op::Diff(diff)) => object.set(
            "diff",
            Object::new()
                .opt("lower", diff.lower.as_ref().map(|i| input(i.input)))
                .opt("upper", diff.upper.as_ref().map(|i| input(i.input)))
                .done(),
        ),
        Some(Op::Passthrough(pass)) => object.set(
            "passthrough",
            Object::new()
                .opt_str("id", &pass.id)
                .opt_array(
                    "outputs",
                    pass.outputs
                        .iter()
                        .map(|n| Value::Str(n.to_string()))
                        .collect(),
                )
                .done(),
        ),
        None => object,
    };
    object
        .opt("platform", op.platform.as_ref().map(platform))
        .opt(
            "constraints",
            op.constraints
                .as_ref()
                .map(|c| Object::new().opt_array("filter", texts(&c.filter)).done()),
        )
        .done()
}

fn input(index: i64) -> Value {
    Object::new().opt_str("input", &long(index)).done()
}

fn platform(platform: &pb::Platform) -> Value {
    Object::new()
        .opt_str("Architecture", &platform.architecture)
        .opt_str("OS", &platform.os)
        .opt_str("Variant", &platform.variant)
        .opt_str("OSVersion", &platform.os_version)
        .opt_array("OSFeatures", texts(&platform.os_features))
        .done()
}

fn build_op(build: &pb::BuildOp) -> Value {
    let inputs: Vec<_> = (build.inputs.iter())
        .map(|(k, v)| (k.clone(), input(v.input)))
        .collect();
    Object::new()
        .opt_str("builder", &long(build.builder))
        .opt(
            "inputs",
            (!inputs.is_empty()).then_some(Value::Object(inputs)),
        )
        .opt("def", build.def.as_ref().map(definition))
        .opt("attrs", text_map(&build.attrs))
        .done()
}

fn exec_op(exec: &pb::ExecOp) -> Value {
    let secrets = exec.secret_env.iter().map(|s| {
        Object::new()
            .opt_str("ID", &s.id)
            .opt_str("name", &s.name)
            .opt_bool("optional", s.optional)
            .done()
    });
    let devices = exec.cdi_devices.iter().map(|d| {
        Object::new()
            .opt_str("name", &d.name)
            .opt_bool("optional", d.optional)
            .done()
    });
    Object::new()
        .opt("meta", exec.meta.as_ref().map(meta))
        .opt_array("mounts", exec.mounts.iter().map(mount).collect())
        .opt("network", name(exec.network, &["UNSET", "HOST", "NONE"]))
        .opt("security", name(exec.security, &["SANDBOX", "INSECURE"]))
        .opt_array("secretenv", secrets.collect())
        .opt_array("cdiDevices", devices.collect())
        .done()
}

fn meta(meta: &pb::Meta) -> Value {
    let proxy = meta.proxy_env.as_ref().map(|p| {
        Object::new()
            .opt_str("httpProxy", &p.http_proxy)
            .opt_str("httpsProxy", &p.https_proxy)
            .opt_str("ftpProxy", &p.ftp_proxy)
            .opt_str("noProxy", &p.no_proxy)
            .opt_str("allProxy", &p.all_proxy)
            .done()
    });
    let hosts = meta.extra_hosts.iter().map(|h| {
        Object::new()
            .opt_str("Host", &h.host)
            .opt_str("IP", &h.ip)
            .done()
    });
    let ulimits = meta.ulimit.iter().map(|u| {
        Object::new()
            .opt_str("Name", &u.name)
            .opt_str("Soft", &long(u.soft))
            .opt_str("Hard", &long(u.hard))
            .done()
    });
    let codes = meta.valid_exit_codes.iter();
    Object::new()
        .opt_array("args", texts(&meta.args))
        .opt_array("env", texts(&meta.env))
        .opt_str("cwd", &meta.cwd)
        .opt_str("user", &meta.user)
        .opt("proxyEnv", proxy)
        .opt_array("extraHosts", hosts.collect())
        .opt_str("hostname", &meta.hostname)
        .opt_array("ulimit", ulimits.collect())
        .opt_str("cgroupParent", &meta.cgroup_parent)
        .opt_bool(
            "removeMountStubsRecursive",
            meta.remove_mount_stubs_recursive,
        )
        .opt_array(
            "validExitCodes",
            codes.map(|c| Value::Int((*c).into())).collect(),
        )
        .done()
}

fn mount(mount: &pb::Mount) -> Value {
    const TYPES: [&str; 5] = ["BIND", "SECRET", "SSH", "CACHE", "TMPFS"];
    let cache = mount.cache_opt.as_ref().map(|c| {
        Object::new()
            .opt_str("ID", &c.id)
            .opt("sharing", name(c.sharing, &["SHARED", "PRIVATE", "LOCKED"]))
            .done()
    });
    let file = |id: &str, uid: u32, gid: u32, mode: u32, optional: bool| {
        Object::new()
            .opt_str("ID", id)
            .opt_int("uid", uid.into())
            .opt_int("gid", gid.into())
            .opt_int("mode", mode.into())
            .opt_bool("optional", optional)
            .done()
    };
    let tmpfs = mount.tmpfs_opt.as_ref();
    let secret = mount.secret_opt.as_ref();
    let ssh = mount.ssh_opt.as_ref();
    Object::new()
        .opt_str("input", &long(mount.input))
        .opt_str("selector", &mount.selector)
        .opt_str("dest", &mount.dest)
        .opt_str("output", &long(mount.output))
        .opt_bool("readonly", mount.readonly)
        .opt("mountType", name(mount.mount_type, &TYPES))
        .opt(
            "TmpfsOpt",
            tmpfs.map(|t| Object::new().opt_str("size", &long(t.size)).done()),
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
            name(mount.content_cache, &["DEFAULT", "ON", "OFF"]),
        )
        .done()
}

fn action(action: &pb::FileAction) -> Value {
    use pb::file_action::Action;
    let object = Object::new()
        .opt_str("input", &long(action.input))
        .opt_str("secondaryInput", &long(action.secondary_input))
        .opt_str("output", &long(action.output));
    let mode = |object: Object, mode: i32| object.opt_int("mode", mode.into());
    let object = match &action.action {
        Some(Action::Copy(copy)) => object.set("copy", copy_action(copy)),
        Some(Action::Mkfile(file)) => object.set(
            "mkfile",
            mode(Object::new().opt_str("path", &file.path), file.mode)
                .opt_str("data", &base64(&file.data))
                .opt("owner", file.owner.as_ref().map(owner))
                .opt_str("timestamp", &long(file.timestamp))
                .done(),
        ),
        Some(Action::Mkdir(dir)) => object.set(
            "mkdir",
            mode(Object::new().opt_str("path", &dir.path), dir.mode)
                .opt_bool("makeParents", dir.make_parents)
                .opt("owner", dir.owner.as_ref().map(owner))
                .opt_str("timestamp", &long(dir.timestamp))
                .done(),
        ),
        Some(Action::Rm(rm)) => object.set(
            "rm",
            Object::new()
                .opt_str("path", &rm.path)
                .opt_bool("allowNotFound", rm.allow_not_found)
                .opt_bool("allowWildcard", rm.allow_wildcard)
                .done(),
        ),
        Some(Action::Symlink(link)) => object.set(
            "symlink",
            Object::new()
                .opt_str("oldpath", &link.oldpath)
                .opt_str("newpath", &link.newpath)
                .opt("owner", link.owner.as_ref().map(owner))
                .opt_str("timestamp", &long(link.timestamp))
                .done(),
        ),
        None => object,
    };
    object.done()
}

fn copy_action(copy: &pb::FileActionCopy) -> Value {
    Object::new()
        .opt_str("src", &copy.src)
        .opt_str("dest", &copy.dest)
        .opt("owner", copy.owner.as_ref().map(owner))
        .opt_int("mode", copy.mode.into())
        .opt_bool("followSymlink", copy.follow_symlink)
        .opt_bool("dirCopyContents", copy.dir_copy_contents)
        .opt_bool("attemptUnpackDockerCompatibility", copy.attempt_unpack)
        .opt_bool("createDestPath", copy.create_dest_path)
        .opt_bool("allowWildcard", copy.allow_wildcard)
        .opt_bool("allowEmptyWildcard", copy.allow_empty_wildcard)
        .opt_str("timestamp", &long(copy.timestamp))
        .opt_array("includePatterns", texts(&copy.include_patterns))
        .opt_array("excludePatterns", texts(&copy.exclude_patterns))
        .opt_bool(
            "alwaysReplaceExistingDestPaths",
            copy.always_replace_existing_dest_paths,
        )
        .opt_str("modeStr", &copy.mode_str)
        .opt_array("requiredPaths", texts(&copy.required_paths))
        .done()
}

fn owner(owner: &pb::ChownOpt) -> Value {
    use pb::user_opt::User;
    let user = |who: &pb::UserOpt| match &who.user {
        Some(User::ByName(named)) => Object::new()
            .set(
                "byName",
                Object::new()
                    .opt_str("name", &named.name)
                    .opt_str("input", &long(named.input))
                    .done(),
            )
            .done(),
        Some(User::ById(id)) => Object::new().set("byID", Value::Int((*id).into())).done(),
        None => empty(),
    };
    Object::new()
        .opt("user", owner.user.as_ref().map(user))
        .opt("group", owner.group.as_ref().map(user))
        .done()
}

fn source(source: &pb::Source) -> Value {
    let position = |p: &pb::Position| {
        Object::new()
            .opt_int("line", p.line.into())
            .opt_int("character", p.character.into())
            .done()
    };
    let range = |r: &pb::Range| {
        Object::new()
            .opt("start", r.start.as_ref().map(position))
            .opt("end", r.end.as_ref().map(position))
            .done()
    };
    let location = |l: &pb::Location| {
        Object::new()
            .opt_int("sourceIndex", l.source_index.into())
            .opt_array("ranges", l.ranges.iter().map(range).collect())
            .done()
    };
    let places: Vec<_> = (source.all_places())
        .map(|(digest, found)| {
            let all = found.iter().map(location).collect();
            (
                digest.to_owned(),
                Object::new().opt_array("locations", all).done(),
            )
        })
        .collect();
    let infos = source.infos.iter();
    let infos = infos.map(|info| super::source_info(info, definition));
    Object::new()
        .opt(
            "locations",
            (!places.is_empty()).then_some(Value::Object(places)),
        )
        .opt_array("infos", infos.collect())
        .done()
}

fn definition(definition: &pb::Definition) -> Value {
    let said: Vec<_> = (definition.metadata.iter())
        .map(|(digest, said)| (digest.clone(), metadata(said)))
        .collect();
    let ops = definition.def.iter().map(|op| Value::Str(base64(op)));
    Object::new()
        .opt_array("def", ops.collect())
        .opt(
            "metadata",
            (!said.is_empty()).then_some(Value::Object(said)),
        )
        .opt("Source", definition.source.as_ref().map(source))
        .done()
}

fn metadata(said: &pb::OpMetadata) -> Value {
    let caps: Vec<_> = (said.caps.iter())
        .map(|(k, v)| (k.clone(), Value::Bool(*v)))
        .collect();
    Object::new()
        .opt_bool("ignoreCache", said.ignore_cache)
        .opt("description", text_map(&said.description))
        .opt("exportCache", super::export_cache(said))
        .opt("caps", (!caps.is_empty()).then_some(Value::Object(caps)))
        .opt("progressGroup", super::progress_group(said))
        .done()
}
