//! `ARG`, and values that a build gets from outside.

use fromtier_e2e::{Build, same};

#[test]
fn arguments_have_scopes_and_defaults() {
    let image = same(
        &Build::new(
            "ARG TAG=latest\nARG UNUSED=1\nFROM busybox:$TAG AS one\nARG TAG\nARG A=a B\nRUN echo \"$TAG $A ${B:-none} ${UNUSED:-unseen}\" > /said\nFROM one\nRUN echo \"${A:-gone}\" >> /said\n",
        )
        .opt("build-arg:A=given"),
    );
    assert_eq!(image.text("/said"), "latest given none unseen\ngiven\n");
}

#[test]
fn a_variable_overrides_an_argument_before_it() {
    let image = same(
        &Build::new("FROM busybox\nARG A=arg\nENV A=env\nRUN echo $A > /said\n")
            .opt("build-arg:A=given"),
    );
    assert_eq!(image.text("/said"), "env\n");
}

#[test]
fn the_base_is_chosen_by_an_argument() {
    let image = same(
        &Build::new("ARG BASE=busybox\nFROM ${BASE}:latest\nRUN cat /etc/alpine-release > /said\n")
            .opt("build-arg:BASE=alpine"),
    );
    assert_eq!(image.text("/said"), "3.23.0\n");
}

#[test]
fn platform_arguments_are_there() {
    let image = same(
        &Build::new(
            "FROM --platform=$BUILDPLATFORM busybox AS build\nARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDPLATFORM\nRUN echo \"$TARGETPLATFORM|$TARGETOS|$TARGETARCH|$TARGETVARIANT|$BUILDPLATFORM\" > /said\nFROM scratch\nCOPY --from=build /said /\n",
        )
        .opt("platform=linux/arm/v7"),
    );
    let said = image.text("/said");
    assert!(
        said.starts_with("linux/arm/v7|linux|arm|v7|linux/"),
        "{said}"
    );
}

#[test]
fn predefined_arguments_need_no_declaration_and_leave_no_trace() {
    let image = same(
        &Build::new("FROM busybox\nRUN echo \"$HTTP_PROXY\" > /said\n")
            .opt("build-arg:HTTP_PROXY=http://proxy.example:3128"),
    );
    assert_eq!(image.text("/said"), "http://proxy.example:3128\n");
    assert!(!image.image_config().to_string().contains("proxy.example"));
}
