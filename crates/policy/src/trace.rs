//! All that the gate goes by for one image, in the order in which it goes by it: for people who ask why. A build
//! doesn't need it; the verdict in it is the gate's own.

use crate::exceptions::ExceptionState;
use crate::gate::{Gate, ImageRequest};
use crate::layer::{Layer, View};
use crate::pattern::{Pattern, identity};
use crate::policy::Tier;
use crate::rules;
use crate::said::{Said, Standpoint};
use crate::settings::{Check, LabelRule, Settings};
use crate::verdict::{Denial, ExceptionId, Severity, Verdict};
use crate::{Day, Place};
use fromtier_catalog as catalog;
pub use fromtier_catalog::{EndOfLife, Platforms};
use fromtier_image::{Digest, ImageRef};

/// The way of one image through the gate.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The reference in full; `None` when it is none.
    pub normalised: Option<ImageRef>,
    /// The rewriting, in the order in which it is done.
    pub rewrites: Vec<Rewriting>,
    /// What the rules judge: normalised and rewritten.
    pub image: Option<ImageRef>,
    /// The profiles that hold where it is asked.
    pub profiles: Vec<Applied>,
    /// Where images may come from at all, by each policy that says so.
    pub registries: Vec<Origin>,
    /// Who makes the image, by each policy.
    pub tiers: Vec<Membership>,
    /// The rules under `images` that match.
    pub rules: Vec<Matched>,
    /// What the catalogue knows; `None` for an image that is not in it.
    pub facts: Option<Facts>,
    /// What the lock file says.
    pub locked: Option<(Digest, Day)>,
    /// The exceptions that match, whether or not they hold today.
    pub exceptions: Vec<Excepted>,
    /// The registry that the image is pulled through, and where that is said.
    pub mirror: Option<(String, Option<Place>)>,
    /// What is judged when the registry has answered.
    pub later: Vec<Later>,
    /// What a build would ask the registry for, if the image passes.
    pub pull: Option<ImageRef>,
    /// The digest that the lock or the reference pins it to.
    pub pinned: Option<Digest>,
    pub verdict: Verdict,
}

/// One rewrite rule at work.
#[derive(Debug, Clone)]
pub struct Rewriting {
    /// Whose policy it is: "this policy".
    pub who: &'static str,
    /// The rule's `match` and `to`.
    pub rule: (String, String),
    pub at: Option<Place>,
    pub reason: Option<String>,
    /// What came out, or why nothing could.
    pub to: Result<ImageRef, String>,
}

/// A profile of a policy.
#[derive(Debug, Clone)]
pub struct Applied {
    pub who: &'static str,
    /// `stages.final`, `platforms.linux/arm64`, `paths.services/*`.
    pub part: String,
    /// Where its first setting stands.
    pub at: Option<Place>,
    /// It isn't known for certain that it holds, so it can only tighten.
    pub only_tightens: bool,
}

/// What a policy wants of an image's config, which only the registry knows.
#[derive(Debug, Clone)]
pub struct Later {
    pub who: &'static str,
    /// The setting: `base.max-age`.
    pub setting: &'static str,
    /// What is wanted: "built within 90 days".
    pub what: String,
    pub at: Option<Place>,
}

/// What the `registries` of a policy say of the image's.
#[derive(Debug, Clone)]
pub struct Origin {
    pub who: &'static str,
    pub allowed: bool,
    /// The entry that says so, and where it stands; `None`: it is in no entry of `allow`.
    pub by: Option<(String, Option<Place>)>,
}

/// The tier of the image by one policy, and what that policy says of the tier.
#[derive(Debug, Clone)]
pub struct Membership {
    pub who: &'static str,
    pub tier: Tier,
    pub why: Why,
    /// What is said of the tier, and where; `None` where it is said nowhere.
    pub action: Severity,
    pub action_at: Option<Place>,
}

/// Why an image is of its tier.
#[derive(Debug, Clone)]
pub enum Why {
    /// It is in the catalogue of official images.
    Catalogue,
    /// A list of a policy has it: the pattern, and where it stands.
    List(String, Option<Place>),
    /// No list has it.
    Nowhere,
}

/// A rule under `images` that matches.
#[derive(Debug, Clone)]
pub struct Matched {
    pub who: &'static str,
    pub pattern: String,
    pub at: Option<Place>,
    /// As the file says it; likewise the next ones.
    pub tags: Option<String>,
    pub variants: Vec<String>,
    pub prefer: Option<String>,
    pub action: Option<Severity>,
    pub reason: Option<String>,
    /// Do tags and variants allow the image's tag?
    pub fits: bool,
}

