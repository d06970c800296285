//! Policies in the real binary, with a double of BuildKit: files that extend others, parts of a build, refusals, and
//! verdicts as data.
#![cfg(test)]

use std::path::Path;

use base64::Engine as _;
use fromtier_buildkit_double::record::{Call, Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_proto::pb;

const IMAGES: &str = "-- image alpine --\n{\"config\":{}}\n-- image acme/tool --\n{\"config\":{}}\n-- image acme/other --\n{\"config\":{}}\n-- image evil/tool --\n{\"config\":{}}\n";

/// Runs a case with a few well-known images.
fn run(case: &str) -> Recording {
    let case = Case::parse("case", &format!("{case}{IMAGES}")).unwrap();
    run_blocking(Path::new(env!("CARGO_BIN_EXE_fromtier-frontend")), &case).unwrap()
}

#[track_caller]
fn message(recording: &Recording) -> String {
    match &recording.outcome {
        Outcome::Error(status) => status.message.clone(),
        other => panic!("no error: {other:?} {}", recording.stderr),
    }
}

#[track_caller]
fn passes(recording: &Recording) {
    assert!(
        matches!(recording.outcome, Outcome::Result(_)),
        "{:?} {}",
        recording.outcome,
        recording.stderr
    );
}

fn solves(recording: &Recording) -> usize {
    let solves = recording.calls.iter();
    solves.filter(|c| matches!(c, Call::Solve { .. })).count()
}

const EXTENDS: &str = "-- Dockerfile --\nFROM acme/tool\n-- .fromtier.yaml --\nextends: policies/base.yaml\nversion: 1\ntiers: {community: allow}\n";

#[test]
fn a_policy_extends_another_of_the_repository() {
    let base = "-- policies/base.yaml --\nversion: 1\nextends: more.yaml\n";
    let more = "-- policies/more.yaml --\nversion: 1\nimages: [{match: acme/tool, action: deny, reason: not this one}]\n";
    let refused = run(&format!("{EXTENDS}{base}{more}"));
    let text = message(&refused);
    assert!(text.starts_with("error[FT106]"), "{text}");
    assert!(text.contains("not this one"), "{text}");
    let other = EXTENDS.replace("acme/tool", "acme/other");
    passes(&run(&format!("{other}{base}{more}")));
}

#[test]
fn extended_files_are_requested_only_if_a_policy_extends_any() {
    let plain = "-- Dockerfile --\nFROM acme/tool\n-- .fromtier.yaml --\nversion: 1\ntiers: {community: allow}\n";
    let base = "-- policies/base.yaml --\nversion: 1\n";
    let (without, with) = (run(plain), run(&format!("{EXTENDS}{base}")));
    passes(&without);
    passes(&with);
    assert_eq!(solves(&with), solves(&without) + 1);
}

#[test]
fn a_missing_or_invalid_file_stops_the_build() {
    let text = message(&run(EXTENDS));
    assert_eq!(
        text,
        "error[FT001]: invalid policy; the build was stopped:\n  .fromtier.yaml:1:10: policies/base.yaml can't be read: no such file"
    );
    let text = message(&run(&format!(
        "{EXTENDS}-- policies/base.yaml --\nversion: 1\nteirs: {{}}\nmode: no\n"
    )));
    assert!(
        text.contains("policies/base.yaml:2:1: unknown key `teirs`")
            && text.contains("policies/base.yaml:3:7:"),
        "{text}"
    );
    let circle = message(&run(&format!(
        "{EXTENDS}-- policies/base.yaml --\nversion: 1\nextends: ../.fromtier.yaml\n"
    )));
    assert!(
        circle.contains(
            "policies/base.yaml:2:10: policies extend each other in a cycle: .fromtier.yaml → policies/base.yaml → .fromtier.yaml"
        ),
        "{circle}"
    );
    for outside in ["../base.yaml", "/etc/passwd", "/etc/fromtier/../passwd"] {
        let case = EXTENDS.replace("policies/base.yaml", outside);
        let text = message(&run(&case));
        assert!(text.contains("can't be read"), "{outside}: {text}");
    }
}

#[test]
fn a_policy_in_a_repository_by_url_extends_as_well() {
    let case = "option context=https://example.com/r.git#main\n\
        -- git://example.com/r.git#main > Dockerfile --\nFROM acme/tool\n\
        -- git://example.com/r.git#main > .fromtier.yaml --\nextends: base.yaml\nversion: 1\ntiers: {community: allow}\n\
        -- git://example.com/r.git#main > base.yaml --\nversion: 1\nimages: [{match: acme/tool, action: deny}]\n";
    let text = message(&run(case));
    assert!(text.starts_with("error[FT106]"), "{text}");
}

#[test]
fn a_dockerfile_goes_by_its_path_where_that_is_known() {
    let case = |options: &str| {
        format!(
            "{options}-- Dockerfile --\nFROM acme/tool\n-- .fromtier.yaml --\nversion: 1\npaths:\n  \"services/legacy/**\": {{tiers: {{community: allow}}}}\n"
        )
    };
    passes(&run(&case(
        "option vcs:localdir:dockerfile=services/legacy/app\n",
    )));
    for options in [
        "",
        "option vcs:localdir:dockerfile=services/new\n",
        "option vcs:localdir:dockerfile=../services/legacy/app\n",
    ] {
        let text = message(&run(&case(options)));
        assert!(text.starts_with("error[FT101]"), "{options}: {text}");
    }
}

#[test]
fn a_dockerfile_in_a_directory_of_a_repository_goes_by_its_path_from_the_top() {
    let case = |options: &str, git: &str| {
        format!(
            "{options}-- git://example.com/r.git#{git} > Dockerfile --\nFROM acme/tool\n\
             -- git://example.com/r.git#{git} > .fromtier.yaml --\nversion: 1\ntiers: {{community: allow}}\npaths:\n  \"services/payments/*\": {{tiers: {{community: deny}}}}\n"
        )
    };
    for (url, git) in [
        (
            "https://example.com/r.git#main:services/payments",
            "main:services/payments",
        ),
        (
            "https://example.com/r.git?subdir=services/payments",
            ":services/payments",
        ),
    ] {
        let text = message(&run(&case(&format!("option context={url}\n"), git)));
        assert!(text.starts_with("error[FT101]"), "{url}: {text}");
    }
    let elsewhere = "option context=https://example.com/r.git#main:services\n";
    passes(&run(&case(elsewhere, "main:services")));
}

#[test]
fn a_build_stage_can_have_looser_rules() {
    let policy =
        "-- .fromtier.yaml --\nversion: 1\nstages:\n  build: {tiers: {community: allow}}\n";
    passes(&run(&format!(
        "-- Dockerfile --\nFROM acme/tool AS build\nFROM alpine\nCOPY --from=build /a /a\n{policy}"
    )));
    let text = message(&run(&format!(
        "-- Dockerfile --\nFROM acme/tool AS build\n{policy}"
    )));
    assert!(text.starts_with("error[FT101]"), "{text}");
}

#[test]
fn all_refused_images_are_on_one_screen() {
    let recording = run(
        "-- Dockerfile --\nFROM acme/tool AS a\nFROM alpine\nCOPY --from=acme/other /x /x\nCOPY --from=a / /\nRUN --mount=from=evil/tool,target=/e true\n",
    );
    let text = message(&recording);
    let starts: Vec<&str> = (text.split("\n\n"))
        .map(|part| part.split(" is ").next().unwrap())
        .collect();
    assert_eq!(
        starts,
        [
            "Dockerfile:1: error[FT101]: docker.io/acme/tool",
            "Dockerfile:3: error[FT101]: docker.io/acme/other",
            "Dockerfile:5: error[FT101]: docker.io/evil/tool",
            "policy: the built-in policy\nexplain: fromtier explain FT101"
        ],
        "{text}"
    );
    assert_eq!(text.matches("\nhelp: ").count(), 3);
    let Outcome::Error(status) = &recording.outcome else {
        panic!()
    };
    assert_eq!(status.details.len(), 1, "one frame for all lines");
    let one = message(&run("-- Dockerfile --\nFROM acme/tool\n"));
    assert_eq!(one.matches("error[").count(), 1);
}

/// The document in the result's metadata.
#[track_caller]
fn document(recording: &Recording) -> serde_json::Value {
    let Outcome::Result(result) = &recording.outcome else {
        panic!("{:?}", recording.outcome)
    };
    let bytes = &result.metadata["frontend.fromtier.verdicts"];
    let text = base64::engine::general_purpose::STANDARD
        .decode(bytes)
        .unwrap();
    let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(document["version"], 2);
    document
}

/// The verdicts in the result's metadata.
#[track_caller]
fn verdicts(recording: &Recording) -> serde_json::Value {
    let document = document(recording);
    // The context is a source as well.
    (document["sources"].as_array().unwrap().iter())
        .filter(|verdict| verdict["kind"] != "local")
        .cloned()
        .collect()
}

const WARNS: &str = "-- Dockerfile --\nFROM acme/tool AS build\nFROM bitnami/x\nCOPY --from=build /a /a\n-- .fromtier.yaml --\nversion: 1\ntiers: {community: warn}\nrewrite: [{match: bitnami/x, to: \"alpine:3.23\", reason: ours}]\n-- image alpine:3.23 --\n{\"config\":{}}\n";

/// Fails for a key that `docs/json.md` doesn't have with the type of this value.
fn is_documented((key, value): (&String, &serde_json::Value)) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/json.md");
    let page = std::fs::read_to_string(page).unwrap();
    let kind = match value {
        serde_json::Value::String(_) => "string",
        serde_json::Value::Number(_) => "number",
        serde_json::Value::Array(_) => "list",
        _ => panic!("{key}: {value}"),
    };
    let is_row = |line: &str| {
        let mut cells = line.split(" | ");
        let keys = cells.next().unwrap_or_default();
        keys.contains(&format!("`{key}`")) && cells.next() == Some(kind)
    };
    assert!(page.lines().any(is_row), "{key} is {kind}");
}

