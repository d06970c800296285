//! The policies of a gate with its lock file and its day, and how each policy applies to one request.

use std::sync::Arc;

use fromtier_catalog::Day;
use fromtier_image::reference::RefError;
use fromtier_image::{ImageRef, Platform};

use crate::active_policy::{ActivePolicy, Resolution};
use crate::layer::Layer;
use crate::lock::Lock;
use crate::pattern::identity;
use crate::request::Via;
use crate::scope::Scope;

/// The policies of a gate, its lock file, and its day.
#[derive(Debug)]
pub(crate) struct Policies {
    /// The organization's policy comes first.
    pub layers: Vec<Layer>,
    pub lock: Arc<Lock>,
    pub today: Day,
    /// The Dockerfile's path, if it is known and the same for all requests.
    pub file: Option<Box<str>>,
}

/// An image in a mirror.
#[derive(Debug)]
pub(crate) struct MirroredImage<'a> {
    /// The position of the policy that names the mirror.
    pub layer: usize,
    /// The image's own registry.
    pub registry: String,
    /// The registry and path prefix of the mirror.
    pub prefix: &'a str,
    /// The image in the mirror; the error if its name there is too long.
    pub image: Result<ImageRef, RefError>,
}

impl Policies {
    /// Whether one of the policies gives the repository this label.
    pub fn has_label(&self, label: &str) -> bool {
        let mut labels = (self.layers.iter()).flat_map(|layer| &layer.index.policy.labels);
        labels.any(|own| own == label)
    }

    /// Returns the image in the mirror of its registry, if a policy names a mirror.
    pub fn mirror_of(&self, image: &ImageRef) -> Option<MirroredImage<'_>> {
        let name = identity(image);
        let registry = name.split('/').next().unwrap_or_default();
        let (layer, prefix) = (self.layers.iter().enumerate())
            .find_map(|(at, layer)| Some((at, layer.index.mirror(registry)?)))?;
        let mut text = format!("{prefix}/{}", image.path());
        if let Some(tag) = image.tag() {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = image.digest() {
            text = format!("{text}@{}", digest.as_str());
        }
        Some(MirroredImage {
            layer,
            registry: registry.to_owned(),
            prefix,
            image: ImageRef::parse(&text),
        })
    }

    /// Returns the image that stands in a mirror under this name: the reverse of [`Policies::mirror_of`]. Only the first policy's
    /// mirrors count: with a mirror of its own, a repository could make an image pass for another one.
    pub fn origin_of(&self, place: &ImageRef) -> Option<ImageRef> {
        let name = place.to_string();
        let mirrors =
            (self.layers.first().into_iter()).flat_map(|layer| &layer.index.policy.mirrors);
        let origins = mirrors.filter_map(|mirror| {
            let rest = name
                .strip_prefix(mirror.prefix.as_str())?
                .strip_prefix('/')?;
            ImageRef::parse(&format!("{}/{rest}", mirror.registry)).ok()
        });
        let leads_here = |origin: &ImageRef| {
            let mirrored = self
                .mirror_of(origin)
                .and_then(|mirrored| mirrored.image.ok());
            mirrored.as_ref() == Some(place)
        };
        origins.into_iter().find(leads_here)
    }
}

/// Where in a build a source is requested, and how each policy applies there.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub via: Via,
    /// The Dockerfile's path, if it is known.
    pub path: Option<Box<str>>,
    /// The platform that the source is requested for, if it is known.
    pub platform: Option<Platform>,
    /// One for each policy, in the order of the policies.
    resolutions: Vec<Resolution>,
}

impl RequestContext {
    pub fn new(policies: &Policies, via: Via, scope: &Scope<'_>) -> RequestContext {
        let scope = &Scope {
            path: scope.path.or(policies.file.as_deref()),
            ..*scope
        };
        RequestContext {
            via,
            path: scope.path.map(Into::into),
            platform: scope.platform.cloned(),
            resolutions: (policies.layers.iter())
                .map(|layer| Resolution::new(&layer.index, scope))
                .collect(),
        }
    }

    /// Returns the policies as they apply here, in their order.
    pub fn active_policies<'a>(
        &'a self,
        policies: &'a Policies,
    ) -> impl DoubleEndedIterator<Item = ActivePolicy<'a>> + ExactSizeIterator {
        let pairs = policies.layers.iter().zip(&self.resolutions);
        pairs.map(|(layer, resolution)| ActivePolicy {
            owner: layer.owner,
            index: &layer.index,
            resolution,
        })
    }
}
