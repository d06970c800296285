//! The images that triggers want, one because of the other: which led to which, and where that ends.

use std::rc::Rc;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::span::Range;
use fromtier_image::ImageRef;

use crate::stage::Stage;

/// How many images may want each other in a row. Each of them has to be asked for before the next is known.
const MAX_LENGTH: usize = 100;

/// How many images triggers may want in all: two of the same in each image double with every step.
const MAX_IMAGES: usize = 10_000;

/// An image that a trigger wants, and the one whose trigger that is, if that one was itself wanted by a trigger.
#[derive(Debug)]
pub(crate) struct Link {
    image: String,
    by: Option<Rc<Link>>,
    length: usize,
    /// The instruction of the file that it all began with.
    place: Vec<Range>,
}

/// All images of a build that triggers want.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    images: usize,
}

impl Chains {
    /// Adds the image that `wanted` stands for, which a trigger of `by` wants.
    ///
    /// An image that a trigger wants is always of the same platform, so its own triggers are the same each time: one that
    /// comes to be wanted by itself never ends.
    ///
    /// Errors: images that want each other in a circle, or too many of them.
    pub fn add(&mut self, wanted: &Stage, by: &Stage) -> Result<Rc<Link>> {
        let image = ImageRef::parse(&wanted.base_name).map_or_else(
            |_| wanted.base_name.clone(),
            |reference| reference.tag_name_only().to_string(),
        );
        let by_link = by.chain.as_deref();
        let link = Rc::new(Link {
            image,
            length: by_link.map_or(1, |link| link.length + 1),
            place: by_link.map_or_else(|| by.wanted_at.clone(), |link| link.place.clone()),
            by: by.chain.clone(),
        });
        self.images += 1;
        if let Some(circle) = link.circle() {
            return Err(link.refused("ONBUILD triggers go in a circle", &circle));
        }
        if link.length > MAX_LENGTH {
            let message = format!("ONBUILD triggers want more than {MAX_LENGTH} images in a row");
            return Err(link.refused(&message, &link.names()));
        }
        if self.images > MAX_IMAGES {
            let message = format!("ONBUILD triggers want more than {MAX_IMAGES} images");
            return Err(link.refused(&message, &link.names()));
        }
        Ok(link)
    }
}

impl Link {
    /// The images that led to this one, first to last, with it.
    fn names(&self) -> Vec<&str> {
        let ancestors = std::iter::successors(Some(self), |link| link.by.as_deref());
        let mut names: Vec<&str> = ancestors.map(|link| link.image.as_str()).collect();
        names.reverse();
        names
    }

    /// The images from where this one was wanted before, if it was.
    fn circle(&self) -> Option<Vec<&str>> {
        let mut names = self.names();
        let before = names.iter().position(|name| *name == self.image)?;
        (before + 1 < names.len()).then(|| names.split_off(before))
    }

    /// The instruction of the file that led to it.
    pub fn place(&self) -> &[Range] {
        &self.place
    }

    /// Long chains are told by their ends.
    fn refused(&self, what: &str, names: &[&str]) -> Error {
        const SHOWN: usize = 4;
        let (first, last) = match names.len() {
            n if n > 2 * SHOWN => (&names[..SHOWN], &names[n - SHOWN..]),
            _ => (names, &[][..]),
        };
        let mut shown = first.to_vec();
        if !last.is_empty() {
            shown.push("...");
            shown.extend(last);
        }
        let mut error = Error::new(format!("{what}: {}", shown.join(" -> ")));
        error.help = Some(
            "an image's triggers are part of it: take another base, or build it anew without the ONBUILD that leads on"
                .into(),
        );
        error.at(&self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(chains: &mut Chains, name: &str, by: Option<&Rc<Link>>) -> Result<Rc<Link>> {
        let stage = |name: &str, chain: Option<&Rc<Link>>| Stage {
            base_name: name.to_owned(),
            chain: chain.cloned(),
            ..Stage::default()
        };
        chains.add(&stage(name, None), &stage("base", by))
    }

    #[test]
    fn the_same_image_may_be_wanted_twice_but_not_by_itself() {
        let mut chains = Chains::default();
        let a = add(&mut chains, "a", None).unwrap();
        let b = add(&mut chains, "b:1", Some(&a)).unwrap();
        add(&mut chains, "c", Some(&a)).unwrap();
        let c = add(&mut chains, "c", Some(&b)).unwrap();
        assert_eq!(
            add(&mut chains, "b:1", Some(&c)).unwrap_err().message,
            "ONBUILD triggers go in a circle: docker.io/library/b:1 -> docker.io/library/c:latest -> docker.io/library/b:1"
        );
        // Another tag is another image, whose triggers nobody knows yet.
        add(&mut chains, "b:2", Some(&c)).unwrap();
    }

    #[test]
    fn a_chain_and_a_crowd_have_an_end() {
        let mut chains = Chains::default();
        let mut last = add(&mut chains, "x:1", None).unwrap();
        let error = loop {
            let name = format!("x:{}", chains.images + 1);
            match add(&mut chains, &name, Some(&last)) {
                Ok(link) => last = link,
                Err(error) => break error,
            }
        };
        assert!(error.message.starts_with(
            "ONBUILD triggers want more than 100 images in a row: docker.io/library/x:1 -> "
        ));
        assert!(
            error.message.ends_with(" -> docker.io/library/x:101"),
            "{error}"
        );
        assert_eq!(error.message.matches(" -> ").count(), 8);
        let mut chains = Chains::default();
        let error = (0..)
            .find_map(|_| add(&mut chains, "x", None).err())
            .unwrap();
        assert!(error.message.contains("more than 10000 images"));
        assert_eq!(chains.images, MAX_IMAGES + 1);
    }
}