/// What the catalogue knows of an official image and its tag.
#[derive(Debug, Clone)]
pub struct Facts {
    /// `node`
    pub name: &'static str,
    /// The day that the facts are from.
    pub as_of: Day,
    /// The platforms that the tag is rebuilt for; `None`: it is not among the supported tags.
    pub platforms: Option<Platforms>,
    /// The release cycle of the tag: its name, its codename, its end, and the days that are left to it.
    pub cycle: Option<CycleFacts>,
    /// The image or the tag is given up: since when, and for what.
    pub deprecated: Option<(&'static str, Vec<&'static str>)>,
}

/// A release cycle on the day of the gate.
#[derive(Debug, Clone, Copy)]
pub struct CycleFacts {
    pub name: &'static str,
    pub codename: &'static str,
    pub end_of_life: EndOfLife,
    pub over: bool,
    /// Days to the end; negative when it is past, `None` when it is not known.
    pub days_left: Option<i32>,
}

/// An exception that matches.
#[derive(Debug, Clone)]
pub struct Excepted {
    pub who: &'static str,
    pub pattern: String,
    pub at: Option<Place>,
    pub until: Day,
    pub owner: String,
    pub reason: String,
    /// The codes that it is narrowed to; all when empty.
    pub rules: Vec<String>,
    /// Has it ended?
    pub over: bool,
    /// Is it what lets the image through?
    pub used: bool,
}

impl Gate {
    /// The way of an image through steps 1 to 5 of the gate, and the verdict of [`Gate::request`].
    pub fn trace(&self, request: &ImageRequest<'_>) -> Trace {
        let (verdict, pinned) = match self.request(request) {
            Ok(pass) => (pass.verdict().clone(), pass.pinned().cloned()),
            Err(Denial { verdict, .. }) => (*verdict, None),
        };
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
            let at = layer.at(&format!("mirrors.{registry}"));
            layer
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
                .deprecated(tag)
                .map(|notice| (notice.since, notice.instead().collect())),
        })
    }

    fn excepted(
        &self,
        layer: &Layer,
        name: &str,
        tag: Option<&str>,
        verdict: &Verdict,
    ) -> Vec<Excepted> {
        let whose = self
            .layers
            .iter()
            .position(|own| std::ptr::eq(own, layer))
            .unwrap_or_default();
        let max = layer.policy.exceptions_max;
        layer
            .exceptions(name, tag)
            .map(|(index, exception)| {
                let state = ExceptionState::of(exception, max, self.today);
                let id = ExceptionId {
                    layer: whose,
                    index,
                };
                Excepted {
                    who: layer.who,
                    pattern: exception.pattern.text.clone(),
                    at: exception.at.clone(),
                    until: exception.until,
                    owner: exception.owner.clone(),
                    reason: exception.reason.clone(),
                    rules: exception.rules.clone(),
                    over: exception.until < self.today,
                    used: state.holds() && verdict.exceptions.contains(&id),
                }
            })
            .collect()
    }
}

impl Layer {
    /// Where a setting stands: `tiers.community`.
    fn at(&self, setting: &str) -> Option<&Place> {
        self.policy
            .settings
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(setting))
            .map(|(_, at)| at)
    }

    fn origin(&self, name: &str, tag: Option<&str>) -> Option<Origin> {
        let origin = |allowed, pattern: Option<&Pattern>| Origin {
            who: self.who,
            allowed,
            by: pattern.map(|pattern| (pattern.text.clone(), pattern.at.clone())),
        };
        if let Some(denied) = self.denied_registry(name, tag) {
            return Some(origin(false, Some(denied)));
        }
        let allow = &self.policy.registries.allow;
        let by = allow.iter().find(|pattern| pattern.matches(name, tag));
        (!allow.is_empty()).then(|| origin(by.is_some(), by))
    }
}

