//! For programs: the same steps as one JSON document. `docs/json.md` describes the keys.

use fromtier_image::Digest;
use fromtier_policy::gate::Via;
use fromtier_policy::trace::{
    AppliedProfile, EndOfLife, Facts, Later, MatchedException, MatchedRule, Membership, Origin,
    Rewriting, TierReason,
};
use fromtier_policy::{Day, JudgedKind, Place, Severity};
use serde_json::{Value, json};

use super::explanation::Explanation;
use crate::output::json::{self, Exception, Source};

/// One JSON document and a newline: the image as a source, and each step.
pub fn render(explanation: &Explanation) -> String {
    let trace = &explanation.trace;
    let verdict = &trace.verdict;
    let mut document = json::source(&Source {
        kind: JudgedKind::Image,
        via: Via::From,
        stage: explanation.stage.as_deref(),
        written: None,
        reference: &verdict.requested,
        verdict: Some(verdict),
        resolved: trace
            .pull
            .as_ref()
            .filter(|_| verdict.severity < Severity::Deny),
        at: None,
    });
    let mut add = |key: &str, value: Value| document.insert(key.to_owned(), value);
    add("today", explanation.today.to_string().into());
    add("policies", json::paths(&explanation.policies).into());
    add("lock", explanation.lock.as_ref().map(json::path).into());
    add("rewrites", trace.rewrites.iter().map(rewriting).collect());
    add("alias", trace.alias.as_ref().map(rewriting).into());
    add("profiles", trace.profiles.iter().map(profile).collect());
    add(
        "registries",
        trace.registries.iter().map(registry).collect(),
    );
    add("tiers", trace.tiers.iter().map(membership).collect());
    add("image_rules", trace.rules.iter().map(matched).collect());
    add("catalog", trace.facts.as_ref().map(facts).into());
    add("locked", trace.locked.as_ref().map(locked).into());
    add(
        "exceptions",
        trace.exceptions.iter().map(excepted).collect(),
    );
    add("mirror", trace.mirror.as_ref().map(mirror).into());
    add("later", trace.later.iter().map(later).collect());
    add("failures", json!([]));
    json::document(Value::Object(document))
}

fn profile(profile: &AppliedProfile) -> Value {
    json!({
        "policy": json::owner(profile.policy), "part": profile.part, "only_tightens": profile.only_tightens,
        "at": place(&profile.at),
    })
}

fn registry(origin: &Origin) -> Value {
    let by = origin.by.as_ref();
    json!({
        "policy": json::owner(origin.policy), "allowed": origin.allowed, "match": by.map(|(pattern, _)| pattern),
        "at": by.map(|(_, at)| place(at)),
    })
}

fn locked((digest, day): &(Digest, Day)) -> Value {
    json!({"digest": digest.as_str(), "locked_on": day.to_string()})
}

fn mirror((prefix, at): &(String, Option<Place>)) -> Value {
    json!({"prefix": prefix, "at": place(at)})
}

fn later(later: &Later) -> Value {
    json!({
        "policy": json::owner(later.policy), "setting": later.setting.to_string(), "requirement": later.what,
        "at": place(&later.at),
    })
}

fn place(at: &Option<Place>) -> Value {
    json::place(at.as_ref())
}

fn rewriting(step: &Rewriting) -> Value {
    let (to, error) = match &step.to {
        Ok(image) => (Some(image.to_string()), None),
        Err(problem) => (None, Some(problem)),
    };
    json!({
        "policy": json::owner(step.policy), "match": step.rule.0, "to": step.rule.1, "reason": step.reason,
        "rewritten": to, "error": error.map(|message| json!({"message": message})), "at": place(&step.at),
    })
}

fn membership(tier: &Membership) -> Value {
    let (why, pattern, at) = match &tier.why {
        TierReason::Catalog => ("catalog", None, Value::Null),
        TierReason::List(pattern, at) => ("list", Some(pattern), place(at)),
        TierReason::Unlisted => ("none", None, Value::Null),
    };
    json!({
        "policy": json::owner(tier.policy), "tier": tier.tier.key(), "by": why, "match": pattern, "at": at,
        "action": tier.action.key(), "action_at": place(&tier.action_at),
    })
}

fn matched(rule: &MatchedRule) -> Value {
    json!({
        "policy": json::owner(rule.policy), "match": rule.pattern, "tags": rule.tags, "variants": rule.variants,
        "prefer": rule.prefer, "action": rule.action.map(Severity::key), "reason": rule.reason, "fits": rule.fits,
        "at": place(&rule.at),
    })
}

fn facts(facts: &Facts) -> Value {
    let cycle = facts.cycle.map(|cycle| {
        let end = match cycle.end_of_life {
            EndOfLife::On(day) => Some(day.to_string()),
            EndOfLife::Ended | EndOfLife::NotAnnounced => None,
        };
        json!({
            "name": cycle.name, "codename": cycle.codename, "end_of_life": end, "ended": cycle.has_ended,
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
        "platforms": facts.platforms.map_or_else(Vec::new, |platforms| platforms.names().collect()),
        "cycle": cycle,
        "deprecated": deprecated,
    })
}

fn excepted(exception: &MatchedException) -> Value {
    json::exception(&Exception {
        policy: exception.policy,
        subject: &exception.subject,
        codes: &exception.rules,
        until: exception.until,
        owner: &exception.owner,
        reason: &exception.reason,
        state: exception.state,
        used: exception.used,
        at: exception.at.as_ref(),
    })
}
