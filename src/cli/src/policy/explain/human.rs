//! For people: one line per step, with its place in the policy at the end.

use std::fmt::Display;

use fromtier_image::ImageRef;
use fromtier_policy::trace::{
    CycleFacts, Facts, MatchedException, MatchedRule, Membership, Origin, Rewriting, TierReason,
    Trace,
};
use fromtier_policy::{ExceptionState, Finding, Owner, Place, Severity};

use super::explanation::Explanation;
use crate::output::style::{self, paint};
use crate::output::terminal::shown_path;

/// The steps in their order, the verdict last.
pub fn render(explained: &Explanation) -> String {
    let trace = &explained.trace;
    let mut steps = Steps {
        out: format!("{}\n", paint(style::BOLD, &trace.verdict.requested)),
    };
    let policies: Vec<String> = explained
        .policies
        .iter()
        .map(|path| shown_path(path))
        .collect();
    let policies = if policies.is_empty() {
        "the built-in policy".to_owned()
    } else {
        policies.join(", then ")
    };
    steps.step("policy", format!("{policies}, on {}", explained.today));
    if let Some(normalized) = &trace.normalized {
        steps.step("in full", normalized);
        add_steps(&mut steps, trace, explained);
    }
    steps.step("verdict", style::verdict(trace.verdict.severity));
    for finding in &trace.verdict.findings {
        steps.finding(finding);
    }
    let suggestion = trace
        .verdict
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Allow)
        .find_map(|finding| finding.suggestion.as_ref());
    if let Some(image) = suggestion {
        steps.step("instead", image);
    }
    steps.out
}

fn add_steps(steps: &mut Steps, trace: &Trace, explained: &Explanation) {
    let several = explained.policies.len() > 1;
    if trace.rewrites.is_empty() {
        steps.step("rewritten", "no rule matches");
    }
    for rewriting in &trace.rewrites {
        steps.step("rewritten", rewrite(rewriting, several));
    }
    if let Some(alias) = &trace.alias {
        steps.step("alias of", rewrite(alias, several));
    }
    for profile in &trace.profiles {
        let may = if profile.only_tightens {
            " (might apply, so it can only tighten)"
        } else {
            ""
        };
        let who = owner_prefix(profile.policy, several);
        let at = at_place(&profile.at);
        steps.step("profile", format!("{who}{}{may}{at}", profile.part));
    }
    for origin in &trace.registries {
        steps.step("registry", registry(origin, several));
    }
    for tier in &trace.tiers {
        steps.step("tier", membership(tier, several));
    }
    if trace.rules.is_empty() {
        steps.step("rules", "no rule matches");
    }
    for rule in &trace.rules {
        steps.step("rule", matched(rule, several));
    }
    if let Some(facts) = &trace.facts {
        for line in lifecycle(facts, trace.image.as_ref()) {
            steps.step("catalog", line);
        }
    }
    match (&trace.locked, &explained.lock) {
        (Some((digest, day)), Some(path)) => steps.step(
            "lock",
            format!("{} of {day}{}", digest.as_str(), at_end(shown_path(path))),
        ),
        (None, Some(path)) => steps.step("lock", format!("not in {}", shown_path(path))),
        (_, None) => steps.step("lock", "no lock file"),
    }
    for exception in &trace.exceptions {
        let refused = trace.verdict.severity == Severity::Deny;
        steps.step("exception", excepted(exception, refused, several));
    }
    if let Some((prefix, at)) = &trace.mirror {
        steps.step("mirror", format!("{prefix}{}", at_place(at)));
    }
    if let Some(pull) = &trace.pull {
        let refused = match trace.verdict.severity {
            Severity::Deny => "nothing; if allowed: ",
            _ => "",
        };
        steps.step("pulled", format!("{refused}{pull}"));
    }
    for later in &trace.later {
        let who = owner_prefix(later.policy, several);
        let what = format!("{who}{}{}", later.what, at_place(&later.at));
        steps.step("then", format!("after the registry answers: {what}"));
    }
}

struct Steps {
    out: String,
}

impl Steps {
    fn step(&mut self, what: &str, value: impl Display) {
        let what = paint(style::DIM, &format!("{what:<10}"));
        self.out.push_str(&format!("  {what} {value}\n"));
    }

    fn finding(&mut self, finding: &Finding) {
        let head = match finding.severity {
            Severity::Deny => paint(style::ERROR, finding.code.as_str()),
            Severity::Warn => paint(style::WARNING, finding.code.as_str()),
            Severity::Allow => finding.code.to_string(),
        };
        self.out
            .push_str(&format!("             {head}: {}\n", finding.message));
        if let Some(help) = &finding.help {
            self.out.push_str(&format!("             help: {help}\n"));
        }
    }
}

fn at_end(place: impl Display) -> String {
    format!("  [{place}]")
}

fn at_place(place: &Option<Place>) -> String {
    place.as_ref().map(at_end).unwrap_or_default()
}

/// `the organization's policy: `, if there are two policies.
fn owner_prefix(policy: Owner, several: bool) -> String {
    if several {
        format!("{policy}: ")
    } else {
        String::new()
    }
}

