//! `frontend.targets`: the stages of a Dockerfile.

use fromtier_convert::Target;
use fromtier_gostd::json::{Object, Value};
use fromtier_gostd::tabwriter;

use super::describe::SubrequestInfo;
use super::location;

pub const TARGETS: SubrequestInfo = SubrequestInfo {
    name: "frontend.targets",
    version: "1.0.0",
    description: "List all targets current build supports",
    opts: Some(&[]),
    metadata: &["result.json", "result.txt"],
};

/// Writes the stages in JSON and as a table.
pub fn answer(targets: &[Target], dockerfile: &[u8]) -> super::SubrequestResult {
    let items = targets.iter().map(|t| {
        Object::new()
            .opt_str("name", &t.name)
            .opt_bool("default", t.default)
            .opt(
                "description",
                super::unprocessed(&t.description, dockerfile),
            )
            .opt("base", super::unprocessed(&t.base, dockerfile))
            .opt_str("platform", &t.platform)
            .set("location", location(&t.location))
    });
    let items = match targets {
        [] => Value::Null,
        _ => Value::from_iter(items),
    };
    let json = Object::new()
        .set("targets", items)
        .set("sources", super::sources(dockerfile))
        .indented();
    let mut rows = vec![vec!["TARGET".into(), "DESCRIPTION".into()]];
    rows.extend(targets.iter().map(|t| {
        let name = match (t.name.as_str(), t.default) {
            ("", true) => "(default)".to_owned(),
            (name, true) => format!("{name} (default)"),
            (name, false) => name.to_owned(),
        };
        vec![name, t.description.clone()]
    }));
    super::SubrequestResult::new(&TARGETS, json).with_text(tabwriter::columns(&rows, 1))
}
