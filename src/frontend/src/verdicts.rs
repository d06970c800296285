//! The gate's verdicts in the build result's metadata: BuildKit passes keys under `frontend.` on to the client
//! (`--metadata-file`).

use fromtier_convert::SourceVerdict;
use fromtier_gateway::message_json::base64;
use fromtier_gostd::json::{Object, Value};
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
        .opt_int("version", 1)
        .set("verdicts", Value::from_iter(verdicts.iter().map(one)));
    let text = base64(all.compact().as_bytes());
    Some((KEY.to_owned(), text.into_bytes()))
}

fn one(source: &SourceVerdict) -> Object {
    let verdict = &source.verdict;
    let line = source.ranges.first().map_or(0, |r| i64::from(r.start.line));
    let text = |r: &Option<fromtier_image::ImageRef>| {
        r.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    Object::new()
        .set("source", verdict.asked.as_str())
        .opt_str("image", &text(&verdict.normalised))
        .opt_str("rewritten", &text(&verdict.rewritten))
        .opt_str("resolved", &text(&verdict.resolved))
        .set("verdict", verdict.severity.key())
        .opt_str("stage", &source.stage)
        .opt_int("line", line)
        .opt_array("findings", verdict.findings.iter().map(finding))
}

fn finding(finding: &Finding) -> Object {
    Object::new()
        .set("code", finding.code.as_str())
        .set("verdict", finding.severity.key())
        .set("message", finding.message.as_str())
        .opt_str("help", finding.help.as_deref().unwrap_or_default())
}
