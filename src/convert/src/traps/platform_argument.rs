//! FT202: a default for an argument that BuildKit sets, such as `TARGETARCH`. The default wins, so the argument no longer
//! depends on the build's platform. As `dispatchArg` in BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`.

use std::collections::BTreeMap;

use fromtier_dockerfile::instructions::{ArgDef, Command, Common, GlobalArg, Stage};
use fromtier_policy::Trap;

use super::FoundTrap;
use crate::plan::args;

/// Returns the defaults that replace a value of BuildKit's. A value that the build gives itself replaces both.
pub(super) fn find(
    stages: &[Stage],
    globals: &[GlobalArg],
    given: &BTreeMap<String, String>,
) -> Vec<FoundTrap> {
    let mut found = Vec::new();
    let mut add = |common: &Common, args: &[ArgDef], stage: Option<usize>| {
        let traps = args.iter().filter(|arg| !given.contains_key(&arg.key));
        found.extend(traps.filter_map(|arg| trap(common, arg, stage)));
    };
    for global in globals {
        add(&global.common, &global.args, None);
    }
    for (index, stage) in stages.iter().enumerate() {
        for command in &stage.commands {
            if let Command::Arg { common, args } = command {
                add(common, args, Some(index));
            }
        }
    }
    found
}

fn trap(common: &Common, arg: &ArgDef, stage: Option<usize>) -> Option<FoundTrap> {
    let ArgDef { key, value, .. } = arg;
    // A default with variables can be the value that BuildKit sets.
    let default = value.as_ref().filter(|default| !default.contains('$'))?;
    if !args::BUILTIN.contains(&key.as_str()) {
        return None;
    }
    let written = format!("ARG {key}={default}");
    Some(FoundTrap {
        trap: Trap::PlatformArgument,
        fact: format!(
            "the default in `{written}` replaces the value that BuildKit sets for each build"
        ),
        help: format!("remove the default: ARG {key}"),
        written,
        ranges: common.location.clone(),
        stage,
    })
}