#[test]
fn verdicts_are_data_in_the_results_metadata() {
    let recording = run(WARNS);
    let said = verdicts(&recording);
    assert_eq!(said.as_array().unwrap().len(), 2, "{said:#}");
    for source in said.as_array().unwrap() {
        let findings = source["findings"].as_array().unwrap();
        for object in findings.iter().chain([source]) {
            object.as_object().unwrap().iter().for_each(is_documented);
        }
    }
    let tool = &said[0];
    assert_eq!(tool["reference"], "acme/tool");
    assert_eq!(
        (&tool["kind"], &tool["via"]),
        (&"image".into(), &"from".into())
    );
    assert_eq!(tool["image"], "docker.io/acme/tool:latest");
    assert_eq!(tool["verdict"], "warn");
    assert_eq!(
        (&tool["stage"], &tool["line"]),
        (&"build".into(), &1.into())
    );
    assert_eq!(tool["findings"][0]["code"], "FT101");
    assert_eq!(tool["findings"][0]["severity"], "warn");
    let other = &said[1];
    assert_eq!(other["reference"], "bitnami/x");
    assert_eq!(other["rewritten"], "docker.io/library/alpine:3.23");
    let resolved = other["resolved"].as_str().unwrap();
    assert!(
        resolved.starts_with("docker.io/library/alpine:3.23@sha256:"),
        "{resolved}"
    );
    assert_eq!(other["verdict"], "allow");
    assert_eq!(other["findings"][0]["code"], "FT160");
}

