//! Error details that BuildKit and its clients understand: JSON under a type URL.

use fromtier_gostd::json::Object;
use fromtier_proto::{gw, pb};

use crate::message_json::{definition, range, source_info};

/// A fact about an error besides its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// A place in a file. Clients print its lines.
    Source {
        /// The file with its contents.
        info: pb::SourceInfo,
        /// The lines.
        ranges: Vec<pb::Range>,
    },
    /// The operation that failed, by digest.
    Vertex(String),
    /// A required capability that the frontend lacks.
    FrontendCap(String),
    /// A sub-request that the frontend doesn't know.
    Subrequest(String),
    /// A feature that needs a newer compatibility version of the Dockerfile format.
    CompatibilityFeature {
        /// The version that the build requested.
        version: i64,
        /// The feature that this version lacks.
        feature: String,
    },
}

impl Detail {
    /// Encodes the detail for a [`gw::Status`].
    pub fn to_any(&self) -> gw::Any {
        let json = Object::new();
        let (name, json) = match self {
            Self::Source { info, ranges } => (
                "Source",
                json.set("info", source_info(info, definition))
                    .opt_array("ranges", ranges.iter().map(range)),
            ),
            Self::Vertex(digest) => ("Vertex", json.opt_str("digest", digest)),
            Self::FrontendCap(name) => ("FrontendCap", json.opt_str("name", name)),
            Self::Subrequest(name) => ("Subrequest", json.opt_str("name", name)),
            Self::CompatibilityFeature { version, feature } => (
                "CompatibilityFeature",
                json.opt_int("version", *version)
                    .opt_str("feature", feature),
            ),
        };
        gw::Any {
            type_url: format!("github.com/moby/buildkit/errdefs.{name}+json"),
            value: json.compact().into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_detail_carries_file_and_lines() {
        let detail = Detail::Source {
            info: pb::SourceInfo {
                filename: "Docker\"file".into(),
                data: b"FROM x\n".to_vec(),
                definition: Some(pb::Definition {
                    def: vec![b"op".to_vec()],
                    ..Default::default()
                }),
                language: "Dockerfile".into(),
            },
            ranges: vec![pb::Range {
                start: Some(pb::Position {
                    line: 1,
                    character: 0,
                }),
                end: Some(pb::Position {
                    line: 2,
                    character: 7,
                }),
            }],
        };
        let any = detail.to_any();
        assert_eq!(any.type_url, "github.com/moby/buildkit/errdefs.Source+json");
        assert_eq!(
            String::from_utf8(any.value).unwrap(),
            r#"{"info":{"filename":"Docker\"file","data":"RlJPTSB4Cg==","definition":{"def":["b3A="]},"language":"Dockerfile"},"ranges":[{"start":{"line":1},"end":{"line":2,"character":7}}]}"#
        );
    }

    #[test]
    fn an_empty_detail_is_an_empty_object() {
        assert_eq!(Detail::Vertex(String::new()).to_any().value, b"{}");
    }
}
