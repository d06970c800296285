//! Traces: the steps of the gate for one image, in order, which explain its verdict. A trace records the gate's own steps,
//! and has the gate's own verdict.

mod later;
mod steps;
#[cfg(test)]
mod tests;

use fromtier_catalog as catalog;
pub use fromtier_catalog::{EndOfLife, Platforms};
use fromtier_image::ImageRef;
pub use steps::*;

use crate::active_policy::ActivePolicy;
use crate::exception_state::ExceptionState;
use crate::gate::{Gate, ImageRequest, SourceRequest, Via};
use crate::layer::Layer;
use crate::policies::{MirroredImage, RequestContext};
use crate::policy_index::RegistryEntry;
use crate::recorder::Recorder;
use crate::rewrite::{Rewrite, RewriteError};
use crate::rules::{RuleContext, exception};
use crate::setting_key::SettingKey;
use crate::tier::Tier;
use crate::verdict::{Denial, ExceptionId, Verdict};

impl Gate {
    /// Records steps 1 to 5 of the gate for an image, with the verdict of [`Gate::request`].
    pub fn trace(&self, request: &ImageRequest<'_>) -> Trace {
        // `FROM scratch` doesn't name an image.
        if request.reference == "scratch" && request.via == Via::From {
            let source = self.source(&SourceRequest::Scratch, &request.scope);
            return Trace::new(match source {
                Ok(approved) => approved.verdict().clone(),
                Err(Denial { verdict, .. }) => *verdict,
            });
        }
        let context = RequestContext::new(&self.policies, request.via, &request.scope);
        let mut recording = Recording::default();
        let judged = match self.judge(request, &context, &mut recording) {
            Ok(judged) => judged,
            Err(Denial { verdict, .. }) => return Trace::new(*verdict),
        };
        let pull = judged.pull();
        let verdict = judged.verdict;
        let matched = recording.exceptions.into_iter();
        let exceptions = matched.map(|(id, exception)| MatchedException {
            used: exception.state.is_active() && verdict.exceptions.contains(&id),
            ..exception
        });
        Trace {
            normalized: verdict.normalized.clone(),
            image: Some(judged.image),
            exceptions: exceptions.collect(),
            pull: Some(pull),
            pinned: judged.pinned,
            verdict,
            ..recording.trace
        }
    }
}

/// The steps of the gate so far.
#[derive(Default)]
struct Recording {
    trace: Trace,
    exceptions: Vec<(ExceptionId, MatchedException)>,
}

impl Recorder for Recording {
    fn rewrite(
        &mut self,
        policy: &ActivePolicy<'_>,
        rule: &Rewrite,
        image: &ImageRef,
        result: &Result<ImageRef, RewriteError>,
    ) {
        if result.as_ref().is_ok_and(|target| target == image) {
            return;
        }
        self.trace.rewrites.push(rewriting(policy, rule, result));
    }

    fn alias(
        &mut self,
        policy: &ActivePolicy<'_>,
        rule: &Rewrite,
        result: &Result<ImageRef, RewriteError>,
    ) {
        self.trace.alias = Some(rewriting(policy, rule, result));
    }

    fn judge(&mut self, context: &RuleContext<'_>) {
        let policy = &context.policy;
        let trace = &mut self.trace;
        trace.tiers.push(membership(context));
        trace.profiles.extend(applied_profiles(policy));
        trace.registries.extend(origin(context));
        trace.later.extend(policy.later());
        trace.rules.extend(matched_rules(context));
        self.exceptions.extend(matched_exceptions(context));
        trace.facts = catalog_facts(context);
        trace.locked = (context.locked).map(|entry| (entry.digest.clone(), entry.resolved));
    }

    fn mirror(&mut self, layer: &Layer, mirror: &MirroredImage<'_>) {
        let places = &layer.index.policy.setting_places;
        let at = places.get(&SettingKey::Mirror(mirror.mirror.from.clone()));
        self.trace.mirror = Some((mirror.mirror.prefix.clone(), at.cloned()));
    }
}

fn rewriting(
    policy: &ActivePolicy<'_>,
    rule: &Rewrite,
    result: &Result<ImageRef, RewriteError>,
) -> Rewriting {
    Rewriting {
        policy: policy.owner,
        rule: (rule.pattern.text.clone(), rule.to.clone()),
        at: rule.pattern.at.clone(),
        reason: rule.reason.clone(),
        to: match result {
            Ok(target) => Ok(target.clone()),
            Err(error) => Err(error.problem.clone()),
        },
    }
}

