//! Random policies over all keys, and random requests, locks, and answers.

use fromtier_image::{ImageConfig, Platform};
use proptest::prelude::*;

use crate::fixtures::{digest, lock_of};
use crate::gate::{SourceRequest, Via};
use crate::{Lock, Policy, Scope};

const ACTIONS: [&str; 3] = ["allow", "warn", "deny"];

fn pick(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn action() -> impl Strategy<Value = String> {
    prop::sample::select(&ACTIONS[..]).prop_map(str::to_owned)
}

/// Patterns, some of which match references of these tests.
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
        "centos",
        "openjdk",
        "ghcr.io/library/*",
        "docker.lo/**",
        "evil.example.org/**",
        "\"r.example.com:443/**\"",
        "my_reg.io/*",
    ])
}

/// Some of the parts.
fn some_of(parts: Vec<BoxedStrategy<String>>) -> impl Strategy<Value = Vec<String>> {
    let each = parts
        .into_iter()
        .map(|part| prop::option::weighted(0.35, part));
    each.collect::<Vec<_>>()
        .prop_map(|parts| parts.into_iter().flatten().collect())
}

/// A key and its value, in flow style.
fn line(
    key: &'static str,
    value: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<String> {
    value
        .prop_map(move |value| format!("{key}: {value}"))
        .boxed()
}

/// A mapping with some of the parts, in flow style: `{a: b, c: d}`.
fn map(parts: Vec<BoxedStrategy<String>>) -> BoxedStrategy<String> {
    some_of(parts)
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
        line("undated", action()),
        line("end-of-life", action()),
        line("end-of-life-notice", pick(&["30d", "400d"])),
        line("unlisted-tag", action()),
        line("deprecated", action()),
        line("floating-tag", action()),
        line("root-user", action()),
        line("final-user", action()),
        line("onbuild", action()),
        line("labels", labels),
    ])
}

