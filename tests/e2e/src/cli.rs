//! The command line, as its users run it.

use std::path::Path;
use std::process::Command;

use crate::frontend::variable;

/// The output of `fromtier`.
#[derive(Debug)]
pub struct CliOutput {
    pub code: i32,
    pub text: String,
}

/// Runs `fromtier` in a folder. Logins are those in `docker/config.json` below the folder.
///
/// # Panics
/// When it can't be started.
pub fn fromtier(folder: &Path, args: &[&str]) -> CliOutput {
    let mut command = Command::new(variable("FROMTIER_CLI"));
    command
        .args(args)
        .current_dir(folder)
        .env("DOCKER_CONFIG", folder.join("docker"));
    match command.output() {
        Ok(output) => CliOutput {
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
