//! Build checks of the whole file, before stages are planned.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use fromtier_dockerfile::instructions::{GlobalArg, Stage};
use fromtier_dockerfile::lint::{Linter, rules};
use fromtier_dockerfile::shell::{Env as _, Expansion, Lex};
use fromtier_dockerfile::span::Range;
use fromtier_dockerfile::suggest;
use fromtier_gostd::strings::{to_lower, to_upper};
use fromtier_image::{ImageRef, Platform};

use crate::vars::Vars;

/// Reports stage names that are reserved, and names that are used twice.
pub(crate) fn stage_names(stages: &[Stage], lint: &Linter) {
    let mut seen = HashSet::new();
    for stage in stages.iter().filter(|s| !s.name.is_empty()) {
        let name = stage.name.as_str();
        if matches!(name, "context" | "scratch") {
            lint.run(&rules::RESERVED_STAGE_NAME, &stage.location, |text| {
                text(name)
            });
        }
        if !seen.insert(name) {
            lint.run(&rules::DUPLICATE_STAGE_NAME, &stage.location, |text| {
                text(name)
            });
        }
    }
}

/// Reports keywords whose casing differs from that of most keywords in the file.
pub(crate) fn keyword_casing(stages: &[Stage], lint: &Linter) {
    let keywords = || {
        stages.iter().flat_map(|stage| {
            std::iter::once((stage.orig_cmd.as_str(), &stage.location)).chain(
                stage
                    .commands
                    .iter()
                    .map(|c| (c.common().name.as_str(), &c.common().location)),
            )
        })
    };
    let (mut lower, mut upper) = (0usize, 0usize);
    for (keyword, _) in keywords() {
        if to_lower(keyword) == keyword {
            lower += 1;
        } else if to_upper(keyword) == keyword {
            upper += 1;
        }
    }
    let mostly_lower = lower > upper;
    for (keyword, location) in keywords() {
        let (wanted, casing) = if mostly_lower {
            (to_lower(keyword), "lowercase")
        } else {
            (to_upper(keyword), "uppercase")
        };
        if wanted != keyword {
            lint.run(&rules::CONSISTENT_INSTRUCTION_CASING, location, |text| {
                text(keyword, casing)
            });
        }
    }
}

/// Reports base images that aren't valid references while their arguments have no value.
pub(crate) fn default_bases(
    stages: &[Stage],
    lex: &Lex,
    builtin: &Vars,
    globals: &[GlobalArg],
    lint: &Linter,
) {
    let Ok((env, _)) = super::args::with_globals(builtin.clone(), lex, globals, &BTreeMap::new())
    else {
        return;
    };
    for stage in stages {
        let Ok(base) = lex.expand(&stage.base_name, &env) else {
            return;
        };
        if ImageRef::parse(&base.result).is_err() {
            lint.run(
                &rules::INVALID_DEFAULT_ARG_IN_FROM,
                &stage.location,
                |text| text(&stage.base_name),
            );
        }
    }
}

/// Reports variables of a `FROM` that no argument declares.
pub(crate) fn undeclared_in_from(
    unmatched: &[String],
    known: impl Fn() -> BTreeSet<String>,
    location: &[Range],
    lint: &Linter,
) {
    if unmatched.is_empty() {
        return;
    }
    let known = known();
    let options: Vec<&str> = known.iter().map(String::as_str).collect();
    for arg in unmatched.iter().filter(|a| !known.contains(*a)) {
        let nearest = suggest::nearest(arg, &options, suggest::Case::Sensitive);
        lint.run(&rules::UNDEFINED_ARG_IN_FROM, location, |text| {
            text(arg, nearest.as_deref())
        });
    }
}

/// Reports `--platform=$TARGETPLATFORM`, which is the default.
pub(crate) fn redundant_target_platform(
    written: &str,
    platform: &Expansion,
    env: &Vars,
    location: &[Range],
    lint: &Linter,
) {
    const KEY: &str = "TARGETPLATFORM";
    let only_that = platform.matched.len() == 1
        && platform.unmatched.is_empty()
        && platform.matched.contains(KEY);
    if only_that && env.get(KEY).unwrap_or_default() == platform.result {
        lint.run(&rules::REDUNDANT_TARGET_PLATFORM, location, |text| {
            text(written)
        });
    }
}

/// Reports `--platform=linux/amd64` in a stage whose name doesn't contain the platform.
pub(crate) fn constant_platform(
    stage_name: &str,
    platform: &Expansion,
    location: &[Range],
    lint: &Linter,
) {
    if !platform.matched.is_empty() || !platform.unmatched.is_empty() {
        return;
    }
    let Ok(parsed) = Platform::parse(&platform.result) else {
        return;
    };
    if stage_name.contains(&parsed.os) || stage_name.contains(&parsed.architecture) {
        return;
    }
    lint.run(
        &rules::FROM_PLATFORM_FLAG_CONST_DISALLOWED,
        location,
        |text| text(&platform.result),
    );
}
