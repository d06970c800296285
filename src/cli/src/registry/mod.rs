//! Queries registries for the digest of a tag and the config of a base image, with the read requests of the OCI
//! distribution specification.

mod address;
mod auth;
mod credentials;
mod failure;
mod hosts;
mod manifest;
mod problem;
mod web;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use fromtier_image::{Digest, ImageConfig, ImageRef, Platform};

use self::address::ImageAddress;
use self::auth::Challenge;
use self::credentials::Credentials;
use self::hosts::Hosts;
pub use self::problem::{Problem, Server};
use self::web::{Answer, Method, Web};
use crate::mutex::lock;

/// The largest manifest or config, in bytes.
const LARGEST: u64 = 8 << 20;

/// A question about an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail<'a> {
    /// Only the digest.
    Digest,
    /// The config of the image for this platform too.
    Config(&'a Platform),
}

/// A registry's answer about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageInfo {
    /// The digest of the index, or of the manifest if there is no index.
    pub digest: Digest,
    /// The config, if it was requested and there is one.
    pub config: Option<Box<ImageConfig>>,
    /// Whether there is an image for the requested platform.
    pub for_platform: bool,
}

impl ImageInfo {
    /// The `ONBUILD` instructions of the image.
    pub fn triggers(&self) -> &[String] {
        let config = self.config.as_ref();
        let triggers = config.and_then(|config| config.config.on_build.as_deref());
        triggers.unwrap_or_default()
    }
}

/// Whether an image runs on a platform. One that says nothing is taken for any.
fn is_for(image: &Platform, wanted: &Platform) -> bool {
    let (image, wanted) = (image.clone().normalize(), wanted.clone().normalize());
    let is_same = |own: &str, wanted: &str| own.is_empty() || own == wanted;
    is_same(&image.os, &wanted.os) && is_same(&image.architecture, &wanted.architecture)
}

/// All registries, with the logins that Docker has stored. Several threads may use it at once.
#[derive(Debug)]
pub struct Registries {
    web: Web,
    credentials: Credentials,
    hosts: Hosts,
    /// The `Authorization` that worked last, by registry and repository.
    authorized: Mutex<HashMap<(String, String), String>>,
}

impl Registries {
    /// No connection is open yet. `hosts_dir` replaces the directories of the machine's container tools.
    pub fn new(hosts_dir: Option<&Path>) -> Registries {
        Registries {
            web: Web::default(),
            credentials: Credentials::default(),
            hosts: Hosts::new(hosts_dir),
            authorized: Mutex::default(),
        }
    }

    /// Looks up an image by its digest if it has one, else by its tag.
    ///
    /// # Errors
    /// The registry has no answer.
    pub fn look_up(&self, image: &ImageRef, wish: Detail<'_>) -> Result<ImageInfo, Problem> {
        let place = ImageAddress::of(image, &self.hosts)?;
        let Detail::Config(platform) = wish else {
            return self.digest(&place).map(|digest| ImageInfo {
                digest,
                config: None,
                for_platform: true,
            });
        };
        let (digest, bytes) = self.manifest(&place, &place.reference)?;
        let mut found = ImageInfo {
            digest,
            config: None,
            for_platform: true,
        };
        let not_a_manifest = || place.protocol_error("its answer is not a manifest");
        let mut manifest = manifest::read(&bytes).ok_or_else(not_a_manifest)?;
        if let manifest::Manifest::Index(children) = &manifest {
            let chosen = manifest::choose(children, platform);
            found.for_platform = chosen.as_ref().is_some_and(|chosen| chosen.exact);
            let Some(child) = chosen else {
                return Ok(found);
            };
            let (_, bytes) = self.manifest(&place, child.digest.as_str())?;
            manifest = manifest::read(&bytes).ok_or_else(not_a_manifest)?;
        }
        if let manifest::Manifest::Image { config } = manifest {
            let bytes = self.blob(&place, &config)?;
            let config = ImageConfig::from_json(&bytes).map_err(|error| {
                place.protocol_error(format!("its config can't be read: {error}"))
            })?;
            // Without an index, only the config says which platform the image is for.
            found.for_platform &= is_for(&config.platform, platform);
            found.config = Some(Box::new(config));
        }
        Ok(found)
    }

