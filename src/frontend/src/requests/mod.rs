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
    pub fn with_text(self, text: String) -> SubrequestResult {
        self.with_metadata("result.txt", text)
    }

    #[must_use]
    fn with_metadata(mut self, key: &str, value: String) -> SubrequestResult {
        self.0.insert(key.to_owned(), value.into_bytes());
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

/// The Dockerfile as the only source.
fn sources(dockerfile: &[u8]) -> Value {
    Value::from_iter([base64(dockerfile)])
}