fn rewrite(rewriting: &Rewriting, several: bool) -> String {
    let (matched, to) = &rewriting.rule;
    let what = match &rewriting.to {
        Ok(image) => format!("{} by `{matched}` → `{to}`", image.familiar()),
        Err(problem) => format!("not possible by `{matched}` → `{to}`: {problem}"),
    };
    let because = rewriting
        .reason
        .as_ref()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    format!(
        "{}{what}{because}{}",
        owner_prefix(rewriting.policy, several),
        at_place(&rewriting.at)
    )
}

fn registry(origin: &Origin, several: bool) -> String {
    let who = owner_prefix(origin.policy, several);
    match (&origin.by, origin.allowed) {
        (Some((pattern, at)), true) => format!("{who}allowed by `{pattern}`{}", at_place(at)),
        (Some((pattern, at)), false) => format!("{who}denied by `{pattern}`{}", at_place(at)),
        (None, _) => format!("{who}not one of the allowed registries"),
    }
}

fn membership(tier: &Membership, several: bool) -> String {
    let why = match &tier.why {
        TierReason::Catalog => "in the catalog of official images".to_owned(),
        TierReason::List(pattern, at) => format!("`{pattern}` is in its list{}", at_place(at)),
        TierReason::Unlisted => "in no list and not in the catalog".to_owned(),
    };
    format!(
        "{}{}, {why}; {}{}",
        owner_prefix(tier.policy, several),
        tier.tier.key(),
        tier.action.key(),
        match &tier.action_at {
            Some(at) => at_end(at),
            None => at_end("not set in the policy"),
        },
    )
}

fn matched(rule: &MatchedRule, several: bool) -> String {
    let mut parts = Vec::new();
    if let Some(tags) = &rule.tags {
        parts.push(format!("tags {tags}"));
    }
    if !rule.variants.is_empty() {
        parts.push(format!("variants {}", rule.variants.join(", ")));
    }
    if !parts.is_empty() {
        let fits = if rule.fits {
            "the tag fits"
        } else {
            "the tag doesn't fit"
        };
        parts.push(fits.to_owned());
    }
    if let Some(action) = rule.action {
        parts.push(action.key().to_owned());
    }
    if let Some(prefer) = &rule.prefer {
        parts.push(format!("prefers {prefer}"));
    }
    if let Some(reason) = &rule.reason {
        parts.push(reason.clone());
    }
    format!(
        "{}`{}`: {}{}",
        owner_prefix(rule.policy, several),
        rule.pattern,
        parts.join("; "),
        at_place(&rule.at)
    )
}

/// The deprecation, the release cycle, and the tag, each with the day of the facts.
fn lifecycle(facts: &Facts, image: Option<&ImageRef>) -> Vec<String> {
    let as_of = at_end(format!("as of {}", facts.as_of));
    let mut lines = Vec::new();
    if let Some((since, instead)) = &facts.deprecated {
        let since = if since.is_empty() {
            String::new()
        } else {
            format!(" since {since}")
        };
        let instead = if instead.is_empty() {
            String::new()
        } else {
            format!("; instead: {}", instead.join(", "))
        };
        lines.push(format!("deprecated{since}{instead}{as_of}"));
    }
    if let Some(cycle) = &facts.cycle {
        lines.push(format!("{} {}{as_of}", facts.name, release_cycle(cycle)));
    }
    if let Some(tag) = image.and_then(ImageRef::tag) {
        lines.push(match facts.platforms {
            Some(platforms) => {
                let names: Vec<String> = platforms.names().collect();
                format!("`{tag}` is rebuilt for {}{as_of}", names.join(", "))
            }
            None => format!("`{tag}` isn't one of the tags that are rebuilt{as_of}"),
        });
    }
    lines
}

fn release_cycle(cycle: &CycleFacts) -> String {
    let name = if cycle.codename.is_empty() {
        cycle.name.to_owned()
    } else {
        format!("{} ({})", cycle.name, cycle.codename)
    };
    match (cycle.end_of_life, cycle.days_left) {
        (fromtier_policy::trace::EndOfLife::On(day), Some(left)) if left >= 0 => {
            let days = crate::output::counted(usize::try_from(left).unwrap_or(0), "day");
            format!("{name} is supported until {day}, {days} left")
        }
        (fromtier_policy::trace::EndOfLife::On(day), _) => {
            format!("{name} reached its end of life on {day}")
        }
        _ if cycle.has_ended => format!("{name} reached its end of life"),
        _ => format!("{name} is supported, no end of life announced"),
    }
}

fn excepted(exception: &MatchedException, refused: bool, several: bool) -> String {
    let holds = match (exception.used, exception.state) {
        (true, _) => "lets it pass".to_owned(),
        (false, ExceptionState::Ended) => "has ended".to_owned(),
        (false, ExceptionState::TooLong(max)) => {
            format!("lasts longer than {max} days, so it doesn't apply")
        }
        (false, _) if refused && exception.lacks_path => {
            "applies only to some Dockerfiles; name one with `--file PATH`".to_owned()
        }
        (false, _) if refused => "doesn't cover the refusal".to_owned(),
        (false, _) => "is not needed".to_owned(),
    };
    let rules = if exception.rules.is_empty() {
        String::new()
    } else {
        format!(
            " for {}",
            exception
                .rules
                .iter()
                .map(|code| code.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    format!(
        "{}{}{rules} until {}: {holds} ({}: {}){}",
        owner_prefix(exception.policy, several),
        exception.subject,
        exception.until,
        exception.owner,
        exception.reason,
        at_place(&exception.at)
    )
}
