//! The address of an image at its registry.

use fromtier_image::{Digest, ImageRef};

use super::problem::Problem;
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
}

impl ImageAddress {
    /// The address of an image. Docker Hub's registry has another host name than its references.
    pub fn of(image: &ImageRef) -> ImageAddress {
        let registry = image.domain().to_owned();
        let host = match registry.as_str() {
            "docker.io" => "registry-1.docker.io",
            other => other,
        };
        let scheme = if web::is_loopback(host) {
            "http"
        } else {
            "https"
        };
        let reference = image.digest().map(Digest::as_str).or(image.tag());
        ImageAddress {
            base: format!("{scheme}://{host}"),
            repository: image.path().to_owned(),
            reference: reference.unwrap_or("latest").to_owned(),
            registry,
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
    fn images_are_asked_for_where_docker_asks_for_them() {
        let place = |text: &str| {
            let place = ImageAddress::of(&ImageRef::parse(text).unwrap());
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