impl View<'_> {
    fn applied(&self) -> Vec<Applied> {
        let profiles = self.reading.profiles();
        profiles
            .map(|(index, only_tightens)| {
                let part = self.policy.profiles[index].name.clone();
                let within = format!("{part}.");
                let settings = self.policy.settings.iter();
                Applied {
                    who: self.who,
                    at: (settings.map(|(key, at)| (key, at)))
                        .find(|(key, _)| key.starts_with(&within))
                        .map(|(_, at)| at.clone()),
                    part,
                    only_tightens,
                }
            })
            .collect()
    }

    /// In the order of the rules.
    fn later(&self) -> Vec<Later> {
        let mut later = Vec::new();
        let mut add = |setting, what, says: &dyn Fn(&Settings) -> bool| {
            later.push(Later {
                who: self.who,
                setting,
                what,
                at: self.at_here(setting, says).cloned(),
            });
        };
        if let Some(days) = self.reading.effective.max_age {
            let says = |settings: &Settings| settings.max_age == Some(days);
            add("base.max-age", format!("built within {days} days"), &says);
        }
        for (check, setting, what) in [
            (Check::RootUser, "base.root-user", "not root"),
            (Check::Onbuild, "base.onbuild", "no ONBUILD triggers"),
        ] {
            let severity = self.check(check);
            if severity > Severity::Allow {
                let or = match severity {
                    Severity::Deny => "or it is refused",
                    _ => "or it warns",
                };
                let says =
                    move |settings: &Settings| settings.checks[check as usize] == Some(severity);
                add(setting, format!("{what}, {or}"), &says);
            }
        }
        let texts = |rules: Vec<&LabelRule>| {
            let texts: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        };
        if let Some(labels) = texts(self.required_labels().collect()) {
            let says = |settings: &Settings| !settings.require.is_empty();
            add("base.labels", format!("has the labels {labels}"), &says);
        }
        if let Some(labels) = texts(self.forbidden_labels().collect()) {
            let says = |settings: &Settings| !settings.forbid.is_empty();
            add(
                "base.labels",
                format!("has none of the labels {labels}"),
                &says,
            );
        }
        later
    }

    /// Where a setting stands that holds here: in the profile that says what holds, else in the policy itself.
    fn at_here(&self, setting: &str, says: impl Fn(&Settings) -> bool) -> Option<&Place> {
        let profiles: Vec<(usize, bool)> = self.reading.profiles().collect();
        profiles
            .into_iter()
            .filter(|(index, _)| says(&self.policy.profiles[*index].settings))
            .find_map(|(index, _)| {
                let part = &self.policy.profiles[index].name;
                self.layer.at(&format!("{part}.{setting}"))
            })
            .or_else(|| self.layer.at(setting))
    }
}

fn rewriting(layer: &Layer, image: &ImageRef) -> Option<Rewriting> {
    let rule = layer.rewrite(&identity(image), image.tag())?;
    let to = rule.apply(image).map_err(|stuck| stuck.problem);
    if to.as_ref() == Ok(image) {
        return None;
    }
    Some(Rewriting {
        who: layer.who,
        rule: (rule.pattern.text.clone(), rule.to.clone()),
        at: rule.pattern.at.clone(),
        reason: rule.reason.clone(),
        to,
    })
}

