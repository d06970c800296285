//! The names of steps: `[build linux/arm64 2/5] RUN make`.

use fromtier_dockerfile::shell::{Env, Lex};
use fromtier_gostd::strings::to_upper;
use fromtier_image::Platform;

/// The steps of a stage, counted.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// The number of steps that count. If it is 0, names have no count.
    pub total: usize,
    /// The 1-based number of the current step.
    pub index: usize,
    /// Whether the step comes from a trigger.
    pub onbuild: bool,
}

impl Steps {
    /// Returns the name of the step that [`Stage::next_step`](crate::stage::Stage::next_step) counted last.
    /// `platform` is shown if the build makes several.
    pub fn name(
        &self,
        stage: &str,
        text: &str,
        platform: Option<&Platform>,
        env: &dyn Env,
    ) -> String {
        let Steps {
            total,
            index,
            onbuild,
        } = *self;
        if total == 0 {
            return text.to_owned();
        }
        let platform = platform
            .map(|p| format!("{}{} ", p.format_all(), cross_target(p, from_env(env))))
            .unwrap_or_default();
        let stage = match stage {
            "" => String::new(),
            name => format!("{name} "),
        };
        let width = total.to_string().len();
        let onbuild = if onbuild { "ONBUILD " } else { "" };
        format!("[{platform}{stage}{index:width$}/{total}] {onbuild}{text}")
    }
}

/// Returns `->arm64` for a stage that runs on another platform and builds for this one.
fn cross_target(base: &Platform, target: Option<Platform>) -> String {
    let Some(mut target) = target else {
        return String::new();
    };
    if target.os.is_empty() {
        target.os.clone_from(&base.os);
    }
    if target.architecture.is_empty() {
        target.architecture.clone_from(&base.architecture);
    }
    let target = target.normalize();
    if target.os != base.os {
        format!("->{}", target.format_all())
    } else if target.architecture != base.architecture {
        let variant = match target.variant.as_str() {
            "" => String::new(),
            variant => format!("/{variant}"),
        };
        format!("->{}{variant}", target.architecture)
    } else {
        String::new()
    }
}

/// Returns the target platform from the stage's variables.
fn from_env(env: &dyn Env) -> Option<Platform> {
    if let Some(platform) = env
        .get("TARGETPLATFORM")
        .and_then(|p| Platform::parse(p).ok())
    {
        return Some(platform);
    }
    let (os, arch, variant) = (
        env.get("TARGETOS"),
        env.get("TARGETARCH"),
        env.get("TARGETVARIANT"),
    );
    if os.is_none() && arch.is_none() && variant.is_none() {
        return None;
    }
    let owned = |v: Option<&str>| v.unwrap_or_default().to_owned();
    Some(Platform {
        os: owned(os),
        architecture: owned(arch),
        variant: owned(variant),
        ..Platform::default()
    })
}

/// Returns an instruction's text with its keyword in uppercase and its variables expanded, if that works.
pub(crate) fn instruction(lex: &Lex, code: &str, env: &dyn Env) -> String {
    let text = match lex.expand(code, env) {
        Ok(expansion) => expansion.result,
        Err(_) => code.to_owned(),
    };
    match text.split_once(' ') {
        Some((keyword, rest)) => format!("{} {rest}", to_upper(keyword)),
        None => to_upper(&text),
    }
}
