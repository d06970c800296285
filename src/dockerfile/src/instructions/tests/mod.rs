mod run_flags;

use super::*;
use crate::lint::Config;
use crate::parser;

fn read_all(text: &str) -> Result<(Vec<Stage>, Vec<GlobalArg>)> {
    let file = parser::parse(text.as_bytes()).unwrap();
    parse(&file, &Linter::new(Config::default()))
}

/// The only instruction of a stage.
fn command(line: &str) -> Command {
    let (mut stages, _) = read_all(&format!("FROM a\n{line}")).unwrap();
    assert_eq!(stages[0].commands.len(), 1, "{line:?}");
    stages[0].commands.remove(0)
}

/// The error of an instruction, without the text about its line.
fn error(line: &str) -> String {
    let message = read_all(&format!("FROM a\n{line}")).unwrap_err().message;
    let start = "dockerfile parse error on line 2: ";
    message
        .strip_prefix(start)
        .expect("a parse error")
        .to_owned()
}

fn lints(text: &str) -> Vec<(&'static str, String)> {
    let lint = Linter::new(Config {
        experimental_all: true,
        ..Config::default()
    });
    let _ = parse(&parser::parse(text.as_bytes()).unwrap(), &lint);
    lint.take_warnings()
        .into_iter()
        .map(|w| (w.rule, w.message))
        .collect()
}

fn run(line: &str) -> Run {
    match command(line) {
        Command::Run(run) => run,
        other => panic!("RUN expected, not {other:?}"),
    }
}

#[test]
fn stages_have_the_instructions_after_their_from() {
    let text =
        "ARG a=1 b\n# base of all\nFROM --platform=$P x AS Base\nRUN y\nfrom base\nuser z\nARG c";
    let (stages, global) = read_all(text).unwrap();
    assert_eq!(global.len(), 1);
    assert_eq!(global[0].args[0].value.as_deref(), Some("1"));
    assert_eq!(global[0].args[1].value, None);
    let [first, second] = stages.as_slice() else {
        panic!("two stages expected");
    };
    assert_eq!(
        (first.name.as_str(), first.base_name.as_str()),
        ("base", "x")
    );
    assert_eq!(first.doc_comment, "of all");
    assert_eq!(first.platform, "$P");
    assert_eq!(first.orig_cmd, "FROM");
    assert_eq!(first.source_code, "FROM --platform=$P x AS Base");
    assert_eq!(first.location, Range::lines(3, 3));
    assert_eq!(&text[first.base_span.start..first.base_span.end], "x");
    let platform = first.platform_span.unwrap();
    assert_eq!(&text[platform.start..platform.end], "$P");
    assert_eq!(
        (second.name.as_str(), second.orig_cmd.as_str()),
        ("", "from")
    );
    assert_eq!(second.commands[0].common().name, "user");
    assert_eq!(second.commands.len(), 2);
}

#[test]
fn errors_name_their_line_and_point_at_it() {
    let error = read_all("FROM a\nRUN \\\n--x b").unwrap_err();
    assert_eq!(
        error.message,
        "dockerfile parse error on line 2: unknown flag: --x"
    );
    assert_eq!(error.locations, [Range::lines(2, 3)]);
    let error = read_all("ARG x\nRUN b").unwrap_err();
    assert_eq!(error.message, "no build stage in current context");
    assert_eq!(error.locations, [Range::lines(2, 2)]);
}

