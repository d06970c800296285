//! The image's config and history.

use super::*;

#[test]
fn the_history_has_every_instruction() {
    let converted = convert(
        "FROM alpine\nARG A=1\nENV B=2 C=3\nLABEL l=v\nEXPOSE 80 90/udp\nUSER me\nWORKDIR /w\nVOLUME /v\nRUN x $A\nCOPY --chown=1:2 a b /d/\n\
         SHELL [\"/bin/bash\", \"-c\"]\nENTRYPOINT [\"e\"]\nCMD c\nSTOPSIGNAL SIGTERM\nHEALTHCHECK --interval=5s CMD true\nMAINTAINER m\nONBUILD RUN y\n",
    );
    assert_eq!(
        converted.history(),
        [
            "base",
            "ARG A=1",
            "ENV B=2 C=3",
            "LABEL l=v",
            "EXPOSE [80/tcp 90/udp]",
            "USER me",
            "WORKDIR /w",
            "VOLUME [/v]",
            "RUN |1 A=1 /bin/sh -c x $A # buildkit",
            "COPY --chown=1:2 a b /d/ # buildkit",
            "SHELL [/bin/bash -c]",
            "ENTRYPOINT [\"e\"]",
            "CMD [\"/bin/bash\" \"-c\" \"c\"]",
            "STOPSIGNAL SIGTERM",
            "HEALTHCHECK {Test:[CMD-SHELL true] Interval:5s Timeout:0s StartPeriod:0s StartInterval:0s Retries:0}",
            "MAINTAINER m",
        ]
    );
    let layers = converted
        .image
        .history
        .iter()
        .filter(|h| !h.empty_layer)
        .count();
    assert_eq!(layers, 4);
    let config = &converted.image.config;
    assert_eq!(config.env.as_deref().unwrap(), ["PATH=/bin", "B=2", "C=3"]);
    assert_eq!(config.on_build.as_deref().unwrap(), ["RUN y"]);
    assert_eq!(config.user, "me");
    assert_eq!(converted.image.author, "m");
}

#[test]
fn an_entrypoint_drops_the_command_of_the_base_but_not_the_stage_s() {
    let config = PLAIN.replace("\"config\":{", "\"config\":{\"Cmd\":[\"base\"],");
    let builder = Builder::default().with("docker.io/library/alpine:latest", &config);
    let cmd = |text: &str| {
        let converted = convert_with(&builder, &options(), text).result.unwrap();
        converted.image.config.cmd
    };
    assert_eq!(cmd("FROM alpine\n").unwrap(), ["base"]);
    assert_eq!(cmd("FROM alpine\nENTRYPOINT [\"e\"]\n"), None);
    assert_eq!(
        cmd("FROM alpine\nCMD [\"c\"]\nENTRYPOINT [\"e\"]\n").unwrap(),
        ["c"]
    );
}

#[test]
fn a_stage_has_variables_arguments_and_history_of_its_base() {
    let text = "FROM alpine AS a\nARG X=1\nENV Y=2\nUSER u\nFROM a\nRUN echo\n";
    let converted = convert(text);
    assert_eq!(
        converted.history(),
        [
            "base",
            "ARG X=1",
            "ENV Y=2",
            "USER u",
            "RUN |1 X=1 /bin/sh -c echo # buildkit"
        ]
    );
    let llb = converted.llb();
    let meta = llb.execs()[0].meta.as_ref().unwrap();
    assert_eq!(meta.env, ["X=1", "PATH=/bin", "Y=2"]);
    assert_eq!(meta.user, "u");
}

#[test]
fn scratch_has_a_path_and_a_directory() {
    let converted = convert("FROM scratch\nCOPY a /\n");
    let config = &converted.image.config;
    assert_eq!(config.working_dir, "/");
    assert!(config.env.as_ref().unwrap()[0].starts_with("PATH=/usr/local/sbin"));
    assert_eq!(converted.image.platform.os, "linux");
    assert!(converted.base_image.is_none());
}

#[test]
fn the_date_of_the_source_is_everywhere() {
    let options = Options {
        build_args: [("SOURCE_DATE_EPOCH".to_owned(), "1714564800".to_owned())].into(),
        ..options()
    };
    let text = "FROM alpine\nARG SOURCE_DATE_EPOCH\nWORKDIR /x\n";
    let converted = convert_with(&Builder::default(), &options, text)
        .result
        .unwrap();
    assert_eq!(converted.epoch.unwrap().seconds, 1_714_564_800);
    assert_eq!(
        converted.image.history[2].created.as_deref(),
        Some("2024-05-01T12:00:00Z")
    );
    assert_eq!(converted.history()[1], "ARG SOURCE_DATE_EPOCH=1714564800");
}

#[test]
fn the_date_of_a_repository_is_requested() {
    let commit = b"tree 1\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 1714564800 +0200\n\n".to_vec();
    let builder = Builder {
        metadata: SourceMetadata {
            git_commit: Some(commit),
            ..SourceMetadata::default()
        },
        ..Builder::default()
    };
    let options = Options {
        build_args: [("SOURCE_DATE_EPOCH".to_owned(), "src".to_owned())].into(),
        ..options()
    };
    let text = "FROM scratch AS src\nADD https://github.com/a/b.git /\nFROM alpine\nENV A=1\n";
    let converted = convert_with(&builder, &options, text).result.unwrap();
    let created = converted.image.history[1].created.as_deref();
    assert_eq!(created, Some("2024-05-01T14:00:00+02:00"));
    assert_eq!(builder.asked.borrow()[0], "git://github.com/a/b.git");
}