    /// The digest, which most registries return without a manifest; such a request doesn't count toward rate limits.
    fn digest(&self, place: &ImageAddress) -> Result<Digest, Problem> {
        let path = format!("manifests/{}", place.reference);
        let answer = match self.ask(place, Method::Head, &path) {
            // Some registries don't support HEAD requests.
            Err(Problem::Failing {
                status: 400 | 405 | 501,
                ..
            }) => Answer::default(),
            answer => answer?,
        };
        let told = answer.digest.as_deref().map(Digest::parse);
        match (told, Digest::parse(&place.reference)) {
            (Some(Ok(told)), Ok(asked)) if told != asked => {
                Err(place.protocol_error(format!("it returned the digest {}", told.as_str())))
            }
            (Some(Ok(told)), _) => Ok(told),
            _ => {
                let (digest, bytes) = self.manifest(place, &place.reference)?;
                match manifest::read(&bytes) {
                    Some(_) => Ok(digest),
                    None => Err(place.protocol_error("its answer is not a manifest")),
                }
            }
        }
    }

    /// A manifest or index, with the digest of its bytes.
    fn manifest(
        &self,
        place: &ImageAddress,
        reference: &str,
    ) -> Result<(Digest, Vec<u8>), Problem> {
        let answer = self.ask(place, Method::Get, &format!("manifests/{reference}"))?;
        let digest = Digest::sha256(&answer.body);
        let wanted = [answer.digest.as_deref(), Some(reference)];
        for wanted in wanted.into_iter().flatten() {
            match Digest::parse(wanted) {
                Ok(wanted) if wanted.algorithm() == "sha256" && wanted != digest => {
                    return Err(place.protocol_error(format!(
                        "the content of {} has the digest {}",
                        wanted.as_str(),
                        digest.as_str()
                    )));
                }
                // Other algorithms aren't computed; the registry's digest is used.
                Ok(wanted) if wanted.algorithm() != "sha256" => return Ok((wanted, answer.body)),
                _ => {}
            }
        }
        Ok((digest, answer.body))
    }

    fn blob(&self, place: &ImageAddress, digest: &Digest) -> Result<Vec<u8>, Problem> {
        let answer = self.ask(place, Method::Get, &format!("blobs/{}", digest.as_str()))?;
        if digest.algorithm() == "sha256" && Digest::sha256(&answer.body) != *digest {
            return Err(place.protocol_error(format!(
                "the content does not match digest {}",
                digest.as_str()
            )));
        }
        Ok(answer.body)
    }

    /// Sends a request to the registry, with a login if it requires one.
    fn ask(&self, place: &ImageAddress, method: Method, path: &str) -> Result<Answer, Problem> {
        let url = format!("{}/v2/{}/{path}", place.base, place.repository);
        let key = (place.registry.clone(), place.repository.clone());
        let known = lock(&self.authorized).get(&key).cloned();
        let mut answer = self.send(place, method, &url, known.as_deref())?;
        let mut anonymous = known.is_none();
        if answer.status == 401 {
            let challenge = Challenge::read(&answer.challenges)
                .ok_or_else(|| place.protocol_error("it requires a login of an unknown kind"))?;
            let login = if place.is_secure() {
                self.credentials.of(&place.registry)
            } else {
                Ok(None)
            };
            anonymous = !matches!(login, Ok(Some(_)));
            let authorization = auth::authorize(&self.web, &self.hosts, place, &challenge, login)?;
            answer = self.send(place, method, &url, Some(&authorization))?;
            if answer.status < 400 {
                lock(&self.authorized).insert(key, authorization);
            }
        }
        match answer.status {
            200..=299 => Ok(answer),
            404 => Err(Problem::Missing {
                registry: place.registry.clone(),
            }),
            401 | 403 if anonymous => {
                Err(place.login_wanted(self.credentials.of(&place.registry).err()))
            }
            401 | 403 => Err(Problem::LoginRefused {
                registry: place.registry.clone(),
                repository: place.repository.clone(),
            }),
            _ => Err(place.failing(&answer)),
        }
    }

    fn send(
        &self,
        place: &ImageAddress,
        method: Method,
        url: &str,
        authorization: Option<&str>,
    ) -> Result<Answer, Problem> {
        self.web
            .send(method, url, authorization, LARGEST, &place.settings)
            .map_err(|failure| Problem::Unreachable {
                registry: place.registry.clone(),
                server: Server::Registry,
                failure,
            })
    }
}
