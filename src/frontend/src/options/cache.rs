//! Cache imports: `cache-imports` (JSON) and the older `cache-from` (a list of references).

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::json::{Kind, Reader};
use fromtier_gostd::strconv::quote;
use fromtier_proto::gw::CacheOptionsEntry;

/// Reads the caches to import.
pub fn parse_cache_imports(opts: &BTreeMap<String, String>) -> Result<Vec<CacheOptionsEntry>> {
    let mut all = Vec::new();
    if let Some(text) = opts.get("cache-imports").filter(|v| !v.is_empty()) {
        let failed = |why: &str| {
            let text = quote(text);
            Error::new(format!("failed to unmarshal cache-imports ({text}): {why}"))
        };
        let mut reader = Reader::new(text.as_bytes()).map_err(|e| failed(&e.to_string()))?;
        match reader.kind() {
            Kind::Null => {}
            Kind::Array => reader.array(|item| all.push(read_entry(item))),
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

fn read_entry(item: &mut Reader<'_>) -> CacheOptionsEntry {
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
        let all = parse_cache_imports(&opts).unwrap();
        let kinds: Vec<&str> = all.iter().map(|e| e.r#type.as_str()).collect();
        assert_eq!(kinds, ["local", "registry", "registry"]);
        assert_eq!(all[0].attrs["src"], "x");
        assert_eq!(all[2].attrs["ref"], "b");
    }

    #[test]
    fn broken_json_is_named() {
        let opts = BTreeMap::from([("cache-imports".to_owned(), "{".to_owned())]);
        let message = parse_cache_imports(&opts).unwrap_err().message;
        assert_eq!(
            message,
            "failed to unmarshal cache-imports (\"{\"): unexpected end of JSON input"
        );
    }
}
