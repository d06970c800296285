//! Every build check: a constant that names and explains it, and a function that words its finding.

use fromtier_gostd::strconv::quote;

use super::Rule;

/// A page of the checks' documentation.
macro_rules! page {
    ($slug:literal) => {
        concat!("https://docs.docker.com/go/dockerfile/rule/", $slug, "/")
    };
}

const fn check(name: &'static str, url: &'static str, description: &'static str) -> Rule {
    Rule {
        name,
        description,
        url,
        deprecated: false,
        experimental: false,
    }
}

/// All checks, in the order the reference declares them.
pub const ALL: &[&Rule] = &[
    &STAGE_NAME_CASING,
    &FROM_AS_CASING,
    &NO_EMPTY_CONTINUATION,
    &CONSISTENT_INSTRUCTION_CASING,
    &DUPLICATE_STAGE_NAME,
    &RESERVED_STAGE_NAME,
    &JSON_ARGS_RECOMMENDED,
    &MAINTAINER_DEPRECATED,
    &UNDEFINED_ARG_IN_FROM,
    &WORKDIR_RELATIVE_PATH,
    &UNDEFINED_VAR,
    &MULTIPLE_INSTRUCTIONS_DISALLOWED,
    &LEGACY_KEY_VALUE_FORMAT,
    &INVALID_BASE_IMAGE_PLATFORM,
    &REDUNDANT_TARGET_PLATFORM,
    &SECRETS_USED_IN_ARG_OR_ENV,
    &INVALID_DEFAULT_ARG_IN_FROM,
    &FROM_PLATFORM_FLAG_CONST_DISALLOWED,
    &COPY_IGNORED_FILE,
    &INVALID_DEFINITION_DESCRIPTION,
    &EXPOSE_PROTO_CASING,
    &EXPOSE_INVALID_FORMAT,
];

/// `FROM … AS Name`.
pub const STAGE_NAME_CASING: Rule = check(
    "StageNameCasing",
    page!("stage-name-casing"),
    "Stage names should be lowercase",
);

/// The finding of [`STAGE_NAME_CASING`].
pub fn stage_name_casing(stage: &str) -> String {
    format!("Stage name '{stage}' should be lowercase")
}

/// `FROM … as name`.
pub const FROM_AS_CASING: Rule = check(
    "FromAsCasing",
    page!("from-as-casing"),
    "The 'as' keyword should match the case of the 'from' keyword",
);

/// The finding of [`FROM_AS_CASING`]; both keywords as written.
pub fn from_as_casing(from: &str, r#as: &str) -> String {
    format!("'{as}' and '{from}' keywords' casing do not match")
}

/// A continuation that runs into an empty line.
pub const NO_EMPTY_CONTINUATION: Rule = check(
    "NoEmptyContinuation",
    page!("no-empty-continuation"),
    "Empty continuation lines will become errors in a future release",
);

/// The finding of [`NO_EMPTY_CONTINUATION`].
pub fn no_empty_continuation() -> String {
    "Empty continuation line".to_owned()
}

/// Keywords that are written in more than one casing.
pub const CONSISTENT_INSTRUCTION_CASING: Rule = check(
    "ConsistentInstructionCasing",
    page!("consistent-instruction-casing"),
    "All commands within the Dockerfile should use the same casing (either upper or lower)",
);

/// The finding of [`CONSISTENT_INSTRUCTION_CASING`]; `casing` is `uppercase` or `lowercase`.
pub fn consistent_instruction_casing(keyword: &str, casing: &str) -> String {
    format!("Command '{keyword}' should match the case of the command majority ({casing})")
}

/// Two stages of one name.
pub const DUPLICATE_STAGE_NAME: Rule = check(
    "DuplicateStageName",
    page!("duplicate-stage-name"),
    "Stage names should be unique",
);

/// The finding of [`DUPLICATE_STAGE_NAME`].
pub fn duplicate_stage_name(stage: &str) -> String {
    format!(
        "Duplicate stage name {}, stage names should be unique",
        quote(stage)
    )
}

/// A stage called `scratch` or `context`.
pub const RESERVED_STAGE_NAME: Rule = check(
    "ReservedStageName",
    page!("reserved-stage-name"),
    "Reserved words should not be used as stage names",
);

