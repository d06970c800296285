//! All that the gate goes by for one image, in the order in which it goes by it: for people who ask why. A build
//! doesn't need it; the verdict in it is the gate's own.

mod steps;
#[cfg(test)]
mod tests;

use crate::Place;
use crate::exceptions::ExceptionState;
use crate::gate::{Gate, ImageRequest, OtherRequest, Via};
use crate::layer::{Layer, View};
use crate::pattern::{Pattern, identity};
use crate::rules;
use crate::said::{Said, Standpoint};
use crate::setting_key::SettingKey;
use crate::settings::{Check, LabelRule, Settings};
use crate::tier::Tier;
use crate::verdict::{Denial, ExceptionId, Severity, Verdict};
use fromtier_catalog as catalog;
pub use fromtier_catalog::{EndOfLife, Platforms};
use fromtier_image::ImageRef;
pub use steps::*;

impl Gate {
    /// The way of an image through steps 1 to 5 of the gate, and the verdict of [`Gate::request`].
    pub fn trace(&self, request: &ImageRequest<'_>) -> Trace {
        // `FROM scratch` names no image.
        let judged = match request.reference {
            "scratch" if request.via == Via::From => {
                let other = self.other(&OtherRequest::Scratch, &request.scope);
                other.map(|approved| (approved.verdict().clone(), None))
            }
            _ => (self.request(request)).map(|p| (p.verdict().clone(), p.pinned().cloned())),
        };
        let (verdict, pinned) = judged.unwrap_or_else(|Denial { verdict, .. }| (*verdict, None));
        let mut trace = Trace {
            normalised: verdict.normalised.clone(),
            rewrites: Vec::new(),
            image: None,
            profiles: Vec::new(),
            registries: Vec::new(),
            tiers: Vec::new(),
            rules: Vec::new(),
            facts: None,
            locked: None,
            exceptions: Vec::new(),
            mirror: None,
            later: Vec::new(),
            pull: None,
            pinned,
            verdict,
        };
        let Some(normalised) = trace.normalised.clone() else {
            return trace;
        };
        let mut image = normalised;
        let from = Standpoint::new(self, request.via, &request.scope);
        let views: Vec<View<'_>> = from.views(self).collect();
        for layer in self.layers.iter().rev() {
            if let Some(step) = rewriting(layer, &image) {
                if let Ok(to) = &step.to {
                    image = to.clone();
                }
                trace.rewrites.push(step);
            }
        }
        let name = identity(&image);
        for at in 0..self.layers.len() {
            trace
                .tiers
                .push(membership(&views[..=at], &name, image.tag()));
        }
        for layer in &views {
            trace.profiles.extend(layer.applied());
            trace.registries.extend(layer.origin(&name, image.tag()));
            trace.later.extend(layer.later());
            trace.rules.extend(matched(layer, &name, image.tag()));
            trace
                .exceptions
                .extend(self.excepted(layer, &name, image.tag(), &trace.verdict));
        }
        trace.facts = self.facts(&name, image.tag());
        trace.locked = self
            .lock
            .get(&image)
            .map(|entry| (entry.digest.clone(), entry.resolved));
        if trace.pinned.is_none() {
            trace.pinned = image
                .digest()
                .or(trace.locked.as_ref().map(|(digest, _)| digest))
                .cloned();
        }
        let registry = name.split('/').next().unwrap_or_default();
        trace.mirror = self.layers.iter().find_map(|layer| {
            let at =
                (layer.index.policy.setting_places).get(&SettingKey::Mirror(registry.to_owned()));
            layer
                .index
                .mirror(registry)
                .map(|prefix| (prefix.to_owned(), at.cloned()))
        });
        let pull = self.mirrored(&image, &from, &mut Said::default());
        trace.pull = Some(match &trace.pinned {
            Some(digest) => pull.with_digest(digest.clone()),
            None => pull,
        });
        trace.image = Some(image);
        trace
    }

    fn facts(&self, name: &str, tag: Option<&str>) -> Option<Facts> {
        let image = rules::official(name)?;
        let cycle = tag.and_then(|tag| image.cycle_of(tag));
        Some(Facts {
            name: image.name(),
            as_of: catalog::as_of(),
            platforms: tag.and_then(|tag| image.tag(tag)),
            cycle: cycle.map(|cycle| CycleFacts {
                name: cycle.name,
                codename: cycle.codename,
                end_of_life: cycle.end_of_life,
                over: cycle.is_over(self.today),
                days_left: match cycle.end_of_life {
                    EndOfLife::On(day) => Some(day.days_since(self.today)),
                    EndOfLife::Over | EndOfLife::NotAnnounced => None,
                },
            }),
            deprecated: image
                .deprecation(tag)
                .map(|notice| (notice.since, notice.alternatives().collect())),
        })
    }

    fn excepted(
        &self,
        layer: &View<'_>,
        name: &str,
        tag: Option<&str>,
        verdict: &Verdict,
    ) -> Vec<Excepted> {
        let max = layer.index.policy.exceptions_max;
        layer
            .index
            .exceptions(name, tag)
            .map(|(index, exception)| {
                let state = ExceptionState::of(exception, max, self.today);
                let id = ExceptionId {
                    owner: layer.owner,
                    index,
                };
                Excepted {
                    policy: layer.owner,
                    pattern: exception.pattern.text.clone(),
                    at: exception.at.clone(),
                    until: exception.until,
                    owner: exception.owner.clone(),
                    reason: exception.reason.clone(),
                    rules: exception.rules.clone(),
                    state,
                    used: state.holds() && verdict.exceptions.contains(&id),
                }
            })
            .collect()
    }
}

