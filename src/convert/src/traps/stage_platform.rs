//! FT203: `FROM --platform=…` with a stage as the base. The stage has its platform already, so BuildKit drops the flag. As
//! `(*dispatchState).init` in BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`.

use std::collections::HashMap;

use fromtier_dockerfile::instructions::Stage;
use fromtier_dockerfile::shell::Lex;
use fromtier_policy::Trap;

use super::FoundTrap;
use crate::vars::Vars;

/// Returns the stages whose `--platform` has no effect. One that only repeats what its base has is left out.
pub(super) fn find(stages: &[Stage], lex: &Lex, variables: &Vars) -> Vec<FoundTrap> {
    // The stages by their names, each as the one below it that begins with an image.
    let mut roots: HashMap<&str, &Stage> = HashMap::new();
    let mut found = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let base = lex.expand(&stage.base_name, variables);
        let base = base.map(|base| base.result).unwrap_or_default();
        let root = roots.get(base.as_str()).copied();
        if let Some(root) = root
            && !stage.platform.is_empty()
            && has_other_platform(stage, root)
        {
            found.push(trap(stage, index, &base, root));
        }
        if !stage.name.is_empty() {
            roots.insert(&stage.name, root.unwrap_or(stage));
        }
    }
    found
}

/// Whether a stage asks for another platform than its base asks for. No flag is the same as `$TARGETPLATFORM`.
fn has_other_platform(stage: &Stage, root: &Stage) -> bool {
    let written = |stage: &Stage| {
        let plain = stage.platform.replace(['{', '}'], "");
        match plain.as_str() {
            "$TARGETPLATFORM" => String::new(),
            _ => plain,
        }
    };
    written(stage) != written(root)
}

fn trap(stage: &Stage, index: usize, base: &str, root: &Stage) -> FoundTrap {
    let written = format!("FROM --platform={} {}", stage.platform, stage.base_name);
    let line = root.location.first().map_or(0, |range| range.start.line);
    // The platform of `scratch` is always the build's.
    let help = if root.base_name == crate::SCRATCH {
        "remove the flag".to_owned()
    } else {
        format!("remove the flag, or move it to the `FROM` in line {line}, where the stage begins")
    };
    FoundTrap {
        trap: Trap::StagePlatform,
        fact: format!(
            "`--platform={}` has no effect, because `{base}` is a stage of this Dockerfile",
            stage.platform
        ),
        help,
        written,
        ranges: stage.location.clone(),
        stage: Some(index),
    }
}
