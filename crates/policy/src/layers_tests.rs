//! Two policies never allow what the organisation's alone refuses, and what isn't known never makes a policy laxer: of
//! random policies over all keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::gate::{ImageRequest, OtherRequest, Resolved, Via};
use crate::pattern::identity;
use crate::testing::{digest, lock_of, today};
use crate::{Gate, Lock, Policy, Scope, Severity};
use fromtier_image::{ImageConfig, ImageRef, Platform};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ACTIONS: [&str; 3] = ["allow", "warn", "deny"];

fn pick(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn action() -> impl Strategy<Value = String> {
    prop::sample::select(&ACTIONS[..]).prop_map(str::to_owned)
}

/// Patterns that the references of these tests are matched by, in part.
fn pattern() -> impl Strategy<Value = String> {
    pick(&[
        "node",
        "\"node:2*\"",
        "acme/*",
        "acme/tool",
        "ghcr.io/acme/**",
        "r.example.com/**",
        "\"*.example.com/**\"",
        "\"**\"",
        "\"**/tool\"",
    ])
}

/// Some of the lines, in flow style: `{a: b, c: d}`.
fn some(parts: Vec<BoxedStrategy<String>>) -> impl Strategy<Value = Vec<String>> {
    let each = parts
        .into_iter()
        .map(|part| prop::option::weighted(0.35, part));
    each.collect::<Vec<_>>()
        .prop_map(|parts| parts.into_iter().flatten().collect())
}

fn line(
    key: &'static str,
    value: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<String> {
    value
        .prop_map(move |value| format!("{key}: {value}"))
        .boxed()
}

fn map(parts: Vec<BoxedStrategy<String>>) -> BoxedStrategy<String> {
    some(parts)
        .prop_map(|parts| format!("{{{}}}", parts.join(", ")))
        .boxed()
}

fn tiers() -> BoxedStrategy<String> {
    map(vec![
        line("docker-official-image", action()),
        line("verified-publisher", action()),
        line("open-source", action()),
        line("internal", action()),
        line("community", action()),
    ])
}

fn base() -> BoxedStrategy<String> {
    let label = || pick(&["[owner]", "[\"owner=acme*\"]", "[owner, team]"]);
    let labels = map(vec![line("require", label()), line("forbid", label())]);
    map(vec![
        line("digest", pick(&["pin", "require", "resolve"])),
        line("max-age", pick(&["1d", "90d", "9000d"])),
        line("end-of-life", action()),
        line("unlisted-tag", action()),
        line("deprecated", action()),
        line("floating-tag", action()),
        line("root-user", action()),
        line("onbuild", action()),
        line("labels", labels),
    ])
}

fn sources() -> BoxedStrategy<String> {
    let checked = || pick(&["allow", "warn", "deny", "require-checksum"]);
    map(vec![
        line("git", checked()),
        line("http", checked()),
        line("scratch", action()),
        line("oci-layout", action()),
        line("local", action()),
        line("root-file-system", action()),
        line("cache-import", action()),
    ])
}

fn list(item: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    prop::collection::vec(item, 1..3)
        .prop_map(|items| format!("[{}]", items.join(", ")))
        .boxed()
}

fn image_rule() -> impl Strategy<Value = String> {
    let says = prop_oneof![
        action().prop_map(|action| format!("action: {action}")),
        pick(&[
            "tags: \">=22\"",
            "tags: [\"2*\", latest]",
            "variants: [alpine]",
            "variants: [default]"
        ]),
    ];
    (pattern(), says).prop_map(|(pattern, says)| format!("{{match: {pattern}, {says}}}"))
}

fn profile() -> BoxedStrategy<String> {
    map(vec![
        line("mode", pick(&["warn", "enforce"])),
        line("tiers", tiers()),
        line("images", list(image_rule())),
        line("base", base()),
        line("sources", sources()),
    ])
}

fn profiles(key: &'static str, names: &'static [&'static str]) -> BoxedStrategy<String> {
    let parts = names.iter().map(|name| line(name, profile()));
    line(key, map(parts.collect()))
}

fn exception() -> impl Strategy<Value = String> {
    let until = pick(&["2026-08-01", "2026-09-01", "2026-12-01", "2030-01-01"]);
    let more = some(vec![
        line("rules", pick(&["[FT101]", "[FT101, FT110, FT134]"])),
        line("files", pick(&["[\"a/**\"]", "[\"**\"]"])),
        line("labels", pick(&["[payments]", "[other]"])),
    ]);
    (pattern(), until, more).prop_map(|(pattern, until, more)| {
        let more: String = more.iter().map(|part| format!(", {part}")).collect();
        format!("{{match: {pattern}, until: {until}, owner: o, reason: r{more}}}")
    })
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let registry = || {
        pick(&[
            "docker.io",
            "ghcr.io/acme/**",
            "r.example.com",
            "\"*.example.com\"",
        ])
    };
    let target = pick(&[
        "\"node:22\"",
        "\"acme/{name}\"",
        "\"r.example.com/x/{name}:{tag}\"",
        "ghcr.io/acme/tool",
    ]);
    let more = pick(&[
        "",
        ", digest: refuse",
        ", tags: {latest: \"22\", \"1*\": 24-alpine}",
    ]);
    let rewrite = (pattern(), target, more)
        .prop_map(|(m, to, more)| format!("{{match: {m}, to: {to}{more}}}"));
    let mirror = pick(&[
        "{docker.io: r.example.com/hub}",
        "{docker.io: evil.example.org/hub}",
        "{ghcr.io: r.example.com/g}",
    ]);
    some(vec![
        line("mode", pick(&["warn", "enforce", "enforce", "enforce"])),
        line("labels", pick(&["[payments]", "[payments, other]"])),
        line("tiers", tiers()),
        line("internal", list(pattern())),
        line("verified-publisher", list(pattern())),
        line("open-source", list(pattern())),
        line(
            "registries",
            map(vec![
                line("allow", list(registry())),
                line("deny", list(registry())),
            ]),
        ),
        line("rewrite", list(rewrite)),
        line("images", list(image_rule())),
        line("base", base()),
        line("mirrors", mirror),
        line("sources", sources()),
        profiles("stages", &["final", "\"build-*\"", "test"]),
        profiles("platforms", &["linux/arm64", "\"linux/*\""]),
        profiles("paths", &["\"a/**\"", "\"b/**\""]),
        line("exceptions", list(exception())),
        line("exceptions-max", pick(&["10d", "365d"])),
    ])
}

/// A policy that is right, perhaps over another that it extends; and the labels in it.
fn policies() -> impl Strategy<Value = (Policy, String)> {
    (lines(), prop::option::of(lines())).prop_filter_map(
        "a policy that is wrong",
        |(own, below)| {
            let file = |lines: &[String], first: &str| {
                format!("version: 1\n{first}{}\n", lines.join("\n"))
            };
            let extends = if below.is_some() {
                "extends: b.yaml\n"
            } else {
                ""
            };
            let mut files = |_: &str| Ok(file(below.as_deref().unwrap_or_default(), ""));
            let policy = Policy::load("a.yaml", &file(&own, extends), &mut files).ok()?;
            let labels = policy.labels.join(", ");
            Some((policy, labels))
        },
    )
}

fn references() -> impl Strategy<Value = String> {
    let names = pick(&[
        "node",
        "acme/tool",
        "ghcr.io/acme/tool",
        "ghcr.io/other/tool",
        "r.example.com/a",
        "evil.example.com/a",
        "centos",
        "evil.example.org/hub/library/node",
    ]);
    let tags = pick(&["", ":22", ":18-alpine", ":latest", ":24-alpine"]);
    let digests = prop::option::weighted(0.3, prop::sample::select(vec!['a', 'b']));
    (names, tags, digests).prop_map(|(name, tag, letter)| match letter {
        None => format!("{name}{tag}"),
        Some(letter) => format!("{name}{tag}@{}", digest(letter).as_str()),
    })
}

/// Where in a build, with what owns the texts.
#[derive(Debug, Clone)]
struct Whence {
    stage: Option<String>,
    ships: Option<bool>,
    platform: Option<Platform>,
    path: Option<String>,
}

impl Whence {
    fn scope(&self) -> Scope<'_> {
        Scope {
            stage: self.stage.as_deref(),
            ships: self.ships,
            platform: self.platform.as_ref(),
            path: self.path.as_deref(),
        }
    }

    /// The same with less of it known.
    fn less(&self, [stage, ships, platform, path]: [bool; 4]) -> Whence {
        Whence {
            stage: self.stage.clone().filter(|_| stage),
            ships: self.ships.filter(|_| ships),
            platform: self.platform.clone().filter(|_| platform),
            path: self.path.clone().filter(|_| path),
        }
    }
}

fn whence() -> impl Strategy<Value = Whence> {
    let stage = prop::option::of(pick(&["build-x", "test", "final", "other"]));
    let platform = prop::option::of(pick(&["linux/arm64", "linux/amd64", "windows/amd64"]));
    let path = prop::option::of(pick(&["a/Dockerfile", "b/c/Dockerfile", "Dockerfile"]));
    (stage, any::<Option<bool>>(), platform, path).prop_map(|(stage, ships, platform, path)| {
        Whence {
            stage,
            ships,
            platform: platform.map(|text| Platform::parse(&text).unwrap()),
            path,
        }
    })
}

fn configs() -> impl Strategy<Value = ImageConfig> {
    let created = prop::option::of(pick(&[
        "2026-08-31T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "2001-01-01T00:00:00Z",
    ]));
    let user = pick(&["", "node", "0:0"]);
    let labels =
        prop::collection::btree_map(pick(&["owner", "team"]), pick(&["acme inc", "x"]), 0..3);
    let triggers = prop::option::of(Just(vec!["RUN x".to_owned()]));
    (created, user, labels, triggers).prop_map(|(created, user, labels, triggers)| {
        let mut config = ImageConfig {
            created,
            ..ImageConfig::default()
        };
        config.config.user = user;
        config.config.labels = Some(labels);
        config.config.on_build = triggers;
        config
    })
}

fn via() -> impl Strategy<Value = Via> {
    prop::sample::select(vec![Via::From, Via::CopyFrom, Via::NamedContext])
}

/// Does the gate let the image in, once the registry has answered?
fn admits(gate: &Gate, request: &ImageRequest<'_>, config: &ImageConfig) -> bool {
    let Ok(pass) = gate.request(request) else {
        return false;
    };
    let pinned = pass.pinned().cloned().unwrap_or_else(|| digest('a'));
    let resolved = Resolved {
        reference: pass.pull(),
        digest: Some(&pinned),
        config,
    };
    gate.admit(&pass, &resolved).is_ok()
}

/// The organisation's policy alone; the repository says no more than what it is called, which the organisation's own
/// exceptions may go by, and refuses nothing.
fn alone(organisation: &Policy, labels: &str, lock: &Lock) -> Gate {
    let named = match labels {
        "" => None,
        labels => Some(
            Policy::parse("r", &format!("version: 1\nmode: warn\nlabels: [{labels}]")).unwrap(),
        ),
    };
    Gate::new(
        Some(organisation.clone()),
        named,
        Some(lock.clone()),
        today(),
    )
}

fn locks() -> impl Strategy<Value = Lock> {
    let text = prop::option::of(Just(lock_of("docker.io/library/node:22", 'a')));
    text.prop_map(|text| Lock::parse("l", &text.unwrap_or_default()).unwrap())
}

fn others() -> impl Strategy<Value = OtherRequest<'static>> {
    const URL: &str = "https://example.com/x";
    const COMMIT: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    prop::sample::select(vec![
        OtherRequest::Git {
            url: URL,
            checksum: None,
        },
        OtherRequest::Git {
            url: URL,
            checksum: Some(COMMIT),
        },
        OtherRequest::Http {
            url: URL,
            checksum: None,
        },
        OtherRequest::Scratch,
        OtherRequest::RootFileSystem { path: "root.tar" },
        OtherRequest::CacheImport { from: "acme/cache" },
        OtherRequest::OciLayout {
            reference: "s@sha256:a",
        },
        OtherRequest::Local { name: "context" },
    ])
}

proptest! {
    /// What both policies let in, the organisation's lets in by itself: the image as the repository's rewriting made it,
    /// and the place that the repository pulls it from.
    #[test]
    fn a_repository_never_loosens(
        (organisation, _) in policies(), (repository, labels) in policies(), lock in locks(),
        asked in references(), whence in whence(), via in via(), config in configs(),
    ) {
        let alone = alone(&organisation, &labels, &lock);
        let both = Gate::new(Some(organisation), Some(repository), Some(lock), today());
        let scope = whence.scope();
        let request = ImageRequest { reference: &asked, via, scope };
        if admits(&both, &request, &config) {
            let image = ImageRef::parse(&asked).unwrap().tag_name_only();
            let rule = both.layers[1].rewrite(&identity(&image), image.tag());
            let written = rule.and_then(|rule| rule.apply(&image).ok()).unwrap_or(image).to_string();
            let by_itself = ImageRequest { reference: &written, via, scope };
            prop_assert!(admits(&alone, &by_itself, &config), "{written}: {:#?}", alone.request(&by_itself));
            let (mine, pulled) = (alone.request(&by_itself).unwrap(), both.request(&request).unwrap());
            if identity(mine.pull()) != identity(pulled.pull()) {
                let place = pulled.pull().clone().without_digest().tag_name_only().to_string();
                let said = match alone.request(&ImageRequest { reference: &place, via, scope }) {
                    Ok(pass) => pass.verdict().clone(),
                    Err(denial) => *denial.verdict,
                };
                let of_places = ["FT101", "FT102", "FT103", "FT105", "FT107", "FT113"];
                let refused = said.findings.iter().find(|f| f.severity == Severity::Deny && of_places.contains(&f.code));
                prop_assert!(said.rewritten.is_some() || refused.is_none(), "{place}: {refused:?}");
            }
        }
    }

    /// The same of sources that are no images, and of a client's own definition.
    #[test]
    fn a_repository_never_loosens_other_sources(
        (organisation, _) in policies(), (repository, labels) in policies(), lock in locks(),
        request in others(), reference in references(), whence in whence(),
    ) {
        let alone = alone(&organisation, &labels, &lock);
        let both = Gate::new(Some(organisation), Some(repository), Some(lock), today());
        let scope = whence.scope();
        prop_assert!(both.other(&request, &scope).is_err() || alone.other(&request, &scope).is_ok());
        let Ok(image) = ImageRef::parse(&reference) else {
            return Ok(());
        };
        let identifier = format!("docker-image://{}", image.tag_name_only());
        let input = |gate: &Gate| gate.input_source(&identifier, &BTreeMap::new(), &scope).is_ok();
        prop_assert!(!input(&both) || input(&alone), "{identifier}");
    }

    /// What passes while little is known passes when more is.
    #[test]
    fn what_is_not_known_makes_nothing_laxer(
        (organisation, _) in policies(), repository in prop::option::of(policies()), lock in locks(),
        asked in references(), whence in whence(), known in any::<[bool; 4]>(), via in via(), config in configs(),
        other in others(),
    ) {
        let gate = Gate::new(Some(organisation), repository.map(|(policy, _)| policy), Some(lock), today());
        let less = whence.less(known);
        let of = |whence: &Whence| {
            let request = ImageRequest { reference: &asked, via, scope: whence.scope() };
            admits(&gate, &request, &config)
        };
        prop_assert!(!of(&less) || of(&whence), "{less:?} and not {whence:?}");
        let of = |whence: &Whence| gate.other(&other, &whence.scope()).is_ok();
        prop_assert!(!of(&less) || of(&whence), "{other:?}: {less:?} and not {whence:?}");
    }
}
