//! Starts a frontend on a case.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::calls::Calls;
use crate::case::Case;
use crate::grpc::serve;
use crate::record::Recording;

/// How long a frontend may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the frontend `program` on `case`, as BuildKit would run it: a process with two pipes and an environment.
///
/// # Errors
/// If the process cannot be started. A frontend that hangs is killed, and its recording has no exit code.
pub async fn run(program: &Path, case: &Case) -> std::io::Result<Recording> {
    run_within(program, case, PATIENCE).await
}

/// [`run`], with a time limit of its own.
///
/// # Errors
/// As [`run`].
pub async fn run_within(
    program: &Path,
    case: &Case,
    patience: Duration,
) -> std::io::Result<Recording> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .env_clear()
        .envs(environment(case))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(input), Some(output), Some(mut errors)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(std::io::Error::other("the process has no pipes"));
    };
    let stderr = tokio::spawn(async move {
        let mut text = Vec::new();
        let _ = errors.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    });
    let calls = Arc::new(Calls::new(case.clone(), started, child.id()));
    let served = calls.clone();
    let server = tokio::spawn(async move {
        // A frontend that breaks off shows in what its recording lacks.
        let _ = serve(tokio::io::join(output, input), served).await;
    });
    let exit_code = match timeout(patience, child.wait()).await {
        Ok(status) => status?.code(),
        Err(_) => {
            child.kill().await?;
            None
        }
    };
    let took = started.elapsed();
    let _ = timeout(Duration::from_secs(5), server).await;
    let stderr = timeout(Duration::from_secs(5), stderr).await;
    Ok(Recording {
        stderr: stderr.ok().and_then(Result::ok).unwrap_or_default(),
        exit_code,
        took,
        ..calls.take()
    })
}

/// [`run`] for a caller without a runtime.
///
/// # Errors
/// As [`run`].
pub fn run_blocking(program: &Path, case: &Case) -> std::io::Result<Recording> {
    run_blocking_within(program, case, PATIENCE)
}

/// [`run_within`] for a caller without a runtime.
///
/// # Errors
/// As [`run`].
pub fn run_blocking_within(
    program: &Path,
    case: &Case,
    patience: Duration,
) -> std::io::Result<Recording> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(run_within(program, case, patience))
}

fn environment(case: &Case) -> Vec<(String, String)> {
    let mut out: Vec<_> = case
        .options
        .iter()
        .enumerate()
        .map(|(i, (name, value))| {
            (
                format!("BUILDKIT_FRONTEND_OPT_{i}"),
                format!("{name}={value}"),
            )
        })
        .collect();
    let workers: Vec<_> = case
        .workers
        .iter()
        .enumerate()
        .map(|(i, platforms)| {
            let platforms: Vec<_> = platforms
                .iter()
                .map(|p| {
                    let mut out = json!({"architecture": p.architecture, "os": p.os});
                    if !p.variant.is_empty() {
                        out["variant"] = json!(p.variant);
                    }
                    out
                })
                .collect();
            json!({"id": format!("worker-{i}"), "labels": {}, "platforms": platforms})
        })
        .collect();
    out.push(("BUILDKIT_SESSION_ID".into(), case.session.clone()));
    out.push(("BUILDKIT_WORKERS".into(), json!(workers).to_string()));
    out.push(("BUILDKIT_EXPORTEDPRODUCT".into(), "buildkit".into()));
    out.push(("PATH".into(), "/usr/bin:/bin".into()));
    out
}
