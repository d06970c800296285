//! The frontend as BuildKit starts it: gRPC over standard input and output, one build, then the end.

use std::process::ExitCode;

use fromtier_frontend::Start;
use fromtier_gateway::{Bridge, BuildOptions};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    if std::env::args()
        .nth(1)
        .is_some_and(|arg| arg == "--version")
    {
        println!("fromtier-frontend {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve()),
        Err(error) => Err(error.to_string()),
    };
    ended.unwrap_or_else(|text| failed(&text))
}

fn failed(text: &str) -> ExitCode {
    eprintln!("fromtier-frontend: {text}");
    ExitCode::FAILURE
}

async fn serve() -> Result<ExitCode, String> {
    let options = BuildOptions::from_env();
    let mut start = Start::new(&options);
    let bridge = Bridge::connect(options, start.early())
        .await
        .map_err(|e| e.to_string())?;
    let (returned, code) = match fromtier_frontend::build(&bridge, start).await {
        Ok(result) => (bridge.return_result(result).await, 0),
        Err(status) => {
            let message = status.message.clone();
            let returned = bridge.return_error(status).await;
            // The client has it already; this is for the daemon's log.
            eprintln!("fromtier-frontend: {message}");
            (returned, 1)
        }
    };
    returned.map_err(|e| e.to_string())?;
    // BuildKit waits for the end of the process: the kernel takes its memory back faster than it could be freed.
    std::process::exit(code)
}
