//! A locked build takes the locked digest, wherever its tag has moved.

use fromtier_e2e::{Choice, DockerBuild, Frontend, fromtier, here, store};

#[test]
fn a_build_takes_the_locked_digest_when_the_tag_has_moved() {
    let frontend = Frontend::default_policy();
    let first = store("builders/moves:1", "first", &[]);
    let base = here("builders/moves:1");
    let policy = format!(
        "version: 1\ninternal: [\"{}\"]\nbase: {{digest: pin}}\n",
        here("**")
    );
    let build = DockerBuild::new(&format!("FROM {base}\nCOPY file /file\n"))
        .file("file", "mine")
        .file(".fromtier.yaml", policy);
    let refused = build.files(Choice::SyntaxLine(&frontend));
    assert!(
        refused.failure().contains("error[FT121]"),
        "{}",
        refused.log
    );

    let lock = fromtier(build.folder(), &["lock"]);
    assert_eq!(lock.code, 0, "{}", lock.text);
    assert_ne!(store("builders/moves:1", "second", &[]), first);
    let built = build.files(Choice::SyntaxLine(&frontend));
    assert_eq!(built.text("version"), "first\n");
    assert!(
        built.log.contains(&format!("{base}@{first}")),
        "{}",
        built.log
    );
}
