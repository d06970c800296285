//! The gate's verdicts in the build result's metadata: BuildKit passes keys under `frontend.` on to the client
//! (`--metadata-file`). The keys are those of all JSON of ours: `docs/json.md`.

use fromtier_catalog::Day;
use fromtier_convert::SourceVerdict;
use fromtier_dockerfile::span::{Position, Range};
use fromtier_gateway::message_json::base64;
use fromtier_gostd::json::{Object, Value};
use fromtier_image::ImageRef;
use fromtier_policy::JudgedKind;
use fromtier_policy::verdict::Finding;

use crate::policy::JudgingFile;

/// The key of the metadata.
pub const KEY: &str = "frontend.fromtier.verdicts";

/// Returns the key and the value of the metadata: the verdicts, the files that they depend on, and the days of the policy and of
/// the catalog. The value is a JSON object in base64, as those of BuildKit's own keys are. Clients decode it, and write an
/// object into their metadata file.
pub fn metadata(
    verdicts: &[SourceVerdict],
    files: &[JudgingFile],
    today: Day,
) -> (String, Vec<u8>) {
    let all = Object::new()
        .opt_int("version", 2)
        .set("fromtier", env!("CARGO_PKG_VERSION"))
        .set("day", today.to_string())
        .set("catalog_day", fromtier_catalog::as_of().to_string())
        .set("files", Value::from_iter(files.iter().map(file)))
        .set("sources", Value::from_iter(verdicts.iter().map(source)));
    let text = base64(all.compact().as_bytes());
    (KEY.to_owned(), text.into_bytes())
}

fn file(file: &JudgingFile) -> Object {
    Object::new()
        .set("owner", file.owner.key())
        .set("file", file.path.as_str())
        .set("digest", file.digest.as_str())
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
        .opt("alias_of", text(&verdict.alias_of))
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
