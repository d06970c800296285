//! The images that `ONBUILD` triggers request: which image led to which, and the limits of such chains.

use std::rc::Rc;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::span::Range;
use fromtier_image::ImageRef;

/// The longest chain of images that request each other. Each of them must be resolved before the next is known.
pub const MAX_TRIGGER_CHAIN: usize = 100;

/// The most images that all triggers of a build can request: two triggers in each image double the number with every step.
const MAX_IMAGES: usize = 10_000;

/// An image that a trigger requests. `parent` is the image with the trigger, if a trigger requested that one too.
#[derive(Debug)]
pub(crate) struct TriggerLink {
    image: String,
    parent: Option<Rc<TriggerLink>>,
    length: usize,
    /// The instruction of the file that the chain begins with.
    place: Vec<Range>,
}

/// All images of a build that triggers request.
#[derive(Debug, Default)]
pub(crate) struct TriggerChains {
    images: usize,
}

impl TriggerChains {
    /// Adds an image that a trigger requests. `parent` is the image with the trigger, if a trigger requested that one too;
    /// `place` is the instruction of the file that uses the image with the trigger.
    ///
    /// An image that a trigger requests always has the same platform, so its own triggers are the same each time: one that leads
    /// back to itself never ends.
    ///
    /// # Errors
    ///
    /// The images form a cycle, or there are too many of them.
    pub fn add(
        &mut self,
        name: &str,
        parent: Option<&Rc<TriggerLink>>,
        place: &[Range],
    ) -> Result<Rc<TriggerLink>> {
        let image = ImageRef::parse(name).map_or_else(
            |_| name.to_owned(),
            |reference| reference.tag_name_only().to_string(),
        );
        let link = Rc::new(TriggerLink {
            image,
            length: parent.map_or(1, |link| link.length + 1),
            place: parent.map_or(place, |link| &link.place).to_vec(),
            parent: parent.cloned(),
        });
        self.images += 1;
        if let Some(cycle) = link.cycle() {
            return Err(link.chain_error("ONBUILD triggers form a cycle", &cycle));
        }
        if link.length > MAX_TRIGGER_CHAIN {
            let message =
                format!("ONBUILD triggers request more than {MAX_TRIGGER_CHAIN} images in a row");
            return Err(link.chain_error(&message, &link.image_names()));
        }
        if self.images > MAX_IMAGES {
            let message = format!("ONBUILD triggers request more than {MAX_IMAGES} images");
            return Err(link.chain_error(&message, &link.image_names()));
        }
        Ok(link)
    }
}

impl TriggerLink {
    /// The images that led to this one, first to last, with it.
    fn image_names(&self) -> Vec<&str> {
        let ancestors = std::iter::successors(Some(self), |link| link.parent.as_deref());
        let mut names: Vec<&str> = ancestors.map(|link| link.image.as_str()).collect();
        names.reverse();
        names
    }

    /// The images from the earlier use of this one on, if there is one.
    fn cycle(&self) -> Option<Vec<&str>> {
        let mut names = self.image_names();
        let before = names.iter().position(|name| *name == self.image)?;
        (before + 1 < names.len()).then(|| names.split_off(before))
    }

    /// The instruction of the file that led to it.
    pub fn location(&self) -> &[Range] {
        &self.place
    }

    /// The error; of a long chain it shows both ends.
    fn chain_error(&self, what: &str, names: &[&str]) -> Error {
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
            "use another base image, or rebuild this one without the `ONBUILD` instruction that continues the chain"
                .into(),
        );
        error.at(&self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(
        chains: &mut TriggerChains,
        name: &str,
        by: Option<&Rc<TriggerLink>>,
    ) -> Result<Rc<TriggerLink>> {
        chains.add(name, by, &[])
    }

    #[test]
    fn the_same_image_can_be_requested_twice_but_not_by_itself() {
        let mut chains = TriggerChains::default();
        let a = add(&mut chains, "a", None).unwrap();
        let b = add(&mut chains, "b:1", Some(&a)).unwrap();
        add(&mut chains, "c", Some(&a)).unwrap();
        let c = add(&mut chains, "c", Some(&b)).unwrap();
        assert_eq!(
            add(&mut chains, "b:1", Some(&c)).unwrap_err().message,
            "ONBUILD triggers form a cycle: docker.io/library/b:1 -> docker.io/library/c:latest -> docker.io/library/b:1"
        );
        // Another tag is another image, whose triggers aren't known yet.
        add(&mut chains, "b:2", Some(&c)).unwrap();
    }

    #[test]
    fn a_chain_and_a_crowd_have_an_end() {
        let mut chains = TriggerChains::default();
        let mut last = add(&mut chains, "x:1", None).unwrap();
        let error = loop {
            let name = format!("x:{}", chains.images + 1);
            match add(&mut chains, &name, Some(&last)) {
                Ok(link) => last = link,
                Err(error) => break error,
            }
        };
        assert!(error.message.starts_with(
            "ONBUILD triggers request more than 100 images in a row: docker.io/library/x:1 -> "
        ));
        assert!(
            error.message.ends_with(" -> docker.io/library/x:101"),
            "{error}"
        );
        assert_eq!(error.message.matches(" -> ").count(), 8);
        let mut chains = TriggerChains::default();
        let error = (0..)
            .find_map(|_| add(&mut chains, "x", None).err())
            .unwrap();
        assert!(error.message.contains("more than 10000 images"));
        assert_eq!(chains.images, MAX_IMAGES + 1);
    }
}
