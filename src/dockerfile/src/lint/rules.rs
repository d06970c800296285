//! Every build check: its name, description and page, and how it words a finding.

use fromtier_gostd::strconv::quote;

use super::{Rule, RuleInfo};

/// A page of the checks' documentation.
macro_rules! page {
    ($slug:literal) => {
        concat!("https://docs.docker.com/go/dockerfile/rule/", $slug, "/")
    };
}

const fn info(name: &'static str, url: &'static str, description: &'static str) -> RuleInfo {
    RuleInfo {
        name,
        description,
        url,
        deprecated: false,
        experimental: false,
    }
}

/// All checks, in the order the reference declares them.
pub const ALL: &[&RuleInfo] = &[
    &STAGE_NAME_CASING.info,
    &FROM_AS_CASING.info,
    &NO_EMPTY_CONTINUATION.info,
    &CONSISTENT_INSTRUCTION_CASING.info,
    &DUPLICATE_STAGE_NAME.info,
    &RESERVED_STAGE_NAME.info,
    &JSON_ARGS_RECOMMENDED.info,
    &MAINTAINER_DEPRECATED.info,
    &UNDEFINED_ARG_IN_FROM.info,
    &WORKDIR_RELATIVE_PATH.info,
    &UNDEFINED_VAR.info,
    &MULTIPLE_INSTRUCTIONS_DISALLOWED.info,
    &LEGACY_KEY_VALUE_FORMAT.info,
    &INVALID_BASE_IMAGE_PLATFORM.info,
    &REDUNDANT_TARGET_PLATFORM.info,
    &SECRETS_USED_IN_ARG_OR_ENV.info,
    &INVALID_DEFAULT_ARG_IN_FROM.info,
    &FROM_PLATFORM_FLAG_CONST_DISALLOWED.info,
    &COPY_IGNORED_FILE.info,
    &INVALID_DEFINITION_DESCRIPTION.info,
    &EXPOSE_PROTO_CASING.info,
    &EXPOSE_INVALID_FORMAT.info,
];

/// `FROM … AS Name`.
pub const STAGE_NAME_CASING: Rule<fn(&str) -> String> = Rule {
    info: info(
        "StageNameCasing",
        page!("stage-name-casing"),
        "Stage names should be lowercase",
    ),
    format: |stage| format!("Stage name '{stage}' should be lowercase"),
};

/// `FROM … as name`. Both keywords as written.
pub const FROM_AS_CASING: Rule<fn(&str, &str) -> String> = Rule {
    info: info(
        "FromAsCasing",
        page!("from-as-casing"),
        "The 'as' keyword should match the case of the 'from' keyword",
    ),
    format: |from, r#as| format!("'{as}' and '{from}' keywords' casing do not match"),
};

/// A continuation that runs into an empty line.
pub const NO_EMPTY_CONTINUATION: Rule<fn() -> String> = Rule {
    info: info(
        "NoEmptyContinuation",
        page!("no-empty-continuation"),
        "Empty continuation lines will become errors in a future release",
    ),
    format: || "Empty continuation line".to_owned(),
};

/// Keywords that are written in more than one casing. `casing` is `uppercase` or `lowercase`.
pub const CONSISTENT_INSTRUCTION_CASING: Rule<fn(&str, &str) -> String> = Rule {
    info: info(
        "ConsistentInstructionCasing",
        page!("consistent-instruction-casing"),
        "All commands within the Dockerfile should use the same casing (either upper or lower)",
    ),
    format: |keyword, casing| {
        format!("Command '{keyword}' should match the case of the command majority ({casing})")
    },
};

/// Two stages of one name.
pub const DUPLICATE_STAGE_NAME: Rule<fn(&str) -> String> = Rule {
    info: info(
        "DuplicateStageName",
        page!("duplicate-stage-name"),
        "Stage names should be unique",
    ),
    format: |stage| {
        format!(
            "Duplicate stage name {}, stage names should be unique",
            quote(stage)
        )
    },
};

