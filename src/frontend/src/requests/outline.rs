//! `frontend.outline`: the arguments, secrets and SSH agents that a target accepts.

use fromtier_convert::{CredentialMount, Outline};
use fromtier_gostd::json::Object;
use fromtier_gostd::tabwriter;

use super::describe::SubrequestInfo;
use super::location;

pub const OUTLINE: SubrequestInfo = SubrequestInfo {
    name: "frontend.outline",
    version: "1.0.0",
    description: "List all parameters current build target supports",
    opts: Some(&[("target", "Target build stage")]),
    metadata: &["result.json", "result.txt"],
};

/// Writes the outline in JSON and as tables.
pub fn answer(outline: &Outline, dockerfile: &[u8]) -> super::SubrequestResult {
    super::SubrequestResult::new(&OUTLINE, json(outline, dockerfile)).with_text(text(outline))
}

fn json(outline: &Outline, dockerfile: &[u8]) -> String {
    let args = outline.args.iter().map(|a| {
        Object::new()
            .set("name", a.key.as_str())
            .opt(
                "description",
                super::unprocessed(&a.description, dockerfile),
            )
            .opt_str("value", &a.value)
            .set("location", location(&a.location))
    });
    let mount = |s: &CredentialMount| {
        Object::new()
            .set("name", s.name.as_str())
            .opt_bool("required", s.required)
            .set("location", location(&s.location))
    };
    Object::new()
        .opt_str("name", &outline.name)
        .opt(
            "description",
            super::unprocessed(&outline.description, dockerfile),
        )
        .opt_array("args", args)
        .opt_array("secrets", outline.secrets.iter().map(mount))
        .opt_array("ssh", outline.ssh.iter().map(mount))
        .set("sources", super::sources(dockerfile))
        .indented()
}

fn text(outline: &Outline) -> String {
    let mut out = String::new();
    let mut table = |rows: Vec<Vec<String>>, padding| {
        out.push_str(&tabwriter::columns(&rows, padding));
        out.push('\n');
    };
    if !outline.name.is_empty() || !outline.description.is_empty() {
        let name = match outline.name.as_str() {
            "" => "(default)",
            name => name,
        };
        let mut rows = vec![vec!["TARGET:".into(), name.into()]];
        if !outline.description.is_empty() {
            rows.push(vec!["DESCRIPTION:".into(), outline.description.clone()]);
        }
        table(rows, 1);
    }
    if !outline.args.is_empty() {
        let mut rows = vec![vec![
            "BUILD ARG".into(),
            "VALUE".into(),
            "DESCRIPTION".into(),
        ]];
        rows.extend(
            (outline.args.iter())
                .map(|a| vec![a.key.clone(), a.value.clone(), a.description.clone()]),
        );
        table(rows, 3);
    }
    let required = |flag: bool| if flag { "true".into() } else { String::new() };
    if !outline.secrets.is_empty() {
        let mut rows = vec![vec!["SECRET".into(), "REQUIRED".into()]];
        rows.extend((outline.secrets.iter()).map(|s| vec![s.name.clone(), required(s.required)]));
        table(rows, 3);
    }
    if !outline.ssh.is_empty() {
        let mut rows = vec![vec!["SSH".into(), "REQUIRED".into()]];
        rows.extend((outline.ssh.iter()).map(|s| vec![s.name.clone(), required(s.required)]));
        table(rows, 3);
    }
    out
}
