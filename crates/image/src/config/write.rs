//! The config as Go's `json.Marshal` writes it.

use super::{ContainerConfig, Healthcheck, ImageConfig};
use crate::go::json::{ObjectWriter, push_json_strings};
use std::collections::BTreeMap;

pub(super) fn write(image: &ImageConfig) -> Vec<u8> {
    let mut out = Vec::with_capacity(2048);
    let mut object = ObjectWriter::new(&mut out);
    if let Some(created) = &image.created {
        object.string("created", created);
    }
    object.string_omitempty("author", &image.author);
    object.string("architecture", &image.platform.architecture);
    object.string("os", &image.platform.os);
    object.string_omitempty("os.version", &image.platform.os_version);
    object.strings_omitempty("os.features", image.platform.os_features.as_deref());
    object.string_omitempty("variant", &image.platform.variant);
    let mut rootfs = ObjectWriter::new(object.key("rootfs"));
    rootfs.string("type", &image.rootfs_type);
    match &image.diff_ids {
        Some(ids) => push_json_strings(rootfs.key("diff_ids"), ids),
        None => rootfs.key("diff_ids").extend_from_slice(b"null"),
    }
    rootfs.end();
    if !image.history.is_empty() {
        let out = object.key("history");
        out.push(b'[');
        for (i, entry) in image.history.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let mut object = ObjectWriter::new(out);
            if let Some(created) = &entry.created {
                object.string("created", created);
            }
            object.string_omitempty("created_by", &entry.created_by);
            object.string_omitempty("author", &entry.author);
            object.string_omitempty("comment", &entry.comment);
            object.bool_omitempty("empty_layer", entry.empty_layer);
            object.end();
        }
        out.push(b']');
    }
    container(object.key("config"), &image.config);
    object.end();
    out
}

fn container(out: &mut Vec<u8>, config: &ContainerConfig) {
    let mut object = ObjectWriter::new(out);
    object.string_omitempty("User", &config.user);
    set(&mut object, "ExposedPorts", config.exposed_ports.as_ref());
    object.strings_omitempty("Env", config.env.as_deref());
    object.strings_omitempty("Entrypoint", config.entrypoint.as_deref());
    object.strings_omitempty("Cmd", config.cmd.as_deref());
    set(&mut object, "Volumes", config.volumes.as_ref());
    object.string_omitempty("WorkingDir", &config.working_dir);
    if let Some(labels) = config.labels.as_ref().filter(|labels| !labels.is_empty()) {
        let mut object = ObjectWriter::new(object.key("Labels"));
        for (key, value) in labels {
            object.string(key, value);
        }
        object.end();
    }
    object.string_omitempty("StopSignal", &config.stop_signal);
    object.bool_omitempty("ArgsEscaped", config.args_escaped);
    if let Some(check) = &config.healthcheck {
        healthcheck(object.key("Healthcheck"), check);
    }
    object.strings_omitempty("OnBuild", config.on_build.as_deref());
    object.strings_omitempty("Shell", config.shell.as_deref());
    object.end();
}

fn healthcheck(out: &mut Vec<u8>, check: &Healthcheck) {
    let mut object = ObjectWriter::new(out);
    object.strings_omitempty("Test", check.test.as_deref());
    object.int_omitempty("Interval", check.interval);
    object.int_omitempty("Timeout", check.timeout);
    object.int_omitempty("StartPeriod", check.start_period);
    object.int_omitempty("StartInterval", check.start_interval);
    object.int_omitempty("Retries", check.retries);
    object.end();
}

/// A Go `map[string]struct{}`.
fn set(object: &mut ObjectWriter<'_>, key: &str, set: Option<&BTreeMap<String, ()>>) {
    if let Some(set) = set.filter(|set| !set.is_empty()) {
        let mut object = ObjectWriter::new(object.key(key));
        for key in set.keys() {
            object.key(key).extend_from_slice(b"{}");
        }
        object.end();
    }
}
