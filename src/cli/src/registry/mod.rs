//! Asking registries: which digest a tag stands for, and what a base's config says. The protocol is that of the OCI
//! distribution specification; only what reads is here.

mod address;
mod auth;
mod credentials;
mod manifest;
mod mutex;
mod problem;
mod web;

use std::collections::HashMap;
use std::sync::Mutex;

use fromtier_image::{Digest, ImageConfig, ImageRef, Platform};

use address::ImageAddress;
use auth::Challenge;
use credentials::Credentials;
use mutex::lock;
pub use problem::Problem;
use web::{Answer, Method, Web};

/// A config larger than this is none.
const LARGEST: u64 = 8 << 20;

/// What is asked of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'a> {
    /// The digest only.
    Digest,
    /// The config of the image for this platform, too.
    Config(&'a Platform),
}

/// What a registry says of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Of the index, where there is one.
    pub digest: Digest,
    /// Where it was wanted, and there is one.
    pub config: Option<Box<ImageConfig>>,
    /// Whether there is an image for the platform that was asked about.
    pub for_platform: bool,
}

impl Found {
    /// The `ONBUILD` instructions that the image has ready for those who stand on it.
    pub fn triggers(&self) -> &[String] {
        let config = self.config.as_ref();
        let triggers = config.and_then(|config| config.config.on_build.as_deref());
        triggers.unwrap_or_default()
    }
}

/// All registries, with the logins that Docker has stored. May be asked from several threads at once.
#[derive(Debug)]
pub struct Registries {
    web: Web,
    credentials: Credentials,
    /// The `Authorization` that worked last, by registry and repository.
    authorized: Mutex<HashMap<(String, String), String>>,
}

impl Registries {
    pub fn new() -> Registries {
        Registries {
            web: Web::default(),
            credentials: Credentials::default(),
            authorized: Mutex::default(),
        }
    }

    /// Looks an image up by its digest, where it has one, else by its tag.
    ///
    /// Errors: why there is no answer.
    pub fn look_up(&self, image: &ImageRef, wish: Wish<'_>) -> Result<Found, Problem> {
        let place = ImageAddress::of(image);
        let Wish::Config(platform) = wish else {
            return self.digest(&place).map(|digest| Found {
                digest,
                config: None,
                for_platform: true,
            });
        };
        let (digest, bytes) = self.manifest(&place, &place.reference)?;
        let mut found = Found {
            digest,
            config: None,
            for_platform: true,
        };
        let mut manifest = manifest::read(&bytes);
        if let manifest::Manifest::Index(children) = &manifest {
            let chosen = manifest::choose(children, platform);
            found.for_platform = chosen.as_ref().is_some_and(|chosen| chosen.exact);
            let Some(child) = chosen else {
                return Ok(found);
            };
            let (_, bytes) = self.manifest(&place, child.digest.as_str())?;
            manifest = manifest::read(&bytes);
        }
        if let manifest::Manifest::Image { config } = manifest {
            let bytes = self.blob(&place, &config)?;
            let config = ImageConfig::from_json(&bytes)
                .map_err(|error| place.odd(format!("its config can't be read: {error}")))?;
            found.config = Some(Box::new(config));
        }
        Ok(found)
    }

    /// The digest, which most registries tell without a manifest: that counts for no limit.
    fn digest(&self, place: &ImageAddress) -> Result<Digest, Problem> {
        let path = format!("manifests/{}", place.reference);
        let answer = match self.ask(place, Method::Head, &path) {
            // Not all registries know that question.
            Err(Problem::Failing {
                status: 400 | 405 | 501,
                ..
            }) => Answer::default(),
            answer => answer?,
        };
        let told = answer.digest.as_deref().map(Digest::parse);
        match (told, Digest::parse(&place.reference)) {
            (Some(Ok(told)), Ok(asked)) if told != asked => {
                Err(place.odd(format!("it answers with {}", told.as_str())))
            }
            (Some(Ok(told)), _) => Ok(told),
            _ => self
                .manifest(place, &place.reference)
                .map(|(digest, _)| digest),
        }
    }

    /// A manifest or index, with its digest as its bytes have it.
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
                    return Err(place.odd(format!(
                        "the bytes of {} have the digest {}",
                        wanted.as_str(),
                        digest.as_str()
                    )));
                }
                // Nothing here computes another algorithm: the registry's word stands.
                Ok(wanted) if wanted.algorithm() != "sha256" => return Ok((wanted, answer.body)),
                _ => {}
            }
        }
        Ok((digest, answer.body))
    }

    fn blob(&self, place: &ImageAddress, digest: &Digest) -> Result<Vec<u8>, Problem> {
        let answer = self.ask(place, Method::Get, &format!("blobs/{}", digest.as_str()))?;
        if digest.algorithm() == "sha256" && Digest::sha256(&answer.body) != *digest {
            return Err(place.odd(format!("the bytes of {} are others", digest.as_str())));
        }
        Ok(answer.body)
    }

    /// One question to the registry's interface, with a login where it wants one.
    fn ask(&self, place: &ImageAddress, method: Method, path: &str) -> Result<Answer, Problem> {
        let url = format!("{}/v2/{}/{path}", place.base, place.repository);
        let key = (place.registry.clone(), place.repository.clone());
        let known = lock(&self.authorized).get(&key).cloned();
        let mut answer = self.send(place, method, &url, known.as_deref())?;
        let mut anonymous = known.is_none();
        if answer.status == 401 {
            let challenge = Challenge::read(&answer.challenges)
                .ok_or_else(|| place.odd("it wants a login, and doesn't say of which kind"))?;
            let login = self.credentials.of(&place.registry);
            anonymous = !matches!(login, Ok(Some(_)));
            let authorization = auth::authorize(&self.web, place, &challenge, login)?;
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
            401 | 403 if anonymous => Err(Problem::LoginWanted {
                registry: place.registry.clone(),
                repository: place.repository.clone(),
                trouble: self.credentials.of(&place.registry).err(),
            }),
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
            .send(method, url, authorization, LARGEST)
            .map_err(|error| Problem::Unreachable {
                registry: place.registry.clone(),
                error,
            })
    }
}
