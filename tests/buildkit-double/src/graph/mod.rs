//! A graph in a form that can be read and compared.
//!
//! Random parts of a graph (the id that makes a local source unique, the ids of progress groups) are replaced by stable
//! names, and the digests of everything that depends on them are computed again. Two frontends that mean the same then
//! give the same graph.

mod print;
mod rewrite;
mod value;

use std::collections::BTreeMap;

use fromtier_proto::{Message, pb};
pub use print::print;
pub use rewrite::{Part, rewrite};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
pub use value::to_value;

/// A decoded graph with stable digests.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Inputs before their users, in the order in which they were marshaled.
    pub vertices: Vec<Vertex>,
    /// The result: index into `vertices`, and which output. None for the empty graph.
    pub head: Option<(usize, i64)>,
    /// The metadata of the last operation, which only names the result.
    pub last: Value,
    /// The files that vertices come from. Their own graphs are given as JSON, in the same stable form.
    pub files: Vec<Value>,
}

/// One operation with its metadata and its places.
#[derive(Debug, Clone)]
pub struct Vertex {
    /// With stable ids and stable digests of its inputs.
    pub op: pb::Op,
    /// Index into `vertices` for each input.
    pub inputs: Vec<usize>,
    /// The digest of the stable encoding.
    pub digest: String,
    /// The digest of the encoding as it was received.
    pub original: String,
    /// Whether the encoding was the deterministic one: fields by number, maps by key.
    pub well_encoded: bool,
    /// With stable ids.
    pub metadata: pb::OpMetadata,
    /// Where it comes from: file and first and last line and character of each range.
    pub places: Vec<Value>,
}

impl Vertex {
    /// The name that progress displays show, or else its kind.
    pub fn name(&self) -> String {
        match self.metadata.description.get("llb.customname") {
            Some(name) => name.clone(),
            None => match &self.op.op {
                Some(pb::op::Op::Source(source)) => source.identifier.clone(),
                _ => self.kind().to_owned(),
            },
        }
    }

    /// `exec`, `file`, `source`, …
    pub fn kind(&self) -> &'static str {
        match &self.op.op {
            Some(pb::op::Op::Exec(_)) => "exec",
            Some(pb::op::Op::Source(_)) => "source",
            Some(pb::op::Op::File(_)) => "file",
            Some(pb::op::Op::Build(_)) => "build",
            Some(pb::op::Op::Merge(_)) => "merge",
            Some(pb::op::Op::Diff(_)) => "diff",
            Some(pb::op::Op::Passthrough(_)) => "passthrough",
            None => "nothing",
        }
    }

    /// `Dockerfile:3`, or nothing.
    pub fn line(&self) -> String {
        let Some(place) = self.places.first() else {
            return String::new();
        };
        format!(
            "{}:{}",
            place["file"].as_str().unwrap_or("?"),
            place["from"][0]
        )
    }
}

/// Gives each random id a name by its first appearance.
struct Names {
    what: &'static str,
    seen: BTreeMap<String, String>,
}

impl Names {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            seen: BTreeMap::new(),
        }
    }

    fn stable(&mut self, id: &mut String) {
        let number = self.seen.len() + 1;
        let name = self
            .seen
            .entry(id.clone())
            .or_insert_with(|| format!("<{} {number}>", self.what));
        id.clone_from(name);
    }
}

impl Graph {
    /// Decodes a definition.
    ///
    /// # Errors
    /// If it is not a graph: an operation that cannot be decoded, an input that does not exist or comes later.
    pub fn decode(definition: &pb::Definition) -> Result<Self, String> {
        let source = definition.source.clone().unwrap_or_default();
        let placed: BTreeMap<&str, &[pb::Location]> = source.all_places().collect();
        let mut decoder = Decoder {
            definition,
            files: source.infos.iter().map(|f| f.filename.clone()).collect(),
            placed: &placed,
            unique: Names::new("unique id"),
            groups: Names::new("progress group"),
            vertices: Vec::new(),
            index_of: BTreeMap::new(),
        };
        let mut head = None;
        let mut last = None;
        let mut last_digest = String::new();
        for (i, bytes) in definition.def.iter().enumerate() {
            let mut op = pb::Op::decode(bytes.as_slice()).map_err(|err| err.to_string())?;
            let original = format!("sha256:{:x}", Sha256::digest(bytes));
            let well_encoded = op.encode_to_vec() == *bytes;
            let inputs = decoder.inputs(i, &mut op)?;
            if op.op.is_none() {
                if i + 1 != definition.def.len() || inputs.len() != 1 {
                    return Err(format!(
                        "operation {i} does nothing, but is not the last one"
                    ));
                }
                head = Some((inputs[0], op.inputs[0].index));
                last = definition.metadata.get(&original).map(to_value);
                last_digest = original;
                break;
            }
            decoder.add(original, op, inputs, well_encoded);
        }
        if head.is_none() && !decoder.vertices.is_empty() {
            return Err("the last operation names no result".to_owned());
        }
        let described = definition.metadata.keys().map(String::as_str);
        for digest in described.chain(placed.keys().copied()) {
            if *digest != last_digest && !decoder.index_of.contains_key(digest) {
                return Err(format!(
                    "{digest} is described, but there is no such operation"
                ));
            }
        }
        Ok(Self {
            vertices: decoder.vertices,
            head,
            last: last.unwrap_or_default(),
            files: source.infos.iter().map(readable_file).collect(),
        })
    }
}

