//! Sub-requests: what a client can ask instead of a build (`docker buildx build --call=…`).

pub mod convertllb;
pub mod describe;
pub mod lint;
pub mod outline;
pub mod targets;

use std::collections::BTreeMap;

use fromtier_dockerfile::span::{Position, Range};
use fromtier_gateway::BuildResult;
use fromtier_proto::pb;

use crate::json::{Object, Value};
use describe::Request;

/// The sub-requests in the order in which `describe` lists them.
pub const LISTED: [Request; 3] = [outline::OUTLINE, targets::TARGETS, describe::DESCRIBE];

/// What a sub-request gives: metadata, no filesystem.
#[derive(Debug)]
pub struct Answer(BTreeMap<String, Vec<u8>>);

impl Answer {
    /// The answer in JSON.
    pub fn new(request: &Request, json: String) -> Answer {
        Answer(BTreeMap::from([
            ("result.json".to_owned(), json.into_bytes()),
            ("version".to_owned(), request.version.into()),
        ]))
    }

    /// With the text that a terminal shows.
    #[must_use]
    pub fn text(self, text: String) -> Answer {
        self.with("result.txt", text)
    }

    #[must_use]
    fn with(mut self, key: &str, value: String) -> Answer {
        self.0.insert(key.to_owned(), value.into_bytes());
        self
    }

    pub fn into_result(self) -> BuildResult {
        BuildResult {
            metadata: self.0,
            ..BuildResult::default()
        }
    }
}

/// A place in the source of this index.
fn location(source_index: i64, ranges: &[Range]) -> Value {
    let position = |p: Position| {
        Object::new()
            .opt_int("line", i64::from(p.line))
            .opt_int("character", i64::from(p.character))
            .done()
    };
    let range = |r: &Range| {
        Object::new()
            .set("start", position(r.start))
            .set("end", position(r.end))
            .done()
    };
    Object::new()
        .opt_int("sourceIndex", source_index)
        .opt_array("ranges", ranges.iter().map(range).collect())
        .done()
}

/// The Dockerfile as the only source.
fn sources(dockerfile: &[u8]) -> Value {
    Value::Array(vec![Value::Str(base64(dockerfile))])
}

/// What is said of an operation, as Go's `encoding/json` writes it.
fn go_metadata(said: &pb::OpMetadata) -> Value {
    let object =
        |fields: Vec<(String, Value)>| (!fields.is_empty()).then_some(Value::Object(fields));
    let description = said
        .description
        .iter()
        .map(|(k, v)| (k.clone(), Value::Str(v.clone())));
    let caps = said.caps.iter().map(|(k, v)| (k.clone(), Value::Bool(*v)));
    let limits = said.linux_resources.as_ref();
    let unsigned = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    Object::new()
        .opt_bool("ignore_cache", said.ignore_cache)
        .opt("description", object(description.collect()))
        .opt("export_cache", export_cache(said))
        .opt("caps", object(caps.collect()))
        .opt("progress_group", progress_group(said))
        .opt(
            "linux_resources",
            limits.map(|l| {
                Object::new()
                    .opt_int("memory", l.memory)
                    .opt_int("memorySwap", l.memory_swap)
                    .opt_int("cpuShares", unsigned(l.cpu_shares))
                    .opt_int("cpuPeriod", unsigned(l.cpu_period))
                    .opt_int("cpuQuota", l.cpu_quota)
                    .opt_str("cpusetCpus", &l.cpuset_cpus)
                    .opt_str("cpusetMems", &l.cpuset_mems)
                    .done()
            }),
        )
        .done()
}

fn export_cache(said: &pb::OpMetadata) -> Option<Value> {
    let export = said.export_cache.as_ref()?;
    Some(Object::new().opt_bool("Value", export.value).done())
}

fn progress_group(said: &pb::OpMetadata) -> Option<Value> {
    let group = said.progress_group.as_ref()?;
    let group = Object::new()
        .opt_str("id", &group.id)
        .opt_str("name", &group.name)
        .opt_bool("weak", group.weak);
    Some(group.done())
}

/// A source file; `definition` says how the graph that it was read by is written.
fn source_info(info: &pb::SourceInfo, definition: fn(&pb::Definition) -> Value) -> Value {
    Object::new()
        .opt_str("filename", &info.filename)
        .opt_str("data", &base64(&info.data))
        .opt("definition", info.definition.as_ref().map(definition))
        .opt_str("language", &info.language)
        .done()
}

/// In the standard alphabet, padded.
pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
