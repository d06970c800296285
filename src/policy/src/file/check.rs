//! Checks a policy's rules against each other: rules that can never match, cycles, targets that the policy refuses.

use fromtier_image::ImageRef;

use super::read::Places;
use super::report::{Report, Span};
use crate::classify::classify;
use crate::index::Index;
use crate::pattern::{Pattern, identity};
use crate::policy::{Exception, Policy};
use crate::policy_index::PolicyIndex;
use crate::rewrite::Rewrite;
use crate::settings::Gaps;
use crate::verdict::Severity;

/// Reports rules that contradict each other, and exceptions that are listed twice.
pub(super) fn check(policy: &Policy, places: &Places, report: &mut Report<'_>) {
    check_rewrites(policy, places, report);
    check_preferred(policy, places, report);
    check_exceptions(policy, places, report);
}

/// Reports exceptions that are listed twice.
fn check_exceptions(policy: &Policy, places: &Places, report: &mut Report<'_>) {
    let patterns = Index::new(policy.exceptions.iter().map(|rule| &rule.pattern));
    let own = policy.exceptions.iter().take(places.exceptions.len());
    for (index, exception) in own.enumerate() {
        let is_listed_twice = patterns
            .covering_candidates(&exception.pattern)
            .into_iter()
            .take_while(|i| *i < index)
            .map(|i| &policy.exceptions[i])
            .any(|earlier| have_same_scope(earlier, exception));
        if is_listed_twice {
            report.error(
                places.rule(&places.exceptions, index),
                format!("the exception for {} is listed twice", exception.subject()),
                None,
            );
        }
    }
}

/// Whether two exceptions apply to the same images, codes, files, and labels.
fn have_same_scope(a: &Exception, b: &Exception) -> bool {
    a.pattern.is_same_as(&b.pattern)
        && a.rules == b.rules
        && a.files == b.files
        && a.labels == b.labels
}

/// A check of the rewrite rules of a policy.
struct RewriteCheck<'a> {
    policy: &'a Policy,
    places: &'a Places,
    /// The index of the policy, its gaps filled.
    index: PolicyIndex,
    /// The index of the rewrite rules' patterns.
    patterns: Index,
}

fn check_rewrites(policy: &Policy, places: &Places, report: &mut Report<'_>) {
    if policy.rewrites.is_empty() {
        return;
    }
    let check = RewriteCheck {
        policy,
        places,
        index: PolicyIndex::new(policy.clone(), Gaps::BuiltIn),
        patterns: Index::new(policy.rewrites.iter().map(|rule| &rule.pattern)),
    };
    for position in 0..policy.rewrites.len() {
        check.check_rule(position, report);
    }
    check.check_image_rules(report);
}

impl RewriteCheck<'_> {
    /// Returns the position of the first rule that matches everything that a pattern matches.
    fn first_covering_rule(&self, pattern: &Pattern) -> Option<usize> {
        let mut candidates = self.patterns.covering_candidates(pattern).into_iter();
        candidates.find(|i| self.policy.rewrites[*i].pattern.covers(pattern))
    }

    /// Checks that a rule can match, that it isn't part of a cycle, and that the policy allows its target.
    fn check_rule(&self, position: usize, report: &mut Report<'_>) {
        let (policy, places) = (self.policy, self.places);
        let rule = &policy.rewrites[position];
        // A file is free to override a rule of the file that it extends.
        let is_own = position < places.rewrites.len();
        if let Some(earlier) = self
            .first_covering_rule(&rule.pattern)
            .filter(|at| *at < position && is_own)
        {
            report.error(
                places.rule(&places.rewrites, position),
                format!(
                    "this rule can never match, because `{}` above already matches all of it",
                    policy.rewrites[earlier].pattern.text
                ),
                None,
            );
            return;
        }
        let Some((example, target)) = example_rewrite(rule) else {
            return;
        };
        if let Some(cycle) = rewrite_cycle(&self.index, rule, &example, &target) {
            report.error(
                places.rule(&places.targets, position),
                format!("rewrite rules form a cycle: {cycle}"),
                Some("an image is rewritten once; write the final image here".into()),
            );
            return;
        }
        if rule.has_fixed_name() {
            self.check_target(position, rule, &target, report);
        }
    }

    /// Checks that the policy allows a rule's target, and each tag that the rule maps to.
    fn check_target(
        &self,
        position: usize,
        rule: &Rewrite,
        target: &ImageRef,
        report: &mut Report<'_>,
    ) {
        let places = self.places;
        // A tag that depends on the requested image can't be checked yet.
        let own_tag = target
            .tag()
            .filter(|_| rule.has_own_tag() && !rule.to.contains('{'));
        if let Some(refusal) = own_refusal(&self.index, target, own_tag) {
            report.error(
                places.rule(&places.targets, position),
                format!("this policy itself refuses `{}`: {refusal}", rule.to),
                None,
            );
            return;
        }
        let own: &[Span] = places.tags.get(position).map_or(&[], Vec::as_slice);
        for (which, mapped) in rule.tags.iter().enumerate() {
            let known = !mapped.to.contains('{') && !rule.to.contains("{tag}");
            let to = target.clone().with_tag(&mapped.to).ok().filter(|_| known);
            let refusal = to.and_then(|to| own_refusal(&self.index, &to, to.tag()));
            if let Some(refusal) = refusal {
                report.error(
                    places.rule(own, which),
                    format!("this policy itself refuses `{}`: {refusal}", mapped.to),
                    None,
                );
            }
        }
    }

    /// Reports image rules for images that are always rewritten to others.
    fn check_image_rules(&self, report: &mut Report<'_>) {
        let (policy, places) = (self.policy, self.places);
        let targets: Vec<Option<ImageRef>> = (policy.rewrites.iter())
            .map(|rewrite| {
                let (_, target) = example_rewrite(rewrite)?;
                let fixed = !rewrite.to.contains('{') && rewrite.tags.is_empty();
                fixed.then_some(target)
            })
            .collect();
        for (position, rule) in policy.images.iter().enumerate() {
            let Some(rewrite) = self
                .first_covering_rule(&rule.pattern)
                .map(|at| &policy.rewrites[at])
            else {
                continue;
            };
            let is_a_target = (targets.iter()).any(|to| {
                to.as_ref()
                    .is_none_or(|to| matches_image(&rule.pattern, to))
            });
            if !is_a_target {
                report.error(
                    places.rule(&places.images, position),
                    format!(
                        "this rule can never match, because `{}` is rewritten to `{}`",
                        rewrite.pattern.text, rewrite.to
                    ),
                    None,
                );
            }
        }
    }
}

