//! Why a request has no response, and what to do.

use std::fmt;
use std::io::ErrorKind;

use ureq::Error;

/// Why a request has no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The host's name can't be resolved.
    Name,
    /// The connection was refused.
    Refused,
    /// There was no response in time.
    Late,
    /// The server closed the connection.
    Closed,
    /// The server answered the TLS handshake with something else, such as plain HTTP.
    NotTls,
    /// The server's certificate isn't trusted.
    Certificate(String),
    /// The response isn't HTTP.
    NotHttp,
    /// The server redirects without end.
    Redirects,
    /// The response is larger than any manifest, config, or token.
    TooLarge,
    /// `HTTPS_PROXY` or a similar variable isn't a URL, or the proxy refuses.
    Proxy,
    /// The machine's settings for the host can't be used: which file, and why.
    Settings(String),
    /// Any other failure, in the system's words.
    Other(String),
}

impl Failure {
    /// The failure behind a library's error.
    pub fn of(error: &Error) -> Failure {
        match error {
            Error::HostNotFound => Failure::Name,
            Error::Timeout(_) => Failure::Late,
            Error::Io(error) => Failure::of_io(error),
            Error::BodyExceedsLimit(_) => Failure::TooLarge,
            Error::Protocol(_) | Error::Http(_) => Failure::NotHttp,
            Error::RedirectFailed | Error::TooManyRedirects => Failure::Redirects,
            Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => Failure::Proxy,
            Error::ConnectionFailed => Failure::Other("the connection failed".into()),
            Error::Rustls(error) => Failure::of_tls(error),
            other => Failure::Other(one_line(&other.to_string())),
        }
    }

    fn of_io(error: &std::io::Error) -> Failure {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
        if let Some(tls) = tls {
            return Failure::of_tls(tls);
        }
        let text = error.to_string();
        match error.kind() {
            ErrorKind::ConnectionRefused => Failure::Refused,
            ErrorKind::TimedOut => Failure::Late,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Failure::Closed,
            _ if text.contains("lookup address") => Failure::Name,
            _ => Failure::Other(one_line(&text)),
        }
    }

    fn of_tls(error: &rustls::Error) -> Failure {
        match error {
            rustls::Error::InvalidMessage(_) => Failure::NotTls,
            rustls::Error::InvalidCertificate(why) => {
                Failure::Certificate(one_line(&why.to_string()))
            }
            other => Failure::Other(one_line(&other.to_string())),
        }
    }

    /// Whether another attempt may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Failure::Late | Failure::Closed)
    }

    /// One line of help.
    pub fn help(&self) -> &'static str {
        match self {
            Failure::Name => "check the registry's name, and that this machine resolves it",
            Failure::Refused => "check the port, and that the registry runs",
            Failure::Late | Failure::Closed => {
                "try again; if it stays so, check the network and `HTTPS_PROXY`"
            }
            Failure::NotTls => {
                "check the port; for a registry without TLS, set `server` in its `hosts.toml`"
            }
            Failure::Certificate(_) => {
                "add its certificate authority to the system's, or to the registry's `certs.d` directory"
            }
            Failure::NotHttp | Failure::Redirects | Failure::TooLarge => {
                "check the name and the port: no registry answers like this"
            }
            Failure::Proxy => "check `HTTPS_PROXY`, or name the registry in `NO_PROXY`",
            Failure::Settings(_) => "correct the file, or use other settings: --hosts-dir DIR",
            Failure::Other(_) => "check the network and `HTTPS_PROXY`",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Failure::Name => "its name can't be resolved",
            Failure::Refused => "the connection was refused",
            Failure::Late => "it didn't answer in time",
            Failure::Closed => "it closed the connection",
            Failure::NotTls => "it doesn't use TLS",
            Failure::Certificate(why) => {
                return write!(f, "its certificate isn't trusted ({why})");
            }
            Failure::NotHttp => "its response isn't HTTP",
            Failure::Redirects => "it redirects without end",
            Failure::TooLarge => "its response is too large",
            Failure::Proxy => "the proxy can't be used",
            Failure::Settings(text) | Failure::Other(text) => text,
        };
        f.write_str(text)
    }
}

/// The text without what would break the line or act on a terminal.
fn one_line(text: &str) -> String {
    let words = text
        .split(|letter: char| letter.is_control() || letter.is_whitespace())
        .filter(|word| !word.is_empty());
    words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(200)
        .collect()
}
