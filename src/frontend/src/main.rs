//! The frontend as BuildKit starts it: gRPC over standard input and output, one build, then the end.

use fromtier_frontend::Start;
use fromtier_gateway::{Bridge, BuildOptions};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

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
    end(match runtime {
        Ok(runtime) => runtime.block_on(serve()),
        Err(error) => Err(error.to_string()),
    })
}

/// BuildKit waits for the end of the process: the kernel takes its memory back faster than it could be freed.
fn end(ended: Result<(), String>) -> ! {
    std::process::exit(match ended {
        Ok(()) => 0,
        Err(text) => {
            eprintln!("fromtier-frontend: {text}");
            1
        }
    })
}

async fn serve() -> Result<(), String> {
    let options = BuildOptions::from_env();
    let mut start = Start::new(&options);
    let bridge = Bridge::connect(options, start.early())
        .await
        .map_err(|e| e.to_string())?;
    // While the bridge is there: nothing is freed.
    end(answer(&bridge, start).await)
}

/// The build, and its end told to BuildKit.
async fn answer(bridge: &Bridge, start: Start) -> Result<(), String> {
    let (returned, failed) = match fromtier_frontend::build(bridge, start).await {
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
        (Some(message), Some(error)) => Err(format!("{message}; and that was not told: {error}")),
    }
}
