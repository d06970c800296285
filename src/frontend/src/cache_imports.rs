//! The gate and the caches that a build imports.

use fromtier_convert::{Outcome, SourceVerdict, denial_error};
use fromtier_policy::gate::{SourceRequest, Via};
use fromtier_policy::{Gate, Scope, Verdict};
use fromtier_proto::gw::CacheOptionsEntry;

/// Asks the gate about every import.
pub fn check(imports: &[CacheOptionsEntry], gate: &Gate) -> Outcome<()> {
    let mut verdicts = Vec::new();
    let mut record = |verdict: &Verdict| {
        verdicts.push(SourceVerdict {
            via: Via::CacheImport,
            stage: String::new(),
            ranges: Vec::new(),
            verdict: verdict.clone(),
        });
    };
    let mut result = Ok(());
    for import in imports {
        let from = display_text(import);
        match gate.source(&SourceRequest::CacheImport { from: &from }, &Scope::UNKNOWN) {
            Ok(approved) => record(approved.verdict()),
            Err(denial) => {
                record(&denial.verdict);
                result = result.and(Err(denial_error(&denial)));
            }
        }
    }
    Outcome {
        result,
        warnings: Vec::new(),
        verdicts,
    }
}

/// Formats an import as on the command line, without attributes that might be secret.
fn display_text(import: &CacheOptionsEntry) -> String {
    let mut text = format!("type={}", import.r#type);
    for key in ["ref", "src"] {
        if let Some(value) = import.attrs.get(key) {
            text.push_str(&format!(",{key}={value}"));
        }
    }
    text
}
