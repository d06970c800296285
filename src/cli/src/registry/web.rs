//! HTTP with timeouts and retries.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::{HeaderMap, Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::typestate::AgentScope;
use ureq::{Body, Error};

use super::failure::Failure;
use super::hosts::HostSettings;

/// The time limit of one attempt.
const LIMIT: Duration = Duration::from_secs(30);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Attempts after the first.
const MORE_TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest delay, even if a server asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// The media types of known manifests.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, */*;q=0.1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Head,
    Get,
}

/// A response, whatever its status.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub status: u16,
    /// `WWW-Authenticate`, each.
    pub challenges: Vec<String>,
    /// `Docker-Content-Digest`.
    pub digest: Option<String>,
    pub body: Vec<u8>,
    retry_after: Option<Duration>,
}

/// Connections, kept for the next request.
#[derive(Debug, Default)]
pub(super) struct Web {
    outside: OnceLock<Agent>,
    /// For this machine: without a proxy and without certificates.
    loopback: OnceLock<Agent>,
}

impl Web {
    /// Sends a request. At most `largest` bytes of the body are read.
    ///
    /// # Errors
    /// There is no response.
    pub fn send(
        &self,
        method: Method,
        url: &str,
        authorization: Option<&str>,
        largest: u64,
        settings: &HostSettings,
    ) -> Result<Answer, Failure> {
        with_retries(|| {
            let agent = self.agent(url, settings);
            let request = match method {
                Method::Head => agent.head(url),
                Method::Get => agent.get(url),
            };
            let request = request.header("Accept", MANIFESTS);
            let request = match authorization {
                Some(value) => request.header("Authorization", value),
                None => request,
            };
            request.call().and_then(|answer| read(answer, largest))
        })
    }

    /// Posts a form.
    ///
    /// # Errors
    /// As [`Web::send`].
    pub fn post(
        &self,
        url: &str,
        form: &[(&str, &str)],
        settings: &HostSettings,
    ) -> Result<Answer, Failure> {
        with_retries(|| {
            let form = form.iter().copied();
            let answer = self.agent(url, settings).post(url).send_form(form)?;
            read(answer, 1 << 20)
        })
    }

    fn agent<'a>(&'a self, url: &str, settings: &'a HostSettings) -> &'a Agent {
        if !settings.authorities.is_empty() {
            return settings
                .agent
                .get_or_init(|| agent_trusting(&settings.authorities));
        }
        let uri = url.parse::<Uri>().unwrap_or_default();
        if uri.host().is_some_and(is_loopback) && uri.scheme_str() == Some("http") {
            self.loopback.get_or_init(agent_without_tls)
        } else {
            self.outside.get_or_init(|| agent_trusting(&[]))
        }
    }
}

fn common_config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(LIMIT))
        .timeout_connect(Some(CONNECT_LIMIT))
        .user_agent(concat!("fromtier/", env!("CARGO_PKG_VERSION")))
}

fn agent_without_tls() -> Agent {
    common_config().proxy(None).build().new_agent()
}

/// An agent that trusts these authorities beside the system's.
fn agent_trusting(authorities: &[Certificate<'static>]) -> Agent {
    // If another thread was first, there is a provider too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A certificate that can't be read is not trusted, so a server that needs it fails.
    let system = rustls_native_certs::load_native_certs().certs;
    let mut trusted: Vec<_> = system
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    trusted.extend_from_slice(authorities);
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&trusted));
    common_config().tls_config(tls.build()).build().new_agent()
}

impl Answer {
    /// The registry's own error message, in one line.
    pub fn complaint(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let message = json["errors"][0]["message"]
            .as_str()
            .or(json["details"].as_str())
            .or(json["message"].as_str());
        let line = message.unwrap_or_else(|| text.lines().next().unwrap_or_default());
        line.chars()
            .filter(|letter| !letter.is_control())
            .take(200)
            .collect()
    }
}

