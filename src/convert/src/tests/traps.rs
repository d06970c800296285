//! The traps of a Dockerfile's text in a build.

use super::profiles::outcome;
use super::*;

/// The code and the line of each trap that a build warns about.
fn warned(policy: &str, options: &Options, text: &str) -> Vec<(&'static str, i32)> {
    let outcome = outcome(policy, options, text);
    let found = outcome.verdicts.iter().flat_map(|judged| {
        let line = judged.ranges.first().map_or(0, |range| range.start.line);
        let findings = judged.verdict.findings.iter();
        findings.map(move |finding| (finding.code.as_str(), line))
    });
    let found = found.collect();
    assert!(outcome.result.is_ok(), "{text}: {:?}", outcome.result.err());
    found
}

const DEFAULTS: &str = "ARG TARGETOS=linux\nFROM alpine AS a\nARG TARGETARCH=amd64\nFROM alpine AS b\nARG BUILDARCH=amd64\n";

#[test]
fn a_build_warns_about_the_traps_of_the_stages_that_it_needs() {
    let target = |target: &str| Options {
        target: target.to_owned(),
        ..options()
    };
    let lines = |options: &Options| warned("version: 1", options, DEFAULTS);
    assert_eq!(lines(&target("a")), [("FT202", 1), ("FT202", 3)]);
    assert_eq!(lines(&target("b")), [("FT202", 1), ("FT202", 5)]);
    let given = Options {
        build_args: [("TARGETOS".to_owned(), "linux".to_owned())].into(),
        ..options()
    };
    assert_eq!(lines(&given), [("FT202", 5)]);
}

#[test]
fn a_policy_allows_or_refuses_a_trap() {
    let allow = "version: 1\ndockerfile: {platform-argument: allow}";
    assert_eq!(warned(allow, &options(), DEFAULTS), []);
    let deny = allow.replace("allow", "deny");
    let only_warn = format!("{deny}\nmode: warn");
    assert_eq!(
        warned(&only_warn, &options(), DEFAULTS),
        [("FT202", 1), ("FT202", 5)]
    );
    // Every refusal of a build is reported at once.
    let text = format!("{DEFAULTS}COPY --from=random-user/go / /\n");
    let error = outcome(&deny, &options(), &text).result.unwrap_err();
    let all = std::iter::once(&error).chain(&error.more);
    let all: Vec<_> = all.map(|e| (e.code(), e.line())).collect();
    assert_eq!(
        all,
        [
            (Some("FT202"), Some(1)),
            (Some("FT202"), Some(5)),
            (Some("FT101"), Some(6))
        ]
    );
}

#[test]
fn a_trap_follows_the_profile_of_its_stage() {
    let policy = "version: 1\nstages: {a: {dockerfile: {platform-argument: allow}}}";
    let text = format!("{DEFAULTS}COPY --from=a / /\n");
    assert_eq!(
        warned(policy, &options(), &text),
        [("FT202", 1), ("FT202", 5)]
    );
}

#[test]
fn a_base_can_be_a_stage_by_an_argument() {
    let text = "ARG BASE=a\nFROM alpine AS a\nFROM --platform=linux/arm64 $BASE\n";
    assert_eq!(warned("version: 1", &options(), text), [("FT203", 3)]);
    let given = Options {
        build_args: [("BASE".to_owned(), "alpine".to_owned())].into(),
        ..options()
    };
    assert_eq!(warned("version: 1", &given, text), []);
}

#[test]
fn what_a_named_context_replaces_has_no_traps() {
    let given = Options {
        contexts: [("b".to_owned(), "docker-image://alpine".to_owned())].into(),
        ..options()
    };
    assert_eq!(warned("version: 1", &given, DEFAULTS), [("FT202", 1)]);
}

#[test]
fn the_error_of_a_file_without_a_heredoc_says_how_to_write_one() {
    let text = "FROM alpine\nRUN cat <<- EOF > /x\n\thello\n\tEOF\n";
    let built = outcome("version: 1", &options(), text);
    let error = built.result.unwrap_err();
    assert_eq!((error.code(), error.line()), (None, Some(3)));
    let help = "in line 2, remove the blank: <<-EOF";
    assert_eq!(error.help.as_deref(), Some(help));
    assert_eq!(built.verdicts[0].ranges[0].start.line, 2);
    let allow = "version: 1\ndockerfile: {heredoc-blank: allow}";
    let error = outcome(allow, &options(), text).result.unwrap_err();
    assert_eq!(error.help, None);
    let deny = allow.replace("allow", "deny");
    let error = outcome(&deny, &options(), text).result.unwrap_err();
    assert_eq!((error.code(), error.line()), (Some("FT201"), Some(2)));
}

#[test]
fn a_heredoc_with_its_text_is_no_trap() {
    for text in [
        "FROM alpine\nRUN cat <<EOF << EOF2 <<-EOF3\nEOF\nEOF2\n\tEOF3\n",
        // The shell's own heredoc.
        "FROM alpine\nRUN <<EOF\ncat <<- X\nX\nEOF\n",
        "FROM alpine\nRUN echo $((1 <<- EOF))\n",
        "FROM alpine\nRUN [\"cat\", \"<<-\", \"EOF\"]\n",
    ] {
        assert_eq!(warned("version: 1", &options(), text), [], "{text}");
    }
}

#[test]
fn an_escape_directive_after_another_line_is_late() {
    let found = |text: &str| warned("version: 1", &options(), text);
    assert_eq!(found("#!/x\n# escape=`\nFROM alpine\n"), [("FT205", 2)]);
    assert_eq!(found("# a\n# escape=`\nFROM alpine\n"), [("FT205", 2)]);
    assert_eq!(found("# escape=`\nFROM alpine\n"), []);
}
