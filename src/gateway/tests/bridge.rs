//! A build over real pipes. This program is both sides: when cargo starts it, it is BuildKit's side, and it starts itself
//! as the frontend.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test without a harness is not compiled as one"
)]

use std::collections::BTreeMap;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use fromtier_buildkit_double::record::{Call, Outcome, Recording};
use fromtier_buildkit_double::{Case, run::run_blocking};
use fromtier_gateway::{
    Bridge, BuildOptions, BuildResult, Detail, Error, ImageConfigRequest, Refs, SolveOptions,
};
use fromtier_proto::{gw, pb};

fn main() -> ExitCode {
    if std::env::var_os("BUILDKIT_SESSION_ID").is_some() {
        return frontend();
    }
    for (name, test) in [
        ("a_build_reads_resolves_warns_and_returns", returns as fn()),
        ("an_error_of_the_builder_keeps_its_code_and_text", passes_on),
        ("an_old_builder_is_asked_the_old_way", old_builder),
        ("a_large_file_arrives_whole", large_file),
        ("a_closed_pipe_ends_the_frontend_at_once", closed_pipe),
        ("a_frontend_started_by_hand_says_so", by_hand),
    ] {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

// The frontend's side.

fn frontend() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let bridge = match Bridge::connect(BuildOptions::from_env(), Vec::new()).await {
            Ok(bridge) => bridge,
            Err(err) => {
                eprintln!("{err}");
                return ExitCode::FAILURE;
            }
        };
        let sent = match build(&bridge).await {
            Ok(result) => bridge.return_result(result).await,
            Err(Error::Call(err)) => {
                let mut status = err.0;
                status
                    .details
                    .push(Detail::Vertex("sha256:0".into()).to_any());
                bridge.return_error(status).await
            }
            Err(err) => Err(err),
        };
        match sent {
            Ok(()) => ExitCode::SUCCESS,
            Err(err) => {
                eprintln!("{err}");
                ExitCode::FAILURE
            }
        }
    })
}

async fn build(bridge: &Bridge) -> Result<BuildResult, Error> {
    let solved = bridge
        .solve(local("dockerfile"), SolveOptions::default())
        .await?;
    let reference = solved.reference.unwrap();
    let file = bridge.options().options["filename"].clone();
    let text = bridge.read_file(&reference, &file, None).await?;
    let start = bridge.read_file(&reference, &file, Some((1, 3))).await?;
    assert_eq!(start, text[1..4]);
    let stat = bridge.stat_file(&reference, &file).await?;
    assert_eq!(stat.size, text.len() as i64);
    assert_eq!(bridge.read_dir(&reference, "/", "").await?.len(), 1);
    let image = bridge
        .resolve_image_config(ImageConfigRequest {
            reference: "docker.io/library/alpine:latest".into(),
            ..Default::default()
        })
        .await?;
    bridge
        .warn(gw::WarnRequest {
            short: b"careful".to_vec(),
            ..Default::default()
        })
        .await?;
    Ok(BuildResult {
        refs: Refs::Many(BTreeMap::from([
            ("linux/amd64".to_owned(), Some(reference)),
            ("linux/arm64".to_owned(), None),
        ])),
        metadata: BTreeMap::from([
            ("config".to_owned(), image.config),
            ("length".to_owned(), text.len().to_string().into_bytes()),
        ]),
        ..Default::default()
    })
}

fn local(name: &str) -> pb::Definition {
    let source = pb::Op {
        op: Some(pb::op::Op::Source(pb::SourceOp {
            identifier: format!("local://{name}"),
            ..Default::default()
        })),
        ..Default::default()
    }
    .encode_to_vec();
    let head = pb::Op {
        inputs: vec![pb::Input {
            digest: fromtier_image::Digest::sha256(&source).as_str().to_owned(),
            index: 0,
        }],
        ..Default::default()
    }
    .encode_to_vec();
    pb::Definition {
        def: vec![source, head],
        ..Default::default()
    }
}

// BuildKit's side.

fn run(head: &str, content: &str) -> Recording {
    let text = format!(
        "option filename=f\n{head}\n-- dockerfile:f --\n{content}-- image alpine --\n{{\"config\":{{}}}}\n"
    );
    let case = Case::parse("test", &text).unwrap();
    run_blocking(&std::env::current_exe().unwrap(), &case).unwrap()
}

fn returns() {
    let recording = run("", "hello\n");
    assert_eq!(recording.exit_code, Some(0), "{}", recording.stderr);
    let Outcome::Result(result) = &recording.outcome else {
        panic!("{:?}", recording.outcome);
    };
    assert_eq!(result.metadata["length"], b"6");
    let refs = recording.refs();
    assert!(recording.definition(&refs["linux/amd64"]).is_some());
    assert_eq!(refs["linux/arm64"], "");
    assert_eq!(recording.warnings().count(), 1);
}

fn passes_on() {
    let recording = run("option filename=nosuch", "");
    let Outcome::Error(status) = &recording.outcome else {
        panic!("{:?}", recording.outcome);
    };
    assert_eq!(status.code, 2);
    assert_eq!(status.message, "open nosuch: no such file or directory");
    assert_eq!(
        status.details[0].type_url,
        "github.com/moby/buildkit/errdefs.Vertex+json"
    );
}

fn old_builder() {
    let recording = run(
        "no-gateway-cap source.metaresolver proto.refarray",
        "hello\n",
    );
    assert_eq!(recording.exit_code, Some(0), "{}", recording.stderr);
    let asked = |call: &Call| matches!(call, Call::ResolveImageConfig(_));
    assert!(recording.calls.iter().any(asked));
    let Outcome::Result(result) = &recording.outcome else {
        panic!("{:?}", recording.outcome);
    };
    let old_form = matches!(result.result, Some(gw::result::Result::RefsDeprecated(_)));
    assert!(old_form);
}

fn large_file() {
    let recording = run("", &"0123456789abcde\n".repeat(500_000));
    let Outcome::Result(result) = &recording.outcome else {
        panic!("{:?} {}", recording.outcome, recording.stderr);
    };
    assert_eq!(result.metadata["length"], b"8000000");
}

fn closed_pipe() {
    let started = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env("BUILDKIT_SESSION_ID", "s")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(2));
}

fn by_hand() {
    let output = Command::new(std::env::current_exe().unwrap())
        .env("BUILDKIT_SESSION_ID", "s")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("not started by BuildKit"), "{text}");
}
