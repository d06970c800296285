//! The config as Go's `json.Unmarshal` reads it: keys in any case, unknown ones ignored, `null` leaves a value
//! as it was (and empties a list), a repeated key is read over what the first one left. After a value of a wrong
//! type reading goes on; the first error is told at the end.

use super::{ContainerConfig, Healthcheck, History, ImageConfig};
use crate::go::json_read::{Kind, Reader};
use crate::go::time::Time;
use std::collections::BTreeMap;

pub(super) fn read(bytes: &[u8]) -> Result<ImageConfig, String> {
    let mut reader = Reader::new(bytes).map_err(|e| e.0)?;
    let mut image = ImageConfig::default();
    let mut errors = Errors(None);
    match reader.kind() {
        Kind::Object => reader.object(|r, key| image_field(r, &key, &mut image, &mut errors)),
        Kind::Null => {}
        kind => {
            return Err(format!(
                "json: cannot unmarshal {} into Go value of type v1.DockerOCIImage",
                kind.name()
            ));
        }
    }
    match errors.0 {
        Some(error) => Err(error),
        None => Ok(image),
    }
}

/// Where a value belongs, for error texts: Go's struct and the path within the config.
type Place = (&'static str, &'static str);

const IMAGE: &str = "DockerOCIImage";
const CONTAINER: &str = "DockerOCIImageConfig";
const HEALTH: &str = "HealthcheckConfig";

/// The first error.
struct Errors(Option<String>);

impl Errors {
    fn add(&mut self, error: String) {
        self.0.get_or_insert(error);
    }

    fn wrong(&mut self, value: &str, place: Place, wanted: &str) {
        let (owner, path) = place;
        self.add(format!(
            "json: cannot unmarshal {value} into Go struct field {owner}.{path} of type {wanted}"
        ));
    }
}

