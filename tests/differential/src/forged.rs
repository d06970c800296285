//! One recording, changed in one place for each kind of thing that is compared.

use fromtier_buildkit_double::Recording;
use fromtier_buildkit_double::graph::{Part, rewrite};
use fromtier_buildkit_double::record::{Call, Outcome};
use fromtier_proto::{gw, pb};

/// A change.
pub struct Forged {
    /// The changed thing.
    pub what: &'static str,
    /// The change itself.
    pub change: fn(&mut Recording),
    /// The prefix of the paths of all differences that it makes.
    pub path: &'static str,
}

const fn forged(what: &'static str, path: &'static str, change: fn(&mut Recording)) -> Forged {
    Forged { what, change, path }
}

/// The changes to a recording of [`crate::planted`]'s case that is built.
pub const IN_BUILT: &[Forged] = &[
    forged(
        "an operation's platform",
        "graph//exec \"[build 2/2] RUN echo a\" (Dockerfile:3)/platform/architecture",
        |r| {
            operation(r, "RUN echo a", |part| {
                part.op.platform.get_or_insert_default().architecture = "s390x".into();
            });
        },
    ),
    forged(
        "a description",
        "graph//exec \"[last 1/3] RUN true\" (Dockerfile:5)/metadata/description/llb.customname",
        |r| {
            change_metadata(r, "RUN true", |m| {
                m.description
                    .insert("llb.customname".into(), "RUN false".into());
            });
        },
    ),
    forged(
        "a capability",
        "graph//exec \"[last 1/3] RUN true\" (Dockerfile:5)/metadata/caps/exec.meta.base",
        |r| {
            change_metadata(r, "RUN true", |m| {
                m.caps.remove("exec.meta.base");
            });
        },
    ),
    forged(
        "leave to use the cache",
        "graph//exec \"[last 1/3] RUN true\" (Dockerfile:5)/metadata/ignore_cache",
        |r| change_metadata(r, "RUN true", |m| m.ignore_cache = true),
    ),
    forged(
        "a line of an operation",
        "graph//exec \"[last 1/3] RUN true\" (Dockerfile:5)/lines[0]/from[0]",
        |r| {
            operation(r, "RUN true", |part| {
                let ranges = part.places.iter_mut().flat_map(|place| &mut place.ranges);
                for start in ranges.filter_map(|range| range.start.as_mut()) {
                    start.line += 1;
                }
            });
        },
    ),
    forged(
        "a progress group",
        "graph//merge \"[last 3/3] LINK COPY --link a b /d/\" (Dockerfile:7)/metadata/progress_group/name",
        |r| {
            change_metadata(r, "LINK COPY --link", |m| {
                m.progress_group.get_or_insert_default().name = "other".into();
            });
        },
    ),
    forged("the text that lines are of", "graph//files[0]/data", |r| {
        for definition in definitions(r) {
            let files = definition.source.iter_mut().flat_map(|s| &mut s.infos);
            files.for_each(|file| file.data.push(b'#'));
        }
    }),
    forged(
        "the image's configuration",
        "result/metadata/containerimage.config/config/Labels/l",
        |r| config(r, "\"l\":\"1\"", "\"l\":\"2\""),
    ),
    forged(
        "the image's history",
        "result/metadata/containerimage.config/history[",
        |r| config(r, "LABEL l=1", "LABEL l=9"),
    ),
    forged(
        "the bytes of the image's configuration",
        "result/metadata/containerimage.config/bytes",
        |r| config(r, "{\"architecture\"", "{ \"architecture\""),
    ),
    forged("a warning's text", "warnings/JSON", |r| {
        warning(r, |w| w.short.push(b'!'));
    }),
    forged(
        "a warning's range",
        "warnings/JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 9)/ranges[0]/end/line",
        |r| {
            warning(r, |w| {
                for end in w.ranges.iter_mut().filter_map(|range| range.end.as_mut()) {
                    end.line += 1;
                }
            });
        },
    ),
    forged(
        "a warning's detail",
        "warnings/JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 9)/detail[",
        |r| warning(r, |w| w.detail.push(b"more".to_vec())),
    ),
    forged("a call that is missing", "calls/source meta", |r| {
        r.calls
            .retain(|call| !matches!(call, Call::ResolveSourceMeta(_)));
    }),
    forged("a graph that is solved on the way", "calls/solve", |r| {
        let refs = r.refs();
        r.calls.retain(|call| match call {
            Call::Solve { id, .. } => refs.values().any(|of_result| of_result == id),
            _ => true,
        });
    }),
    forged("the answer as a whole", "outcome", |r| {
        r.outcome = Outcome::Nothing;
    }),
];

