//! The differences between two frontends on one case.

mod details;
mod graphs;
mod intended;
mod order;
mod pins;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fromtier_proto::{gw, pb};
pub use intended::{Intended, Rule};
pub use pins::Pins;
use serde_json::{Value, json};

use crate::graph::{Graph, to_value, whole};
use crate::record::{Call, Outcome, Recording};

/// One thing that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: `result/metadata/containerimage.config/config/Env[0]`, `graph/linux/amd64/exec "RUN x" (Dockerfile:2)/…`.
    pub path: String,
    /// The first frontend's value.
    pub left: String,
    /// The second frontend's value.
    pub right: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n    - {}\n    + {}",
            self.path, self.left, self.right
        )
    }
}

/// All differences between two recordings of one case. Times, the order of calls and everything random are left out.
pub fn compare(left: &Recording, right: &Recording) -> Vec<Difference> {
    let mut out = Vec::new();
    outcomes(left, right, &mut out);
    warnings(left, right, &mut out);
    calls(left, right, &mut out);
    out
}

fn outcomes(left: &Recording, right: &Recording, out: &mut Vec<Difference>) {
    match (&left.outcome, &right.outcome) {
        (Outcome::Result(l), Outcome::Result(r)) => {
            metadata(&l.metadata, &r.metadata, "result/metadata", out);
            graphs::compare_refs(left, right, out);
            let platforms: BTreeSet<_> =
                l.attestations.keys().chain(r.attestations.keys()).collect();
            for platform in platforms {
                let of = |result: &gw::Result, recording: &Recording| {
                    let list = result.attestations.get(platform);
                    let list = list.map(|list| list.attestation.as_slice());
                    json!(
                        list.unwrap_or_default()
                            .iter()
                            .map(|a| attestation(a, recording))
                            .collect::<Vec<_>>()
                    )
                };
                let path = format!("result/attestations/{platform}");
                values::diff(&path, &of(l, left), &of(r, right), out);
            }
        }
        (Outcome::Error(l), Outcome::Error(r)) => {
            values::diff("error/code", &json!(l.code), &json!(r.code), out);
            values::diff("error/message", &json!(l.message), &json!(r.message), out);
            let details = |status| json!(details::readable(status));
            values::diff("error/details", &details(l), &details(r), out);
        }
        (l, r) => {
            let say = |outcome: &Outcome, recording: &Recording| match outcome {
                Outcome::Nothing => {
                    let end = recording.stderr.trim_end().lines().rev().take(5);
                    let end: Vec<_> = end.collect::<Vec<_>>().into_iter().rev().collect();
                    format!(
                        "no word; exit code {:?}; {}",
                        recording.exit_code,
                        end.join(" | ")
                    )
                }
                Outcome::Result(_) => "a result".to_owned(),
                Outcome::Error(status) => format!("error: {}", status.message),
            };
            let path = outcome_path(left, right);
            let (left, right) = (say(l, left), say(r, right));
            if left != right {
                out.push(Difference { path, left, right });
            }
        }
    }
}

fn outcome_path(left: &Recording, right: &Recording) -> String {
    let killed = left.exit_code.is_none();
    let path = if killed { without_end(right) } else { None };
    path.unwrap_or_else(|| "outcome".to_owned())
}

/// The path of the difference when one frontend gives an error and the other has to be killed.
pub fn without_end(ended: &Recording) -> Option<String> {
    match &ended.outcome {
        Outcome::Error(status) => Some(format!("outcome/without end, {}", status.message)),
        _ => None,
    }
}

fn attestation(attestation: &gw::Attestation, recording: &Recording) -> Value {
    let mut value = to_value(&gw::Attestation {
        r#ref: None,
        metadata: BTreeMap::new(),
        ..attestation.clone()
    });
    value["metadata"] = json!(
        attestation
            .metadata
            .iter()
            .map(|(key, value)| (key, readable(value)))
            .collect::<BTreeMap<_, _>>()
    );
    let id = attestation.r#ref.as_ref().map(|r| r.id.as_str());
    let definition = id.and_then(|id| recording.definition(id));
    value["graph"] = definition.map_or(Value::Null, whole);
    value
}

/// JSON if it is JSON, text otherwise.
fn readable(bytes: &[u8]) -> Value {
    match serde_json::from_slice(bytes) {
        Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
            details::with_stable_graphs(&mut value);
            value
        }
        _ => json!(String::from_utf8_lossy(bytes)),
    }
}

fn metadata(
    left: &BTreeMap<String, Vec<u8>>,
    right: &BTreeMap<String, Vec<u8>>,
    path: &str,
    out: &mut Vec<Difference>,
) {
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    for key in keys {
        let path = format!("{path}/{key}");
        match (left.get(key), right.get(key)) {
            (Some(l), Some(r)) => {
                if order::of_one_line(l, r) {
                    out.push(Difference {
                        path: format!("{path}/order of warnings of one line"),
                        left: String::from_utf8_lossy(l).into_owned(),
                        right: String::from_utf8_lossy(r).into_owned(),
                    });
                    continue;
                }
                let before = out.len();
                values::diff(&path, &readable(l), &readable(r), out);
                // Clients see bytes: the order of keys is a part of an image's digest.
                if out.len() == before && l != r && !values::may_differ(l) {
                    out.push(Difference {
                        path: format!("{path}/bytes"),
                        left: String::from_utf8_lossy(l).into_owned(),
                        right: String::from_utf8_lossy(r).into_owned(),
                    });
                }
            }
            (l, r) => {
                let value = |v: Option<&Vec<u8>>| v.map_or(Value::Null, |v| readable(v));
                values::diff(&path, &value(l), &value(r), out);
            }
        }
    }
}

