//! `frontend.subrequests.describe`: the list of sub-requests.

use fromtier_gostd::json::{Object, Value};
use fromtier_gostd::tabwriter;

/// A sub-request's entry in the list.
#[derive(Debug, Clone, Copy)]
pub struct SubrequestInfo {
    /// The name by which it is requested.
    pub name: &'static str,
    /// The version of the answer's format.
    pub version: &'static str,
    /// A line for people.
    pub description: &'static str,
    /// The options, each with its name and description.
    pub opts: Option<&'static [(&'static str, &'static str)]>,
    /// The metadata keys of the answer.
    pub metadata: &'static [&'static str],
}

pub const DESCRIBE: SubrequestInfo = SubrequestInfo {
    name: "frontend.subrequests.describe",
    version: "1.0.0",
    description: "List available subrequest types",
    opts: None,
    metadata: &["result.json", "result.txt"],
};

fn named(name: &str, description: &str) -> Object {
    Object::new()
        .set("name", name)
        .set("description", description)
}

fn to_json(request: &SubrequestInfo) -> Object {
    let named_all = |all: &[(&str, &str)]| Value::from_iter(all.iter().map(|(n, d)| named(n, d)));
    let metadata = request.metadata.iter().map(|m| named(m, ""));
    Object::new()
        .set("name", request.name)
        .set("version", request.version)
        .set("type", "rpc")
        .set("description", request.description)
        .set("opts", request.opts.map_or(Value::Null, named_all))
        .set("inputs", Value::Null)
        .set("metadata", Value::from_iter(metadata))
        .set("refs", Value::Null)
}

/// Writes the list in JSON and as a table.
pub fn answer(requests: &[SubrequestInfo]) -> super::SubrequestResult {
    let json = Value::from_iter(requests.iter().map(to_json)).indented();
    let mut rows = vec![vec!["NAME".into(), "VERSION".into(), "DESCRIPTION".into()]];
    rows.extend(requests.iter().map(|r| {
        let short = r.name.strip_prefix("frontend.").unwrap_or(r.name);
        vec![short.into(), r.version.into(), r.description.into()]
    }));
    super::SubrequestResult::new(&DESCRIBE, json).with_text(tabwriter::columns(&rows, 1))
}