/// Returns the catalog's facts about the image, if it is an official one.
fn catalog_facts(context: &RuleContext<'_>) -> Option<Facts> {
    let (image, tag) = (context.official?, context.tag());
    let cycle = tag.and_then(|tag| image.cycle_of(tag));
    Some(Facts {
        name: image.name(),
        as_of: catalog::as_of(),
        platforms: tag.and_then(|tag| image.tag(tag)),
        cycle: cycle.map(|cycle| CycleFacts {
            name: cycle.name,
            codename: cycle.codename,
            end_of_life: cycle.end_of_life,
            has_ended: cycle.has_ended(context.today),
            days_left: match cycle.end_of_life {
                EndOfLife::On(day) => Some(day.days_since(context.today)),
                EndOfLife::Ended | EndOfLife::NotAnnounced => None,
            },
        }),
        deprecated: (image.deprecation(tag))
            .map(|notice| (notice.since, notice.alternatives().collect())),
    })
}

fn matched_exceptions(context: &RuleContext<'_>) -> Vec<(ExceptionId, MatchedException)> {
    let (policy, owner) = (&context.policy.index.policy, context.policy.owner);
    let matching = exception::matching_names(context).into_iter();
    matching
        .map(|(index, exception)| {
            let max = policy.exceptions_max;
            let matched = MatchedException {
                policy: owner,
                subject: exception.subject(),
                lacks_path: !exception.files.is_empty() && context.request.path.is_none(),
                at: exception.at.clone(),
                until: exception.until,
                owner: exception.owner.clone(),
                reason: exception.reason.clone(),
                rules: exception.rules.clone(),
                state: ExceptionState::new(exception, max, context.today),
                used: false,
            };
            (ExceptionId { owner, index }, matched)
        })
        .collect()
}

fn origin(context: &RuleContext<'_>) -> Option<Origin> {
    let index = context.policy.index;
    let (allowed, entry) = match index.registry_entry(context.name, context.tag()) {
        RegistryEntry::Denied(entry) => (false, Some(entry)),
        RegistryEntry::Allowed(entry) => (true, Some(entry)),
        RegistryEntry::Missing => (false, None),
        RegistryEntry::Unrestricted => return None,
    };
    Some(Origin {
        policy: context.policy.owner,
        allowed,
        by: entry.map(|pattern| (pattern.text.clone(), pattern.at.clone())),
    })
}

fn applied_profiles(policy: &ActivePolicy<'_>) -> Vec<AppliedProfile> {
    let profiles = policy.resolution.profiles();
    profiles
        .map(|(index, only_tightens)| {
            let profile = &policy.index.policy.profiles[index];
            AppliedProfile {
                policy: policy.owner,
                at: profile.places.first().cloned(),
                part: profile.name.clone(),
                only_tightens,
            }
        })
        .collect()
}

fn membership(context: &RuleContext<'_>) -> Membership {
    let (policy, tier) = (&context.policy, context.tier);
    let action = policy.tier_action(tier);
    let action_at = policy.setting_place(&SettingKey::Tier(tier), |settings| {
        *settings.tiers.get(tier) == Some(action)
    });
    Membership {
        policy: policy.owner,
        tier,
        why: match (tier, context.tier_entry) {
            (Tier::Official, _) => TierReason::Catalog,
            (_, Some(entry)) => TierReason::List(entry.text.clone(), entry.at.clone()),
            (_, None) => TierReason::Unlisted,
        },
        action,
        action_at: action_at.cloned(),
    }
}

fn matched_rules(context: &RuleContext<'_>) -> Vec<MatchedRule> {
    let tag = context.tag();
    let rules = context.policy.image_rules();
    rules
        .map(|rule| MatchedRule {
            policy: context.policy.owner,
            pattern: rule.pattern.text.clone(),
            at: rule.pattern.at.clone(),
            tags: rule.tags.as_ref().map(ToString::to_string),
            variants: rule.variants.clone(),
            prefer: rule.prefer.as_ref().map(ImageRef::familiar),
            action: rule.action,
            reason: rule.reason.clone(),
            fits: rule.tags.is_none() && rule.variants.is_empty()
                || tag.is_some_and(|tag| rule.allows(tag)),
        })
        .collect()
}

impl Trace {
    /// The trace of a source that is judged in one step.
    fn new(verdict: Verdict) -> Trace {
        Trace {
            verdict,
            ..Trace::default()
        }
    }
}
