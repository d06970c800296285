//! What to use instead: an image that the policies at hand let through, whose tag exists and is alive.
//!
//! What a policy prefers comes first, then the nearest official image and its successors. Nothing is offered that the
//! gate would refuse or call outdated itself.

use crate::gate::Gate;
use crate::layer::View;
use crate::pattern::identity;
use crate::rules::{self, Case, Rule};
use crate::said::Standpoint;
use crate::settings::DigestRule;
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};
use fromtier_catalog::{self as catalog, Image, Notice, TagRequest};
use fromtier_image::ImageRef;

/// An image to use in the place of one that is no official one (or no longer).
pub(crate) fn instead(case: &Case<'_>) -> Option<String> {
    if case.advice {
        return None;
    }
    preferred(case, case.name, case.tag()).or_else(|| {
        successors(case)
            .into_iter()
            .find_map(|image| of(case, image))
    })
}

/// What a policy prefers to an image, where nobody else can know what stands in for it.
pub(crate) fn stand_in(case: &Case<'_>) -> Option<String> {
    (!case.advice)
        .then(|| preferred(case, case.name, case.tag()))
        .flatten()
}

/// The image that was meant, where the policies let it through.
pub(crate) fn meant(case: &Case<'_>, image: &ImageRef) -> Option<String> {
    (!case.advice && exists(image, case) && case.gate.would_pass(image, case.from))
        .then(|| image.familiar())
}

/// Help and suggestion for an image that won't do as it is.
pub(crate) fn another(case: &Case<'_>) -> (Option<String>, Option<String>) {
    let Some(official) = case.official else {
        let suggestion = instead(case);
        return (
            suggestion.as_ref().map(|image| format!("use {image}")),
            suggestion,
        );
    };
    if case.advice {
        return (None, None);
    }
    let own = case.image.familiar();
    let suggestion = preferred(case, case.name, case.tag())
        .or_else(|| of(case, official))
        .filter(|suggestion| *suggestion != own);
    (
        suggestion.as_ref().map(|image| format!("use {image}")),
        suggestion,
    )
}

/// What to do with a suggestion, or with the successor that a notice names where there is none.
pub(crate) fn help(
    case: &Case<'_>,
    suggestion: Option<&str>,
    notice: Option<Notice>,
) -> Option<String> {
    if let Some(image) = suggestion {
        let official =
            ImageRef::parse(image).is_ok_and(|image| rules::official(&identity(&image)).is_some());
        return Some(match case.tier {
            Tier::Community if official => format!("use an official image: {image}"),
            _ => format!("use {image}"),
        });
    }
    let successor = notice?.alternatives().next()?;
    let tag = case.tag().unwrap_or("latest");
    let passes = ImageRef::parse(&format!("{successor}:{tag}"))
        .is_ok_and(|image| !case.advice && case.gate.would_pass(&image, case.from));
    Some(match passes {
        true => format!("its successor is {successor}, which is let through here"),
        false => format!("its successor is {successor}, which the policy has to allow"),
    })
}

/// The official images to think of, nearest first: successors by their notice, what the name means.
fn successors(case: &Case<'_>) -> Vec<Image> {
    let path = case.image.path();
    let library = case.name.strip_prefix("docker.io/library/");
    let notice = case
        .official
        .and_then(|image| image.deprecation(case.tag()))
        .or_else(|| library.and_then(catalog::retired));
    let mut images: Vec<Image> = Vec::new();
    // A notice may name a tag as well: `amazonlinux:2023`.
    let named = notice.iter().flat_map(|notice| notice.alternatives());
    images.extend(named.filter_map(|name| catalog::image(name.split(':').next()?)));
    if images.is_empty() {
        // A name that once was official is no slip of the pen.
        let slip = || {
            library
                .filter(|_| notice.is_none())
                .and_then(catalog::similarly_named)
        };
        let named = case.tag().and_then(catalog::named_in_tag);
        images.extend(
            named
                .or_else(|| catalog::official_match(path))
                .or_else(slip),
        );
    }
    // What is a successor of one Java is one of the others.
    let openjdk = catalog::image("openjdk").and_then(|image| image.deprecation(None));
    if let (Some(first), Some(javas)) = (images.first(), openjdk) {
        let javas: Vec<Image> = javas.alternatives().filter_map(catalog::image).collect();
        if javas.iter().any(|java| java.name() == first.name()) {
            images.extend(javas);
        }
    }
    images
}

