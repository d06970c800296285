//! Everything that a frontend sent.

use std::collections::BTreeMap;
use std::time::Duration;

use fromtier_proto::{gw, pb};

/// One call, with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// The builder's capabilities.
    Ping,
    /// The graphs that were passed to the frontend.
    Inputs,
    /// An image's configuration.
    ResolveImageConfig(gw::ResolveImageConfigRequest),
    /// A source's metadata.
    ResolveSourceMeta(gw::ResolveSourceMetaRequest),
    /// A graph, under the id that it got.
    Solve {
        /// Empty for the empty graph.
        id: String,
        /// The call.
        request: gw::SolveRequest,
    },
    /// The build was to be passed to another frontend.
    Forward {
        /// `gateway.v0`.
        frontend: String,
        /// `source` and the like.
        options: BTreeMap<String, String>,
    },
    /// A file's contents.
    ReadFile(gw::ReadFileRequest),
    /// A directory's entries.
    ReadDir(gw::ReadDirRequest),
    /// A path's metadata.
    StatFile(gw::StatFileRequest),
    /// Builds now.
    Evaluate(gw::EvaluateRequest),
    /// A warning for the user.
    Warn(gw::WarnRequest),
    /// A call that this double does not know.
    Unknown(String),
}

/// How the build ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Outcome {
    /// The frontend ended without an outcome.
    #[default]
    Nothing,
    /// A result.
    Result(gw::Result),
    /// An error.
    Error(gw::Status),
}

/// One run of one frontend on one case.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// Every call but the last, in the order in which they came in.
    pub calls: Vec<Call>,
    /// The last call.
    pub outcome: Outcome,
    /// The process's standard error.
    pub stderr: String,
    /// The process's exit code; none if it was killed.
    pub exit_code: Option<i32>,
    /// From start to exit.
    pub took: Duration,
    /// When each call arrived and was answered, counted from the start. The last is the one that ended the build.
    pub spans: Vec<(Duration, Duration)>,
    /// From start to the call that ended the build; none if there was no such call.
    pub returned: Option<Duration>,
    /// The most memory that the process used until it ended the build, in KiB; none where `/proc` doesn't have it.
    pub peak_memory: Option<u64>,
}

impl Recording {
    /// The graph with an id.
    pub fn definition(&self, id: &str) -> Option<&pb::Definition> {
        self.calls.iter().find_map(|call| match call {
            Call::Solve {
                id: solved,
                request,
            } if solved == id => request.definition.as_ref(),
            _ => None,
        })
    }

    /// The longest sequence of calls of which each arrived after the one before was answered.
    pub fn depth(&self) -> usize {
        let mut spans = self.spans.clone();
        spans.sort_by_key(|(_, end)| *end);
        let mut free = Duration::ZERO;
        let mut depth = 0;
        for (begin, end) in spans {
            if begin >= free {
                free = end;
                depth += 1;
            }
        }
        depth
    }

    /// The warnings in order.
    pub fn warnings(&self) -> impl Iterator<Item = &gw::WarnRequest> {
        self.calls.iter().filter_map(|call| match call {
            Call::Warn(warning) => Some(warning),
            _ => None,
        })
    }

    /// The filesystems of the result by platform; one without a platform is under an empty name. Each is the id that its
    /// graph was solved under.
    pub fn refs(&self) -> BTreeMap<String, String> {
        use gw::result::Result as R;
        let Outcome::Result(result) = &self.outcome else {
            return BTreeMap::new();
        };
        match &result.result {
            Some(R::Ref(one)) => BTreeMap::from([(String::new(), one.id.clone())]),
            Some(R::RefDeprecated(id)) => BTreeMap::from([(String::new(), id.clone())]),
            Some(R::Refs(many)) => many
                .refs
                .iter()
                .map(|e| {
                    (
                        e.platform.clone(),
                        e.reference.clone().unwrap_or_default().id,
                    )
                })
                .collect(),
            Some(R::RefsDeprecated(many)) => many.refs.clone(),
            None => BTreeMap::new(),
        }
    }
}