#[test]
fn the_metadata_says_which_files_judged_the_build() {
    let policy = "version: 1\nextends: base.yaml\n";
    let build = |base: &str| {
        document(&run(&format!(
            "-- Dockerfile --\nFROM scratch\n-- .fromtier.yaml --\n{policy}-- base.yaml --\n{base}-- fromtier.lock --\n# A lock file may be empty.\n"
        )))
    };
    let base = "version: 1\nmode: warn\n";
    let said = build(base);
    said.as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| *key != "version")
        .for_each(is_documented);
    let files = said["files"].as_array().unwrap();
    let names: Vec<_> = files
        .iter()
        .map(|file| file["file"].as_str().unwrap())
        .collect();
    assert_eq!(names, [".fromtier.yaml", "base.yaml", "fromtier.lock"]);
    for (file, text) in files.iter().zip([policy, base]) {
        file.as_object().unwrap().iter().for_each(is_documented);
        assert_eq!(file["owner"], "repository");
        assert_eq!(
            file["digest"],
            fromtier_image::Digest::sha256(text.as_bytes()).as_str()
        );
    }
    let other = build("version: 1\n");
    assert_eq!(other["files"][0], files[0]);
    assert_ne!(other["files"][1], files[1]);
    let plain = document(&run("-- Dockerfile --\nFROM scratch\n"));
    assert_eq!(plain["files"], serde_json::json!([]));
}

