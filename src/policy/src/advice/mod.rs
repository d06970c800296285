//! Warnings about a valid policy: exceptions that have ended, entries that have no effect, rules that no supported tag
//! satisfies. `fromtier policy check` reports them; a build doesn't.

#[cfg(test)]
mod tests;

use fromtier_catalog::{self as catalog, EndOfLife, Image, as_of};
use fromtier_image::ImageRef;

use crate::classify::official_image;
use crate::exception_state::ExceptionState;
use crate::glob::Glob;
use crate::image_rule::ImageRule;
use crate::index::Index;
use crate::pattern::{Pattern, identity};
use crate::policy::{Exception, Policy};
use crate::verdict::Severity;
use crate::{Day, Place, PolicyError};

/// How many days before its end an exception is reported.
const NOTICE_DAYS: i32 = 30;

impl Policy {
    /// The warnings about the policy on this day, sorted by file and place. A build uses the policy in spite of them.
    pub fn advice(&self, today: Day) -> Vec<PolicyError> {
        let mut advice = Advice {
            policy: self,
            today,
            warnings: Vec::new(),
        };
        advice.check_leading_stars();
        advice.check_exceptions();
        advice.check_lists();
        advice.check_image_rules();
        advice.check_rewrites();
        let mut warnings = advice.warnings;
        warnings.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
        warnings
    }
}

/// The warnings about a policy, while it is checked.
struct Advice<'a> {
    policy: &'a Policy,
    today: Day,
    warnings: Vec<PolicyError>,
}

