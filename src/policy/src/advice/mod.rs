//! What is odd about a policy without being wrong: exceptions that have ended, rules that another takes the work of,
//! rules that no living tag satisfies. A build doesn't ask for it; whoever keeps the policy does.

#[cfg(test)]
mod tests;

use fromtier_catalog::{self as catalog, EndOfLife, Image, as_of};
use fromtier_image::ImageRef;

use crate::classify::official_image;
use crate::exception_state::ExceptionState;
use crate::image_rule::ImageRule;
use crate::index::Index;
use crate::pattern::{Pattern, identity};
use crate::policy::Policy;
use crate::verdict::Severity;
use crate::{Day, Place, PolicyError};

/// An exception that ends within so many days is worth a word.
const ENDS_WITHIN: i32 = 30;

impl Policy {
    /// What is odd about the policy on this day, file by file in their order. Nothing of it keeps a build from using it.
    pub fn advice(&self, today: Day) -> Vec<PolicyError> {
        let mut advice = Advice {
            policy: self,
            today,
            said: Vec::new(),
        };
        advice.exceptions();
        advice.lists();
        advice.image_rules();
        advice.rewrites();
        let mut said = advice.said;
        said.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
        said
    }
}

struct Advice<'a> {
    policy: &'a Policy,
    today: Day,
    said: Vec<PolicyError>,
}

