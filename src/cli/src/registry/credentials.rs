//! The logins that Docker has stored, in its `config.json` or in credential helpers.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use docker_credential::{CredentialRetrievalError as Trouble, DockerCredential};

use crate::disk::{FileKind, ReadError, read_users_file};
use crate::mutex::lock;

/// The name under which Docker stores the login of Docker Hub.
const HUB: &str = "https://index.docker.io/v1/";

/// A login.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    Password {
        user: String,
        password: String,
    },
    /// A refresh token.
    Token(String),
}

/// Leaves out secrets.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Login::Password { user, .. } => write!(f, "Login of {user:?}"),
            Login::Token(_) => write!(f, "Login by token"),
        }
    }
}

/// The logins, each looked up once.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    known: Mutex<HashMap<String, Result<Option<Login>, String>>>,
}

impl Credentials {
    /// The login for a registry, if there is one.
    ///
    /// # Errors
    /// The login can't be read; the text is the reason.
    pub fn of(&self, registry: &str) -> Result<Option<Login>, String> {
        // Held while a helper runs, so that it runs once.
        let mut known = lock(&self.known);
        if let Some(login) = known.get(registry) {
            return login.clone();
        }
        let login = look_up(registry);
        known.insert(registry.to_owned(), login.clone());
        login
    }
}

fn look_up(registry: &str) -> Result<Option<Login>, String> {
    let Some(path) = config_file() else {
        return Ok(None);
    };
    let config = match read_users_file(&path, FileKind::DockerConfig) {
        Ok(config) => config,
        Err(ReadError::Absent) => return Ok(None),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let server = match registry {
        "docker.io" => HUB,
        other => other,
    };
    let found = docker_credential::get_credential_from_reader(config.as_slice(), server);
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) if user.is_empty() => {
            // A helper without a login returns empty values.
            Ok(Some(password).filter(|p| !p.is_empty()).map(Login::Token))
        }
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(Login::Password { user, password }))
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(Some(Login::Token(token))),
        Err(Trouble::NoCredentialConfigured) => Ok(None),
        Err(Trouble::HelperFailure { stdout, stderr, .. })
            if format!("{stdout}{stderr}").contains("not found") =>
        {
            Ok(None)
        }
        Err(Trouble::HelperFailure {
            helper,
            stdout,
            stderr,
        }) => {
            let output = [stderr, stdout].join(" ");
            let output: Vec<&str> = output.split_whitespace().collect();
            Err(format!("{helper} failed: {}", output.join(" ")))
        }
        Err(Trouble::HelperCommunicationError) => Err(format!(
            "the credential helper in {} is missing or failed",
            path.display()
        )),
        Err(Trouble::ConfigReadError) => {
            Err(format!("{} is not a valid Docker config", path.display()))
        }
        Err(other) => Err(format!("{}: {other}", path.display())),
    }
}

fn config_file() -> Option<PathBuf> {
    let folder = match std::env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()?.join(".docker"),
    };
    Some(folder.join("config.json"))
}