fn sources_setting() -> BoxedStrategy<String> {
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

fn dockerfile() -> BoxedStrategy<String> {
    map(vec![
        line("heredoc-blank", action()),
        line("platform-argument", action()),
        line("stage-platform", action()),
        line("json-array", action()),
        line("late-escape", action()),
    ])
}

fn list(item: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    prop::collection::vec(item, 1..3)
        .prop_map(|items| format!("[{}]", items.join(", ")))
        .boxed()
}

fn image_rule() -> impl Strategy<Value = String> {
    let effect = prop_oneof![
        action().prop_map(|action| format!("action: {action}")),
        pick(&[
            "tags: \">=22\"",
            "tags: [\"2*\", latest]",
            "variants: [alpine]",
            "variants: [default]",
            "prefer: \"node:24-alpine\""
        ]),
        base().prop_filter_map("no setting of images", |base| {
            let is_valid = base != "{}" && !base.contains("final-user");
            is_valid.then(|| format!("base: {base}"))
        }),
    ];
    let letters = prop::option::weighted(0.2, prop::sample::select(vec!['a', 'b']));
    (pattern(), effect, letters).prop_map(|(pattern, effect, letter)| {
        let digests = letter.map(|letter| format!(", digests: [\"{}\"]", digest(letter).as_str()));
        format!(
            "{{match: {pattern}{}, {effect}}}",
            digests.unwrap_or_default()
        )
    })
}

fn profile() -> BoxedStrategy<String> {
    map(vec![
        line("mode", pick(&["warn", "enforce"])),
        line("tiers", tiers()),
        line("images", list(image_rule())),
        line("base", base()),
        line("sources", sources_setting()),
        line("dockerfile", dockerfile()),
    ])
}

fn profiles(key: &'static str, names: &'static [&'static str]) -> BoxedStrategy<String> {
    let parts = names.iter().map(|name| line(name, profile()));
    line(key, map(parts.collect()))
}

fn exception() -> impl Strategy<Value = String> {
    let until = pick(&["2026-08-01", "2026-09-01", "2026-12-01", "2030-01-01"]);
    let more = some_of(vec![
        line(
            "rules",
            pick(&["[FT101]", "[FT101, FT110, FT134]", "[FT109, FT106, FT108]"]),
        ),
        line("files", pick(&["[\"a/**\"]", "[\"**\"]"])),
        line("labels", pick(&["[payments]", "[other]"])),
    ]);
    let matched = prop::option::weighted(0.8, pattern());
    (matched, until, more).prop_map(|(pattern, until, more)| {
        let more: String = more.iter().map(|part| format!(", {part}")).collect();
        let matched = pattern.map(|pattern| format!("match: {pattern}, "));
        let matched = matched.unwrap_or_default();
        format!("{{{matched}until: {until}, owner: o, reason: r{more}}}")
    })
}

fn mirrors() -> impl Strategy<Value = String> {
    pick(&[
        "{index.docker.io: r.example.com/hub}",
        "{docker.io: docker.lo/hub}",
        "{docker.io: ghcr.io/acme}",
        "{ghcr.io: docker.io}",
        "{ghcr.io: docker.io/library, r.example.com: evil.example.org}",
        "{\"r.example.com:443\": ghcr.io/other}",
        "{docker.io: r.example.com/hub}",
        "{docker.io: {to: r.example.com/hub, fallback: true}}",
        "{docker.io: {to: ghcr.io/acme, fallback: true}, ghcr.io: r.example.com}",
        "{docker.io: evil.example.org/hub}",
        "{ghcr.io: r.example.com/g}",
        "{ghcr.io: {to: r.example.com/g, fallback: true}}",
        "{docker.io/library: ghcr.io/library, docker.io: r.example.com/hub}",
        "{docker.io/acme/tool: {to: ghcr.io/acme/tool, fallback: true}}",
    ])
}

fn downloads() -> impl Strategy<Value = String> {
    pick(&[
        "[{match: example.com, action: allow}]",
        "[{match: \"https://example.com/**\", action: deny}]",
        "[{match: example.com/y, action: warn}, {match: \"*.com\", action: require-checksum}]",
    ])
}

fn aliases() -> impl Strategy<Value = String> {
    pick(&[
        "[{match: \"r.example.com/**\", is: \"docker.io/library/{name}\"}]",
        "[{match: \"acme/*\", is: \"docker.io/library/node\"}]",
        "[{match: node, is: \"acme/tool\"}, {match: \"ghcr.io/acme/*\", is: \"r.example.com/{1}\"}]",
    ])
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let registry = || {
        pick(&[
            "docker.io",
            "ghcr.io/acme/**",
            "r.example.com",
            "\"*.example.com\"",
            "\"r.example.com:443\"",
            "my_reg.io",
            "evil.example.org",
        ])
    };
    let target = pick(&[
        "\"node:22\"",
        "\"acme/{name}\"",
        "\"r.example.com/x/{name}:{tag}\"",
        "ghcr.io/acme/tool",
        "\"centos:7\"",
        "\"docker.lo/{name}\"",
    ]);
    let more = pick(&[
        "",
        ", digest: refuse",
        ", digest: keep",
        ", tags: {latest: \"22\", \"1*\": 24-alpine}",
    ]);
    let rewrite = prop_oneof![
        4 => (pattern(), target, more)
            .prop_map(|(m, to, more)| format!("{{match: {m}, to: {to}{more}}}")),
        1 => pick(&[
            "{match: \"r.example.com/**\", to: \"r.example.com/{1}\"}",
            "{match: node, to: \"node:{tag}\", digest: refuse}",
            "{match: \"**\", to: \"r.example.com/{1}\"}",
        ]),
    ];
    some_of(vec![
        line("mode", pick(&["warn", "enforce", "enforce", "enforce"])),
        line("labels", pick(&["[payments]", "[payments, other]"])),
        line("tiers", tiers()),
        line("frontends", list(pattern())),
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
        line("mirrors", mirrors()),
        line("aliases", aliases()),
        line("sources", sources_setting()),
        line("dockerfile", dockerfile()),
        line("downloads", downloads()),
        profiles("stages", &["final", "\"build-*\"", "test"]),
        profiles("platforms", &["linux/arm64", "\"linux/*\""]),
        profiles("paths", &["\"a/**\"", "\"b/**\""]),
        line("exceptions", list(exception())),
        line("exceptions-max", pick(&["10d", "90d", "91d", "365d"])),
    ])
}

/// A valid policy, which sometimes extends another, and its labels.
pub fn policies() -> impl Strategy<Value = (Policy, String)> {
    (lines(), prop::option::of(lines())).prop_filter_map("an invalid policy", |(own, extended)| {
        let file =
            |lines: &[String], first: &str| format!("version: 1\n{first}{}\n", lines.join("\n"));
        let extends = if extended.is_some() {
            "extends: b.yaml\n"
        } else {
            ""
        };
        let mut files = |_: &str| Ok(file(extended.as_deref().unwrap_or_default(), ""));
        let policy = Policy::load("a.yaml", &file(&own, extends), &mut files).ok()?;
        let labels = policy.labels.join(", ");
        Some((policy, labels))
    })
}

pub fn references() -> impl Strategy<Value = String> {
    let names = pick(&[
        "node",
        "acme/tool",
        "ghcr.io/acme/tool",
        "ghcr.io/other/tool",
        "r.example.com/a",
        "evil.example.com/a",
        "centos",
        "rockylinux",
        "nodejs",
        "openjdk",
        "python",
        "ghcr.io/library/node",
        "docker.lo/library/node",
        "my_reg.io/a",
        "r.example.com:443/a",
        "registry-1.docker.io/acme/tool",
        "evil.example.org/hub/library/node",
    ]);
    let tags = pick(&["", ":22", ":18-alpine", ":latest", ":24-alpine", ":2"]);
    let digests = prop::option::weighted(0.3, prop::sample::select(vec!['a', 'b']));
    (names, tags, digests).prop_map(|(name, tag, letter)| match letter {
        None => format!("{name}{tag}"),
        Some(letter) => format!("{name}{tag}@{}", digest(letter).as_str()),
    })
}

/// A scope that owns its texts.
#[derive(Debug, Clone)]
pub struct KnownScope {
    stage: Option<String>,
    ships: Option<bool>,
    platform: Option<Platform>,
    path: Option<String>,
}

impl KnownScope {
    pub fn as_scope(&self) -> Scope<'_> {
        Scope {
            stage: self.stage.as_deref(),
            ships: self.ships,
            platform: self.platform.as_ref(),
            path: self.path.as_deref(),
        }
    }

    /// Returns the scope with only those fields that are `true`.
    pub fn with_less_known(&self, [stage, ships, platform, path]: [bool; 4]) -> KnownScope {
        KnownScope {
            stage: self.stage.clone().filter(|_| stage),
            ships: self.ships.filter(|_| ships),
            platform: self.platform.clone().filter(|_| platform),
            path: self.path.clone().filter(|_| path),
        }
    }
}

pub fn scopes() -> impl Strategy<Value = KnownScope> {
    let stage = prop::option::of(pick(&["build-x", "test", "final", "other"]));
    let platform = prop::option::of(pick(&["linux/arm64", "linux/amd64", "windows/amd64"]));
    let path = prop::option::of(pick(&["a/Dockerfile", "b/c/Dockerfile", "Dockerfile"]));
    (stage, any::<Option<bool>>(), platform, path).prop_map(|(stage, ships, platform, path)| {
        KnownScope {
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

/// A registry's answer: a config, and the letter of a digest or no digest.
pub fn answers() -> impl Strategy<Value = (ImageConfig, Option<char>)> {
    let letter = prop::option::weighted(0.8, prop::sample::select(vec!['a', 'a', 'b']));
    (configs(), letter)
}

pub fn via() -> impl Strategy<Value = Via> {
    prop::sample::select(vec![
        Via::From,
        Via::From,
        Via::CopyFrom,
        Via::MountFrom,
        Via::Onbuild,
        Via::NamedContext,
        Via::MainContext,
        Via::SbomGenerator,
    ])
}

pub fn locks() -> impl Strategy<Value = Lock> {
    let names = vec![
        "docker.io/acme/tool:22",
        "docker.io/library/centos:latest",
        "docker.io/library/node:22",
        "docker.io/library/node:latest",
        "ghcr.io/acme/tool:22",
        "r.example.com/a:latest",
        "r.example.com/x/node:22",
    ];
    let lines = prop::sample::subsequence(names, 0..=7);
    (lines, any::<[bool; 7]>()).prop_map(|(names, letters)| {
        let letter = |is_a| if is_a { 'a' } else { 'b' };
        let lines = (names.iter().zip(letters)).map(|(name, is_a)| lock_of(name, letter(is_a)));
        Lock::parse("l", &lines.collect::<String>()).unwrap()
    })
}

pub fn sources() -> impl Strategy<Value = SourceRequest<'static>> {
    const URL: &str = "https://example.com/x";
    const COMMIT: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    prop::sample::select(vec![
        SourceRequest::Git {
            url: URL,
            checksum: None,
        },
        SourceRequest::Git {
            url: URL,
            checksum: Some(COMMIT),
        },
        SourceRequest::Http {
            url: URL,
            checksum: None,
        },
        SourceRequest::Scratch,
        SourceRequest::RootFileSystem { path: "root.tar" },
        SourceRequest::CacheImport { from: "acme/cache" },
        SourceRequest::OciLayout {
            reference: "s@sha256:a",
            context: None,
        },
        SourceRequest::Local { name: "context" },
    ])
}