/// The finding of [`RESERVED_STAGE_NAME`].
pub fn reserved_stage_name(stage: &str) -> String {
    format!(
        "Stage name should not use the same name as reserved stage {}",
        quote(stage)
    )
}

/// `CMD` or `ENTRYPOINT` in shell form.
pub const JSON_ARGS_RECOMMENDED: Rule = check(
    "JSONArgsRecommended",
    page!("json-args-recommended"),
    "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
);

/// The finding of [`JSON_ARGS_RECOMMENDED`].
pub fn json_args_recommended(instruction: &str) -> String {
    format!(
        "JSON arguments recommended for {instruction} to prevent unintended behavior related to OS signals"
    )
}

/// Any use of `MAINTAINER`.
pub const MAINTAINER_DEPRECATED: Rule = check(
    "MaintainerDeprecated",
    page!("maintainer-deprecated"),
    "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
);

/// The finding of [`MAINTAINER_DEPRECATED`].
pub fn maintainer_deprecated() -> String {
    "Maintainer instruction is deprecated in favor of using label".to_owned()
}

/// `FROM $x` with no such global `ARG`.
pub const UNDEFINED_ARG_IN_FROM: Rule = check(
    "UndefinedArgInFrom",
    page!("undefined-arg-in-from"),
    "FROM command must use declared ARGs",
);

/// The finding of [`UNDEFINED_ARG_IN_FROM`], with the nearest known argument if there is one.
pub fn undefined_arg_in_from(arg: &str, suggestion: Option<&str>) -> String {
    let mut text = format!("FROM argument '{arg}' is not declared");
    if let Some(near) = suggestion.filter(|s| !s.is_empty()) {
        text.push_str(&format!(" (did you mean {near}?)"));
    }
    text
}

/// `WORKDIR` with nothing absolute before it.
pub const WORKDIR_RELATIVE_PATH: Rule = check(
    "WorkdirRelativePath",
    page!("workdir-relative-path"),
    "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes",
);

/// The finding of [`WORKDIR_RELATIVE_PATH`].
pub fn workdir_relative_path(path: &str) -> String {
    format!(
        "Relative workdir {} can have unexpected results if the base image changes",
        quote(path)
    )
}

/// A variable that nothing sets.
pub const UNDEFINED_VAR: Rule = check(
    "UndefinedVar",
    page!("undefined-var"),
    "Variables should be defined before their use",
);

/// The finding of [`UNDEFINED_VAR`], with the nearest known variable if there is one.
pub fn undefined_var(name: &str, suggestion: Option<&str>) -> String {
    let mut text = format!("Usage of undefined variable '${name}'");
    if let Some(near) = suggestion.filter(|s| !s.is_empty()) {
        text.push_str(&format!(" (did you mean ${near}?)"));
    }
    text
}

/// A second `CMD`, `ENTRYPOINT` or `HEALTHCHECK` in a stage.
pub const MULTIPLE_INSTRUCTIONS_DISALLOWED: Rule = check(
    "MultipleInstructionsDisallowed",
    page!("multiple-instructions-disallowed"),
    "Multiple instructions of the same type should not be used in the same stage",
);

/// The finding of [`MULTIPLE_INSTRUCTIONS_DISALLOWED`].
pub fn multiple_instructions_disallowed(instruction: &str) -> String {
    format!(
        "Multiple {instruction} instructions should not be used in the same stage because only the last one will be used"
    )
}

/// `ENV key value`, `LABEL key value`.
pub const LEGACY_KEY_VALUE_FORMAT: Rule = check(
    "LegacyKeyValueFormat",
    page!("legacy-key-value-format"),
    "Legacy key/value format with whitespace separator should not be used",
);

/// The finding of [`LEGACY_KEY_VALUE_FORMAT`].
pub fn legacy_key_value_format(instruction: &str) -> String {
    format!(
        "\"{instruction} key=value\" should be used instead of legacy \"{instruction} key value\" format"
    )
}

/// A base image that isn't for the platform it is used for. It has no page.
pub const INVALID_BASE_IMAGE_PLATFORM: Rule = check(
    "InvalidBaseImagePlatform",
    "",
    "Base image platform does not match expected target platform",
);

/// The finding of [`INVALID_BASE_IMAGE_PLATFORM`].
pub fn invalid_base_image_platform(image: &str, expected: &str, actual: &str) -> String {
    format!(
        "Base image {image} was pulled with platform {}, expected {} for current build",
        quote(actual),
        quote(expected)
    )
}

