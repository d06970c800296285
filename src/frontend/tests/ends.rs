//! A frontend always ends. Images whose triggers require each other stop the build at once, with the line and the chain, where the
//! reference never ends; and a signal ends it whatever it waits for.
#![cfg(test)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fromtier_buildkit_double::record::{Call, Outcome};
use fromtier_buildkit_double::{Case, run::run_blocking_within};

#[test]
fn triggers_that_go_in_a_circle_end_the_build() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus"));
    for (name, line, chain, resolves) in [
        (
            "from/onbuild-circle",
            1,
            "docker.io/library/alpine:latest -> docker.io/library/alpine:latest",
            1,
        ),
        (
            "from/onbuild-circle-mounts",
            2,
            "docker.io/library/node:22-alpine -> docker.io/library/golang:1.24 -> docker.io/library/node:22-alpine",
            3,
        ),
    ] {
        let file = corpus.join(format!("{name}.case"));
        let mut case = Case::read(&file).unwrap();
        let world = Case::world_of(&file).unwrap().unwrap();
        case.images.add_missing(&world.images);
        let program = Path::new(env!("CARGO_BIN_EXE_fromtier-frontend"));
        let recording = run_blocking_within(program, &case, Duration::from_secs(10)).unwrap();
        let Outcome::Error(status) = &recording.outcome else {
            panic!("{name}: {:?} {}", recording.outcome, recording.stderr);
        };
        let about = format!("ONBUILD triggers form a cycle: {chain}");
        assert!(status.message.contains(&about), "{}", status.message);
        let told = recording.calls.iter().filter(|call| {
            matches!(
                call,
                Call::ResolveImageConfig(_) | Call::ResolveSourceMeta(_)
            )
        });
        assert!(told.count() <= resolves, "{name}: asked again and again");
        let details = status
            .details
            .iter()
            .map(|detail| String::from_utf8_lossy(&detail.value).into_owned());
        let place = format!("\"line\":{line}");
        assert!(
            details.into_iter().any(|text| text.contains(&place)),
            "{status:?}"
        );
    }
}

#[test]
fn a_signal_to_terminate_ends_a_frontend_that_waits() {
    let mut frontend = Command::new(env!("CARGO_BIN_EXE_fromtier-frontend"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Waiting would close it, and the frontend would end because of that.
    let stdin = frontend.stdin.take();
    // A builder that never answers. What the frontend sends first shows that it has started.
    let mut first = [0];
    std::io::Read::read_exact(frontend.stdout.as_mut().unwrap(), &mut first).unwrap();
    let id = frontend.id().to_string();
    let signaled = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(signaled.success());
    let status = frontend.wait().unwrap();
    drop(stdin);
    // As process 1, it must end by itself: no code would mean that the kernel did it.
    assert_eq!(status.code(), Some(143), "{status}");
}
