//! The frontend as BuildKit starts it: gRPC over standard input and output, one build, then the process ends.

use std::mem::ManuallyDrop;
use std::pin::pin;

use fromtier_frontend::PreparedBuild;
use fromtier_gateway::{Bridge, BuildOptions};
use futures_util::future::{Either, select};
use tokio::signal::unix::{SignalKind, signal};

/// The exit code of a process that a signal to terminate ended, as a shell reports it.
const TERMINATED: i32 = 128 + 15;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[expect(
    clippy::print_stdout,
    reason = "with `--version`, no BuildKit reads standard output"
)]
fn main() {
    if std::env::args()
        .nth(1)
        .is_some_and(|arg| arg == "--version")
    {
        println!("fromtier-frontend {}", env!("CARGO_PKG_VERSION"));
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let served = match &runtime {
        Ok(runtime) => runtime.block_on(serve_until_terminated()),
        Err(error) => Err(error.to_string()),
    };
    // BuildKit waits for the process to end: the kernel takes the runtime's memory back faster than it could be freed.
    std::process::exit(match served {
        Ok(()) => 0,
        Err(text) => {
            eprintln!("fromtier-frontend: {text}");
            1
        }
    })
}

/// Serves the build. A signal to terminate ends the process at once, whatever it waits for. It would have no effect otherwise: in its
/// container, the frontend is process 1, for which the kernel takes no default action.
async fn serve_until_terminated() -> Result<(), String> {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return serve_build().await;
    };
    match select(pin!(serve_build()), pin!(terminate.recv())).await {
        Either::Left((served, _)) => served,
        Either::Right(_) => std::process::exit(TERMINATED),
    }
}

/// Runs the build that BuildKit started this process for, and returns its result to BuildKit.
async fn serve_build() -> Result<(), String> {
    let options = BuildOptions::from_env();
    let mut build = PreparedBuild::new(&options);
    let bridge = Bridge::connect(options, build.early_graphs())
        .await
        .map_err(|e| e.to_string())?;
    // Never freed, as the process ends next.
    let bridge = ManuallyDrop::new(bridge);
    let (returned, failed) = match build.run(&bridge).await {
        Ok(result) => (bridge.return_result(result).await, None),
        Err(status) => {
            let message = status.message.clone();
            (bridge.return_error(status).await, Some(message))
        }
    };
    // The client has a failed build's message already; this is for the daemon's log.
    match (failed, returned.err()) {
        (None, None) => Ok(()),
        (Some(message), None) => Err(message),
        (None, Some(error)) => Err(error.to_string()),
        (Some(message), Some(error)) => Err(format!(
            "{message}; returning this error to the builder failed: {error}"
        )),
    }
}