/// A tag of an official image for whoever asked for the case's image.
fn of(case: &Case<'_>, image: Image) -> Option<String> {
    let name = format!("docker.io/library/{}", image.name());
    if let Some(preferred) = preferred(case, &name, Some("latest")) {
        return Some(preferred);
    }
    let tag = match case.official {
        Some(_) => case.tag().map(str::to_owned),
        None => catalog::requested_tag(image, case.image.path(), case.tag()),
    };
    let asked = TagRequest {
        tag: tag.as_deref(),
        platform: case.platform(),
        today: case.today(),
    };
    let good = |tag: &str| {
        ImageRef::parse(&format!("{}:{tag}", image.name()))
            .is_ok_and(|image| case.gate.would_pass(&image, case.from))
    };
    // Where only what is locked is taken, a tag that is locked spares a step.
    let pinned = case
        .from
        .views(case.gate)
        .any(|layer| layer.digest() == DigestRule::Pin);
    let locked = |tag: &str| {
        ImageRef::parse(&format!("{}:{tag}", image.name()))
            .is_ok_and(|image| case.gate.lock.get(&image).is_some())
    };
    let tag = pinned
        .then(|| catalog::replacement_tag(image, &asked, &|tag| locked(tag) && good(tag)))
        .flatten()
        .or_else(|| catalog::replacement_tag(image, &asked, &good))?;
    Some(format!("{}:{tag}", image.name()))
}

/// What a policy's rules for an image prefer to it.
fn preferred(case: &Case<'_>, name: &str, tag: Option<&str>) -> Option<String> {
    case.from.views(case.gate).find_map(|layer| {
        layer
            .image_rules(name, tag)
            .filter_map(|rule| rule.prefer.as_ref())
            .find(|prefer| exists(prefer, case) && case.gate.would_pass(prefer, case.from))
            .map(ImageRef::familiar)
    })
}

/// Is the image there for the platform, as far as the catalogue knows?
fn exists(image: &ImageRef, case: &Case<'_>) -> bool {
    let known = rules::official(&identity(image)).and_then(|known| known.tag(image.tag()?));
    match (known, case.platform()) {
        (Some(platforms), Some(platform)) => platforms.has(platform),
        _ => true,
    }
}

impl Gate {
    /// Would all policies let the image through where it is wanted, without an exception, and without calling it
    /// outdated?
    fn would_pass(&self, image: &ImageRef, from: &Standpoint) -> bool {
        let mut findings = Vec::new();
        let image = self.rewrite(&image.clone().tag_name_only(), from, &mut findings);
        let views: Vec<View<'_>> = from.views(self).collect();
        self.ask(&views, &image, from, &rules::RULES, &mut findings);
        if let Some((whose, mirror)) = self.mirror_of(&image) {
            // Those before whoever named the mirror judge it as a place like any other.
            let before = &views[..whose];
            self.ask(before, &mirror, from, &rules::PLACE_RULES, &mut findings);
        }
        !findings.iter().any(objects)
    }

    /// What some policies' rules say of an image, before exceptions and `mode: warn` have their word.
    fn ask(
        &self,
        layers: &[View<'_>],
        image: &ImageRef,
        from: &Standpoint,
        rules: &[Rule],
        findings: &mut Vec<Finding>,
    ) {
        let name = identity(image);
        for (at, layer) in layers.iter().enumerate() {
            let case = Case {
                advice: true,
                ..Case::new(self, from, (at, *layer), image, &name)
            };
            for rule in rules {
                rule(&case, findings);
            }
        }
    }
}

fn objects(finding: &Finding) -> bool {
    match finding.severity {
        Severity::Deny => !finding.code.is_digest_missing(),
        Severity::Warn => finding.code.is_outdated(),
        Severity::Allow => false,
    }
}
