//! The address of an image at its registry.

use std::sync::Arc;

use fromtier_image::{Digest, ImageRef};

use super::failure::Failure;
use super::hosts::{HostSettings, Hosts};
use super::problem::{Problem, Server};
use super::web::{self, Answer};

/// The address of an image at its registry.
#[derive(Debug)]
pub(super) struct ImageAddress {
    /// The registry's name in references.
    pub registry: String,
    /// The base URL of its API.
    pub base: String,
    pub repository: String,
    /// A tag or a digest.
    pub reference: String,
    pub settings: Arc<HostSettings>,
}

impl ImageAddress {
    /// The address of an image. Docker Hub's registry has another host name than its references.
    ///
    /// # Errors
    /// The machine's settings for the registry can't be used.
    pub fn of(image: &ImageRef, hosts: &Hosts) -> Result<ImageAddress, Problem> {
        let registry = image.domain().to_owned();
        let settings = hosts.of(&registry).map_err(|why| Problem::Unreachable {
            registry: registry.clone(),
            server: Server::Registry,
            failure: Failure::Settings(why),
        })?;
        let host = match registry.as_str() {
            "docker.io" => "registry-1.docker.io",
            other => other,
        };
        let is_plain = web::is_loopback(host) && settings.authorities.is_empty();
        let scheme = if is_plain { "http" } else { "https" };
        let server = settings.server.clone();
        let reference = image.digest().map(Digest::as_str).or(image.tag());
        Ok(ImageAddress {
            base: server.unwrap_or_else(|| format!("{scheme}://{host}")),
            repository: image.path().to_owned(),
            reference: reference.unwrap_or("latest").to_owned(),
            registry,
            settings,
        })
    }

    /// Whether a login can be sent: over TLS, or to this machine.
    pub fn is_secure(&self) -> bool {
        let plain = self.base.strip_prefix("http://");
        plain.is_none_or(web::is_loopback)
    }

    /// The registry requires a login; `trouble` says why a stored one can't be read.
    pub fn login_wanted(&self, trouble: Option<String>) -> Problem {
        let (registry, repository) = (self.registry.clone(), self.repository.clone());
        if !self.is_secure() {
            return Problem::LoginInClear {
                registry,
                repository,
            };
        }
        Problem::LoginWanted {
            registry,
            repository,
            trouble,
        }
    }

    /// The registry's response is not valid.
    pub fn protocol_error(&self, what: impl Into<String>) -> Problem {
        Problem::Protocol {
            registry: self.registry.clone(),
            what: what.into(),
        }
    }

    /// The registry returned an error status.
    pub fn failing(&self, answer: &Answer) -> Problem {
        if answer.status == 429 {
            return Problem::TooMany {
                registry: self.registry.clone(),
            };
        }
        Problem::Failing {
            registry: self.registry.clone(),
            status: answer.status,
            message: answer.complaint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_requested_at_the_addresses_that_docker_uses() {
        let hosts = Hosts::new(Some("/nowhere".as_ref()));
        let place = |text: &str| {
            let place = ImageAddress::of(&ImageRef::parse(text).unwrap(), &hosts).unwrap();
            format!("{}/v2/{}/{}", place.base, place.repository, place.reference)
        };
        assert_eq!(
            place("node:22"),
            "https://registry-1.docker.io/v2/library/node/22"
        );
        assert_eq!(
            place("localhost:5000/a/b:1"),
            "http://localhost:5000/v2/a/b/1"
        );
        assert_eq!(
            place("127.0.0.1:5000/a"),
            "http://127.0.0.1:5000/v2/a/latest"
        );
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(
            place(&format!("ghcr.io/a/b:1@{digest}")),
            format!("https://ghcr.io/v2/a/b/{digest}")
        );
    }
}