/// The tier by the last of these policies, which goes by the lists of all of them.
fn membership(layers: &[View<'_>], name: &str, tag: Option<&str>) -> Membership {
    let layer = &layers[layers.len() - 1];
    let all: Vec<&Layer> = layers.iter().map(|view| view.layer).collect();
    let tier = rules::tier_of(&all, name, tag);
    let listed = layers.iter().find_map(|layer| {
        let list: &[Pattern] = match tier {
            Tier::Internal => &layer.policy.internal,
            Tier::Verified => &layer.policy.verified,
            Tier::OpenSource => &layer.policy.open_source,
            Tier::Official | Tier::Community => &[],
        };
        list.iter().find(|pattern| pattern.matches(name, tag))
    });
    Membership {
        who: layer.who,
        tier,
        why: match (tier, listed) {
            (Tier::Official, _) => Why::Catalogue,
            (_, Some(pattern)) => Why::List(pattern.text.clone(), pattern.at.clone()),
            (_, None) => Why::Nowhere,
        },
        action: layer.tier_action(tier),
        action_at: (layer.at_here(&format!("tiers.{}", tier.key()), |settings| {
            let at = Tier::ALL.iter().position(|known| *known == tier);
            at.is_some_and(|at| settings.tiers[at] == Some(layer.tier_action(tier)))
        }))
        .cloned(),
    }
}

fn matched(layer: &View<'_>, name: &str, tag: Option<&str>) -> Vec<Matched> {
    layer
        .image_rules(name, tag)
        .map(|rule| Matched {
            who: layer.who,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::Scope;
    use crate::gate::Via;
    use crate::testing::{gate, lock_of};

    fn trace(policy: &str, lock: &str, reference: &str) -> Trace {
        gate(policy, lock).trace(&ImageRequest {
            reference,
            via: Via::From,
            scope: Scope::default(),
        })
    }

    const POLICY: &str = "version: 1
tiers:
  community: deny
rewrite:
- match: bitnami/node
  to: node:{tag}
  reason: one source
images:
- {match: node, tags: \">=22\"}
mirrors:
  docker.io: r.example.com/hub
exceptions:
- match: acme/*
  until: 2026-12-31
  owner: payments
  reason: migration
";

    #[test]
    fn each_step_is_there_with_its_line() {
        let lock = lock_of("docker.io/library/node:22", 'a');
        let trace = trace(POLICY, &lock, "bitnami/node:22");
        let step = &trace.rewrites[0];
        assert_eq!(step.at.as_ref().unwrap().to_string(), "policy.yaml:5");
        assert_eq!(step.to.as_ref().unwrap().familiar(), "node:22");
        assert_eq!(step.reason.as_deref(), Some("one source"));
        assert!(matches!(
            trace.tiers[0],
            Membership {
                tier: Tier::Official,
                why: Why::Catalogue,
                action: Severity::Allow,
                action_at: None,
                ..
            }
        ));
        assert_eq!(trace.rules[0].at.as_ref().unwrap().line, 9);
        assert!(trace.rules[0].fits);
        let cycle = trace.facts.as_ref().unwrap().cycle.unwrap();
        assert_eq!((cycle.name, cycle.over), ("22", false));
        assert!(cycle.days_left.unwrap() > 0);
        let (mirror, at) = trace.mirror.clone().unwrap();
        assert_eq!(
            (mirror.as_str(), at.unwrap().line),
            ("r.example.com/hub", 11)
        );
        let pulled = trace.pull.unwrap().to_string();
        assert!(
            pulled.starts_with("r.example.com/hub/library/node:22@sha256:aaaa"),
            "{pulled}"
        );
        assert_eq!(trace.verdict.severity, Severity::Allow);
    }

    #[test]
    fn the_exception_that_lets_it_through_is_marked() {
        let trace = trace(POLICY, "", "acme/thing");
        assert_eq!(trace.tiers[0].tier, Tier::Community);
        assert_eq!(trace.tiers[0].action_at.as_ref().unwrap().line, 3);
        let exception = &trace.exceptions[0];
        assert!(exception.used && !exception.over);
        assert_eq!(exception.at.as_ref().unwrap().line, 13);
        assert_eq!(trace.verdict.severity, Severity::Warn);
    }

    #[test]
    fn profiles_are_named_with_the_line_that_counts() {
        let text = "version: 1
tiers: {community: warn}
registries: {allow: [docker.io]}
stages:
  final:
    tiers:
      community: deny
platforms:
  windows/*: {tiers: {community: deny}}
";
        let gate = gate(text, "");
        let ask = |stage| {
            gate.trace(&ImageRequest {
                reference: "acme/thing",
                via: Via::From,
                scope: Scope {
                    platform: Some(&fromtier_image::Platform::new("linux", "amd64")),
                    ..Scope::of_stage(stage)
                },
            })
        };
        let ships = ask(Some("final"));
        let parts = |trace: &Trace| -> Vec<(String, bool)> {
            let profiles = trace.profiles.iter();
            profiles
                .map(|p| (p.part.clone(), p.only_tightens))
                .collect()
        };
        assert_eq!(parts(&ships), [("stages.final".to_owned(), false)]);
        assert_eq!(ships.profiles[0].at.as_ref().unwrap().line, 7);
        assert_eq!(ships.tiers[0].action, Severity::Deny);
        assert_eq!(ships.tiers[0].action_at.as_ref().unwrap().line, 7);
        let origin = &ships.registries[0];
        assert!(origin.allowed);
        assert_eq!(origin.by.as_ref().unwrap().0, "docker.io");
        let build = ask(Some("build"));
        assert_eq!(parts(&build), []);
        assert_eq!(build.tiers[0].action_at.as_ref().unwrap().line, 2);
        assert_eq!(parts(&ask(None)), [("stages.final".to_owned(), true)]);
    }

    #[test]
    fn what_only_the_registry_knows_is_announced() {
        let text = "version: 1
base: {max-age: 90d, onbuild: warn}
stages:
  final:
    base:
      max-age: 30d
      labels: {require: [a, b=c]}
      root-user: deny
";
        let trace = gate(text, "").trace(&ImageRequest {
            reference: "node",
            via: Via::From,
            scope: Scope::of_stage(Some("final")),
        });
        let later = trace.later.iter();
        let later: Vec<(&str, usize)> = later
            .map(|later| (later.what.as_str(), later.at.as_ref().unwrap().line))
            .collect();
        assert_eq!(
            later,
            [
                ("built within 30 days", 6),
                ("not root, or it is refused", 8),
                ("no ONBUILD triggers, or it warns", 2),
                ("has the labels a, b=c", 7),
            ]
        );
    }

    #[test]
    fn what_is_no_reference_has_a_verdict_and_nothing_else() {
        let trace = trace(POLICY, "", "Not A Reference");
        assert!(trace.normalised.is_none() && trace.pull.is_none());
        assert_eq!(trace.verdict.findings[0].code, "FT100");
    }

    #[test]
    fn a_refused_image_says_where_it_would_come_from() {
        let trace = trace(POLICY, "", "node:18");
        assert_eq!(trace.verdict.severity, Severity::Deny);
        assert!(!trace.rules[0].fits);
        assert_eq!(
            trace.pull.unwrap().to_string(),
            "r.example.com/hub/library/node:18"
        );
        assert!(trace.facts.unwrap().cycle.unwrap().over);
    }
}