/// A stage called `scratch` or `context`.
pub const RESERVED_STAGE_NAME: Rule<fn(&str) -> String> = Rule {
    info: info(
        "ReservedStageName",
        page!("reserved-stage-name"),
        "Reserved words should not be used as stage names",
    ),
    format: |stage| {
        format!(
            "Stage name should not use the same name as reserved stage {}",
            quote(stage)
        )
    },
};

/// `CMD` or `ENTRYPOINT` in shell form.
pub const JSON_ARGS_RECOMMENDED: Rule<fn(&str) -> String> = Rule {
    info: info(
        "JSONArgsRecommended",
        page!("json-args-recommended"),
        "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
    ),
    format: |instruction| {
        format!(
            "JSON arguments recommended for {instruction} to prevent unintended behavior related to OS signals"
        )
    },
};

/// Any use of `MAINTAINER`.
pub const MAINTAINER_DEPRECATED: Rule<fn() -> String> = Rule {
    info: info(
        "MaintainerDeprecated",
        page!("maintainer-deprecated"),
        "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
    ),
    format: || "Maintainer instruction is deprecated in favor of using label".to_owned(),
};

/// `FROM $x` with no such global `ARG`. With the nearest known argument, if there is one.
pub const UNDEFINED_ARG_IN_FROM: Rule<fn(&str, Option<&str>) -> String> = Rule {
    info: info(
        "UndefinedArgInFrom",
        page!("undefined-arg-in-from"),
        "FROM command must use declared ARGs",
    ),
    format: |arg, suggestion| {
        let mut text = format!("FROM argument '{arg}' is not declared");
        if let Some(near) = suggestion.filter(|s| !s.is_empty()) {
            text.push_str(&format!(" (did you mean {near}?)"));
        }
        text
    },
};

/// `WORKDIR` with nothing absolute before it.
pub const WORKDIR_RELATIVE_PATH: Rule<fn(&str) -> String> = Rule {
    info: info(
        "WorkdirRelativePath",
        page!("workdir-relative-path"),
        "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes",
    ),
    format: |path| {
        format!(
            "Relative workdir {} can have unexpected results if the base image changes",
            quote(path)
        )
    },
};

/// A variable that nothing sets. With the nearest known variable, if there is one.
pub const UNDEFINED_VAR: Rule<fn(&str, Option<&str>) -> String> = Rule {
    info: info(
        "UndefinedVar",
        page!("undefined-var"),
        "Variables should be defined before their use",
    ),
    format: |name, suggestion| {
        let mut text = format!("Usage of undefined variable '${name}'");
        if let Some(near) = suggestion.filter(|s| !s.is_empty()) {
            text.push_str(&format!(" (did you mean ${near}?)"));
        }
        text
    },
};

/// A second `CMD`, `ENTRYPOINT` or `HEALTHCHECK` in a stage.
pub const MULTIPLE_INSTRUCTIONS_DISALLOWED: Rule<fn(&str) -> String> = Rule {
    info: info(
        "MultipleInstructionsDisallowed",
        page!("multiple-instructions-disallowed"),
        "Multiple instructions of the same type should not be used in the same stage",
    ),
    format: |instruction| {
        format!(
            "Multiple {instruction} instructions should not be used in the same stage because only the last one will be used"
        )
    },
};

/// `ENV key value`, `LABEL key value`.
pub const LEGACY_KEY_VALUE_FORMAT: Rule<fn(&str) -> String> = Rule {
    info: info(
        "LegacyKeyValueFormat",
        page!("legacy-key-value-format"),
        "Legacy key/value format with whitespace separator should not be used",
    ),
    format: |instruction| {
        format!(
            "\"{instruction} key=value\" should be used instead of legacy \"{instruction} key value\" format"
        )
    },
};

/// A base image that isn't for the platform it is used for. It has no page.
pub const INVALID_BASE_IMAGE_PLATFORM: Rule<fn(&str, &str, &str) -> String> = Rule {
    info: info(
        "InvalidBaseImagePlatform",
        "",
        "Base image platform does not match expected target platform",
    ),
    format: |image, expected, actual| {
        format!(
            "Base image {image} was pulled with platform {}, expected {} for current build",
            quote(actual),
            quote(expected)
        )
    },
};

