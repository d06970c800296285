//! Details of an error that BuildKit and its clients understand: JSON under a type URL.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fromtier_image::go::json_string as string;
use fromtier_proto::{gw, pb};

/// One thing to know of an error beyond its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// Where in a file: clients print these lines.
    Source {
        /// The file with its contents.
        info: pb::SourceInfo,
        /// The lines.
        ranges: Vec<pb::Range>,
    },
    /// The operation that failed, by digest.
    Vertex(String),
    /// A capability that was asked of the frontend and that it lacks.
    FrontendCap(String),
    /// A sub-request that the frontend does not know.
    Subrequest(String),
    /// A feature that needs a newer compatibility version of the Dockerfile format.
    CompatibilityFeature {
        /// The version that the build asked for.
        version: i64,
        /// What it lacks.
        feature: String,
    },
}

impl Detail {
    /// The detail as a [`gw::Status`] carries it.
    pub fn to_any(&self) -> gw::Any {
        let (name, json) = match self {
            Self::Source { info, ranges } => (
                "Source",
                object(|o| {
                    o.field("info", source_info(info));
                    o.list("ranges", ranges, range);
                }),
            ),
            Self::Vertex(digest) => ("Vertex", object(|o| o.text("digest", digest))),
            Self::FrontendCap(name) => ("FrontendCap", object(|o| o.text("name", name))),
            Self::Subrequest(name) => ("Subrequest", object(|o| o.text("name", name))),
            Self::CompatibilityFeature { version, feature } => (
                "CompatibilityFeature",
                object(|o| {
                    o.number("version", *version);
                    o.text("feature", feature);
                }),
            ),
        };
        gw::Any {
            type_url: format!("github.com/moby/buildkit/errdefs.{name}+json"),
            value: json.into_bytes(),
        }
    }
}

fn source_info(info: &pb::SourceInfo) -> String {
    object(|o| {
        o.text("filename", &info.filename);
        if !info.data.is_empty() {
            o.field("data", bytes(&info.data));
        }
        if let Some(graph) = &info.definition {
            o.field("definition", definition(graph));
        }
        o.text("language", &info.language);
    })
}

fn definition(graph: &pb::Definition) -> String {
    object(|o| {
        o.list("def", &graph.def, |op| bytes(op));
        o.map("metadata", &graph.metadata, metadata);
        if let Some(source) = &graph.source {
            o.field(
                "Source",
                object(|o| {
                    let places: BTreeMap<String, &[pb::Location]> = source
                        .all_places()
                        .map(|(digest, found)| (digest.to_owned(), found))
                        .collect();
                    o.map("locations", &places, |found| {
                        object(|o| o.list("locations", found, location))
                    });
                    o.list("infos", &source.infos, source_info);
                }),
            );
        }
    })
}

fn metadata(meta: &pb::OpMetadata) -> String {
    object(|o| {
        o.flag("ignore_cache", meta.ignore_cache);
        o.map("description", &meta.description, |text| string(text));
        if let Some(export) = &meta.export_cache {
            o.field("export_cache", object(|o| o.flag("Value", export.value)));
        }
        o.map("caps", &meta.caps, bool::to_string);
        if let Some(group) = &meta.progress_group {
            o.field(
                "progress_group",
                object(|o| {
                    o.text("id", &group.id);
                    o.text("name", &group.name);
                    o.flag("weak", group.weak);
                }),
            );
        }
    })
}

fn location(place: &pb::Location) -> String {
    object(|o| {
        o.number("sourceIndex", place.source_index.into());
        o.list("ranges", &place.ranges, range);
    })
}

fn range(range: &pb::Range) -> String {
    let position = |position: &pb::Position| {
        object(|o| {
            o.number("line", position.line.into());
            o.number("character", position.character.into());
        })
    };
    object(|o| {
        if let Some(start) = &range.start {
            o.field("start", position(start));
        }
        if let Some(end) = &range.end {
            o.field("end", position(end));
        }
    })
}

/// A JSON object under construction. Empty values are left out, as BuildKit leaves them out.
struct Object(String);

fn object(fill: impl FnOnce(&mut Object)) -> String {
    let mut out = Object("{".to_owned());
    fill(&mut out);
    out.0.push('}');
    out.0
}

impl Object {
    fn field(&mut self, name: &str, json: String) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&string(name));
        self.0.push(':');
        self.0.push_str(&json);
    }

    fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.field(name, string(value));
        }
    }

    fn number(&mut self, name: &str, value: i64) {
        if value != 0 {
            self.field(name, value.to_string());
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        if value {
            self.field(name, "true".to_owned());
        }
    }

    fn list<T>(&mut self, name: &str, items: &[T], json: impl Fn(&T) -> String) {
        if !items.is_empty() {
            let items: Vec<_> = items.iter().map(json).collect();
            self.field(name, format!("[{}]", items.join(",")));
        }
    }

    fn map<T>(&mut self, name: &str, entries: &BTreeMap<String, T>, json: impl Fn(&T) -> String) {
        if !entries.is_empty() {
            let value = object(|o| {
                for (key, value) in entries {
                    o.field(key, json(value));
                }
            });
            self.field(name, value);
        }
    }
}

fn bytes(data: &[u8]) -> String {
    let mut out = "\"".to_owned();
    STANDARD.encode_string(data, &mut out);
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
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