/// Instructions that are not complete or not allowed, each with the reference's error.
const INCOMPLETE: [(&str, &str); 48] = [
    ("FORM a", "unknown instruction: FORM (did you mean FROM?)"),
    ("copyy a", "unknown instruction: copyy (did you mean copy?)"),
    ("Foobar a", "unknown instruction: Foobar"),
    ("FROM", "FROM requires either one or three arguments"),
    ("FROM a b", "FROM requires either one or three arguments"),
    ("FROM a at b", "FROM requires either one or three arguments"),
    (
        "FROM a AS 1b",
        "invalid name for build stage: \"1b\", name can't start with a number or contain symbols",
    ),
    (
        "FROM --platfrom=x a",
        "unknown flag: --platfrom (did you mean platform?)",
    ),
    (
        "COPY a",
        "COPY requires at least two arguments, but only one was provided. Destination could not be determined",
    ),
    (
        "ADD --x",
        "ADD requires at least two arguments, but only one was provided. Destination could not be determined",
    ),
    (
        "COPY --link=1 a b",
        "expecting boolean value for flag --link, not: 1",
    ),
    ("COPY --from a b", "missing a value on flag: --from"),
    (
        "COPY [\"a\", \"<<EOF\"]",
        "COPY cannot accept a heredoc as a destination",
    ),
    ("ENV", "ENV requires at least one argument"),
    ("ENV =a", "ENV names can not be blank"),
    ("LABEL a=b =c", "LABEL names can not be blank"),
    ("ARG", "ARG requires at least one argument"),
    ("ARG =a", "ARG names can not be blank"),
    ("ENV --x a=b", "unknown flag: --x"),
    ("EXPOSE", "EXPOSE requires at least one argument"),
    ("USER", "USER requires exactly one argument"),
    ("WORKDIR", "WORKDIR requires exactly one argument"),
    ("STOPSIGNAL", "STOPSIGNAL requires exactly one argument"),
    ("MAINTAINER", "MAINTAINER requires exactly one argument"),
    ("VOLUME", "VOLUME requires at least one argument"),
    (
        "VOLUME [\" \"]",
        "VOLUME specified can not be an empty string",
    ),
    ("SHELL", "SHELL requires at least one argument"),
    ("SHELL []", "SHELL requires at least one argument"),
    (
        "SHELL a b",
        "SHELL requires the arguments to be in JSON form",
    ),
    ("CMD --x a", "unknown flag: --x"),
    ("ONBUILD", "ONBUILD requires at least one argument"),
    (
        "ONBUILD onbuild RUN a",
        "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
    ),
    ("ONBUILD from a", "FROM isn't allowed as an ONBUILD trigger"),
    (
        "ONBUILD MAINTAINER\u{a0}\t[ ]",
        "MAINTAINER isn't allowed as an ONBUILD trigger",
    ),
    ("RUN --network=x a", "invalid network mode \"x\""),
    ("RUN --network= a", "invalid network mode \"\""),
    ("RUN --security=x a", "security \"x\" is not valid"),
    (
        "RUN --network=x --network=x a",
        "duplicate flag specified: --network",
    ),
    ("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
    ("HEALTHCHECK NONE a", "HEALTHCHECK NONE takes no arguments"),
    ("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"),
    (
        "HEALTHCHECK x y",
        "Unknown type \"X\" in HEALTHCHECK (try CMD)",
    ),
    (
        "HEALTHCHECK --interval=x CMD a",
        "time: invalid duration \"x\"",
    ),
    (
        "HEALTHCHECK --timeout=1us CMD a",
        "Interval \"timeout\" cannot be less than 1ms",
    ),
    (
        "HEALTHCHECK --start-period=-1s CMD a",
        "Interval \"start-period\" cannot be less than 1ms",
    ),
    (
        "HEALTHCHECK --retries=-1 CMD a",
        "--retries cannot be negative (-1)",
    ),
    (
        "HEALTHCHECK --retries=a CMD a",
        "strconv.ParseInt: parsing \"a\": invalid syntax",
    ),
    (
        "HEALTHCHECK --retries=2147483648 CMD a",
        "strconv.ParseInt: parsing \"2147483648\": value out of range",
    ),
];

#[test]
fn each_instruction_reports_what_it_lacks() {
    for (line, want) in INCOMPLETE {
        assert_eq!(error(line), want, "{line}");
    }
}

#[test]
fn a_name_in_another_encoding_is_shown_by_its_bytes() {
    let file = parser::parse(b"FROM a AS caf\xe9").unwrap();
    let error = parse(&file, &Linter::new(Config::default())).unwrap_err();
    assert!(
        error.message.contains(r#"stage: "caf\xe9", name"#),
        "{error}"
    );
}

#[test]
fn copies_have_sources_heredocs_and_flags() {
    let line = "COPY --from=x --chown=1:2 --chmod=755 --link --parents --exclude=a --exclude=b <<-E c d /e\n\tt\n\tE\n";
    let Command::Copy(copy) = command(line) else {
        panic!("COPY expected");
    };
    assert_eq!(copy.files.sources, ["c", "d"]);
    assert_eq!(copy.files.dest, "/e");
    assert_eq!(copy.files.contents.len(), 1);
    assert_eq!(copy.files.contents[0].data, "t\n");
    assert_eq!(
        (copy.from.as_str(), copy.chown.as_str(), copy.chmod.as_str()),
        ("x", "1:2", "755")
    );
    assert!(copy.link && copy.parents);
    assert_eq!(copy.exclude, ["a", "b"]);
    let span = copy.from_span.unwrap();
    assert_eq!(&format!("FROM a\n{line}")[span.start..span.end], "x");
}

#[test]
fn adds_tell_absent_flags_from_false_ones() {
    let Command::Add(add) = command("ADD --keep-git-dir=false --unpack --checksum=c a b") else {
        panic!("ADD expected");
    };
    assert_eq!((add.keep_git_dir, add.unpack), (Some(false), Some(true)));
    assert_eq!(add.checksum, "c");
    let Command::Add(add) = command("ADD [\"<<EOF\", \"a b\"]") else {
        panic!("ADD expected");
    };
    assert_eq!((add.keep_git_dir, add.unpack), (None, None));
    assert_eq!(
        (
            add.files.contents[0].path.as_str(),
            add.files.contents[0].data.as_str()
        ),
        ("EOF", "")
    );
}

#[test]
fn command_lines_are_exec_or_shell_form() {
    let cmd = run("RUN --network=host echo  a").cmd;
    assert_eq!(
        (cmd.args.as_slice(), cmd.prepend_shell),
        (&["echo  a".to_owned()][..], true)
    );
    let Command::Entrypoint { cmd, .. } = command("ENTRYPOINT [\"a\", \"b\"]") else {
        panic!("ENTRYPOINT expected");
    };
    assert_eq!((cmd.args.len(), cmd.prepend_shell), (2, false));
    let Command::Cmd { cmd, .. } = command("CMD") else {
        panic!("CMD expected");
    };
    assert_eq!((cmd.args.len(), cmd.prepend_shell), (0, true));
    let cmd = run("RUN <<EOF\n\tx\nEOF\n").cmd;
    assert_eq!(cmd.args, ["<<EOF"]);
    assert_eq!(
        (cmd.files[0].name.as_str(), cmd.files[0].data.as_str()),
        ("EOF", "\tx\n")
    );
}

#[test]
fn healthchecks_are_read() {
    let health = |line: &str| match command(line) {
        Command::Healthcheck { health, .. } => health,
        other => panic!("HEALTHCHECK expected, not {other:?}"),
    };
    let all = health(
        "HEALTHCHECK --interval=1m --timeout=2s --start-period=3ms --start-interval=0 --retries=+4 cmd a  b",
    );
    assert_eq!(all.test, ["CMD-SHELL", "a  b"]);
    assert_eq!((all.interval, all.timeout), (60_000_000_000, 2_000_000_000));
    assert_eq!(
        (all.start_period, all.start_interval, all.retries),
        (3_000_000, 0, 4)
    );
    assert_eq!(health("HEALTHCHECK CMD [\"a\"]").test, ["CMD", "a"]);
    assert_eq!(health("HEALTHCHECK --what=ever none").test, ["NONE"]);
}

#[test]
fn triggers_are_kept_as_text() {
    let expression = |line: &str| match command(line) {
        Command::Onbuild { expression, .. } => expression,
        other => panic!("ONBUILD expected, not {other:?}"),
    };
    assert_eq!(expression("onbuild \\\n run a "), "run a ");
    assert_eq!(expression("ONBUILD RUN <<E\nx\nE\n"), "RUN <<E\nx\nE");
}

#[test]
fn small_instructions_are_read() {
    assert!(
        matches!(command("EXPOSE 80 443 22"), Command::Expose { ports, .. } if ports == ["22", "443", "80"])
    );
    assert!(matches!(command("USER a b"), Command::User { user, .. } if user == "a b"));
    assert!(
        matches!(command("STOPSIGNAL --x 9"), Command::StopSignal { signal, .. } if signal == "9")
    );
    assert!(
        matches!(command("SHELL [\"a\", \"b\"]"), Command::Shell { shell, .. } if shell == ["a", "b"])
    );
    assert!(
        matches!(command("VOLUME [\" a \"]"), Command::Volume { volumes, .. } if volumes == ["a"])
    );
    assert!(
        matches!(command("ENV a b c"), Command::Env { env, .. } if env[0].no_delim && env[0].value == "b c")
    );
    assert!(
        matches!(command("ARG a= b"), Command::Arg { args, .. } if args[0].value.as_deref() == Some("") && args[1].value.is_none())
    );
}

#[test]
fn checks_speak_while_instructions_are_read() {
    let text = "# nothing\nARG x y\n# b is it\nFROM a as B\nMAINTAINER m\nfrom a AS c\nFrom a as d\n# check=skip=all\nMAINTAINER n";
    assert_eq!(
        lints(text),
        [
            (
                "InvalidDefinitionDescription",
                "Comment for ARG should follow the format: `# <arg_key> <description>`".to_owned()
            ),
            (
                "StageNameCasing",
                "Stage name 'B' should be lowercase".to_owned()
            ),
            (
                "FromAsCasing",
                "'as' and 'FROM' keywords' casing do not match".to_owned()
            ),
            (
                "MaintainerDeprecated",
                "Maintainer instruction is deprecated in favor of using label".to_owned()
            ),
            (
                "FromAsCasing",
                "'AS' and 'from' keywords' casing do not match".to_owned()
            ),
        ]
    );
}

#[test]
fn a_trigger_is_one_command() {
    let read = |text: &str| {
        let mut file = parser::parse(text.as_bytes()).unwrap();
        file.nodes[0].start_line = 7;
        file.nodes[0].end_line = 8;
        parse_command(&file.nodes[0])
    };
    assert_eq!(read("run a").unwrap().common().location, Range::lines(7, 8));
    let error = read("FROM a").unwrap_err();
    assert_eq!(error.message, "*instructions.Stage is not a command type");
    assert_eq!(error.locations, [Range::lines(7, 8)]);
    assert_eq!(
        read("RUNN a").unwrap_err().message,
        "unknown instruction: RUNN (did you mean RUN?)"
    );
}
