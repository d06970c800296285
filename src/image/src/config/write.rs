//! The config as Go's `json.Marshal` writes it.

use std::collections::BTreeMap;

use fromtier_gostd::json::{Object, Value};

use super::{ContainerConfig, Healthcheck, History, ImageConfig};

pub(super) fn write(image: &ImageConfig) -> Vec<u8> {
    let platform = &image.platform;
    let diff_ids = image.diff_ids.as_ref();
    let rootfs = Object::new()
        .set("type", &image.rootfs_type)
        .set("diff_ids", diff_ids.map_or(Value::Null, Value::from_iter));
    let image = Object::new()
        .opt("created", image.created.as_ref())
        .opt_str("author", &image.author)
        .set("architecture", &platform.architecture)
        .set("os", &platform.os)
        .opt_str("os.version", &platform.os_version)
        .opt_array("os.features", platform.os_features.iter().flatten())
        .opt_str("variant", &platform.variant)
        .set("rootfs", rootfs)
        .opt_array("history", image.history.iter().map(history))
        .set("config", container(&image.config));
    image.compact().into_bytes()
}

fn history(entry: &History) -> Object {
    Object::new()
        .opt("created", entry.created.as_ref())
        .opt_str("created_by", &entry.created_by)
        .opt_str("author", &entry.author)
        .opt_str("comment", &entry.comment)
        .opt_bool("empty_layer", entry.empty_layer)
}

fn container(config: &ContainerConfig) -> Object {
    Object::new()
        .opt_str("User", &config.user)
        .opt_object("ExposedPorts", set(config.exposed_ports.as_ref()))
        .opt_array("Env", config.env.iter().flatten())
        .opt_array("Entrypoint", config.entrypoint.iter().flatten())
        .opt_array("Cmd", config.cmd.iter().flatten())
        .opt_object("Volumes", set(config.volumes.as_ref()))
        .opt_str("WorkingDir", &config.working_dir)
        .opt_object("Labels", config.labels.iter().flatten())
        .opt_str("StopSignal", &config.stop_signal)
        .opt_bool("ArgsEscaped", config.args_escaped)
        .opt("Healthcheck", config.healthcheck.as_ref().map(healthcheck))
        .opt_array("OnBuild", config.on_build.iter().flatten())
        .opt_array("Shell", config.shell.iter().flatten())
}

fn healthcheck(check: &Healthcheck) -> Object {
    Object::new()
        .opt_array("Test", check.test.iter().flatten())
        .opt_int("Interval", check.interval)
        .opt_int("Timeout", check.timeout)
        .opt_int("StartPeriod", check.start_period)
        .opt_int("StartInterval", check.start_interval)
        .opt_int("Retries", check.retries)
}

/// A Go `map[string]struct{}`.
fn set(set: Option<&BTreeMap<String, ()>>) -> impl Iterator<Item = (&String, Object)> {
    let names = set.into_iter().flat_map(BTreeMap::keys);
    names.map(|name| (name, Object::new()))
}