/// Go folds keys as ASCII, and takes two odd letters for the ASCII ones that they fold to.
fn fold(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

fn image_field(r: &mut Reader<'_>, key: &str, image: &mut ImageConfig, errors: &mut Errors) {
    match fold(key).as_str() {
        "created" => time(r, &mut image.created, errors),
        "author" => string(
            r,
            &mut image.author,
            (IMAGE, "Image.author"),
            "string",
            errors,
        ),
        "architecture" => {
            string(
                r,
                &mut image.platform.architecture,
                (IMAGE, "Image.Platform.architecture"),
                "string",
                errors,
            );
        }
        "os" => string(
            r,
            &mut image.platform.os,
            (IMAGE, "Image.Platform.os"),
            "string",
            errors,
        ),
        "os.version" => {
            string(
                r,
                &mut image.platform.os_version,
                (IMAGE, "Image.Platform.os.version"),
                "string",
                errors,
            );
        }
        "os.features" => {
            strings(
                r,
                &mut image.platform.os_features,
                (IMAGE, "Image.Platform.os.features"),
                "string",
                errors,
            );
        }
        "variant" => string(
            r,
            &mut image.platform.variant,
            (IMAGE, "Image.Platform.variant"),
            "string",
            errors,
        ),
        "rootfs" => {
            object(
                r,
                (IMAGE, "Image.rootfs"),
                "v1.RootFS",
                errors,
                |r, key, errors| match fold(&key).as_str() {
                    "type" => string(
                        r,
                        &mut image.rootfs_type,
                        ("RootFS", "Image.rootfs.type"),
                        "string",
                        errors,
                    ),
                    "diff_ids" => {
                        strings(
                            r,
                            &mut image.diff_ids,
                            ("RootFS", "Image.rootfs.diff_ids"),
                            "digest.Digest",
                            errors,
                        );
                    }
                    _ => r.skip(),
                },
            );
        }
        "history" => history(r, &mut image.history, errors),
        "config" => {
            let config = &mut image.config;
            object(
                r,
                (IMAGE, "config"),
                "v1.DockerOCIImageConfig",
                errors,
                |r, key, errors| {
                    container_field(r, &key, config, errors);
                },
            );
        }
        _ => r.skip(),
    }
}

fn container_field(
    r: &mut Reader<'_>,
    key: &str,
    config: &mut ContainerConfig,
    errors: &mut Errors,
) {
    match fold(key).as_str() {
        "user" => string(
            r,
            &mut config.user,
            (CONTAINER, "config.ImageConfig.User"),
            "string",
            errors,
        ),
        "exposedports" => {
            set(
                r,
                &mut config.exposed_ports,
                (CONTAINER, "config.ImageConfig.ExposedPorts"),
                errors,
            );
        }
        "env" => strings(
            r,
            &mut config.env,
            (CONTAINER, "config.ImageConfig.Env"),
            "string",
            errors,
        ),
        "entrypoint" => {
            strings(
                r,
                &mut config.entrypoint,
                (CONTAINER, "config.ImageConfig.Entrypoint"),
                "string",
                errors,
            );
        }
        "cmd" => strings(
            r,
            &mut config.cmd,
            (CONTAINER, "config.ImageConfig.Cmd"),
            "string",
            errors,
        ),
        "volumes" => set(
            r,
            &mut config.volumes,
            (CONTAINER, "config.ImageConfig.Volumes"),
            errors,
        ),
        "workingdir" => {
            string(
                r,
                &mut config.working_dir,
                (CONTAINER, "config.ImageConfig.WorkingDir"),
                "string",
                errors,
            );
        }
        "labels" => labels(
            r,
            &mut config.labels,
            (CONTAINER, "config.ImageConfig.Labels"),
            errors,
        ),
        "stopsignal" => {
            string(
                r,
                &mut config.stop_signal,
                (CONTAINER, "config.ImageConfig.StopSignal"),
                "string",
                errors,
            );
        }
        "argsescaped" => {
            bool(
                r,
                &mut config.args_escaped,
                (CONTAINER, "config.ImageConfig.ArgsEscaped"),
                errors,
            );
        }
        "healthcheck" => {
            let place = (CONTAINER, "config.DockerOCIImageConfigExt.Healthcheck");
            match r.kind() {
                Kind::Null => {
                    config.healthcheck = None;
                    r.skip();
                }
                _ => {
                    let check = config.healthcheck.get_or_insert_default();
                    object(
                        r,
                        place,
                        "v1.HealthcheckConfig",
                        errors,
                        |r, key, errors| {
                            health_field(r, &key, check, errors);
                        },
                    );
                }
            }
        }
        "onbuild" => {
            strings(
                r,
                &mut config.on_build,
                (CONTAINER, "config.DockerOCIImageConfigExt.OnBuild"),
                "string",
                errors,
            );
        }
        "shell" => {
            strings(
                r,
                &mut config.shell,
                (CONTAINER, "config.DockerOCIImageConfigExt.Shell"),
                "string",
                errors,
            );
        }
        _ => r.skip(),
    }
}

fn health_field(r: &mut Reader<'_>, key: &str, check: &mut Healthcheck, errors: &mut Errors) {
    const DURATION: &str = "time.Duration";
    match fold(key).as_str() {
        "test" => {
            let place = (HEALTH, "config.DockerOCIImageConfigExt.Healthcheck.Test");
            strings(r, &mut check.test, place, "string", errors);
        }
        "interval" => {
            let place = (
                HEALTH,
                "config.DockerOCIImageConfigExt.Healthcheck.Interval",
            );
            int(r, &mut check.interval, place, DURATION, errors);
        }
        "timeout" => {
            let place = (HEALTH, "config.DockerOCIImageConfigExt.Healthcheck.Timeout");
            int(r, &mut check.timeout, place, DURATION, errors);
        }
        "startperiod" => {
            let place = (
                HEALTH,
                "config.DockerOCIImageConfigExt.Healthcheck.StartPeriod",
            );
            int(r, &mut check.start_period, place, DURATION, errors);
        }
        "startinterval" => {
            let place = (
                HEALTH,
                "config.DockerOCIImageConfigExt.Healthcheck.StartInterval",
            );
            int(r, &mut check.start_interval, place, DURATION, errors);
        }
        "retries" => {
            let place = (HEALTH, "config.DockerOCIImageConfigExt.Healthcheck.Retries");
            int(r, &mut check.retries, place, "int", errors);
        }
        _ => r.skip(),
    }
}

fn history(r: &mut Reader<'_>, into: &mut Vec<History>, errors: &mut Errors) {
    const OWNER: &str = "History";
    list(
        r,
        into,
        (IMAGE, "Image.history"),
        "[]v1.History",
        errors,
        |r, entry, errors| {
            object(
                r,
                (IMAGE, "Image.history"),
                "v1.History",
                errors,
                |r, key, errors| match fold(&key).as_str() {
                    "created" => time(r, &mut entry.created, errors),
                    "created_by" => {
                        string(
                            r,
                            &mut entry.created_by,
                            (OWNER, "Image.history.created_by"),
                            "string",
                            errors,
                        );
                    }
                    "author" => string(
                        r,
                        &mut entry.author,
                        (OWNER, "Image.history.author"),
                        "string",
                        errors,
                    ),
                    "comment" => string(
                        r,
                        &mut entry.comment,
                        (OWNER, "Image.history.comment"),
                        "string",
                        errors,
                    ),
                    "empty_layer" => bool(
                        r,
                        &mut entry.empty_layer,
                        (OWNER, "Image.history.empty_layer"),
                        errors,
                    ),
                    _ => r.skip(),
                },
            );
        },
    );
}

fn object<'a>(
    r: &mut Reader<'a>,
    place: Place,
    wanted: &str,
    errors: &mut Errors,
    mut field: impl FnMut(&mut Reader<'a>, String, &mut Errors),
) {
    match r.kind() {
        Kind::Object => r.object(|r, key| field(r, key, errors)),
        Kind::Null => r.skip(),
        kind => {
            errors.wrong(kind.name(), place, wanted);
            r.skip();
        }
    }
}

/// A Go slice: what is there already is read over.
fn list<'a, T: Default>(
    r: &mut Reader<'a>,
    into: &mut Vec<T>,
    place: Place,
    wanted: &str,
    errors: &mut Errors,
    mut element: impl FnMut(&mut Reader<'a>, &mut T, &mut Errors),
) {
    match r.kind() {
        Kind::Array => {
            let mut count = 0;
            r.array(|r| {
                if count == into.len() {
                    into.push(T::default());
                }
                element(r, &mut into[count], errors);
                count += 1;
            });
            into.truncate(count);
        }
        Kind::Null => {
            into.clear();
            r.skip();
        }
        kind => {
            errors.wrong(kind.name(), place, wanted);
            r.skip();
        }
    }
}

fn strings(
    r: &mut Reader<'_>,
    into: &mut Option<Vec<String>>,
    place: Place,
    element: &str,
    errors: &mut Errors,
) {
    if r.kind() == Kind::Null {
        *into = None;
        return r.skip();
    }
    let mut texts = into.take().unwrap_or_default();
    let was_array = r.kind() == Kind::Array;
    list(
        r,
        &mut texts,
        place,
        &format!("[]{element}"),
        errors,
        |r, text, errors| {
            string(r, text, place, element, errors);
        },
    );
    *into = (was_array || !texts.is_empty()).then_some(texts);
}

fn string(r: &mut Reader<'_>, into: &mut String, place: Place, wanted: &str, errors: &mut Errors) {
    match r.kind() {
        Kind::String => *into = r.string().unwrap_or_default(),
        Kind::Null => r.skip(),
        kind => {
            errors.wrong(kind.name(), place, wanted);
            r.skip();
        }
    }
}

fn bool(r: &mut Reader<'_>, into: &mut bool, place: Place, errors: &mut Errors) {
    match r.kind() {
        Kind::Bool => *into = r.bool().unwrap_or_default(),
        Kind::Null => r.skip(),
        kind => {
            errors.wrong(kind.name(), place, "bool");
            r.skip();
        }
    }
}

fn int(r: &mut Reader<'_>, into: &mut i64, place: Place, wanted: &str, errors: &mut Errors) {
    match r.kind() {
        Kind::Number => {
            let text = String::from_utf8_lossy(r.raw());
            match text.parse() {
                Ok(number) => *into = number,
                Err(_) => errors.wrong(&format!("number {text}"), place, wanted),
            }
        }
        Kind::Null => r.skip(),
        kind => {
            errors.wrong(kind.name(), place, wanted);
            r.skip();
        }
    }
}

fn time(r: &mut Reader<'_>, into: &mut Option<String>, errors: &mut Errors) {
    match r.kind() {
        Kind::Null => {
            *into = None;
            r.skip();
        }
        Kind::String => match Time::parse(&r.string().unwrap_or_default()) {
            Ok(time) => *into = Some(time.to_string()),
            Err(error) => errors.add(error),
        },
        _ => {
            errors.add("Time.UnmarshalJSON: input is not a JSON string".to_owned());
            r.skip();
        }
    }
}

fn map<'a, T: Default>(
    r: &mut Reader<'a>,
    into: &mut Option<BTreeMap<String, T>>,
    place: Place,
    wanted: &str,
    errors: &mut Errors,
    mut value: impl FnMut(&mut Reader<'a>, &mut T, &mut Errors),
) {
    match r.kind() {
        Kind::Object => {
            let map = into.get_or_insert_default();
            r.object(|r, key| {
                let mut element = T::default();
                value(r, &mut element, errors);
                map.insert(key, element);
            });
        }
        Kind::Null => {
            *into = None;
            r.skip();
        }
        kind => {
            errors.wrong(kind.name(), place, wanted);
            r.skip();
        }
    }
}

fn labels(
    r: &mut Reader<'_>,
    into: &mut Option<BTreeMap<String, String>>,
    place: Place,
    errors: &mut Errors,
) {
    map(
        r,
        into,
        place,
        "map[string]string",
        errors,
        |r, text, errors| string(r, text, place, "string", errors),
    );
}

fn set(
    r: &mut Reader<'_>,
    into: &mut Option<BTreeMap<String, ()>>,
    place: Place,
    errors: &mut Errors,
) {
    map(
        r,
        into,
        place,
        "map[string]struct {}",
        errors,
        |r, (), errors| {
            object(r, place, "struct {}", errors, |r, _, _| r.skip());
        },
    );
}
