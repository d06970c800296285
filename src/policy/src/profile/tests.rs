use fromtier_image::Platform;

use super::*;

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
fn a_stage_that_ships_is_final_whatever_its_name() {
    assert_eq!(
        BuildPart::Ships.matches(&stage(Some("x"), Some(true))),
        ProfileMatch::Certain
    );
    assert_eq!(
        BuildPart::Ships.matches(&stage(Some("final"), Some(false))),
        ProfileMatch::None
    );
    assert_eq!(
        BuildPart::Ships.matches(&Scope::default()),
        ProfileMatch::Possible
    );
}

#[test]
fn a_stage_name_can_only_tighten_the_rules_for_shipped_stages() {
    let build = BuildPart::Stage(glob("build-*"));
    assert_eq!(
        build.matches(&stage(Some("Build-go"), Some(false))),
        ProfileMatch::Certain
    );
    assert_eq!(
        build.matches(&stage(Some("build-go"), Some(true))),
        ProfileMatch::Possible
    );
    assert_eq!(
        build.matches(&stage(Some("build-go"), None)),
        ProfileMatch::Possible
    );
    assert_eq!(
        build.matches(&stage(Some("test"), None)),
        ProfileMatch::None
    );
    assert_eq!(
        build.matches(&stage(None, Some(false))),
        ProfileMatch::Possible
    );
}

#[test]
fn a_platform_matches_with_and_without_its_variant() {
    let on = |text: &str, platform: &Platform| {
        let scope = Scope {
            platform: Some(platform),
            ..Scope::default()
        };
        BuildPart::Platform(glob(text)).matches(&scope)
    };
    let arm = Platform::parse("linux/arm/v7").unwrap();
    assert_eq!(on("linux/arm", &arm), ProfileMatch::Certain);
    assert_eq!(on("linux/arm/v7", &arm), ProfileMatch::Certain);
    assert_eq!(on("linux/arm/v6", &arm), ProfileMatch::None);
    assert_eq!(on("linux/*", &arm), ProfileMatch::Certain);
    assert_eq!(
        on("linux/arm64", &Platform::parse("linux/aarch64").unwrap()),
        ProfileMatch::Certain
    );
}

#[test]
fn a_platform_matches_under_all_its_names() {
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
        let policy = format!("version: 1\nplatforms: {{{text}: {{tiers: {{community: deny}}}}}}");
        let policy = crate::fixtures::policy(&policy);
        let platform = Platform::parse(platform).unwrap();
        let scope = Scope {
            platform: Some(&platform),
            ..Scope::default()
        };
        let applies = policy.profiles[0].part.matches(&scope) == ProfileMatch::Certain;
        assert_eq!(applies, fits, "{text} {platform:?}");
    }
}

#[test]
fn a_path_starts_at_the_root_of_the_repository() {
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
