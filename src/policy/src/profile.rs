//! Profiles: what holds otherwise in some stages, on some platforms, in some Dockerfiles.

use crate::glob::Glob;
use crate::image_rule::ImageRule;
use crate::scope::Scope;
use crate::settings::Settings;

/// `stages:`, `platforms:` or `paths:`, one entry of it.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// As the file has it: `stages.final`.
    pub name: String,
    pub part: Part,
    pub settings: Settings,
    /// These hold as well as the policy's own.
    pub images: Vec<ImageRule>,
}

/// A part of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// `stages: {final: …}`: what ships.
    Ships,
    /// A stage by its name, in lower case.
    Stage(Glob),
    /// A platform, `linux/arm64`.
    Platform(Glob),
    /// The Dockerfile's path.
    Path(Glob),
}

/// Does a profile hold for a source?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Yes,
    /// Perhaps, or by a name that the build gives itself to what ships: it may tighten and not loosen.
    Beside,
    No,
}

impl Part {
    pub fn holds(&self, scope: &Scope<'_>) -> Holds {
        let fits = |known: Option<bool>| match known {
            Some(true) => Holds::Yes,
            Some(false) => Holds::No,
            None => Holds::Beside,
        };
        match self {
            Part::Ships => fits(scope.ships),
            Part::Stage(glob) => {
                let fit = scope
                    .stage
                    .map(|name| glob.matches(&name.to_ascii_lowercase()));
                match fits(fit) {
                    Holds::Yes if scope.ships != Some(false) => Holds::Beside,
                    holds => holds,
                }
            }
            Part::Platform(glob) => fits(scope.platform.map(|platform| {
                let platform = platform.clone().normalize();
                let plain = format!("{}/{}", platform.os, platform.architecture);
                glob.matches(&plain) || glob.matches(&platform.format())
            })),
            Part::Path(glob) => fits(scope.path.map(|path| path_matches(glob, path))),
        }
    }
}

/// `**/legacy/*` is `legacy/*` as well.
pub(crate) fn path_matches(glob: &Glob, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    glob.matches(path) || glob.starts_anywhere() && glob.matches(&format!("/{path}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use fromtier_image::Platform;

    fn glob(text: &str) -> Glob {
        Glob::of_path(text)
    }

    fn stage(name: Option<&'static str>, ships: Option<bool>) -> Scope<'static> {
        Scope {
            stage: name,
            ships,
            ..Scope::default()
        }
    }

    #[test]
    fn what_ships_is_final_whatever_its_name() {
        assert_eq!(Part::Ships.holds(&stage(Some("x"), Some(true))), Holds::Yes);
        assert_eq!(
            Part::Ships.holds(&stage(Some("final"), Some(false))),
            Holds::No
        );
        assert_eq!(Part::Ships.holds(&Scope::default()), Holds::Beside);
    }

    #[test]
    fn a_name_can_only_tighten_what_ships() {
        let build = Part::Stage(glob("build-*"));
        assert_eq!(
            build.holds(&stage(Some("Build-go"), Some(false))),
            Holds::Yes
        );
        assert_eq!(
            build.holds(&stage(Some("build-go"), Some(true))),
            Holds::Beside
        );
        assert_eq!(build.holds(&stage(Some("build-go"), None)), Holds::Beside);
        assert_eq!(build.holds(&stage(Some("test"), None)), Holds::No);
        assert_eq!(build.holds(&stage(None, Some(false))), Holds::Beside);
    }

    #[test]
    fn a_platform_fits_with_and_without_its_variant() {
        let on = |text: &str, platform: &Platform| {
            let scope = Scope {
                platform: Some(platform),
                ..Scope::default()
            };
            Part::Platform(glob(text)).holds(&scope)
        };
        let arm = Platform::parse("linux/arm/v7").unwrap();
        assert_eq!(on("linux/arm", &arm), Holds::Yes);
        assert_eq!(on("linux/arm/v7", &arm), Holds::Yes);
        assert_eq!(on("linux/arm/v6", &arm), Holds::No);
        assert_eq!(on("linux/*", &arm), Holds::Yes);
        assert_eq!(
            on("linux/arm64", &Platform::parse("linux/aarch64").unwrap()),
            Holds::Yes
        );
    }

    #[test]
    fn a_platform_is_known_by_all_its_names() {
        for (text, platform, fits) in [
            ("linux/x86_64", "linux/amd64", true),
            ("linux/arm64/v8", "linux/arm64", true),
            ("linux/aarch64", "linux/arm64", true),
            ("linux/armhf", "linux/arm/v7", true),
            ("linux/armhf", "linux/arm/v6", false),
            ("linux/arm", "linux/arm/v6", true),
            ("linux/arm/v6", "linux/arm/v6", true),
            ("macos/*", "linux/amd64", false),
        ] {
            let policy =
                format!("version: 1\nplatforms: {{{text}: {{tiers: {{community: deny}}}}}}");
            let policy = crate::testing::policy(&policy);
            let platform = Platform::parse(platform).unwrap();
            let scope = Scope {
                platform: Some(&platform),
                ..Scope::default()
            };
            let holds = policy.profiles[0].part.holds(&scope) == Holds::Yes;
            assert_eq!(holds, fits, "{text} {platform:?}");
        }
    }

    #[test]
    fn paths_count_from_the_top() {
        for (text, path, fits) in [
            ("services/payments/**", "services/payments/Dockerfile", true),
            (
                "services/payments/**",
                "./services/payments/a/Dockerfile",
                true,
            ),
            ("services/*", "services/payments/Dockerfile", false),
            ("**/legacy/**", "legacy/Dockerfile", true),
            ("**/legacy/**", "a/legacy/Dockerfile", true),
            ("**/legacy/**", "a/notlegacy/Dockerfile", false),
            ("*/Dockerfile", "Dockerfile", false),
        ] {
            assert_eq!(path_matches(&glob(text), path), fits, "{text} {path}");
        }
    }
}