impl View<'_> {
    fn origin(&self, name: &str, tag: Option<&str>) -> Option<Origin> {
        let origin = |allowed, pattern: Option<&Pattern>| Origin {
            policy: self.owner,
            allowed,
            by: pattern.map(|pattern| (pattern.text.clone(), pattern.at.clone())),
        };
        if let Some(denied) = self.index.denied_registry(name, tag) {
            return Some(origin(false, Some(denied)));
        }
        let allow = &self.index.policy.registries.allow;
        let by = allow.iter().find(|pattern| pattern.matches(name, tag));
        (!allow.is_empty()).then(|| origin(by.is_some(), by))
    }

    fn applied(&self) -> Vec<Applied> {
        let profiles = self.reading.profiles();
        profiles
            .map(|(index, only_tightens)| {
                let profile = &self.index.policy.profiles[index];
                Applied {
                    policy: self.owner,
                    at: profile.places.first().cloned(),
                    part: profile.name.clone(),
                    only_tightens,
                }
            })
            .collect()
    }

    /// In the order of the rules.
    fn later(&self) -> Vec<Later> {
        let mut later = Vec::new();
        let mut add = |setting: SettingKey, what, says: &dyn Fn(&Settings) -> bool| {
            later.push(Later {
                policy: self.owner,
                at: self.at_here(&setting, says).cloned(),
                setting,
                what,
            });
        };
        if let Some(days) = self.reading.effective.max_age {
            let says = |settings: &Settings| settings.max_age == Some(days);
            add(
                SettingKey::MaxAge,
                format!("built within {days} days"),
                &says,
            );
        }
        for (check, what) in [
            (Check::RootUser, "not root"),
            (Check::Onbuild, "no ONBUILD triggers"),
        ] {
            let severity = self.check(check);
            if severity > Severity::Allow {
                let or = match severity {
                    Severity::Deny => "or it is refused",
                    _ => "or it warns",
                };
                let says = move |settings: &Settings| *settings.checks.get(check) == Some(severity);
                add(SettingKey::Check(check), format!("{what}, {or}"), &says);
            }
        }
        let texts = |rules: Vec<&LabelRule>| {
            let texts: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        };
        if let Some(labels) = texts(self.required_labels().collect()) {
            let says = |settings: &Settings| !settings.require.is_empty();
            add(
                SettingKey::Labels,
                format!("has the labels {labels}"),
                &says,
            );
        }
        if let Some(labels) = texts(self.forbidden_labels().collect()) {
            let says = |settings: &Settings| !settings.forbid.is_empty();
            add(
                SettingKey::Labels,
                format!("has none of the labels {labels}"),
                &says,
            );
        }
        later
    }

    /// Where a setting stands that holds here: in the profile that says what holds, else in the policy itself.
    fn at_here(&self, key: &SettingKey, says: impl Fn(&Settings) -> bool) -> Option<&Place> {
        let policy = &self.index.policy;
        (self.reading.profiles())
            .map(|(index, _)| &policy.profiles[index])
            .filter(|profile| says(&profile.settings))
            .find_map(|profile| profile.places.get(key))
            .or_else(|| policy.setting_places.get(key))
    }
}

fn rewriting(layer: &Layer, image: &ImageRef) -> Option<Rewriting> {
    let rule = layer.index.rewrite(&identity(image), image.tag())?;
    let to = rule.apply(image).map_err(|stuck| stuck.problem);
    if to.as_ref() == Ok(image) {
        return None;
    }
    Some(Rewriting {
        policy: layer.owner,
        rule: (rule.pattern.text.clone(), rule.to.clone()),
        at: rule.pattern.at.clone(),
        reason: rule.reason.clone(),
        to,
    })
}

/// The tier by the last of these policies, which goes by the lists of all of them.
fn membership(layers: &[View<'_>], name: &str, tag: Option<&str>) -> Membership {
    let layer = &layers[layers.len() - 1];
    let tier = rules::tier_of(layers.iter().map(|view| view.index), name, tag);
    let listed = layers.iter().find_map(|layer| {
        let list: &[Pattern] = match tier {
            Tier::Internal => &layer.index.policy.internal,
            Tier::Verified => &layer.index.policy.verified,
            Tier::OpenSource => &layer.index.policy.open_source,
            Tier::Official | Tier::Community => &[],
        };
        list.iter().find(|pattern| pattern.matches(name, tag))
    });
    Membership {
        policy: layer.owner,
        tier,
        why: match (tier, listed) {
            (Tier::Official, _) => Why::Catalogue,
            (_, Some(pattern)) => Why::List(pattern.text.clone(), pattern.at.clone()),
            (_, None) => Why::Nowhere,
        },
        action: layer.tier_action(tier),
        action_at: (layer.at_here(&SettingKey::Tier(tier), |settings| {
            *settings.tiers.get(tier) == Some(layer.tier_action(tier))
        }))
        .cloned(),
    }
}

fn matched(layer: &View<'_>, name: &str, tag: Option<&str>) -> Vec<Matched> {
    layer
        .image_rules(name, tag)
        .map(|rule| Matched {
            policy: layer.owner,
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
