use super::*;

fn comments(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn rules_found(linter: &Linter) -> Vec<&'static str> {
    linter.take_warnings().iter().map(|w| w.rule).collect()
}

#[test]
fn every_option_is_read() {
    let config = Config::parse(
        " skip = StageNameCasing , JSONArgsRecommended ; error = true; experimental=all",
    )
    .unwrap();
    assert_eq!(config.skip, ["StageNameCasing", "JSONArgsRecommended"]);
    assert!(config.return_as_error && config.experimental_all && !config.skip_all);
    assert_eq!(Config::parse("  ").unwrap(), Config::default());
    assert!(Config::parse("skip=all").unwrap().skip_all);
}

#[test]
fn a_bad_option_is_named() {
    let text = |t: &str| Config::parse(t).unwrap_err().message;
    assert_eq!(text("skip"), r#"invalid check option "skip""#);
    assert_eq!(text("foo = bar"), r#"invalid check option "foo""#);
    assert_eq!(
        text("error=maybe"),
        r#"failed to parse check option "error=maybe": strconv.ParseBool: parsing "maybe": invalid syntax"#
    );
    // No more than three options are split.
    assert_eq!(
        text("skip=a;skip=b;error=1;skip=c"),
        r#"failed to parse check option "error=1;skip=c": strconv.ParseBool: parsing "1;skip=c": invalid syntax"#
    );
}

#[test]
fn skipped_rules_are_silent() {
    let linter = Linter::new(Config::parse("skip=StageNameCasing").unwrap());
    linter.run(&rules::STAGE_NAME_CASING, &[], |text| text("A"));
    linter.run(&rules::MAINTAINER_DEPRECATED, &[], |text| text());
    assert_eq!(rules_found(&linter), ["MaintainerDeprecated"]);
}

#[test]
fn an_experimental_rule_must_be_turned_on() {
    let run = |text: &str| {
        let linter = Linter::new(Config::parse(text).unwrap());
        linter.run(&rules::INVALID_DEFINITION_DESCRIPTION, &[], |text| {
            text("a", "b")
        });
        rules_found(&linter).len()
    };
    assert_eq!(run(""), 0);
    assert_eq!(run("experimental=all"), 1);
    assert_eq!(run("experimental=InvalidDefinitionDescription"), 1);
    // `skip` doesn't apply to experimental rules.
    assert_eq!(run("skip=all;experimental=all"), 1);
}

#[test]
fn comments_above_an_instruction_skip_for_it_alone() {
    let linter = Linter::new(Config::default());
    for lines in [
        &["check=skip=StageNameCasing"][..],
        &[
            "something",
            " Check = skip=StageNameCasing because of reasons",
        ],
        &["\tCHECK=skip=all;error=true"],
    ] {
        let quiet = linter.with_comments(&comments(lines));
        quiet.run(&rules::STAGE_NAME_CASING, &[], |text| text("A"));
        assert_eq!(linter.take_warnings(), [], "{lines:?}");
        assert!(
            !quiet.config.return_as_error,
            "error= above an instruction has no effect"
        );
    }
    for lines in [
        &["checks=skip=all"][..],
        &["check"],
        &["check="],
        &["check=nonsense", "check=skip=all"],
        &["check= skip=Other", "check=skip=all"],
        &["check= ", "check=skip=all"],
    ] {
        let loud = linter.with_comments(&comments(lines));
        loud.run(&rules::STAGE_NAME_CASING, &[], |text| text("A"));
        assert_eq!(rules_found(&linter), ["StageNameCasing"], "{lines:?}");
    }
}

#[test]
fn violations_can_be_errors() {
    let linter = Linter::new(Config::parse("error=true").unwrap());
    assert_eq!(linter.error(), None);
    linter.run(&rules::STAGE_NAME_CASING, &[], |text| text("A"));
    linter.run(&rules::FROM_AS_CASING, &[], |text| text("a", "b"));
    linter.run(&rules::STAGE_NAME_CASING, &[], |text| text("A"));
    linter.take_warnings();
    assert_eq!(
        linter.error().unwrap().message,
        "lint violation found for rules: FromAsCasing, StageNameCasing"
    );
}

#[test]
fn findings_are_worded_as_the_reference_words_them() {
    assert_eq!(
        (rules::FROM_AS_CASING.format)("FROM", "as"),
        "'as' and 'FROM' keywords' casing do not match"
    );
    assert_eq!(
        (rules::INVALID_BASE_IMAGE_PLATFORM.format)("busybox", "linux/arm64", "linux/amd64"),
        r#"Base image busybox was pulled with platform "linux/amd64", expected "linux/arm64" for current build"#
    );
    assert_eq!(
        (rules::UNDEFINED_VAR.format)("PAHT", Some("PATH")),
        "Usage of undefined variable '$PAHT' (did you mean $PATH?)"
    );
    assert_eq!(format_short("Rule", "text", 3), "Rule: text (line 3)");
    assert_eq!(format_short("Rule", "text", 0), "Rule: text");
}

#[test]
fn names_are_unique_and_pages_are_theirs() {
    let names: BTreeSet<&str> = rules::ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules::ALL.len());
    let pages: BTreeSet<&str> = rules::ALL.iter().map(|rule| rule.url).collect();
    assert_eq!(pages.len(), rules::ALL.len());
}