/// The changes to a recording of the case that is refused.
pub const IN_REFUSED: &[Forged] = &[
    forged("an error's text", "error/message", |r| {
        error(r, |status| status.message.push('!'));
    }),
    forged("an error's code", "error/code", |r| {
        error(r, |status| status.code += 1);
    }),
    forged("an error's line", "error/details", |r| {
        error(r, |status| {
            for detail in &mut status.details {
                let text = String::from_utf8_lossy(&detail.value);
                let moved = text.replace("\"line\":2", "\"line\":3");
                detail.value = moved.into_bytes();
            }
        });
    }),
];

/// The image of a named context, by its tag in one recording and by its digest in the other: nothing else may differ. The
/// recording is one in which images of options have their digest.
pub const BESIDE_PINS: &[Forged] = &[
    forged(
        "another digest",
        "graph//source \"[context tools] busybox\"",
        |r| source(r, |id| id.contains("/busybox:"), "0"),
    ),
    forged(
        "another image next to it",
        "graph//source \"[stage-0 1/2] FROM docker.io/library/alpine:latest",
        |r| source(r, |id| id.contains("/alpine:"), "0"),
    ),
    forged(
        "the name of its step",
        "graph//source \"[context tools] busybox\"",
        |r| {
            change_metadata(r, "[context tools] busybox", |m| {
                m.description
                    .insert("llb.customname".into(), "[context] busybox".into());
            });
        },
    ),
];

fn definitions(recording: &mut Recording) -> impl Iterator<Item = &mut pb::Definition> {
    recording.calls.iter_mut().filter_map(|call| match call {
        Call::Solve { request, .. } => request.definition.as_mut(),
        _ => None,
    })
}

/// Changes the operations whose step has `name` in it.
fn operation(recording: &mut Recording, name: &str, change: impl Fn(&mut Part<'_>)) {
    for definition in definitions(recording) {
        let forged = rewrite(definition, |mut part| {
            let metadata = part.metadata.as_ref();
            let step = metadata.and_then(|m| m.description.get("llb.customname"));
            if step.is_some_and(|step| step.contains(name)) {
                change(&mut part);
            }
        });
        if let Ok(forged) = forged {
            *definition = forged;
        }
    }
}

/// Changes the metadata of the operations whose step has `name` in it.
fn change_metadata(recording: &mut Recording, name: &str, change: impl Fn(&mut pb::OpMetadata)) {
    operation(recording, name, |part| {
        if let Some(metadata) = &mut part.metadata {
            change(metadata);
        }
    });
}

/// Appends something to the identifiers of some sources.
fn source(recording: &mut Recording, which: impl Fn(&str) -> bool, behind: &str) {
    for definition in definitions(recording) {
        let forged = rewrite(definition, |part| {
            if let Some(pb::op::Op::Source(source)) = &mut part.op.op
                && which(&source.identifier)
            {
                source.identifier.push_str(behind);
            }
        });
        if let Ok(forged) = forged {
            *definition = forged;
        }
    }
}

fn config(recording: &mut Recording, old: &str, new: &str) {
    if let Outcome::Result(result) = &mut recording.outcome {
        for (key, value) in &mut result.metadata {
            if key.starts_with("containerimage.config") {
                *value = String::from_utf8_lossy(value)
                    .replace(old, new)
                    .into_bytes();
            }
        }
    }
}

fn warning(recording: &mut Recording, change: impl Fn(&mut gw::WarnRequest)) {
    for call in &mut recording.calls {
        if let Call::Warn(warning) = call {
            change(warning);
        }
    }
}

fn error(recording: &mut Recording, change: impl Fn(&mut gw::Status)) {
    if let Outcome::Error(status) = &mut recording.outcome {
        change(status);
    }
}
