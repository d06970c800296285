//! Why a registry has no answer about an image, and what to do.

use super::failure::Failure;

/// The server that doesn't answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    Registry,
    /// The token service that the registry names, with its host.
    TokenService(String),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The image doesn't exist.
    Missing { registry: String },
    /// It requires a login, and Docker has stored none. `trouble` is the reason why a stored one can't be read.
    LoginWanted {
        registry: String,
        repository: String,
        trouble: Option<String>,
    },
    /// It requires a login, and a login must not be sent to it: it has no TLS.
    LoginInClear {
        registry: String,
        repository: String,
    },
    /// The login that Docker has stored is refused.
    LoginRefused {
        registry: String,
        repository: String,
    },
    /// The requests are rate-limited.
    TooMany { registry: String },
    /// It returned an error status.
    Failing {
        registry: String,
        status: u16,
        message: String,
    },
    /// It doesn't answer, or its token service doesn't.
    Unreachable {
        registry: String,
        server: Server,
        failure: Failure,
    },
    /// Its response is not valid.
    Protocol { registry: String, what: String },
}

impl Problem {
    /// The error message for an image.
    pub fn message(&self, image: &str) -> String {
        match self {
            Problem::Missing { registry } => format!("{registry} has no {image}"),
            Problem::LoginWanted {
                registry,
                repository,
                ..
            } => format!("{registry} requires a login for {repository}, or it does not exist"),
            Problem::LoginInClear {
                registry,
                repository,
            } => format!("{registry} requires a login for {repository}, and has no TLS"),
            Problem::LoginRefused {
                registry,
                repository,
            } => format!("{registry} refuses the stored login access to {repository}"),
            Problem::TooMany { registry } => {
                format!("{registry} rate-limited the request for {image}")
            }
            Problem::Failing {
                registry,
                status,
                message,
            } if message.is_empty() => format!("{registry} returned status {status} for {image}"),
            Problem::Failing {
                registry,
                status,
                message,
            } => format!("{registry} returned status {status} for {image}: {message}"),
            Problem::Unreachable {
                registry,
                server: Server::Registry,
                failure,
            } => format!("can't reach {registry} for {image}: {failure}"),
            Problem::Unreachable {
                registry,
                server: Server::TokenService(host),
                failure,
            } => format!(
                "can't reach {host}, the token service of {registry}, for {image}: {failure}"
            ),
            Problem::Protocol { registry, what } => {
                format!("unexpected response from {registry} for {image}: {what}")
            }
        }
    }

    /// One line of help.
    pub fn help(&self) -> Option<String> {
        match self {
            Problem::Missing { .. } => Some("check the name and the tag".into()),
            Problem::LoginWanted {
                registry, trouble, ..
            } => Some(match trouble {
                Some(trouble) => format!("{}; {trouble}", login(registry)),
                None => format!("check the name, or log in: {}", login(registry)),
            }),
            Problem::LoginInClear { .. } => Some(
                "set up TLS for the registry; a login is only sent over TLS, or to this machine"
                    .into(),
            ),
            Problem::LoginRefused { registry, .. } => {
                Some(format!("log in again: {}", login(registry)))
            }
            Problem::TooMany { registry } => Some(format!(
                "try again later, or log in for a higher limit: {}",
                login(registry)
            )),
            Problem::Unreachable { failure, .. } => Some(failure.help().into()),
            Problem::Failing { .. } | Problem::Protocol { .. } => None,
        }
    }

    /// Whether it is certain that the image is unavailable.
    pub fn is_final(&self) -> bool {
        matches!(self, Problem::Missing { .. })
    }
}

fn login(registry: &str) -> String {
    match registry {
        "docker.io" => "docker login".into(),
        other => format!("docker login {other}"),
    }
}
