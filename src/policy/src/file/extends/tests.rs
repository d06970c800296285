use crate::fixtures::{ask_in, today};
use crate::{Gate, Policy, PolicyError, Scope};

/// Loads the first of several files, each a path and a text.
fn load(files: &[(&str, &str)]) -> Result<Policy, Vec<PolicyError>> {
    let (name, text) = files[0];
    Policy::load(name, text, &mut |path| {
        let file = files.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| (*text).to_owned())
            .ok_or_else(|| "there is no such file".to_owned())
    })
}

#[track_caller]
fn gate(files: &[(&str, &str)]) -> Gate {
    let policy = load(files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Gate::new(Some(policy), None, None, today())
}

fn code(gate: &Gate, reference: &str) -> Option<&'static str> {
    ask_in(gate, reference, Scope::UNKNOWN)
        .err()
        .map(|d| d.code.as_str())
}

fn errors(files: &[(&str, &str)]) -> Vec<String> {
    match load(files) {
        Ok(policy) => panic!("no error: {policy:?}"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn settings_override_the_extended_ones_and_gaps_are_filled() {
    let base = "version: 1\ntiers: {community: allow, open-source: deny}\nbase: {end-of-life: deny, floating-tag: deny}";
    let own = "extends: base.yaml\nversion: 1\ntiers: {open-source: allow}\nopen-source: [ghcr.io/oss/*]\nbase: {floating-tag: allow}";
    let gate = gate(&[("policy.yaml", own), ("base.yaml", base)]);
    assert_eq!(code(&gate, "acme/tool:1"), None);
    assert_eq!(code(&gate, "ghcr.io/oss/x:1"), None);
    assert_eq!(code(&gate, "node:18"), Some("FT131"));
    assert_eq!(code(&gate, "node"), None);
}

#[test]
fn lists_are_joined_the_extending_file_first() {
    let base = "version: 1\ninternal: [r.example.com/base/*]\nrewrite: [{match: acme/*, to: \"node:22\"}, {match: other/*, to: \"node:24\"}]\nimages: [{match: node, tags: \">=22\"}]\nmirrors: {docker.io: base.example.com/hub, ghcr.io: base.example.com/g}";
    let own = "version: 1\nextends: base.yaml\ninternal: [r.example.com/own/*]\nrewrite: [{match: acme/*, to: \"python:3.14\"}]\nimages: [{match: node, variants: [default]}]\nmirrors: {docker.io: own.example.com/hub}";
    let gate = gate(&[("policy.yaml", own), ("base.yaml", base)]);
    let pull = |reference: &str| {
        let pass = ask_in(&gate, reference, Scope::UNKNOWN).unwrap();
        pass.pull().to_string()
    };
    assert_eq!(pull("acme/x:1"), "own.example.com/hub/library/python:3.14");
    assert_eq!(pull("other/x:1"), "own.example.com/hub/library/node:24");
    assert_eq!(pull("r.example.com/base/a:1"), "r.example.com/base/a:1");
    assert_eq!(pull("r.example.com/own/a:1"), "r.example.com/own/a:1");
    assert_eq!(code(&gate, "node:18"), Some("FT110"));
    assert_eq!(code(&gate, "node:22-alpine"), Some("FT111"));
    assert_eq!(code(&gate, "ghcr.io/a/b:1"), Some("FT101"));
}

#[test]
fn profiles_of_the_same_name_are_merged() {
    let base = "version: 1\nstages: {final: {tiers: {community: deny}, base: {floating-tag: deny}}, build: {mode: warn}}\ntiers: {community: allow}";
    let own = "version: 1\nextends: base.yaml\nstages: {final: {base: {floating-tag: allow}}}";
    let gate = gate(&[("policy.yaml", own), ("base.yaml", base)]);
    let of = |stage, reference| {
        let denial = ask_in(&gate, reference, Scope::of_stage(Some(stage))).err();
        denial.map(|denial| denial.code.as_str())
    };
    assert_eq!(of("final", "node"), None);
    assert_eq!(of("final", "acme/x:1"), Some("FT101"));
    assert_eq!(of("test", "acme/x:1"), None);
}

#[test]
fn paths_are_relative_to_the_file_that_has_them() {
    let files = [
        ("a/b/policy.yaml", "version: 1\nextends: ../base.yaml"),
        ("a/base.yaml", "version: 1\nextends: more/./x.yaml"),
        (
            "a/more/x.yaml",
            "version: 1\nextends: /etc/fromtier/organization.yaml",
        ),
        (
            "/etc/fromtier/organization.yaml",
            "version: 1\ntiers: {community: allow}\nextends: ../fromtier/last.yaml",
        ),
        ("/etc/fromtier/last.yaml", "version: 1\n"),
    ];
    assert_eq!(code(&gate(&files), "acme/x:1"), None);
    assert_eq!(
        Policy::extended("a/b/policy.yaml", files[0].1).as_deref(),
        Some("a/base.yaml")
    );
    assert_eq!(Policy::extended("p", "version: 1"), None);
    assert_eq!(Policy::extended("p", "extends: [a]"), None);
    assert_eq!(
        Policy::extended(".fromtier.yaml", "extends: ../up.yaml").as_deref(),
        Some("../up.yaml")
    );
}

#[test]
fn a_cycle_and_a_missing_file_are_errors_at_extends() {
    assert_eq!(
        errors(&[("a.yaml", "version: 1\nextends: a.yaml")]),
        ["a.yaml:2:10: policies extend each other in a cycle: a.yaml → a.yaml"]
    );
    assert_eq!(
        errors(&[
            ("a.yaml", "version: 1\nextends: b.yaml"),
            ("b.yaml", "version: 1\nextends: c.yaml"),
            ("c.yaml", "version: 1\nextends: ./b.yaml"),
        ]),
        ["c.yaml:2:10: policies extend each other in a cycle: a.yaml → b.yaml → c.yaml → b.yaml"]
    );
    assert_eq!(
        errors(&[("a.yaml", "version: 1\nextends: b.yaml")]),
        ["a.yaml:2:10: b.yaml can't be read: there is no such file"]
    );
    let alone = Policy::parse("a.yaml", "version: 1\nextends: b.yaml").unwrap_err();
    assert_eq!((alone.len(), alone[0].line), (1, 2));
}

#[test]
fn every_error_of_every_file_is_reported_at_its_place() {
    assert_eq!(
        errors(&[
            ("a.yaml", "version: 1\nextends: b.yaml\nmode: no\n"),
            ("b.yaml", "version: 1\nextends: c.yaml\nteirs: {}\n"),
            ("c.yaml", "- x"),
        ]),
        [
            "a.yaml:3:7: expected one of enforce, warn, found `no`",
            "b.yaml:3:1: unknown key `teirs` (did you mean `tiers`?)",
            "c.yaml:1:1: expected a mapping, found a list",
        ]
    );
}

#[test]
fn a_conflict_between_files_is_reported_at_extends() {
    let base = "version: 1\nrewrite: [{match: acme/*, to: \"node:22\"}]";
    let own = "version: 1\nextends: base.yaml\nimages: [{match: node, action: deny}]";
    assert_eq!(
        errors(&[("a.yaml", own), ("base.yaml", base)]),
        ["a.yaml:2:10: this policy itself refuses `node:22`: a rule under `images` denies it"]
    );
    // A rule can override a rule of the extended file.
    let own = "version: 1\nextends: base.yaml\nrewrite: [{match: acme/**, to: \"python:3.14\"}]";
    gate(&[("a.yaml", own), ("base.yaml", base)]);
    // An error in the extended file alone is reported once, in that file.
    let base = "version: 1\nimages: [{match: node, action: deny}]\nrewrite: [{match: acme/*, to: \"node:22\"}]";
    let found = errors(&[
        ("a.yaml", "version: 1\nextends: base.yaml"),
        ("base.yaml", base),
    ]);
    assert!(
        found.len() == 1 && found[0].starts_with("base.yaml:3:"),
        "{found:?}"
    );
}

#[test]
fn a_contact_of_its_own_replaces_the_extended_one() {
    let contact = |own: &str| {
        let text = format!("extends: base.yaml\nversion: 1\n{own}");
        let base = "version: 1\ncontact: base@example.com";
        let gate = gate(&[("policy.yaml", &text), ("base.yaml", base)]);
        gate.contacts(&[None])
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(contact(""), ["base@example.com"]);
    assert_eq!(contact("contact: own@example.com"), ["own@example.com"]);
}

#[test]
fn a_contact_is_one_line_of_limited_length() {
    let error = |contact: &str| errors(&[("p", &format!("version: 1\ncontact: {contact}"))]);
    let longest = "a".repeat(200);
    assert!(load(&[("p", &format!("version: 1\ncontact: {longest}"))]).is_ok());
    assert!(
        error(&format!("{longest}a"))[0].contains("expected at most 200 characters, found 201")
    );
    assert!(error("\"a\\nb\"")[0].contains("expected one line, found several"));
}

#[test]
fn a_chain_has_an_end() {
    let link = |at: usize| match at {
        0 => "version: 1\n".to_owned(),
        at => format!("version: 1\nextends: {}.yaml\n", at - 1),
    };
    let mut read = |path: &str| Ok(link(path.trim_end_matches(".yaml").parse().unwrap()));
    Policy::load("p", &link(16), &mut read).unwrap();
    let errors = Policy::load("p", &link(17), &mut read).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "1.yaml:2:10: more than 16 policies extend each other in a row"
    );
    Policy::load("p", &link(5000), &mut read).unwrap_err();
}
