//! The gate's verdicts in the build result's metadata: BuildKit passes keys under `frontend.` on to the client
//! (`--metadata-file`). The keys are those of all JSON of ours: `docs/json.md`.

use fromtier_convert::SourceVerdict;
use fromtier_dockerfile::span::{Position, Range};
use fromtier_gateway::message_json::base64;
use fromtier_gostd::json::{Object, Value};
use fromtier_image::ImageRef;
use fromtier_policy::JudgedKind;
use fromtier_policy::verdict::Finding;

/// The key of the metadata.
pub const KEY: &str = "frontend.fromtier.verdicts";

/// The verdicts as metadata; nothing when the build takes nothing from outside. A JSON object in base64, as BuildKit's
/// own keys have theirs: so clients write the object into their metadata file, and not a text.
pub fn metadata(verdicts: &[SourceVerdict]) -> Option<(String, Vec<u8>)> {
    if verdicts.is_empty() {
        return None;
    }
    let all = Object::new()
        .opt_int("version", 2)
        .set("sources", Value::from_iter(verdicts.iter().map(source)));
    let text = base64(all.compact().as_bytes());
    Some((KEY.to_owned(), text.into_bytes()))
}

fn source(source: &SourceVerdict) -> Object {
    let verdict = &source.verdict;
    let line = |range: Option<&Range>, end: fn(&Range) -> Position| {
        range.map_or(0, |range| i64::from(end(range).line))
    };
    let text = |image: &Option<ImageRef>| image.as_ref().map(ToString::to_string);
    Object::new()
        .opt("kind", verdict.kind.map(JudgedKind::key))
        .set("via", source.via.key())
        .opt_str("stage", &source.stage)
        .set("reference", verdict.requested.as_str())
        .opt("image", text(&verdict.normalized))
        .opt("rewritten", text(&verdict.rewritten))
        .opt("resolved", text(&verdict.resolved))
        .opt_int("line", line(source.ranges.first(), |range| range.start))
        .opt_int("end_line", line(source.ranges.last(), |range| range.end))
        .set("verdict", verdict.severity.key())
        .set(
            "findings",
            Value::from_iter(verdict.findings.iter().map(finding)),
        )
}

fn finding(finding: &Finding) -> Object {
    Object::new()
        .set("code", finding.code.as_str())
        .set("severity", finding.severity.key())
        .set("message", finding.message.as_str())
        .opt("help", finding.help.as_deref())
        .opt("suggestion", finding.suggestion.as_deref())
        .opt("url", finding.code.url())
}
