//! Reads the config as Go's `json.Unmarshal` does. Keys can have any case, and unknown keys are ignored. `null` leaves a
//! value unchanged, but empties a list. A repeated key is read over the value of the first one. After a value of a wrong
//! type, reading continues, and the first error is returned.

mod values;

use fromtier_gostd::json::{Kind, Reader};
use values::Values;

use super::{ContainerConfig, Healthcheck, History, ImageConfig};

pub(super) fn read(bytes: &[u8]) -> Result<ImageConfig, String> {
    let mut reader = Reader::new(bytes).map_err(|e| e.0)?;
    let mut image = ImageConfig::default();
    let mut error = None;
    match reader.kind() {
        Kind::Object => Values::new(&mut reader, &mut error).fields(
            (IMAGE, ""),
            "v1.DockerOCIImage",
            |v, key| image_field(v, key, &mut image),
        ),
        Kind::Null => {}
        kind => {
            return Err(format!(
                "json: cannot unmarshal {} into Go value of type v1.DockerOCIImage",
                kind.name()
            ));
        }
    }
    match error {
        Some(error) => Err(error),
        None => Ok(image),
    }
}

const IMAGE: &str = "DockerOCIImage";
const CONTAINER: &str = "DockerOCIImageConfig";

fn image_field(v: &mut Values<'_, '_>, key: &str, image: &mut ImageConfig) {
    let at = |path| (IMAGE, path);
    let platform = &mut image.platform;
    match key {
        "created" => v.time(&mut image.created),
        "author" => v.string(&mut image.author, at("Image.author")),
        "architecture" => v.string(
            &mut platform.architecture,
            at("Image.Platform.architecture"),
        ),
        "os" => v.string(&mut platform.os, at("Image.Platform.os")),
        "os.version" => v.string(&mut platform.os_version, at("Image.Platform.os.version")),
        "os.features" => v.strings(&mut platform.os_features, at("Image.Platform.os.features")),
        "variant" => v.string(&mut platform.variant, at("Image.Platform.variant")),
        "rootfs" => v.fields(at("Image.rootfs"), "v1.RootFS", |v, key| {
            let at = |path| ("RootFS", path);
            match key {
                "type" => v.string(&mut image.rootfs_type, at("Image.rootfs.type")),
                "diff_ids" => v.strings_of(
                    "digest.Digest",
                    &mut image.diff_ids,
                    at("Image.rootfs.diff_ids"),
                ),
                _ => v.skip(),
            }
        }),
        "history" => history(v, &mut image.history),
        "config" => v.fields(at("config"), "v1.DockerOCIImageConfig", |v, key| {
            container_field(v, key, &mut image.config);
        }),
        _ => v.skip(),
    }
}

fn container_field(v: &mut Values<'_, '_>, key: &str, config: &mut ContainerConfig) {
    let at = |path| (CONTAINER, path);
    match key {
        "user" => v.string(&mut config.user, at("config.ImageConfig.User")),
        "exposedports" => v.set(
            &mut config.exposed_ports,
            at("config.ImageConfig.ExposedPorts"),
        ),
        "env" => v.strings(&mut config.env, at("config.ImageConfig.Env")),
        "entrypoint" => v.strings(&mut config.entrypoint, at("config.ImageConfig.Entrypoint")),
        "cmd" => v.strings(&mut config.cmd, at("config.ImageConfig.Cmd")),
        "volumes" => v.set(&mut config.volumes, at("config.ImageConfig.Volumes")),
        "workingdir" => v.string(&mut config.working_dir, at("config.ImageConfig.WorkingDir")),
        "labels" => v.labels(&mut config.labels, at("config.ImageConfig.Labels")),
        "stopsignal" => v.string(&mut config.stop_signal, at("config.ImageConfig.StopSignal")),
        "argsescaped" => v.bool(
            &mut config.args_escaped,
            at("config.ImageConfig.ArgsEscaped"),
        ),
        "healthcheck" if v.kind() == Kind::Null => {
            config.healthcheck = None;
            v.skip();
        }
        "healthcheck" => {
            let check = config.healthcheck.get_or_insert_default();
            v.fields(
                at("config.DockerOCIImageConfigExt.Healthcheck"),
                "v1.HealthcheckConfig",
                |v, key| health_field(v, key, check),
            );
        }
        "onbuild" => v.strings(
            &mut config.on_build,
            at("config.DockerOCIImageConfigExt.OnBuild"),
        ),
        "shell" => v.strings(
            &mut config.shell,
            at("config.DockerOCIImageConfigExt.Shell"),
        ),
        _ => v.skip(),
    }
}

fn health_field(v: &mut Values<'_, '_>, key: &str, check: &mut Healthcheck) {
    const DURATION: &str = "time.Duration";
    let at = |path| ("HealthcheckConfig", path);
    match key {
        "test" => v.strings(
            &mut check.test,
            at("config.DockerOCIImageConfigExt.Healthcheck.Test"),
        ),
        "interval" => v.int(
            DURATION,
            &mut check.interval,
            at("config.DockerOCIImageConfigExt.Healthcheck.Interval"),
        ),
        "timeout" => v.int(
            DURATION,
            &mut check.timeout,
            at("config.DockerOCIImageConfigExt.Healthcheck.Timeout"),
        ),
        "startperiod" => v.int(
            DURATION,
            &mut check.start_period,
            at("config.DockerOCIImageConfigExt.Healthcheck.StartPeriod"),
        ),
        "startinterval" => v.int(
            DURATION,
            &mut check.start_interval,
            at("config.DockerOCIImageConfigExt.Healthcheck.StartInterval"),
        ),
        "retries" => v.int(
            "int",
            &mut check.retries,
            at("config.DockerOCIImageConfigExt.Healthcheck.Retries"),
        ),
        _ => v.skip(),
    }
}

fn history(v: &mut Values<'_, '_>, into: &mut Vec<History>) {
    let place = (IMAGE, "Image.history");
    let at = |path| ("History", path);
    v.list(into, place, "[]v1.History", |v, entry| {
        v.fields(place, "v1.History", |v, key| match key {
            "created" => v.time(&mut entry.created),
            "created_by" => v.string(&mut entry.created_by, at("Image.history.created_by")),
            "author" => v.string(&mut entry.author, at("Image.history.author")),
            "comment" => v.string(&mut entry.comment, at("Image.history.comment")),
            "empty_layer" => v.bool(&mut entry.empty_layer, at("Image.history.empty_layer")),
            _ => v.skip(),
        });
    });
}
