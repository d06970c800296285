//! The frontend as BuildKit starts it: gRPC over standard input and output, one build, then the end.

use std::process::ExitCode;

use fromtier_gateway::Bridge;

fn main() -> ExitCode {
    if std::env::args()
        .nth(1)
        .is_some_and(|arg| arg == "--version")
    {
        println!("fromtier-frontend {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve()),
        Err(error) => Err(error.to_string()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("fromtier-frontend: {text}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let bridge = Bridge::connect().await.map_err(|e| e.to_string())?;
    match fromtier_frontend::build(&bridge).await {
        Ok(result) => bridge
            .return_result(result)
            .await
            .map_err(|e| e.to_string()),
        Err(status) => {
            let message = status.message.clone();
            let returned = bridge.return_error(status).await;
            returned.map_err(|e| e.to_string())?;
            // The client has it already; this is for the daemon's log.
            Err(message)
        }
    }
}