/// The rule that is checked while several images are resolved at the same time.
const GIVEN_IN_ANY_ORDER: &str = "InvalidBaseImagePlatform:";

fn warnings(left: &Recording, right: &Recording, out: &mut Vec<Difference>) {
    let readable = |warning: &gw::WarnRequest| {
        let definition = warning.info.as_ref().and_then(|i| i.definition.as_ref());
        let mut plain = warning.clone();
        if let Some(Ok(graph)) = definition.map(Graph::decode)
            && let Some(vertex) = graph.vertices.iter().find(|v| v.original == plain.digest)
        {
            plain.digest = format!("of {}", vertex.name());
        }
        let definition = definition.map(whole);
        if let Some(info) = &mut plain.info {
            info.definition = None;
        }
        let mut value = to_value(&plain);
        value["detail"] = json!(
            plain
                .detail
                .iter()
                .map(|d| String::from_utf8_lossy(d).into_owned())
                .collect::<Vec<_>>()
        );
        value["definition"] = json!(definition);
        value
    };
    let text = |value: &Value| value["short"].as_str().unwrap_or_default().to_owned();
    let list = |recording: &Recording| {
        let (mut any_order, rest): (Vec<_>, Vec<_>) = recording
            .warnings()
            .map(readable)
            .partition(|warning| text(warning).starts_with(GIVEN_IN_ANY_ORDER));
        any_order.sort_by_key(text);
        let mut all: Vec<_> = any_order.into_iter().chain(rest).collect();
        // Several variables of one instruction are named in any order.
        let place = |warning: &Value| {
            let text = text(warning);
            let rule = text.split(':').next().unwrap_or_default().to_owned();
            (rule, text.rsplit('(').next().unwrap_or_default().to_owned())
        };
        for group in all.chunk_by_mut(|l, r| place(l) == place(r)) {
            group.sort_by_key(text);
        }
        all
    };
    let (left, right) = (list(left), list(right));
    // Those that both give are compared one by one, in order; the others are named.
    let mut rest = right.as_slice();
    for l in &left {
        match rest.iter().position(|r| text(r) == text(l)) {
            Some(at) => {
                for extra in &rest[..at] {
                    one_sided("warnings", None, Some(text(extra)), out);
                }
                values::diff(&format!("warnings/{}", text(l)), l, &rest[at], out);
                rest = &rest[at + 1..];
            }
            None => one_sided("warnings", Some(text(l)), None, out),
        }
    }
    for extra in rest {
        one_sided("warnings", None, Some(text(extra)), out);
    }
}

fn one_sided(path: &str, left: Option<String>, right: Option<String>, out: &mut Vec<Difference>) {
    let what = left
        .as_ref()
        .or(right.as_ref())
        .cloned()
        .unwrap_or_default();
    out.push(Difference {
        path: format!("{path}/{what}"),
        left: left.map_or_else(|| "nothing".to_owned(), |_| "there".to_owned()),
        right: right.map_or_else(|| "nothing".to_owned(), |_| "there".to_owned()),
    });
}

/// The requests to the builder, as a set: order and repetition are free. In a build that ends in an error it is a matter of
/// timing which requests are still made.
fn calls(left: &Recording, right: &Recording, out: &mut Vec<Difference>) {
    // A sub-request may report such an error in its answer.
    let told = |answer: &Vec<u8>| {
        let answer: Option<Value> = serde_json::from_slice(answer).ok();
        answer.is_some_and(|answer| answer.get("buildError").is_some())
    };
    let built = |recording: &Recording| match &recording.outcome {
        Outcome::Result(result) => !result.metadata.get("result.json").is_some_and(told),
        _ => false,
    };
    if !built(left) || !built(right) {
        return;
    }
    let set = |recording: &Recording| -> BTreeSet<String> {
        let refs: BTreeSet<_> = recording.refs().into_values().collect();
        recording
            .calls
            .iter()
            .filter_map(|call| match call {
                Call::ResolveImageConfig(r) => Some(format!("image config {}", to_value(r))),
                Call::ResolveSourceMeta(r) => {
                    // Ours tells the client's source policies what the graph's operation will have; the reference doesn't.
                    let mut request = r.clone();
                    (request.source.iter_mut())
                        .for_each(|s| drop(s.attrs.remove("image.resolvemode")));
                    Some(format!("source meta {}", to_value(&request)))
                }
                Call::Forward { frontend, options } => {
                    Some(format!("forward {frontend} {}", json!(options)))
                }
                Call::Solve { id, request } if !refs.contains(id) => {
                    Some(format!("solve {}", intermediate(request)))
                }
                Call::Unknown(method) => Some(format!("unknown {method}")),
                _ => None,
            })
            .collect()
    };
    let (left, right) = (set(left), set(right));
    for call in left.difference(&right) {
        one_sided("calls", Some(call.clone()), None, out);
    }
    for call in right.difference(&left) {
        one_sided("calls", None, Some(call.clone()), out);
    }
}

/// A graph that was solved on the way, such as the one that the Dockerfile is read from.
fn intermediate(request: &gw::SolveRequest) -> Value {
    let empty = pb::Definition::default();
    let mut rest = request.clone();
    rest.definition = None;
    json!({
        "graph": whole(request.definition.as_ref().unwrap_or(&empty)),
        "request": to_value(&rest),
    })
}

#[cfg(test)]
mod tests;