/// The operations that were decoded so far.
struct Decoder<'a> {
    definition: &'a pb::Definition,
    files: Vec<String>,
    placed: &'a BTreeMap<&'a str, &'a [pb::Location]>,
    unique: Names,
    groups: Names,
    vertices: Vec<Vertex>,
    /// By the digests that the operations came with.
    index_of: BTreeMap<String, usize>,
}

impl Decoder<'_> {
    /// The inputs of operation `i` as indices; their digests become the stable ones.
    fn inputs(&self, i: usize, op: &mut pb::Op) -> Result<Vec<usize>, String> {
        let mut inputs = Vec::new();
        for input in &mut op.inputs {
            let index = *self.index_of.get(&input.digest).ok_or_else(|| {
                format!(
                    "operation {i} has an input that is not before it: {}",
                    input.digest
                )
            })?;
            input.digest.clone_from(&self.vertices[index].digest);
            inputs.push(index);
        }
        Ok(inputs)
    }

    fn add(&mut self, original: String, mut op: pb::Op, inputs: Vec<usize>, well_encoded: bool) {
        if let Some(pb::op::Op::Source(source)) = &mut op.op {
            if let Some(id) = source.attrs.get_mut("local.unique") {
                self.unique.stable(id);
            }
            if let Some(paths) = source.attrs.get_mut("local.followpaths") {
                without_our_files(paths);
            }
        }
        let metadata = self.definition.metadata.get(&original);
        let mut metadata = metadata.cloned().unwrap_or_default();
        if let Some(group) = &mut metadata.progress_group {
            self.groups.stable(&mut group.id);
        }
        let found = self.placed.get(original.as_str());
        self.index_of.insert(original.clone(), self.vertices.len());
        self.vertices.push(Vertex {
            original,
            digest: format!("sha256:{:x}", Sha256::digest(op.encode_to_vec())),
            op,
            inputs,
            well_encoded,
            metadata,
            places: found.map_or_else(Vec::new, |found| places(found, &self.files)),
        });
    }
}

/// A file with the graph that it was read from.
fn readable_file(info: &pb::SourceInfo) -> Value {
    json!({
        "filename": info.filename,
        "language": info.language,
        "data": String::from_utf8_lossy(&info.data),
        "definition": info.definition.as_ref().map(whole),
    })
}

/// Fromtier asks for more files next to the Dockerfile: its policy by two names, and its lock. Nothing else may differ in
/// what is fetched.
fn without_our_files(paths: &mut String) {
    const OURS: [&str; 3] = [".fromtier.yaml", ".fromtier.yml", "fromtier.lock"];
    if let Ok(mut list) = serde_json::from_str::<Vec<String>>(paths) {
        list.retain(|path| !OURS.contains(&path.rsplit('/').next().unwrap_or_default()));
        *paths = json!(list).to_string();
    }
}

fn places(found: &[pb::Location], files: &[String]) -> Vec<Value> {
    let end = |p: &Option<pb::Position>| {
        let p = (*p).unwrap_or_default();
        json!([p.line, p.character])
    };
    found
        .iter()
        .flat_map(|location| {
            let file = usize::try_from(location.source_index)
                .ok()
                .and_then(|i| files.get(i));
            location.ranges.iter().map(
                move |range| json!({"file": file, "from": end(&range.start), "to": end(&range.end)}),
            )
        })
        .collect()
}

/// A whole graph as JSON, for graphs that are only a small part of what is compared.
pub fn whole(definition: &pb::Definition) -> Value {
    match Graph::decode(definition) {
        Err(err) => json!({ "broken": err }),
        Ok(graph) => json!({
            "last": graph.last,
            "operations": graph
                .vertices
                .iter()
                .map(|vertex| json!({
                    "op": to_value(&vertex.op),
                    "metadata": to_value(&vertex.metadata),
                    "places": vertex.places,
                }))
                .collect::<Vec<_>>(),
        }),
    }
}

#[cfg(test)]
mod tests;
