//! `fromtier check` says which rules only a build can judge.
#![cfg(test)]

mod folder;

use folder::Folder;

#[test]
fn settings_that_only_a_build_can_judge_are_named() {
    let org = "version: 1\nbase:\n  max-age: 90d\n  labels: {require: [team]}\n  root-user: deny\n  onbuild: allow\nsources: {local: warn, http: deny}\n";
    let own = "version: 1\nstages: {final: {base: {final-user: warn, end-of-life: deny}}}\n";
    let folder = Folder::new(&[
        ("Dockerfile", "FROM node:24\n"),
        ("org.yaml", org),
        (".fromtier.yaml", own),
    ]);
    let args = ["check", "--policy", "org.yaml"];
    let out = folder.runs(&args);
    let line = "policy: org.yaml and .fromtier.yaml\nnot judged, as only a build can: base.final-user, base.labels, base.max-age, base.root-user, sources.local\n1 file, 1 source: all pass\n";
    assert_eq!(out, line);
    let out = folder.runs(&[&args[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let settings = [
        "base.max-age",
        "base.labels",
        "base.root-user",
        "sources.local",
        "base.final-user",
    ];
    assert_eq!(json["files"][0]["not_judged"], serde_json::json!(settings));
    let of_image = "version: 1\nimages: [{match: node, base: {onbuild: warn}}]\n";
    folder.write("org.yaml", of_image);
    let out = folder.runs(&args);
    assert!(
        out.contains("can: base.final-user, base.onbuild\n"),
        "{out}"
    );
    folder.write("org.yaml", "version: 1\n");
    folder.write(".fromtier.yaml", "version: 1\n");
    assert!(!folder.runs(&args).contains("not judged"));
}