/// `FROM --platform=$TARGETPLATFORM`. The variable as written, with its `$`.
pub const REDUNDANT_TARGET_PLATFORM: Rule<fn(&str) -> String> = Rule {
    info: info(
        "RedundantTargetPlatform",
        page!("redundant-target-platform"),
        "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
    ),
    format: |variable| {
        format!(
            "Setting platform to predefined {variable} in FROM is redundant as this is the default behavior"
        )
    },
};

/// A secret's name in `ARG` or `ENV`.
pub const SECRETS_USED_IN_ARG_OR_ENV: Rule<fn(&str, &str) -> String> = Rule {
    info: info(
        "SecretsUsedInArgOrEnv",
        page!("secrets-used-in-arg-or-env"),
        "Sensitive data should not be used in the ARG or ENV commands",
    ),
    format: |instruction, key| {
        format!(
            "Do not use ARG or ENV instructions for sensitive data ({instruction} {})",
            quote(key)
        )
    },
};

/// `FROM` is empty or invalid when every global `ARG` has its default. The base name as written.
pub const INVALID_DEFAULT_ARG_IN_FROM: Rule<fn(&str) -> String> = Rule {
    info: info(
        "InvalidDefaultArgInFrom",
        page!("invalid-default-arg-in-from"),
        "Default value for global ARG results in an empty or invalid base image name",
    ),
    format: |base| {
        format!("Default value for ARG {base} results in empty or invalid base image name")
    },
};

/// `FROM --platform=linux/amd64`.
pub const FROM_PLATFORM_FLAG_CONST_DISALLOWED: Rule<fn(&str) -> String> = Rule {
    info: info(
        "FromPlatformFlagConstDisallowed",
        page!("from-platform-flag-const-disallowed"),
        "FROM --platform flag should not use a constant value",
    ),
    format: |platform| {
        format!(
            "FROM --platform flag should not use constant value {}",
            quote(platform)
        )
    },
};

/// `COPY` of what `.dockerignore` leaves out. `command` is `Copy` or `Add`.
pub const COPY_IGNORED_FILE: Rule<fn(&str, &str) -> String> = Rule {
    info: info(
        "CopyIgnoredFile",
        page!("copy-ignored-file"),
        "Attempting to Copy file that is excluded by .dockerignore",
    ),
    format: |command, file| {
        format!(
            "Attempting to {command} file {} that is excluded by .dockerignore",
            quote(file)
        )
    },
};

/// A comment above `FROM` or `ARG` that doesn't begin with the name it describes. Off by default.
pub const INVALID_DEFINITION_DESCRIPTION: Rule<fn(&str, &str) -> String> = Rule {
    info: RuleInfo {
        experimental: true,
        ..info(
            "InvalidDefinitionDescription",
            page!("invalid-definition-description"),
            "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.",
        )
    },
    format: |instruction, name| {
        format!("Comment for {instruction} should follow the format: `# {name} <description>`")
    },
};

/// `EXPOSE 80/TCP`.
pub const EXPOSE_PROTO_CASING: Rule<fn(&str) -> String> = Rule {
    info: info(
        "ExposeProtoCasing",
        page!("expose-proto-casing"),
        "Protocol in EXPOSE instruction should be lowercase",
    ),
    format: |port| format!("Defined protocol '{port}' in EXPOSE instruction should be lowercase"),
};

/// `EXPOSE 127.0.0.1:80:80`.
pub const EXPOSE_INVALID_FORMAT: Rule<fn(&str) -> String> = Rule {
    info: info(
        "ExposeInvalidFormat",
        page!("expose-invalid-format"),
        "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release",
    ),
    format: |port| {
        format!(
            "EXPOSE instruction should not define an IP address or host-port mapping, found '{port}'"
        )
    },
};