fn read(answer: Response<Body>, largest: u64) -> Result<Answer, Error> {
    let (parts, mut body) = answer.into_parts();
    Ok(Answer {
        status: parts.status.as_u16(),
        challenges: header_values(&parts.headers, "www-authenticate"),
        digest: header_values(&parts.headers, "docker-content-digest").pop(),
        retry_after: header_values(&parts.headers, "retry-after")
            .pop()
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(Duration::from_secs),
        body: body.with_config().limit(largest).read_to_vec()?,
    })
}

fn header_values(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).into_iter();
    values
        .filter_map(|value| Some(value.to_str().ok()?.to_owned()))
        .collect()
}

/// Repeats a request until another attempt can't help.
fn with_retries(once: impl Fn() -> Result<Answer, Error>) -> Result<Answer, Failure> {
    let mut pause = FIRST_PAUSE;
    let mut tries = 0;
    loop {
        let outcome = once().map_err(|error| Failure::of(&error));
        let more = match &outcome {
            Ok(answer) if matches!(answer.status, 429 | 500 | 502..=504) => MORE_TRIES,
            Err(failure) if failure.is_transient() => 1,
            _ => 0,
        };
        if tries >= more {
            return outcome;
        }
        let asked = outcome.ok().and_then(|answer| answer.retry_after);
        thread::sleep(asked.unwrap_or(pause).min(LONGEST_PAUSE));
        pause *= 2;
        tries += 1;
    }
}

/// Whether a host, with or without a port, is this machine. As with Docker, that needs no TLS.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "[::1]"
        || name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Instant;

    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for host in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "127.1.2.3",
            "[::1]:80",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.com",
            "127.0.0.1.example.com",
            "docker.io",
            "10.0.0.1",
            "localhost:80@192.0.2.2",
            "localhost:80@192.0.2.2:80",
            "user@localhost",
            "[::1].example.com",
            "[::1]@192.0.2.2",
            "",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    fn answer(status: u16, retry_after: Option<u64>) -> Answer {
        Answer {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            ..Answer::default()
        }
    }

    #[test]
    fn a_server_that_fails_is_tried_again_and_a_no_is_a_no() {
        let tries = Cell::new(0);
        let outcome = with_retries(|| {
            tries.set(tries.get() + 1);
            Ok(answer(if tries.get() < 3 { 503 } else { 200 }, Some(0)))
        });
        assert_eq!((outcome.unwrap().status, tries.get()), (200, 3));
        tries.set(0);
        let outcome = with_retries(|| {
            tries.set(tries.get() + 1);
            Ok(answer(404, None))
        });
        assert_eq!((outcome.unwrap().status, tries.get()), (404, 1));
        tries.set(0);
        let outcome = with_retries(|| {
            tries.set(tries.get() + 1);
            Err(Error::HostNotFound)
        });
        assert_eq!(outcome.unwrap_err(), Failure::Name);
        assert_eq!(tries.get(), 1);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "it measures")]
    fn the_servers_own_pause_is_kept() {
        let tries = Cell::new(0);
        let begun = Instant::now();
        let outcome = with_retries(|| {
            tries.set(tries.get() + 1);
            Ok(answer(if tries.get() < 2 { 429 } else { 200 }, Some(1)))
        });
        assert_eq!(outcome.unwrap().status, 200);
        assert!(begun.elapsed() >= Duration::from_secs(1));
    }

    #[test]
    fn an_error_message_of_a_registry_is_one_line() {
        let message = |body: &str| {
            Answer {
                body: body.as_bytes().to_vec(),
                ..Answer::default()
            }
            .complaint()
        };
        assert_eq!(
            message(r#"{"errors":[{"code":"DENIED","message":"not today"}]}"#),
            "not today"
        );
        assert_eq!(message("<html>\nbad gateway"), "<html>");
        assert_eq!(message("\u{1b}[31mred"), "[31mred");
    }
}
