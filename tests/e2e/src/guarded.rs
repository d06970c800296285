//! A second registry with the private registry's images, which requires a login.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::build::scratch;
use crate::frontend::variable;

/// `user` with the password `secret`, as `htpasswd -B` writes it.
const USERS: &str = "user:$2b$05$9kPofOf2JNZhx.eNiLiHKORMfmg4h/EZ7ldMFaNZFHLUnTq0s3WRu\n";

/// A registry that requires the login of `user`, whose password is `secret`. It stops when this value is dropped.
#[derive(Debug)]
pub struct Guarded {
    process: Child,
    port: u16,
}

impl Guarded {
    /// Starts it over the folder of the private registry.
    ///
    /// # Panics
    /// When it doesn't start.
    pub fn start() -> Self {
        let folder = scratch();
        let users = folder.join("htpasswd");
        let config = folder.join("registry.yml");
        let text = format!(
            "version: 0.1\nlog: {{level: info}}\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: 127.0.0.1:0\nauth:\n  htpasswd:\n    realm: test\n    path: {}\n",
            variable("FROMTIER_REGISTRY_DIR"),
            users.display()
        );
        let written = fs::write(&users, USERS).and_then(|()| fs::write(&config, text));
        let started = written.and_then(|()| {
            Command::new("docker-registry")
                .arg("serve")
                .arg(&config)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
        });
        let mut process = match started {
            Ok(process) => process,
            Err(error) => panic!("docker-registry does not start: {error}"),
        };
        let log = process.stderr.take().map(BufReader::new);
        let mut lines = log
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, rest) = line.split_once("listening on 127.0.0.1:")?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        let Some(port) = port else {
            panic!("docker-registry does not listen");
        };
        // Read on, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, port }
    }

    /// As references name it.
    pub fn name(&self) -> String {
        format!("localhost:{}", self.port)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