impl Advice<'_> {
    fn warn(&mut self, at: &Option<Place>, message: String, help: Option<String>) {
        // The built-in policy has no places, and nobody who could change it.
        if let Some(at) = at {
            self.warnings.push(PolicyError {
                file: at.file.to_string(),
                line: at.line,
                column: at.column,
                span: at.span.clone(),
                message,
                help,
            });
        }
    }

    /// Warns about patterns such as `*/**`, whose star looks as if it matched any registry.
    fn check_leading_stars(&mut self) {
        let policy = self.policy;
        let lists = [&policy.internal, &policy.verified, &policy.open_source];
        let profile_rules = policy.profiles.iter().flat_map(|profile| &profile.images);
        let rules = policy.images.iter().chain(profile_rules);
        let patterns = (lists.into_iter().flatten())
            .chain(rules.map(|rule| &rule.pattern))
            .chain(policy.exceptions.iter().map(|rule| &rule.pattern))
            .chain(policy.rewrites.iter().map(|rule| &rule.pattern));
        for pattern in patterns {
            if let Some(rest) = pattern.text.strip_prefix("*/") {
                let any = format!("**/{}", rest.trim_start_matches("**/"));
                self.warn(
                    &pattern.at,
                    format!(
                        "`{}` only matches images of Docker Hub: a pattern without a registry is for Docker Hub",
                        pattern.text
                    ),
                    Some(format!(
                        "write `{any}` for every registry, or `docker.io/{}` for Docker Hub",
                        pattern.text
                    )),
                );
            }
        }
    }

    fn check_exceptions(&mut self) {
        let policy = self.policy;
        let patterns = Index::new(policy.exceptions.iter().map(|rule| &rule.pattern));
        for (index, exception) in policy.exceptions.iter().enumerate() {
            let at = &exception.at;
            let subject = exception.subject();
            let days_left = exception.until.days_since(self.today);
            let state = ExceptionState::new(exception, policy.exceptions_max, self.today);
            if let ExceptionState::TooLong(max) = state {
                self.warn(
                    at,
                    format!(
                        "the exception for {subject} has no effect: it lasts until {}, which is more than the {max} days of `exceptions-max`",
                        exception.until
                    ),
                    Some(format!(
                        "set `until` to {} or earlier",
                        self.today.plus_days(i32::try_from(max).unwrap_or(i32::MAX))
                    )),
                );
                continue;
            }
            if days_left < 0 {
                self.warn(
                    at,
                    format!(
                        "the exception for {subject} has no effect: it ended on {}",
                        exception.until
                    ),
                    Some(format!(
                        "remove it, or agree on another day with {}",
                        exception.owner
                    )),
                );
                continue;
            }
            if days_left <= NOTICE_DAYS {
                let when = match days_left {
                    0 => "today".to_owned(),
                    1 => "tomorrow".to_owned(),
                    days => format!("in {days} days, on {}", exception.until),
                };
                self.warn(
                    at,
                    format!("the exception for {subject} ends {when}"),
                    Some(format!(
                        "ask {} whether it is still needed (reason: {})",
                        exception.owner, exception.reason
                    )),
                );
            }
            let candidates = patterns.covering_candidates(&exception.pattern).into_iter();
            let others = candidates.filter(|other| *other != index);
            let wider = others.map(|at| &policy.exceptions[at]).find(|wider| {
                wider.until >= exception.until
                    && ExceptionState::new(wider, policy.exceptions_max, self.today).is_active()
                    && covers_files(wider, exception)
                    && covers_labels(wider, exception)
                    && wider.pattern.covers(&exception.pattern)
                    && (wider.rules.is_empty()
                        || !exception.rules.is_empty()
                            && exception
                                .rules
                                .iter()
                                .all(|rule| wider.rules.contains(rule)))
            });
            if let Some(wider) = wider {
                self.warn(
                    at,
                    format!(
                        "the exception for {subject} has no effect: the one for {}{} covers it until {}",
                        wider.subject(),
                        shown_place(&wider.at),
                        wider.until
                    ),
                    None,
                );
            }
        }
    }

    /// Warns about entries of a list that have no effect, because an earlier list or the catalog decides on the tier.
    fn check_lists(&mut self) {
        let policy = self.policy;
        let lists = [
            ("internal", &policy.internal),
            ("verified-publisher", &policy.verified),
            ("open-source", &policy.open_source),
        ];
        let indexes = lists.map(|(_, list)| Index::new(list.iter()));
        for (index, (key, list)) in lists.iter().enumerate() {
            for pattern in *list {
                if pattern.literal_name().and_then(official_image).is_some() {
                    self.warn(
                        &pattern.at,
                        format!(
                            "`{}` under `{key}` has no effect: it is an official image, and no list changes its tier",
                            pattern.text
                        ),
                        Some("write a rule for it under `images`".into()),
                    );
                    continue;
                }
                let mut earlier_lists = lists[..index].iter().zip(&indexes);
                let earlier = earlier_lists.find_map(|((key, list), patterns)| {
                    let candidates = patterns.covering_candidates(pattern).into_iter();
                    let mut wider = candidates.map(|at| &list[at]);
                    Some((key, wider.find(|wider| wider.covers(pattern))?))
                });
                if let Some((first, wider)) = earlier {
                    self.warn(
                        &pattern.at,
                        format!(
                            "`{}` under `{key}` has no effect: `{}` under `{first}`{} covers it",
                            pattern.text,
                            wider.text,
                            place_of(wider)
                        ),
                        None,
                    );
                }
            }
        }
    }

    fn check_image_rules(&mut self) {
        let policy = self.policy;
        let patterns = Index::new(policy.images.iter().map(|rule| &rule.pattern));
        for rule in &policy.images {
            self.check_overruled(rule, &patterns);
        }
        let profile_rules = policy.profiles.iter().flat_map(|profile| &profile.images);
        for rule in policy.images.iter().chain(profile_rules) {
            if let Some(name) = rule.pattern.literal_name() {
                match (
                    official_image(name),
                    name.strip_prefix("docker.io/library/"),
                ) {
                    (Some(image), _) => self.check_official(rule, image),
                    (None, Some(short)) => self.warn_unknown(&rule.pattern.at, short),
                    (None, None) => {}
                }
            }
            if let Some(prefer) = &rule.prefer {
                self.check_target(&rule.pattern.at, prefer, "the preferred image");
            }
        }
    }

    /// Warns about an action that has no effect, because a rule with a stricter action covers all of its images.
    fn check_overruled(&mut self, rule: &ImageRule, patterns: &Index) {
        let Some(action) = rule.action else { return };
        let policy = self.policy;
        let candidates = patterns.covering_candidates(&rule.pattern).into_iter();
        let mut others = candidates.map(|at| &policy.images[at]);
        let stricter = others.find(|other| other.action > Some(action) && other.covers(rule));
        if let Some(stricter) = stricter {
            let message = format!(
                "`action: {}` for `{}` has no effect: the action for `{}`{} is stricter",
                action.key(),
                rule.pattern.text,
                stricter.pattern.text,
                place_of(&stricter.pattern)
            );
            self.warn(&rule.pattern.at, message, None);
        }
    }

    /// Warns about a rule for an official image that is deprecated, or of which no supported tag satisfies the rule.
    fn check_official(&mut self, rule: &ImageRule, image: Image) {
        let at = &rule.pattern.at;
        if let Some(notice) = image.deprecation(None) {
            let instead = notice
                .alternatives()
                .next()
                .map(|name| format!("use its successor: {name}"));
            let message = format!("`{}` is deprecated (as of {})", rule.pattern.text, as_of());
            self.warn(at, message, instead);
            return;
        }
        if rule.tags.is_none() && rule.variants.is_empty() || rule.action == Some(Severity::Deny) {
            return;
        }
        let name = format!("docker.io/library/{}", image.name());
        let allowed_tags: Vec<String> = image
            .tags()
            .into_iter()
            .filter(|tag| rule.allows(tag) && rule.pattern.matches(&name, Some(tag)))
            .collect();
        let condition = tag_condition(rule);
        if allowed_tags.is_empty() {
            let message = format!(
                "no supported tag of `{}` {condition} (as of {})",
                image.name(),
                as_of()
            );
            self.warn(at, message, self.supported_releases(image));
            return;
        }
        let is_alive = |tag: &String| {
            image.deprecation(Some(tag)).is_none()
                && image
                    .cycle_of(tag)
                    .is_none_or(|cycle| !cycle.has_ended(self.today))
        };
        if !allowed_tags.iter().any(is_alive) {
            let message = format!(
                "every tag of `{}` that {condition} is past its end of life (as of {})",
                image.name(),
                as_of()
            );
            self.warn(at, message, self.supported_releases(image));
        }
    }

    /// Help that lists up to six supported releases, with the days of their end of life.
    fn supported_releases(&self, image: Image) -> Option<String> {
        let releases: Vec<String> = image
            .cycles()
            .filter(|cycle| !cycle.has_ended(self.today) && !cycle.version().is_empty())
            .take(6)
            .map(|cycle| match cycle.end_of_life {
                EndOfLife::On(day) => format!("{} (until {day})", cycle.name),
                _ => cycle.name.to_owned(),
            })
            .collect();
        (!releases.is_empty()).then(|| format!("use a supported release: {}", releases.join(", ")))
    }

    fn check_rewrites(&mut self) {
        let policy = self.policy;
        for rule in &policy.rewrites {
            // A target with placeholders depends on the requested image.
            let is_fixed = |text: &str| !text.contains('{');
            let tags = rule.tags.iter().map(|mapped| mapped.to.as_str());
            let tags = tags.filter(|tag| is_fixed(tag) && !rule.has_own_tag());
            let targets = std::iter::once(rule.to.clone())
                .chain(tags.map(|tag| format!("{}:{tag}", rule.to)))
                .filter(|target| is_fixed(target));
            for target in targets {
                if let Ok(target) = ImageRef::parse(&target) {
                    self.check_target(&rule.pattern.at, &target, "the rewrite target");
                }
            }
        }
    }

    /// Warns about an image that the policy itself names, if it is unknown, deprecated, or unsupported. `role` is what the
    /// policy uses it as.
    fn check_target(&mut self, at: &Option<Place>, target: &ImageRef, role: &str) {
        let name = identity(target);
        let Some(image) = official_image(&name) else {
            if let Some(short) = name.strip_prefix("docker.io/library/") {
                self.warn_unknown(at, short);
            }
            return;
        };
        let shown = format!("{role} `{}`", target.familiar());
        let instead = |tag: Option<&str>| {
            let request = catalog::TagRequest {
                tag,
                platform: None,
                today: self.today,
            };
            catalog::replacement_tag(image, &request, &|_| true)
                .map(|tag| format!("use a supported tag such as {}:{tag}", image.name()))
        };
        let Some(tag) = target.tag() else {
            if let Some(notice) = image.deprecation(None) {
                let instead = notice
                    .alternatives()
                    .next()
                    .map(|name| format!("use its successor: {name}"));
                self.warn(at, format!("{shown} is deprecated"), instead);
            }
            return;
        };
        if let Some(notice) = image.deprecation(Some(tag)) {
            let instead = notice
                .alternatives()
                .next()
                .map(|name| format!("use its successor: {name}"));
            self.warn(at, format!("{shown} is deprecated"), instead);
        } else if let Some(cycle) = image
            .cycle_of(tag)
            .filter(|cycle| cycle.has_ended(self.today))
        {
            let message = match cycle.end_of_life {
                EndOfLife::On(day) => format!("{shown} reached its end of life on {day}"),
                EndOfLife::Ended | EndOfLife::NotAnnounced => {
                    format!("{shown} reached its end of life")
                }
            };
            self.warn(at, message, instead(Some(tag)));
        } else if image.tag(tag).is_none() {
            let message = format!(
                "{shown} is not listed as a supported tag (as of {})",
                as_of()
            );
            self.warn(at, message, instead(Some(tag)));
        }
    }

    /// Warns about a name under `docker.io/library` that no official image has.
    fn warn_unknown(&mut self, at: &Option<Place>, name: &str) {
        let message = match catalog::retired(name) {
            Some(notice) => format!(
                "`{name}` has not been an official image since {}",
                notice.since
            ),
            None => format!("`{name}` is not an official image (as of {})", as_of()),
        };
        let help = catalog::similarly_named(name)
            .map(|image| format!("did you mean `{}`?", image.name()))
            .or_else(|| {
                catalog::retired(name)
                    .and_then(|notice| notice.alternatives().next())
                    .map(|name| format!("use its successor: {name}"))
            });
        self.warn(at, message, help);
    }
}

