//! The arguments before the first `FROM`: the builder's own and the file's, with the values that the build gives.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::GlobalArg;
use fromtier_dockerfile::shell::{Env as _, Lex};
use fromtier_image::Platform;

use crate::evaluate::ArgScope;
use crate::options::Options;
use crate::outline::capture::ArgInfo;
use crate::vars::{Variables as _, Vars};

/// The platforms of a build.
#[derive(Debug, Clone)]
pub(crate) struct Platforms {
    pub target: Platform,
    /// The worker's platforms, never empty. The first is the one that the build runs on.
    pub build: Vec<Platform>,
    /// Whether the build requests no target platform.
    pub implicit: bool,
}

impl Platforms {
    pub fn of(options: &Options) -> Platforms {
        let mut build = options.build_platforms.clone();
        if build.is_empty() {
            build.push(
                options
                    .target_platform
                    .clone()
                    .unwrap_or_else(Platform::host),
            );
        }
        Platforms {
            target: options
                .target_platform
                .clone()
                .unwrap_or_else(|| build[0].clone()),
            build,
            implicit: options.target_platform.is_none(),
        }
    }
}

/// The arguments that BuildKit sets.
pub(crate) const BUILTIN: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

/// Returns `BUILDPLATFORM`, `TARGETARCH` and so on. The build's arguments override them.
pub(crate) fn builtin(
    platforms: &Platforms,
    overrides: &BTreeMap<String, String>,
    target_stage: &str,
) -> Vars {
    let (build, target) = (&platforms.build[0], &platforms.target);
    let stage = if target_stage.is_empty() {
        "default"
    } else {
        target_stage
    };
    let mut env = Vars::default();
    let values = [
        build.format(),
        build.os.clone(),
        build.os_version.clone(),
        build.architecture.clone(),
        build.variant.clone(),
        target.format_all(),
        target.os.clone(),
        target.os_version.clone(),
        target.architecture.clone(),
        target.variant.clone(),
        stage.to_owned(),
    ];
    for (key, value) in BUILTIN.into_iter().zip(values) {
        let value = overrides.get(key).cloned().unwrap_or(value);
        env.set(key, &value);
    }
    env
}

/// Returns the builtin arguments and the file's own, each with the build's value if it has one.
pub(crate) fn with_globals(
    mut env: Vars,
    lex: &Lex,
    globals: &[GlobalArg],
    given: &BTreeMap<String, String>,
) -> Result<(Vars, HashMap<String, ArgInfo>)> {
    let mut infos: HashMap<String, ArgInfo> = HashMap::new();
    for global in globals {
        for arg in &global.args {
            let mut deps = BTreeSet::new();
            let scope = ArgScope::outside_stages(given);
            let declared = scope.declare(arg, &mut env, |env, default| {
                let expansion = lex
                    .expand(default, env)
                    .map_err(|(e, _)| e.at(&global.common.location))?;
                deps = expansion.matched;
                Ok(expansion.result)
            })?;
            if deps.remove(&arg.key)
                && let Some(earlier) = infos.get(&arg.key)
            {
                deps.extend(earlier.deps.iter().cloned());
            }
            infos.insert(
                arg.key.clone(),
                ArgInfo {
                    key: arg.key.clone(),
                    description: arg.doc_comment.clone(),
                    value: declared.value.unwrap_or_default(),
                    deps,
                    location: global.common.location.clone(),
                },
            );
        }
    }
    Ok((env, infos))
}

/// Returns the value of an argument that the converter reads: the build's, or else the file's if it isn't empty.
pub(crate) fn value_of<'a>(
    given: &'a BTreeMap<String, String>,
    globals: &'a Vars,
    key: &str,
) -> Option<&'a str> {
    match given.get(key) {
        Some(value) => Some(value),
        None => globals.get(key).filter(|v| !v.is_empty()),
    }
}

/// Replaces a given value with the resolved one. An empty value removes it.
pub(crate) fn replace(
    given: &mut BTreeMap<String, String>,
    globals: &mut Vars,
    key: &str,
    value: &str,
) {
    if given.contains_key(key) {
        if value.is_empty() {
            given.remove(key);
        } else {
            given.insert(key.to_owned(), value.to_owned());
        }
    }
    if globals.get(key).is_some() {
        if value.is_empty() {
            globals.remove(key);
        } else {
            globals.set(key, value);
        }
    }
}