/// Returns an image that a rule matches, and the image that it is rewritten to if no entry of `tags` matches its tag.
fn example_rewrite(rule: &Rewrite) -> Option<(ImageRef, ImageRef)> {
    let example = rule.pattern.example()?;
    let target = rule.target_for(&example, None).ok()?;
    Some((example, target))
}

fn matches_image(pattern: &Pattern, image: &ImageRef) -> bool {
    pattern.matches(&identity(image), image.tag())
}

/// The most rules that an image is followed through.
const MAX_STEPS: usize = 100;

/// Follows a rewritten image through the rules until it no longer changes. Returns the images in between, with arrows,
/// if it comes back to the rule.
fn rewrite_cycle(
    index: &PolicyIndex,
    rule: &Rewrite,
    example: &ImageRef,
    target: &ImageRef,
) -> Option<String> {
    // The text that replaces the stars is only an example.
    let from = match rule.pattern.stars() {
        0 => rule.pattern.text.clone(),
        _ => format!("{} as {}", rule.pattern.text, example.familiar_name()),
    };
    let mut images = vec![from, target.familiar()];
    let mut image = target.clone();
    // More steps than there are rules mean that the chain has no end. A chain that is only long does no harm, because a build
    // rewrites an image once.
    let endless = index.policy.rewrites.len() + 1;
    for _ in 0..endless.min(MAX_STEPS) {
        let next = index.rewrite(&identity(&image), image.tag())?;
        let rewritten = next.apply(&image).ok()?;
        if rewritten == image {
            return None;
        }
        images.push(rewritten.familiar());
        if matches_image(&rule.pattern, &rewritten) || next.pattern.is_same_as(&rule.pattern) {
            return Some(images.join(" → "));
        }
        image = rewritten;
    }
    (endless <= MAX_STEPS).then(|| images.join(" → "))
}

/// Returns why the policy refuses its own target, if a rule that doesn't depend on the day does. `tag` is `None` if it is
/// unknown.
fn own_refusal(index: &PolicyIndex, target: &ImageRef, tag: Option<&str>) -> Option<String> {
    let name = identity(target);
    if index.exceptions(&name, tag).next().is_some() {
        return None;
    }
    let rules: Vec<_> = (index.image_rules(&name, tag))
        .filter(|rule| rule.applies_to(None))
        .collect();
    let action = rules.iter().filter_map(|rule| rule.action).max();
    let tier = classify(std::iter::once(index), &name, tag).tier;
    match action {
        Some(Severity::Deny) => return Some("a rule under `images` denies it".into()),
        Some(_) => {}
        None if *index.effective.tiers.get(tier) == Severity::Deny => {
            return Some(format!("the tier `{}` is denied", tier.key()));
        }
        None => {}
    }
    let tag = tag?;
    rules
        .iter()
        .find(|rule| !rule.allows(tag))
        .map(|_| format!("its tag `{tag}` is not allowed"))
}

/// Reports preferred images that the image rules refuse.
fn check_preferred(policy: &Policy, places: &Places, report: &mut Report<'_>) {
    let patterns = Index::new(policy.images.iter().map(|rule| &rule.pattern));
    for (index, rule) in policy.images.iter().enumerate() {
        let Some(prefer) = &rule.prefer else { continue };
        let name = identity(prefer);
        let refused = patterns
            .candidates(&name, prefer.tag())
            .into_iter()
            .map(|i| &policy.images[i])
            .filter(|rule| rule.pattern.matches(&name, prefer.tag()))
            .filter(|rule| rule.applies_to(prefer.digest()))
            .find(|rule| {
                rule.action == Some(Severity::Deny)
                    || !prefer.tag().is_some_and(|tag| rule.allows(tag))
                        && (rule.tags.is_some() || !rule.variants.is_empty())
            });
        if let Some(refused) = refused {
            report.error(
                places.rule(&places.prefers, index),
                format!(
                    "`{}` is preferred, but the rule for `{}` refuses it",
                    prefer.familiar(),
                    refused.pattern.text
                ),
                None,
            );
        }
    }
}