#[test]
fn verdicts_are_warnings_of_the_build() {
    let recording = run(WARNS);
    let warnings: Vec<(String, i32)> = recording
        .warnings()
        .map(|w| {
            let line = w
                .ranges
                .first()
                .map_or(0, |r: &pb::Range| r.start.as_ref().map_or(0, |p| p.line));
            (String::from_utf8_lossy(&w.short).into_owned(), line)
        })
        .collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0]
            .0
            .starts_with("FT101: docker.io/acme/tool is a community image"),
        "{warnings:?}"
    );
    assert_eq!(warnings[0].1, 1);
}

#[test]
fn verdicts_are_in_a_check() {
    let case = "option requestid=frontend.lint\n-- Dockerfile --\nFROM acme/tool AS build\nFROM alpine\nCOPY --from=evil/tool /a /a\n-- .fromtier.yaml --\nversion: 1\nimages: [{match: acme/tool, action: warn}]\n";
    let recording = run(case);
    let Outcome::Result(result) = &recording.outcome else {
        panic!("{:?}", recording.outcome)
    };
    let json: serde_json::Value = serde_json::from_slice(&result.metadata["result.json"]).unwrap();
    let codes: Vec<&str> = (json["warnings"].as_array().unwrap().iter())
        .map(|w| w["ruleName"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["FT106", "FT101"], "{json:#}");
    let text = String::from_utf8_lossy(&result.metadata["result.txt"]);
    assert!(text.contains("FT106") && text.contains("FT101"), "{text}");
    assert_eq!(result.metadata["result.statuscode"], b"1");
}

#[test]
fn a_finding_of_one_platform_is_reported() {
    let case = "option platform=linux/amd64,linux/arm64\nworker linux/amd64 linux/arm64\n-- Dockerfile --\nFROM acme/tool\n-- .fromtier.yaml --\nversion: 1\ntiers: {community: allow}\nplatforms: {linux/arm64: {tiers: {community: warn}}}\n";
    let recording = run(case);
    let said = verdicts(&recording);
    let severities: Vec<&str> = (said.as_array().unwrap().iter())
        .map(|v| v["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(severities, ["allow", "warn"], "{said:#}");
    assert_eq!(recording.warnings().count(), 1);
    // A finding that applies to both is reported once.
    let both = case.replace("{community: allow}", "{community: warn}");
    let recording = run(&both);
    assert_eq!(verdicts(&recording).as_array().unwrap().len(), 1);
    assert_eq!(recording.warnings().count(), 1);
}

#[test]
fn imported_cache_is_judged() {
    let case = |action: &str| {
        format!(
            "own-policy\noption cache-from=acme/cache\n-- Dockerfile --\nFROM alpine\nRUN true\n-- .fromtier.yaml --\nversion: 1\nsources: {{cache-import: {action}}}\n"
        )
    };
    let imports = |recording: &Recording| {
        let solves = recording.calls.iter().filter_map(|call| match call {
            Call::Solve { request, .. } => Some(request.cache_imports.len()),
            _ => None,
        });
        solves.sum::<usize>()
    };
    let refused = run(&case("deny"));
    assert_eq!(
        message(&refused),
        "error[FT147]: type=registry,ref=acme/cache is imported cache; this policy refuses imported cache\nhelp: change `sources: {cache-import: …}` in the policy to allow it\n\npolicy: the repository's (.fromtier.yaml)\nexplain: fromtier explain FT147"
    );
    assert_eq!(imports(&refused), 0);
    let warned = run(&case("warn"));
    passes(&warned);
    let warnings = warned.calls.iter().filter_map(|call| match call {
        Call::Warn(warning) => Some(String::from_utf8_lossy(&warning.short).into_owned()),
        _ => None,
    });
    let warnings: Vec<_> = warnings.collect();
    assert!(
        warnings.iter().any(|warning| warning.contains("FT147")),
        "{warnings:?}"
    );
    let allowed = run(&case("allow"));
    passes(&allowed);
    assert_eq!((imports(&allowed), imports(&warned)), (1, 1));
}

#[test]
fn a_policy_that_is_a_link_to_a_file_that_was_not_sent_stops_the_build() {
    let dockerfile = "-- Dockerfile --\nFROM alpine\n";
    for name in [".fromtier.yaml", "fromtier.lock"] {
        let text = message(&run(&format!(
            "{dockerfile}-- {name} [symlink=../outside.yaml] --\n"
        )));
        assert!(
            text.starts_with(&format!(
                "error[FT001]: {name} can't be read: it is a link to a file"
            )),
            "{text}"
        );
    }
    let text = message(&run(&format!(
        "{dockerfile}-- .fromtier.yml --\nversion: 1\n"
    )));
    assert_eq!(
        text,
        "error[FT001]: .fromtier.yml: a policy with this name is never read\nhelp: rename it to `.fromtier.yaml`"
    );
}

#[test]
fn the_nearest_policy_above_a_dockerfile_applies_where_the_build_has_it() {
    let deny = "version: 1\nimages: [{match: alpine, action: deny}]\n";
    for policy in ["a/b/.fromtier.yaml", "a/.fromtier.yaml", ".fromtier.yaml"] {
        let case = format!(
            "option filename=a/b/Dockerfile\n-- a/b/Dockerfile --\nFROM alpine\n-- {policy} --\n{deny}"
        );
        let text = message(&run(&case));
        assert!(text.starts_with("error[FT106]"), "{policy}: {text}");
    }
    passes(&run(&format!(
        "option filename=a/b/Dockerfile\n-- a/b/Dockerfile --\nFROM alpine\n-- a/b/.fromtier.yaml --\nversion: 1\n-- .fromtier.yaml --\n{deny}"
    )));
}

#[test]
fn no_word_of_a_file_acts_on_the_terminal() {
    let policy = "-- .fromtier.yaml --\nversion: 1\nimages:\n- {match: alpine, action: deny, reason: \"a\\e[2J\"}\n- {match: acme/other, action: warn, reason: \"b\\e[3J\"}\ntiers: {community: allow}\n";
    let text = message(&run(&format!("-- Dockerfile --\nFROM alpine\n{policy}")));
    assert!(
        text.contains("a␛[2J") && !text.contains('\u{1b}'),
        "{text:?}"
    );
    let warned = run(&format!("-- Dockerfile --\nFROM acme/other\n{policy}"));
    passes(&warned);
    let warnings: Vec<String> = (warned.calls.iter())
        .filter_map(|call| match call {
            Call::Warn(warn) => Some(String::from_utf8_lossy(&warn.short).into_owned()),
            _ => None,
        })
        .collect();
    assert!(warnings.concat().contains("b␛[3J"), "{warnings:?}");
    let text = message(&run("-- Dockerfile --\nFROM alpine\nRUN\u{1b}[4J x\n"));
    assert!(text.contains('␛') && !text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn a_refusal_names_the_policy_and_whom_to_ask() {
    let case = "-- Dockerfile --\nFROM acme/tool\n-- .fromtier.yaml --\nversion: 1\ncontact: platform@example.com\n";
    let text = message(&run(case));
    assert!(
        text.ends_with(
            "\n\npolicy: the repository's (.fromtier.yaml)\ncontact: platform@example.com\n\
             explain: fromtier explain FT101"
        ),
        "{text}"
    );
    // An error that no policy is the reason for has no such lines.
    let text = message(&run(&case.replace("FROM acme/tool", "FROM alpine\nNOSUCH")));
    assert!(!text.contains("contact:"), "{text}");
}
