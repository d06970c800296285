//! For programs: the same steps as one JSON document. The shape is in `docs/cli.md`; what is there stays.

use fromtier_policy::trace::{EndOfLife, Excepted, Facts, Matched, Membership, Rewriting, Why};
use fromtier_policy::{Place, Severity};
use serde_json::{Value, json};

use super::explanation::Explanation;
use crate::output::exceptions::state;
use crate::output::json::finding;

/// One JSON document and a newline.
pub fn render(explained: &Explanation) -> String {
    let trace = &explained.trace;
    let verdict = &trace.verdict;
    let suggestion = verdict
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Allow)
        .find_map(|finding| finding.suggestion.as_ref());
    let text = |image: &Option<fromtier_image::ImageRef>| image.as_ref().map(ToString::to_string);
    let document = json!({
        "version": 1,
        "image": verdict.asked,
        "today": explained.today.to_string(),
        "policies": explained.policies.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "lock": explained.lock.as_ref().map(|path| path.display().to_string()),
        "normalised": text(&trace.normalised),
        "rewrites": trace.rewrites.iter().map(rewriting).collect::<Vec<_>>(),
        "judged": text(&trace.image),
        "profiles": trace.profiles.iter().map(|profile| json!({
            "policy": profile.policy.name(), "part": profile.part, "only_tightens": profile.only_tightens, "at": place(&profile.at),
        })).collect::<Vec<_>>(),
        "registries": trace.registries.iter().map(|origin| json!({
            "policy": origin.policy.name(), "allowed": origin.allowed, "match": origin.by.as_ref().map(|(pattern, _)| pattern),
            "at": origin.by.as_ref().map(|(_, at)| place(at)),
        })).collect::<Vec<_>>(),
        "tiers": trace.tiers.iter().map(membership).collect::<Vec<_>>(),
        "rules": trace.rules.iter().map(matched).collect::<Vec<_>>(),
        "catalogue": trace.facts.as_ref().map(facts),
        "locked": trace.locked.as_ref().map(|(digest, day)| json!({"digest": digest.as_str(), "resolved": day.to_string()})),
        "exceptions": trace.exceptions.iter().map(excepted).collect::<Vec<_>>(),
        "mirror": trace.mirror.as_ref().map(|(prefix, at)| json!({"prefix": prefix, "at": place(at)})),
        "later": trace.later.iter().map(|later| json!({
            "policy": later.policy.name(), "setting": later.setting.to_string(), "what": later.what, "at": place(&later.at),
        })).collect::<Vec<_>>(),
        "pull": text(&trace.pull),
        "pinned": trace.pinned.as_ref().map(|digest| digest.as_str()),
        "verdict": verdict.severity.key(),
        "findings": verdict.findings.iter().map(finding).collect::<Vec<_>>(),
        "suggestion": suggestion,
        "failures": [],
    });
    format!("{document:#}\n")
}

/// The document when a file can't be read.
pub fn failed(failures: Vec<Value>) -> String {
    format!("{:#}\n", json!({"version": 1, "failures": failures}))
}

fn place(at: &Option<Place>) -> Value {
    at.as_ref().map_or(
        Value::Null,
        |at| json!({"file": *at.file, "line": at.line, "column": at.column}),
    )
}

fn rewriting(step: &Rewriting) -> Value {
    let (to, error) = match &step.to {
        Ok(image) => (Some(image.to_string()), None),
        Err(problem) => (None, Some(problem)),
    };
    json!({
        "policy": step.policy.name(), "match": step.rule.0, "to": step.rule.1, "reason": step.reason,
        "result": to, "error": error, "at": place(&step.at),
    })
}

fn membership(tier: &Membership) -> Value {
    let (why, pattern, at) = match &tier.why {
        Why::Catalogue => ("catalogue", None, Value::Null),
        Why::List(pattern, at) => ("list", Some(pattern), place(at)),
        Why::Nowhere => ("none", None, Value::Null),
    };
    json!({
        "policy": tier.policy.name(), "tier": tier.tier.key(), "by": why, "match": pattern, "at": at,
        "action": tier.action.key(), "action_at": place(&tier.action_at),
    })
}

fn matched(rule: &Matched) -> Value {
    json!({
        "policy": rule.policy.name(), "match": rule.pattern, "tags": rule.tags, "variants": rule.variants,
        "prefer": rule.prefer, "action": rule.action.map(Severity::key), "reason": rule.reason, "fits": rule.fits,
        "at": place(&rule.at),
    })
}

fn facts(facts: &Facts) -> Value {
    let cycle = facts.cycle.map(|cycle| {
        let end = match cycle.end_of_life {
            EndOfLife::On(day) => Some(day.to_string()),
            EndOfLife::Over | EndOfLife::NotAnnounced => None,
        };
        json!({
            "name": cycle.name, "codename": cycle.codename, "end_of_life": end, "over": cycle.over,
            "days_left": cycle.days_left,
        })
    });
    let deprecated = facts
        .deprecated
        .as_ref()
        .map(|(since, instead)| json!({"since": since, "instead": instead}));
    json!({
        "as_of": facts.as_of.to_string(),
        "listed": facts.platforms.is_some(),
        "platforms": facts.platforms.map(|platforms| platforms.names().collect::<Vec<_>>()),
        "cycle": cycle,
        "deprecated": deprecated,
    })
}

fn excepted(exception: &Excepted) -> Value {
    json!({
        "policy": exception.policy.name(), "match": exception.pattern, "until": exception.until.to_string(),
        "owner": exception.owner, "reason": exception.reason, "rules": exception.rules.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "state": state(exception.state).0, "used": exception.used, "at": place(&exception.at),
    })
}
