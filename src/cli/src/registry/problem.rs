//! Why a registry gives no answer about an image, and what to do.

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It doesn't have it.
    Missing { registry: String },
    /// It wants a login, and Docker has stored none. `trouble`: why there may be one that can't be read.
    LoginWanted {
        registry: String,
        repository: String,
        trouble: Option<String>,
    },
    /// The login that Docker has stored won't do.
    LoginRefused {
        registry: String,
        repository: String,
    },
    /// Too many questions from here.
    TooMany { registry: String },
    /// It says that it can't.
    Failing {
        registry: String,
        status: u16,
        message: String,
    },
    /// It doesn't answer.
    Unreachable { registry: String, error: String },
    /// It answers with what makes no sense.
    Odd { registry: String, what: String },
}

impl Problem {
    /// What is wrong with an image that is shown so, in one sentence.
    pub fn message(&self, image: &str) -> String {
        match self {
            Problem::Missing { registry } => format!("{registry} has no {image}"),
            Problem::LoginWanted {
                registry,
                repository,
                ..
            } => format!("{registry} wants a login for {repository}, or has none such"),
            Problem::LoginRefused {
                registry,
                repository,
            } => format!(
                "{registry} refuses {repository} to the login that Docker has stored for it"
            ),
            Problem::TooMany { registry } => {
                format!("{registry} won't tell {image}: too many requests came from here")
            }
            Problem::Failing {
                registry,
                status,
                message,
            } if message.is_empty() => format!("{registry} fails on {image} with status {status}"),
            Problem::Failing {
                registry,
                status,
                message,
            } => format!("{registry} fails on {image} with status {status}: {message}"),
            Problem::Unreachable { registry, error } => {
                format!("{registry} can't be asked for {image}: {error}")
            }
            Problem::Odd { registry, what } => {
                format!("{registry} makes no sense about {image}: {what}")
            }
        }
    }

    /// What to do, in one line.
    pub fn help(&self) -> Option<String> {
        match self {
            Problem::Missing { .. } => Some("check the name and the tag".into()),
            Problem::LoginWanted {
                registry, trouble, ..
            } => Some(match trouble {
                Some(trouble) => format!("{}; {trouble}", login(registry)),
                None => format!("check the name, or log in: {}", login(registry)),
            }),
            Problem::LoginRefused { registry, .. } => {
                Some(format!("log in again: {}", login(registry)))
            }
            Problem::TooMany { registry } => Some(format!(
                "try again later, or log in, which may allow more: {}",
                login(registry)
            )),
            Problem::Unreachable { error, .. } if error.contains("certificate") => Some(
                "have the system trust who signed it, or name a file of such certificates: SSL_CERT_FILE=FILE"
                    .into(),
            ),
            Problem::Failing { .. } | Problem::Unreachable { .. } | Problem::Odd { .. } => None,
        }
    }

    /// Whether it is known now that the image can't be had; otherwise that is still open.
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
