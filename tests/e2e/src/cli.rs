//! The command line, as its users run it.

use std::path::Path;
use std::process::Command;

use crate::frontend::variable;

/// What `fromtier` said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub text: String,
}

/// Runs `fromtier` in a folder. Logins are those in `docker/config.json` below the folder.
///
/// # Panics
/// When it can't be started.
pub fn fromtier(folder: &Path, args: &[&str]) -> Said {
    let mut command = Command::new(variable("FROMTIER_CLI"));
    command
        .args(args)
        .current_dir(folder)
        .env("DOCKER_CONFIG", folder.join("docker"));
    match command.output() {
        Ok(output) => Said {
            code: output.status.code().unwrap_or(-1),
            text: format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        },
        Err(error) => panic!("fromtier does not start: {error}"),
    }
}
