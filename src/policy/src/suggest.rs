//! Suggestions for findings: an image that all policies allow, with a supported tag.
//!
//! The image that a policy prefers comes first, then the nearest official image and its successors. No image is suggested
//! that the gate would refuse or report as outdated.

use fromtier_catalog::{self as catalog, Image, Notice, TagRequest, edits_up_to_two};
use fromtier_image::ImageRef;

use crate::classify::official_image;
use crate::draft::{Draft, SuggestionKind};
use crate::pattern::identity;
use crate::policies::Policies;
use crate::recorder::NoRecorder;
use crate::rewriting::rewrite;
use crate::rules::{self, Rule, RuleContext};
use crate::settings::DigestRule;
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};

/// Fills in the suggestions that a policy's rules ask for, and the help that names them.
pub(crate) fn fill(
    policies: &Policies,
    context: &RuleContext<'_>,
    drafts: Vec<Draft>,
) -> Vec<Finding> {
    let search = Search { policies, context };
    drafts.into_iter().map(|draft| search.fill(draft)).collect()
}

/// Returns a supported tag for an official image whose tag nobody knows: one that is spelled almost the same, or else the
/// nearest.
pub(crate) fn nearest_tag(policies: &Policies, context: &RuleContext<'_>) -> Option<String> {
    let (image, tag) = (context.official?, context.tag()?);
    if image.tag(tag).is_some() {
        return None;
    }
    let search = Search { policies, context };
    let is_usable = |found: &str| {
        let found = ImageRef::parse(found);
        found.is_ok_and(|found| search.exists(&found) && search.would_pass(&found))
    };
    let tags = image.tags_with_platforms();
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let wanted = digits(tag);
    // Another number is another version, and no spelling mistake.
    let same_version = tags.iter().filter(|(known, _)| digits(known) == wanted);
    let alike = same_version.filter_map(|(known, _)| {
        let edits = edits_up_to_two(known, tag)?;
        Some((edits, format!("{}:{known}", image.name())))
    });
    let nearest = alike.filter(|(_, found)| is_usable(found)).min();
    match nearest {
        Some((_, found)) => Some(search.as_alias(&found).unwrap_or(found)),
        None => search.tag_of(image),
    }
}

/// The search for an image to suggest in place of the context's image.
struct Search<'a> {
    policies: &'a Policies,
    context: &'a RuleContext<'a>,
}