/// What a rule requires of a tag: "is within `>=22, <25` and has one of the variants `alpine`, `slim`".
fn tag_condition(rule: &ImageRule) -> String {
    let tags = rule.tags.as_ref().map(|tags| format!("is within `{tags}`"));
    let variants = match rule.variants.as_slice() {
        [] => None,
        [one] => Some(format!("has the variant `{one}`")),
        several => Some(format!(
            "has one of the variants `{}`",
            several.join("`, `")
        )),
    };
    match (tags, variants) {
        (Some(tags), Some(variants)) => format!("{tags} and {variants}"),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

/// Whether an exception applies to every Dockerfile that the other one applies to.
fn covers_files(wider: &Exception, other: &Exception) -> bool {
    let covers = |glob: &Glob| wider.files.iter().any(|wide| wide.covers(glob));
    wider.files.is_empty() || !other.files.is_empty() && other.files.iter().all(covers)
}

/// Whether an exception applies to every repository that the other one applies to.
fn covers_labels(wider: &Exception, other: &Exception) -> bool {
    let covers = |label: &String| wider.labels.contains(label);
    wider.labels.is_empty() || !other.labels.is_empty() && other.labels.iter().all(covers)
}

/// The place of a pattern, in parentheses; empty for a built-in one.
fn place_of(pattern: &Pattern) -> String {
    shown_place(&pattern.at)
}

fn shown_place(at: &Option<Place>) -> String {
    at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default()
}