#[test]
fn triggers_of_an_image_run_first_and_can_request_images() {
    let builder =
        Builder::default().with_triggers("alpine", &["COPY --from=busybox /b /b", "RUN trigger"]);
    let converted = convert_with(&builder, &options(), "FROM alpine\nRUN own\n")
        .result
        .unwrap();
    let names = converted.llb().names;
    assert!(
        names.iter().any(|n| n == "[3/4] ONBUILD RUN trigger"),
        "{names:?}"
    );
    assert!(names.iter().any(|n| n == "[4/4] RUN own"));
    assert!(
        converted
            .llb()
            .sources()
            .iter()
            .any(|s| s.identifier.contains("busybox"))
    );
    assert_eq!(converted.image.config.on_build, None);
}

#[test]
fn a_cycle_of_triggers_is_refused_at_the_line_that_starts_it() {
    let builder = Builder::default()
        .with_triggers("alpine", &["COPY --from=alpine /a /a"])
        .with_triggers("node", &["RUN --mount=from=golang,target=/g true"])
        .with_triggers("golang", &["RUN --mount=from=node,target=/n true"]);
    let refused = |text: &str| {
        let error = convert_with(&builder, &options(), text).result.unwrap_err();
        assert!(error.help.is_some());
        (error.message.clone(), error.line())
    };
    let (message, line) = refused("# one\nFROM alpine\n");
    assert_eq!(line, Some(2));
    assert_eq!(
        message,
        "ONBUILD triggers form a cycle: docker.io/library/alpine:latest -> docker.io/library/alpine:latest"
    );
    let (message, line) = refused("FROM busybox\nRUN --mount=from=node,target=/n true\n");
    assert_eq!(line, Some(2));
    assert_eq!(
        message,
        "ONBUILD triggers form a cycle: docker.io/library/golang:latest -> docker.io/library/node:latest -> docker.io/library/golang:latest"
    );
    // A stage is not an image.
    let text = "FROM busybox AS alpine\nFROM alpine:latest AS other\nCOPY a b\n";
    assert!(convert_with(&builder, &options(), text).result.is_ok());
}

#[test]
fn an_image_that_only_a_triggers_stage_needs_is_resolved_too() {
    let builder = Builder::default().with_triggers("node", &["COPY --from=tools /a /a"]);
    let text = "FROM alpine AS tools\nRUN --mount=from=busybox,target=/b make\nFROM node\n";
    let converted = convert_with(&builder, &options(), text).result.unwrap();
    let image = converted
        .llb()
        .source("docker-image://docker.io/library/busybox")
        .clone();
    assert!(
        image.identifier.contains("@sha256:"),
        "{}",
        image.identifier
    );
    assert_eq!(converted.llb().execs()[0].mounts[1].input, 1);
    let refused = convert_with(&builder, &options(), &text.replace("busybox", "evil/image"));
    assert_eq!(refused.result.unwrap_err().line(), Some(2));
}

#[test]
fn triggers_of_a_stage_run_in_the_stages_on_it() {
    let text = "FROM alpine AS a\nONBUILD RUN trigger\nFROM a\nRUN own\n";
    let converted = convert(text);
    assert_eq!(
        converted.history(),
        [
            "base",
            "RUN /bin/sh -c trigger # buildkit",
            "RUN /bin/sh -c own # buildkit"
        ]
    );
}

#[test]
fn the_outline_lists_the_parameters_of_a_target() {
    let text = "ARG V=1\nFROM alpine:$V AS a\n# X is nice\nARG X=2\nRUN --mount=type=secret,id=s,required=true --mount=type=ssh x\n";
    let outcome = block_on(crate::outline(
        text.as_bytes(),
        &options(),
        &gate(),
        &Builder::default(),
    ));
    let outline = outcome.result.unwrap();
    assert_eq!(outline.name, "a");
    let args: Vec<_> = outline
        .args
        .iter()
        .map(|a| (a.key.as_str(), a.value.as_str()))
        .collect();
    assert_eq!(args, [("V", "1"), ("X", "2")]);
    assert_eq!(outline.args[1].description, "is nice");
    assert_eq!(
        (
            outline.secrets[0].name.as_str(),
            outline.secrets[0].required
        ),
        ("s", true)
    );
    assert_eq!(outline.ssh[0].name, "default");
}

#[test]
fn targets_are_all_stages() {
    let targets = crate::targets(b"FROM a AS one\nFROM --platform=linux/arm64 b\n").unwrap();
    assert_eq!(
        (targets[0].name.as_str(), targets[0].default),
        ("one", false)
    );
    assert_eq!(
        (targets[1].platform.as_str(), targets[1].default),
        ("linux/arm64", true)
    );
}

#[test]
fn stages_can_ask_to_be_scanned() {
    let text = "ARG BUILDKIT_SBOM_SCAN_STAGE=a\nFROM alpine AS a\nFROM alpine AS b\nFROM alpine\nARG BUILDKIT_SBOM_SCAN_CONTEXT=true\nCOPY --from=a / /\nCOPY --from=b / /\n";
    let sbom = convert(text).sbom;
    assert_eq!(sbom.extras.keys().collect::<Vec<_>>(), ["a", "context"]);
}

#[test]
fn a_trigger_can_name_the_stage_that_it_runs_in() {
    let text = "FROM busybox AS a\nONBUILD COPY --from=alpine /x /y\nFROM a AS alpine\nRUN own\n";
    let converted = convert(text);
    assert_eq!(converted.llb().copies().len(), 1);
    assert!(
        !converted
            .llb()
            .sources()
            .iter()
            .any(|s| s.identifier.contains("alpine"))
    );
}