impl Search<'_> {
    fn fill(&self, draft: Draft) -> Finding {
        let finding = draft.finding;
        let (image, help) = match draft.suggestion {
            SuggestionKind::Nothing => return finding,
            SuggestionKind::Another => with_lead("use", self.another()),
            SuggestionKind::Preferred => with_lead("use", self.preferred_to_image()),
            SuggestionKind::Replacement(notice) => {
                let image = self.replacement();
                let help = self.replacement_help(image.as_deref(), notice);
                (image, help)
            }
            SuggestionKind::Original(original) => {
                let image = self.original(original.as_ref());
                let help = image.as_ref().map(|image| format!("did you mean {image}?"));
                (image, help)
            }
        };
        Finding {
            help: help.or(finding.help),
            suggestion: image,
            ..finding
        }
    }

    /// An image to use in place of one that isn't official, or no longer is.
    fn replacement(&self) -> Option<String> {
        self.preferred_to_image().or_else(|| {
            let mut candidates = self.candidates().into_iter();
            candidates.find_map(|image| self.tag_of(image))
        })
    }

    /// Another tag of an official image, or another image.
    fn another(&self) -> Option<String> {
        let Some(official) = self.context.official else {
            return self.replacement();
        };
        let current = self.context.image.familiar();
        self.preferred_to_image()
            .or_else(|| self.tag_of(official))
            .filter(|suggestion| *suggestion != current)
    }

    /// The image that was probably meant, if the policies allow it; else a replacement.
    fn original(&self, original: Option<&ImageRef>) -> Option<String> {
        // For a reference without a tag, an image with a supported tag is the better suggestion.
        let is_floating =
            |image: &ImageRef| image.tag() == Some("latest") && image.domain() == "docker.io";
        original
            .filter(|image| !is_floating(image) && self.exists(image) && self.would_pass(image))
            .map(ImageRef::familiar)
            .or_else(|| self.replacement())
    }

    /// Help that names a replacement or, if there is none, the successor that a notice names.
    fn replacement_help(&self, image: Option<&str>, notice: Option<Notice>) -> Option<String> {
        if let Some(image) = image {
            let is_official = ImageRef::parse(image)
                .is_ok_and(|image| official_image(&identity(&image)).is_some());
            return Some(match self.context.tier {
                Tier::Official => format!("use {image}"),
                _ if is_official => format!("use an official image: {image}"),
                _ => format!("use {image}"),
            });
        }
        let successor = notice?.alternatives().next()?;
        let tag = self.context.tag().unwrap_or("latest");
        let passes = ImageRef::parse(&format!("{successor}:{tag}"))
            .is_ok_and(|image| self.would_pass(&image));
        Some(if passes {
            format!("use its successor, which the policy allows: {successor}")
        } else {
            format!("allow its successor in the policy, and use it: {successor}")
        })
    }

    /// The official images to consider, nearest first: the successors that a notice names, or the images that the name or
    /// the tag suggests.
    fn candidates(&self) -> Vec<Image> {
        let context = self.context;
        let path = context.image.path();
        let library = context.name.strip_prefix("docker.io/library/");
        let notice = context
            .official
            .and_then(|image| image.deprecation(context.tag()))
            .or_else(|| library.and_then(catalog::retired));
        let mut images: Vec<Image> = Vec::new();
        // A notice can name a tag as well: `amazonlinux:2023`.
        let named = notice.iter().flat_map(|notice| notice.alternatives());
        images.extend(named.filter_map(|name| catalog::image(name.split(':').next()?)));
        if images.is_empty() {
            // A name that used to be official is not a typing error.
            let similar = || {
                library
                    .filter(|_| notice.is_none())
                    .and_then(catalog::similarly_named)
            };
            let named = context.tag().and_then(catalog::named_in_tag);
            images.extend(
                named
                    .or_else(|| catalog::official_match(path))
                    .or_else(similar),
            );
        }
        // Each of openjdk's successors can replace another.
        let openjdk = catalog::image("openjdk").and_then(|image| image.deprecation(None));
        if let (Some(first), Some(javas)) = (images.first(), openjdk) {
            let javas: Vec<Image> = javas.alternatives().filter_map(catalog::image).collect();
            if javas.iter().any(|java| java.name() == first.name()) {
                images.extend(javas);
            }
        }
        images
    }

    /// An official image with the supported tag that is closest to the context's image.
    fn tag_of(&self, image: Image) -> Option<String> {
        let context = self.context;
        let name = format!("docker.io/library/{}", image.name());
        if let Some(preferred) = self.preferred_to(&name, Some("latest")) {
            return Some(preferred);
        }
        let tag = match context.official {
            Some(_) => context.tag().map(str::to_owned),
            None => catalog::requested_tag(image, context.image.path(), context.tag()),
        };
        let wanted = TagRequest {
            tag: tag.as_deref(),
            platform: context.platform(),
            today: context.today,
        };
        let parse = |tag: &str| ImageRef::parse(&format!("{}:{tag}", image.name())).ok();
        let passes = |tag: &str| parse(tag).is_some_and(|image| self.would_pass(&image));
        let is_locked =
            |tag: &str| parse(tag).is_some_and(|image| self.policies.lock.get(&image).is_some());
        // If only locked images are allowed, a tag that is already locked saves a step.
        let mut policies = context.request.active_policies(self.policies);
        let pinned = policies.any(|policy| policy.digest() == DigestRule::Pin);
        let locked = pinned
            .then(|| catalog::replacement_tag(image, &wanted, &|tag| is_locked(tag) && passes(tag)))
            .flatten();
        let tag = locked.or_else(|| catalog::replacement_tag(image, &wanted, &passes))?;
        let found = format!("{}:{tag}", image.name());
        Some(self.as_alias(&found).unwrap_or(found))
    }

    /// Another tag of the image by the name that was written, if that is an alias.
    fn as_alias(&self, found: &str) -> Option<String> {
        let context = self.context;
        let found = ImageRef::parse(found).ok()?;
        let is_same = context.named != context.image && identity(&found) == context.name;
        let named = context.named.clone().without_digest();
        let image = is_same
            .then(|| named.with_tag(found.tag()?).ok())
            .flatten()?;
        Some(image.familiar())
    }

    fn preferred_to_image(&self) -> Option<String> {
        self.preferred_to(self.context.name, self.context.tag())
    }

    /// The image that a policy's rules prefer to this one.
    fn preferred_to(&self, name: &str, tag: Option<&str>) -> Option<String> {
        let mut policies = self.context.request.active_policies(self.policies);
        policies.find_map(|policy| {
            (policy.for_image(name, tag, None).image_rules())
                .filter_map(|rule| rule.prefer.as_ref())
                .find(|prefer| self.exists(prefer) && self.would_pass(prefer))
                .map(ImageRef::familiar)
        })
    }

    /// Whether the image is built for the platform, as far as the catalog knows.
    fn exists(&self, image: &ImageRef) -> bool {
        let known = official_image(&identity(image)).and_then(|known| known.tag(image.tag()?));
        match (known, self.context.platform()) {
            (Some(platforms), Some(platform)) => platforms.has(platform),
            _ => true,
        }
    }

    /// Whether all policies allow the image in this part of the build, without an exception and without reporting it as
    /// outdated.
    fn would_pass(&self, image: &ImageRef) -> bool {
        let (policies, request) = (self.policies, self.context.request);
        let normalized = image.clone().tag_name_only();
        let mut findings = Vec::new();
        let image = rewrite(
            policies,
            request,
            &normalized,
            &mut NoRecorder,
            &mut findings,
        );
        let mut drafts: Vec<Draft> = findings.into_iter().map(Draft::from).collect();
        self.judge(
            policies.layers.len(),
            &image,
            rules::IMAGE_RULES,
            &mut drafts,
        );
        if let Some(mirror) = policies.mirror_of(&image) {
            let Ok(place) = mirror.image else {
                return false;
            };
            // The policies before the one that names the mirror judge the mirror, too.
            let own = policies.named_as_in_mirror(&place);
            let own = own.or_else(|| policies.alias_of(&place)).unwrap_or(place);
            self.judge(mirror.layer, &own, rules::PLACE_RULES, &mut drafts);
        }
        !drafts.iter().any(|draft| rules_out(&draft.finding))
    }

    /// Adds what the rules of the first `count` policies report about an image, before exceptions and `mode: warn` apply.
    fn judge(&self, count: usize, image: &ImageRef, rules: &[Rule], drafts: &mut Vec<Draft>) {
        let name = identity(image);
        let contexts = rules::contexts(self.policies, self.context.request, image, &name, None);
        for context in contexts.take(count) {
            for rule in rules {
                rule(&context, drafts);
            }
        }
    }
}

/// Returns the image, and the help that begins with this verb.
fn with_lead(lead: &str, image: Option<String>) -> (Option<String>, Option<String>) {
    let help = image.as_ref().map(|image| format!("{lead} {image}"));
    (image, help)
}

/// Whether an image with this finding can't be suggested.
fn rules_out(finding: &Finding) -> bool {
    match finding.severity {
        Severity::Deny => !finding.code.is_digest_missing(),
        Severity::Warn => finding.code.is_outdated(),
        Severity::Allow => false,
    }
}
