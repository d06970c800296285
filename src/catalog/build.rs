//! Turns the catalog's JSON into a compact Rust table: front-coded tags, one short text for the cycles of an image.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

/// Architectures in the order of their bits in a tag's mask; `src/platforms.rs` has the same order.
const ARCHITECTURES: [&str; 10] = [
    "amd64",
    "arm32v5",
    "arm32v6",
    "arm32v7",
    "arm64v8",
    "i386",
    "ppc64le",
    "riscv64",
    "s390x",
    "windows-amd64",
];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let official = read("official-images.json")?;
    let deprecated = read("deprecated.json")?;
    let lifecycle = read("lifecycle.json")?;

    let mut as_of: Vec<&str> = Vec::new();
    for file in [&official, &deprecated, &lifecycle] {
        as_of.push(text(file, "as_of")?);
    }
    let as_of = as_of.into_iter().min().ok_or("no as_of")?;

    let cycles = object(&lifecycle, "lifecycle")?;
    let given_up = object(&deprecated, "deprecated")?;
    let images = object(&official, "images")?;
    for name in cycles.keys().chain(given_up.keys()) {
        if !images.contains_key(name) {
            return Err(format!("{name} is not an official image").into());
        }
    }

    let mut masks: Vec<u16> = Vec::new();
    let mut rows = String::new();
    for (name, image) in sorted(images) {
        let mut tags: BTreeMap<&str, u8> = BTreeMap::new();
        for (architectures, list) in object(image, "tags_by_arch")? {
            let mask = mask_of(architectures)?;
            let index = masks.iter().position(|m| *m == mask).unwrap_or_else(|| {
                masks.push(mask);
                masks.len() - 1
            });
            for tag in list.as_array().ok_or("tags are a list")? {
                tags.insert(tag.as_str().ok_or("a tag is text")?, u8::try_from(index)?);
            }
        }
        let cycles = match cycles.get(name) {
            Some(product) => cycle_text(product)?,
            None => String::new(),
        };
        let deprecation = match given_up.get(name) {
            Some(fact) => format!(
                "Some(Raw {{ since: {:?}, tags: {:?}, instead: {:?} }})",
                fact.get("since")
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
                words(fact, "tags")?,
                words(fact, "use")?,
            ),
            None => "None".into(),
        };
        writeln!(
            rows,
            "    Row {{ name: {name:?}, tags: b\"{}\", cycles: {cycles:?}, deprecation: {deprecation} }},",
            front_coded(&tags)?.escape_ascii(),
        )?;
    }

    let mut retired = String::new();
    for (name, fact) in sorted(object(&deprecated, "retired")?) {
        writeln!(
            retired,
            "    ({name:?}, Raw {{ since: {:?}, tags: \"\", instead: {:?} }}),",
            text(fact, "removed")?,
            words(fact, "use")?,
        )?;
    }

    let table = format!(
        "pub(crate) const AS_OF: &str = {as_of:?};\npub(crate) static MASKS: &[u16] = &{masks:?};\n\
         pub(crate) static ROWS: &[Row] = &[\n{rows}];\npub(crate) static RETIRED: &[(&str, Raw)] = &[\n{retired}];\n"
    );
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("table.rs"), table)?;
    Ok(())
}

fn read(file: &str) -> Result<Value> {
    let path = Path::new("data").join(file);
    println!("cargo::rerun-if-changed={}", path.display());
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    Ok(value
        .get(key)
        .and_then(Value::as_object)
        .ok_or_else(|| format!("no object {key}"))?)
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    Ok(value
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("no text {key}"))?)
}

/// Returns a list of words joined by spaces; empty if there is none.
fn words(value: &Value, key: &str) -> Result<String> {
    let Some(list) = value.get(key) else {
        return Ok(String::new());
    };
    let list: Option<Vec<&str>> = list
        .as_array()
        .and_then(|l| l.iter().map(Value::as_str).collect());
    Ok(list
        .ok_or_else(|| format!("{key} is not a list of texts"))?
        .join(" "))
}

fn sorted(map: &Map<String, Value>) -> BTreeMap<&String, &Value> {
    map.iter().collect()
}

fn mask_of(architectures: &str) -> Result<u16> {
    let mut mask = 0;
    for architecture in architectures.split(' ') {
        let bit = ARCHITECTURES.iter().position(|a| *a == architecture);
        mask |= 1 << bit.ok_or_else(|| format!("unknown architecture {architecture}"))?;
    }
    Ok(mask)
}

/// Each tag as: bytes shared with the tag before, bytes that follow, index of its mask, those bytes.
fn front_coded(tags: &BTreeMap<&str, u8>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut before = "";
    for (tag, mask) in tags {
        let shared = before
            .bytes()
            .zip(tag.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        out.extend([
            u8::try_from(shared)?,
            u8::try_from(tag.len() - shared)?,
            *mask,
        ]);
        out.extend(&tag.as_bytes()[shared..]);
        before = tag;
    }
    Ok(out)
}

/// Returns one line for each cycle, newest first as in the source: `cycle codename end`. The end is a day, `-` (none is
/// announced), or `!` (it has ended).
fn cycle_text(product: &Value) -> Result<String> {
    let mut out = String::new();
    for cycle in product
        .get("cycles")
        .and_then(Value::as_array)
        .ok_or("no cycles")?
    {
        let codename = cycle
            .get("codename")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let codename = codename
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let end = match cycle.get("eol") {
            Some(Value::String(day)) => day.as_str(),
            Some(Value::Bool(true)) => "!",
            Some(Value::Bool(false)) => "-",
            _ => return Err(format!("no eol in {cycle}").into()),
        };
        writeln!(out, "{} {codename} {end}", text(cycle, "cycle")?)?;
    }
    Ok(out)
}
