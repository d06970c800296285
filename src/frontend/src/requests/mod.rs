//! Sub-requests: the questions that a client can ask instead of building (`docker buildx build --call=…`).

pub mod convertllb;
pub mod describe;
pub mod lint;
pub mod outline;
pub mod targets;

use std::collections::BTreeMap;

use fromtier_convert::pb_ranges;
use fromtier_dockerfile::span::Range;
use fromtier_gateway::BuildResult;
use fromtier_gateway::message_json::{self, base64};
use fromtier_gostd::json::{Object, Value};
use fromtier_proto::pb;

use self::describe::SubrequestInfo;

/// The sub-requests in the order in which `describe` lists them.
pub const LISTED: [SubrequestInfo; 3] = [outline::OUTLINE, targets::TARGETS, describe::DESCRIBE];

/// The answer to a sub-request: metadata without a file system.
#[derive(Debug)]
pub struct SubrequestResult(BTreeMap<String, Vec<u8>>);

impl SubrequestResult {
    /// Creates the answer from its JSON.
    pub fn new(request: &SubrequestInfo, json: String) -> SubrequestResult {
        SubrequestResult(BTreeMap::from([
            ("result.json".to_owned(), json.into_bytes()),
            ("version".to_owned(), request.version.into()),
        ]))
    }

    /// Adds the text that a terminal shows.
    #[must_use]
    pub fn with_text(self, text: impl Into<Vec<u8>>) -> SubrequestResult {
        self.with_metadata("result.txt", text)
    }

    #[must_use]
    fn with_metadata(mut self, key: &str, value: impl Into<Vec<u8>>) -> SubrequestResult {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Turns the answer into the result of a build.
    pub fn into_build_result(self) -> BuildResult {
        BuildResult {
            metadata: self.0,
            ..BuildResult::default()
        }
    }
}

/// A place in the Dockerfile.
fn location(ranges: &[Range]) -> Object {
    message_json::location(&pb::Location {
        source_index: 0,
        ranges: pb_ranges(ranges),
    })
}

/// A part of the Dockerfile's text that nothing has processed; none if it is empty. A byte that isn't UTF-8 is written as Go
/// writes it.
fn unprocessed(text: &str, dockerfile: &[u8]) -> Option<Value> {
    match std::str::from_utf8(dockerfile) {
        _ if text.is_empty() => None,
        Ok(_) => Some(text.into()),
        Err(_) => Some(Value::Lossy(text.to_owned())),
    }
}

/// The Dockerfile as the only source.
fn sources(dockerfile: &[u8]) -> Value {
    Value::from_iter([base64(dockerfile)])
}