/// `FROM --platform=$TARGETPLATFORM`.
pub const REDUNDANT_TARGET_PLATFORM: Rule = check(
    "RedundantTargetPlatform",
    page!("redundant-target-platform"),
    "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
);

/// The finding of [`REDUNDANT_TARGET_PLATFORM`]; the variable as written, with its `$`.
pub fn redundant_target_platform(variable: &str) -> String {
    format!(
        "Setting platform to predefined {variable} in FROM is redundant as this is the default behavior"
    )
}

/// A secret's name in `ARG` or `ENV`.
pub const SECRETS_USED_IN_ARG_OR_ENV: Rule = check(
    "SecretsUsedInArgOrEnv",
    page!("secrets-used-in-arg-or-env"),
    "Sensitive data should not be used in the ARG or ENV commands",
);

/// The finding of [`SECRETS_USED_IN_ARG_OR_ENV`].
pub fn secrets_used_in_arg_or_env(instruction: &str, key: &str) -> String {
    format!(
        "Do not use ARG or ENV instructions for sensitive data ({instruction} {})",
        quote(key)
    )
}

/// `FROM` is empty or invalid when every global `ARG` has its default.
pub const INVALID_DEFAULT_ARG_IN_FROM: Rule = check(
    "InvalidDefaultArgInFrom",
    page!("invalid-default-arg-in-from"),
    "Default value for global ARG results in an empty or invalid base image name",
);

/// The finding of [`INVALID_DEFAULT_ARG_IN_FROM`]; the base name as written.
pub fn invalid_default_arg_in_from(base: &str) -> String {
    format!("Default value for ARG {base} results in empty or invalid base image name")
}

/// `FROM --platform=linux/amd64`.
pub const FROM_PLATFORM_FLAG_CONST_DISALLOWED: Rule = check(
    "FromPlatformFlagConstDisallowed",
    page!("from-platform-flag-const-disallowed"),
    "FROM --platform flag should not use a constant value",
);

/// The finding of [`FROM_PLATFORM_FLAG_CONST_DISALLOWED`].
pub fn from_platform_flag_const_disallowed(platform: &str) -> String {
    format!(
        "FROM --platform flag should not use constant value {}",
        quote(platform)
    )
}

/// `COPY` of what `.dockerignore` leaves out.
pub const COPY_IGNORED_FILE: Rule = check(
    "CopyIgnoredFile",
    page!("copy-ignored-file"),
    "Attempting to Copy file that is excluded by .dockerignore",
);

/// The finding of [`COPY_IGNORED_FILE`]; `command` is `Copy` or `Add`.
pub fn copy_ignored_file(command: &str, file: &str) -> String {
    format!(
        "Attempting to {command} file {} that is excluded by .dockerignore",
        quote(file)
    )
}

/// A comment above `FROM` or `ARG` that doesn't begin with the name it describes. Off unless asked for.
pub const INVALID_DEFINITION_DESCRIPTION: Rule = Rule {
    experimental: true,
    ..check(
        "InvalidDefinitionDescription",
        page!("invalid-definition-description"),
        "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.",
    )
};

/// The finding of [`INVALID_DEFINITION_DESCRIPTION`].
pub fn invalid_definition_description(instruction: &str, name: &str) -> String {
    format!("Comment for {instruction} should follow the format: `# {name} <description>`")
}

/// `EXPOSE 80/TCP`.
pub const EXPOSE_PROTO_CASING: Rule = check(
    "ExposeProtoCasing",
    page!("expose-proto-casing"),
    "Protocol in EXPOSE instruction should be lowercase",
);

/// The finding of [`EXPOSE_PROTO_CASING`].
pub fn expose_proto_casing(port: &str) -> String {
    format!("Defined protocol '{port}' in EXPOSE instruction should be lowercase")
}

/// `EXPOSE 127.0.0.1:80:80`.
pub const EXPOSE_INVALID_FORMAT: Rule = check(
    "ExposeInvalidFormat",
    page!("expose-invalid-format"),
    "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release",
);

/// The finding of [`EXPOSE_INVALID_FORMAT`].
pub fn expose_invalid_format(port: &str) -> String {
    format!(
        "EXPOSE instruction should not define an IP address or host-port mapping, found '{port}'"
    )
}
