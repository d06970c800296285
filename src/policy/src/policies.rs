//! The policies of a gate with its lock file and its day, and how each policy applies to one request.

use std::sync::Arc;

use fromtier_catalog::Day;
use fromtier_image::reference::RefError;
use fromtier_image::{ImageRef, Platform};

use crate::active_policy::{ActivePolicy, Resolution};
use crate::classify::official_image;
use crate::layer::Layer;
use crate::lock::Lock;
use crate::pattern::identity;
use crate::policy::Mirror;
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
    pub mirror: &'a Mirror,
    /// The image in the mirror; the error if its name there is too long.
    pub image: Result<ImageRef, RefError>,
}

impl Policies {
    /// Whether one of the policies gives the repository this label.
    pub fn has_label(&self, label: &str) -> bool {
        let mut labels = (self.layers.iter()).flat_map(|layer| &layer.index.policy.labels);
        labels.any(|own| own == label)
    }

    /// Returns the image in its mirror, if a policy names one for it.
    pub fn mirror_of(&self, image: &ImageRef) -> Option<MirroredImage<'_>> {
        let name = identity(image);
        let (layer, mirror) = (self.layers.iter().enumerate())
            .find_map(|(at, layer)| Some((at, layer.index.mirror(&name)?)))?;
        let mut text = format!("{}{}", mirror.prefix, mirror.rest(&name)?);
        if let Some(tag) = image.tag() {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = image.digest() {
            text = format!("{text}@{}", digest.as_str());
        }
        Some(MirroredImage {
            layer,
            mirror,
            image: ImageRef::parse(&text),
        })
    }

    /// Returns the image that a Dockerfile names as in its mirror. A mirror without a path is a registry that can have images
    /// of its own, so there only official images are certain.
    pub fn named_as_in_mirror(&self, written: &ImageRef) -> Option<ImageRef> {
        let (mirror, origin) = self.origins(written).next()?;
        let is_certain = mirror.place.contains('/') || official_image(&identity(&origin)).is_some();
        is_certain.then_some(origin)
    }

    /// Returns the image that a name is an alias of. Only the first policy's aliases count.
    pub fn alias_of(&self, named: &ImageRef) -> Option<ImageRef> {
        let rule = (self.layers.first()?.index).alias(&identity(named), named.tag())?;
        let image = rule.apply(named).ok()?;
        Some(self.named_as_in_mirror(&image).unwrap_or(image))
    }

    /// Returns the image that is in a mirror under this name: the reverse of [`Policies::mirror_of`].
    pub fn origin_of(&self, place: &ImageRef) -> Option<ImageRef> {
        let leads_here = |(_, origin): &(&Mirror, ImageRef)| {
            let mirrored = self.mirror_of(origin);
            let mirrored = mirrored.and_then(|mirrored| mirrored.image.ok());
            mirrored.is_some_and(|mirrored| is_same(&mirrored, place))
        };
        let found = self.origins(place).find(leads_here);
        found
            .map(|(_, origin)| origin)
            .or_else(|| self.named_as_in_mirror(place))
    }

    /// Returns the images that can be in a mirror under this name, that in the longest mirror first. Only the first policy's
    /// mirrors count: with a mirror of its own, a repository could make an image pass for another one.
    fn origins(&self, place: &ImageRef) -> impl Iterator<Item = (&Mirror, ImageRef)> {
        let name = identity(place);
        let suffix = place.to_string().split_off(place.name().len());
        let mirrors =
            (self.layers.first().into_iter()).flat_map(|layer| &layer.index.policy.mirrors);
        let origins = mirrors.filter_map(|mirror| {
            let own = mirror.own_name(&name)?;
            Some((mirror, ImageRef::parse(&format!("{own}{suffix}")).ok()?))
        });
        let mut origins: Vec<(&Mirror, ImageRef)> = origins.collect();
        origins.sort_by_key(|(mirror, _)| std::cmp::Reverse(mirror.place.len()));
        origins.into_iter()
    }
}

/// Whether two references name the same image, in any spelling of the registry.
fn is_same(a: &ImageRef, b: &ImageRef) -> bool {
    identity(a) == identity(b) && a.tag() == b.tag() && a.digest() == b.digest()
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
        pairs.map(|(layer, resolution)| ActivePolicy::new(layer.owner, &layer.index, resolution))
    }
}
