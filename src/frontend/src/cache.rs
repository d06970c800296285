//! Cache imports: `cache-imports` (JSON) and the older `cache-from` (a list of references).

use std::collections::BTreeMap;

use fromtier_convert::{Outcome, SourceVerdict};
use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::json::{Kind, Reader};
use fromtier_gostd::strconv::quote;
use fromtier_policy::gate::{OtherRequest, Via};
use fromtier_policy::{Gate, Scope, Verdict};
use fromtier_proto::gw::CacheOptionsEntry;

use crate::options::Opts;
use crate::source::denied;

/// Where the build may take cached results from.
pub fn imports(opts: &Opts) -> Result<Vec<CacheOptionsEntry>> {
    let mut all = Vec::new();
    if let Some(text) = opts.get("cache-imports").filter(|v| !v.is_empty()) {
        let failed = |why: &str| {
            let text = quote(text);
            Error::new(format!("failed to unmarshal cache-imports ({text}): {why}"))
        };
        let mut reader = Reader::new(text.as_bytes()).map_err(|e| failed(&e.to_string()))?;
        match reader.kind() {
            Kind::Null => {}
            Kind::Array => reader.array(|item| all.push(entry(item))),
            other => {
                let kind = other.name();
                let into = "Go value of type []*moby_buildkit_v1.CacheOptionsEntry";
                return Err(failed(&format!(
                    "json: cannot unmarshal {kind} into {into}"
                )));
            }
        }
    }
    if let Some(text) = opts.get("cache-from").filter(|v| !v.is_empty()) {
        all.extend(text.split(',').map(|reference| CacheOptionsEntry {
            r#type: "registry".to_owned(),
            attrs: BTreeMap::from([("ref".to_owned(), reference.to_owned())]),
        }));
    }
    Ok(all)
}

/// Asks the gate about them.
pub fn check(imports: &[CacheOptionsEntry], gate: &Gate) -> Outcome<()> {
    let mut verdicts = Vec::new();
    let mut record = |verdict: &Verdict| {
        verdicts.push(SourceVerdict {
            via: Via::CacheImport,
            stage: String::new(),
            ranges: Vec::new(),
            verdict: verdict.clone(),
        });
    };
    let mut result = Ok(());
    for import in imports {
        let from = shown(import);
        match gate.other(&OtherRequest::CacheImport { from: &from }, &Scope::UNKNOWN) {
            Ok(approved) => record(approved.verdict()),
            Err(denial) => {
                record(&denial.verdict);
                result = result.and(Err(denied(&denial)));
            }
        }
    }
    Outcome {
        result,
        warnings: Vec::new(),
        verdicts,
    }
}

/// An import as the command line has it, without what may be a secret in it.
fn shown(import: &CacheOptionsEntry) -> String {
    let mut text = format!("type={}", import.r#type);
    for key in ["ref", "src"] {
        if let Some(value) = import.attrs.get(key) {
            text.push_str(&format!(",{key}={value}"));
        }
    }
    text
}

fn entry(item: &mut Reader<'_>) -> CacheOptionsEntry {
    let mut entry = CacheOptionsEntry::default();
    if item.kind() != Kind::Object {
        item.skip();
        return entry;
    }
    item.object(|value, key| match key.to_lowercase().as_str() {
        "type" => entry.r#type = value.string().unwrap_or_default(),
        "attrs" if value.kind() == Kind::Object => value.object(|value, key| {
            entry.attrs.insert(key, value.string().unwrap_or_default());
        }),
        _ => value.skip(),
    });
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let opts = BTreeMap::from([
            (
                "cache-imports".to_owned(),
                r#"[{"Type":"local","Attrs":{"src":"x"}}]"#.to_owned(),
            ),
            ("cache-from".to_owned(), "a,b".to_owned()),
        ]);
        let all = imports(&opts).unwrap();
        let kinds: Vec<&str> = all.iter().map(|e| e.r#type.as_str()).collect();
        assert_eq!(kinds, ["local", "registry", "registry"]);
        assert_eq!(all[0].attrs["src"], "x");
        assert_eq!(all[2].attrs["ref"], "b");
    }

    #[test]
    fn broken_json_is_named() {
        let opts = BTreeMap::from([("cache-imports".to_owned(), "{".to_owned())]);
        let message = imports(&opts).unwrap_err().message;
        assert_eq!(
            message,
            "failed to unmarshal cache-imports (\"{\"): unexpected end of JSON input"
        );
    }
}