impl Advice<'_> {
    fn say(&mut self, at: &Option<Place>, message: String, help: Option<String>) {
        // What is built in has no place, and nobody to tell.
        if let Some(at) = at {
            self.said.push(PolicyError {
                file: at.file.to_string(),
                line: at.line,
                column: at.column,
                span: at.span.clone(),
                message,
                help,
            });
        }
    }

    fn exceptions(&mut self) {
        let policy = self.policy;
        let patterns = Index::new(policy.exceptions.iter().map(|rule| &rule.pattern));
        for (index, exception) in policy.exceptions.iter().enumerate() {
            let at = &exception.at;
            let text = &exception.pattern.text;
            let left = exception.until.days_since(self.today);
            let state = ExceptionState::of(exception, policy.exceptions_max, self.today);
            if let ExceptionState::TooLong(max) = state {
                self.say(
                    at,
                    format!(
                        "the exception for `{text}` lasts until {}: that is more than the {max} days of `exceptions-max`, so it lets nothing through",
                        exception.until
                    ),
                    Some(format!("the last day that it may have is {}", self.today.plus_days(i32::try_from(max).unwrap_or(i32::MAX)))),
                );
                continue;
            }
            if left < 0 {
                self.say(
                    at,
                    format!(
                        "the exception for `{text}` ended on {}: it lets nothing through any more",
                        exception.until
                    ),
                    Some(format!(
                        "take it out, or agree on another day with {}",
                        exception.owner
                    )),
                );
                continue;
            }
            if left <= ENDS_WITHIN {
                let when = match left {
                    0 => "today".to_owned(),
                    1 => "tomorrow".to_owned(),
                    days => format!("in {days} days, on {}", exception.until),
                };
                self.say(
                    at,
                    format!("the exception for `{text}` ends {when}"),
                    Some(format!(
                        "{} asked for it: {}",
                        exception.owner, exception.reason
                    )),
                );
            }
            let candidates = patterns.covering_candidates(&exception.pattern).into_iter();
            let others = candidates.filter(|other| *other != index);
            let wider = others.map(|at| &policy.exceptions[at]).find(|wider| {
                wider.until >= exception.until
                    && ExceptionState::of(wider, policy.exceptions_max, self.today).holds()
                    && wider.files.is_empty()
                    && wider.labels.is_empty()
                    && wider.pattern.covers(&exception.pattern)
                    && (wider.rules.is_empty()
                        || !exception.rules.is_empty()
                            && exception
                                .rules
                                .iter()
                                .all(|rule| wider.rules.contains(rule)))
            });
            if let Some(wider) = wider {
                self.say(
                    at,
                    format!(
                        "the exception for `{text}` adds nothing: `{}`{} lets all of it through until {}",
                        wider.pattern.text,
                        line(&wider.pattern),
                        wider.until
                    ),
                    None,
                );
            }
        }
    }

    /// The tiers are asked in their order, so a later list has no word on what an earlier one has.
    fn lists(&mut self) {
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
                    self.say(
                        &pattern.at,
                        format!(
                            "`{}` under `{key}` is an official image: that is its tier whatever the lists say",
                            pattern.text
                        ),
                        Some("use a rule under `images` for this one".into()),
                    );
                    continue;
                }
                let mut before = lists[..index].iter().zip(&indexes);
                let earlier = before.find_map(|((key, list), patterns)| {
                    let candidates = patterns.covering_candidates(pattern).into_iter();
                    let mut wider = candidates.map(|at| &list[at]);
                    Some((key, wider.find(|wider| wider.covers(pattern))?))
                });
                if let Some((first, wider)) = earlier {
                    self.say(
                        &pattern.at,
                        format!(
                            "`{}` under `{key}` adds nothing: `{}` under `{first}`{} has it",
                            pattern.text,
                            wider.text,
                            line(wider)
                        ),
                        None,
                    );
                }
            }
        }
    }

    fn image_rules(&mut self) {
        let policy = self.policy;
        let patterns = Index::new(policy.images.iter().map(|rule| &rule.pattern));
        for rule in &policy.images {
            self.overruled(rule, &patterns);
        }
        let of_profiles = policy.profiles.iter().flat_map(|profile| &profile.images);
        for rule in policy.images.iter().chain(of_profiles) {
            if let Some(name) = rule.pattern.literal_name() {
                match (
                    official_image(name),
                    name.strip_prefix("docker.io/library/"),
                ) {
                    (Some(image), _) => self.official(rule, image),
                    (None, Some(short)) => self.unknown(&rule.pattern.at, short),
                    (None, None) => {}
                }
            }
            if let Some(prefer) = &rule.prefer {
                self.target(&rule.pattern.at, prefer, "preferred");
            }
        }
    }

    /// An action that a stricter one always beats: of several the strictest holds.
    fn overruled(&mut self, rule: &ImageRule, patterns: &Index) {
        let Some(action) = rule.action else { return };
        let policy = self.policy;
        let candidates = patterns.covering_candidates(&rule.pattern).into_iter();
        let mut others = candidates.map(|at| &policy.images[at]);
        let stricter =
            others.find(|by| by.action > Some(action) && by.pattern.covers(&rule.pattern));
        if let Some(by) = stricter {
            let message = format!(
                "`action: {}` for `{}` has no effect: `{}`{} is stricter, and the strictest holds",
                action.key(),
                rule.pattern.text,
                by.pattern.text,
                line(&by.pattern)
            );
            self.say(&rule.pattern.at, message, None);
        }
    }

    fn official(&mut self, rule: &ImageRule, image: Image) {
        let at = &rule.pattern.at;
        if let Some(notice) = image.deprecation(None) {
            let instead = notice
                .alternatives()
                .next()
                .map(|name| format!("its successor is {name}"));
            let message = format!("`{}` is deprecated (as of {})", rule.pattern.text, as_of());
            self.say(at, message, instead);
            return;
        }
        if rule.tags.is_none() && rule.variants.is_empty() || rule.action == Some(Severity::Deny) {
            return;
        }
        let name = format!("docker.io/library/{}", image.name());
        let fitting: Vec<String> = image
            .tags()
            .into_iter()
            .filter(|tag| rule.allows(tag) && rule.pattern.matches(&name, Some(tag)))
            .collect();
        let what = allowed(rule);
        if fitting.is_empty() {
            let message = format!(
                "no tag of `{}` that is still rebuilt is {what} (as of {})",
                image.name(),
                as_of()
            );
            self.say(at, message, self.living(image));
            return;
        }
        let lives = |tag: &String| {
            image.deprecation(Some(tag)).is_none()
                && image
                    .cycle_of(tag)
                    .is_none_or(|cycle| !cycle.is_over(self.today))
        };
        if !fitting.iter().any(lives) {
            let message = format!(
                "every tag of `{}` that is {what} is past its end of life (as of {})",
                image.name(),
                as_of()
            );
            self.say(at, message, self.living(image));
        }
    }

    /// The cycles to choose from.
    fn living(&self, image: Image) -> Option<String> {
        let living: Vec<String> = image
            .cycles()
            .filter(|cycle| !cycle.is_over(self.today) && !cycle.version().is_empty())
            .take(6)
            .map(|cycle| match cycle.end_of_life {
                EndOfLife::On(day) => format!("{} (until {day})", cycle.name),
                _ => cycle.name.to_owned(),
            })
            .collect();
        (!living.is_empty()).then(|| format!("what lives: {}", living.join(", ")))
    }

    fn rewrites(&mut self) {
        let policy = self.policy;
        for rule in &policy.rewrites {
            // What hangs on the asked image is nobody's to judge yet.
            let fixed = |text: &str| !text.contains('{');
            let tags = rule.tags.iter().map(|mapped| mapped.to.as_str());
            let tags = tags.filter(|tag| fixed(tag) && !rule.has_own_tag());
            let targets = std::iter::once(rule.to.clone())
                .chain(tags.map(|tag| format!("{}:{tag}", rule.to)))
                .filter(|target| fixed(target));
            for target in targets {
                if let Ok(target) = ImageRef::parse(&target) {
                    self.target(&rule.pattern.at, &target, "what it is rewritten to");
                }
            }
        }
    }

    /// An image that the policy itself names: is it one to build on?
    fn target(&mut self, at: &Option<Place>, target: &ImageRef, what: &str) {
        let name = identity(target);
        let Some(image) = official_image(&name) else {
            if let Some(short) = name.strip_prefix("docker.io/library/") {
                self.unknown(at, short);
            }
            return;
        };
        let shown = target.familiar();
        let instead = |tag: Option<&str>| {
            let asked = catalog::TagRequest {
                tag,
                platform: None,
                today: self.today,
            };
            catalog::replacement_tag(image, &asked, &|_| true)
                .map(|tag| format!("{}:{tag} is alive", image.name()))
        };
        let Some(tag) = target.tag() else {
            if let Some(notice) = image.deprecation(None) {
                let instead = notice
                    .alternatives()
                    .next()
                    .map(|name| format!("its successor is {name}"));
                self.say(at, format!("`{shown}`, {what}, is deprecated"), instead);
            }
            return;
        };
        if let Some(notice) = image.deprecation(Some(tag)) {
            let instead = notice
                .alternatives()
                .next()
                .map(|name| format!("its successor is {name}"));
            self.say(at, format!("`{shown}`, {what}, is deprecated"), instead);
        } else if let Some(cycle) = image
            .cycle_of(tag)
            .filter(|cycle| cycle.is_over(self.today))
        {
            let since = match cycle.end_of_life {
                EndOfLife::On(day) => format!(" since {day}"),
                _ => String::new(),
            };
            let message = format!("`{shown}`, {what}, is past its end of life{since}");
            self.say(at, message, instead(Some(tag)));
        } else if image.tag(tag).is_none() {
            let message = format!(
                "`{shown}`, {what}, is not among the tags that are rebuilt (as of {})",
                as_of()
            );
            self.say(at, message, instead(Some(tag)));
        }
    }

    fn unknown(&mut self, at: &Option<Place>, name: &str) {
        let message = match catalog::retired(name) {
            Some(notice) => format!(
                "`{name}` has not been an official image since {}",
                notice.since
            ),
            None => format!(
                "`{name}` is not among the official images (as of {})",
                as_of()
            ),
        };
        let help = catalog::similarly_named(name)
            .map(|image| format!("did you mean `{}`?", image.name()))
            .or_else(|| {
                catalog::retired(name)
                    .and_then(|notice| notice.alternatives().next())
                    .map(|name| format!("its successor is {name}"))
            });
        self.say(at, message, help);
    }
}

/// "within >=22, <25, of the variants alpine, slim"
fn allowed(rule: &ImageRule) -> String {
    let tags = rule.tags.as_ref().map(|tags| format!("within `{tags}`"));
    let variants = match rule.variants.as_slice() {
        [] => None,
        [one] => Some(format!("of the variant `{one}`")),
        several => Some(format!("of the variants `{}`", several.join("`, `"))),
    };
    match (tags, variants) {
        (Some(tags), Some(variants)) => format!("{tags} and {variants}"),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

/// Where the other rule stands.
fn line(pattern: &Pattern) -> String {
    let at = pattern.at.as_ref();
    at.map(|at| format!(" ({at})")).unwrap_or_default()
}
