//! `fromtier policy explain IMAGE`: every step of the gate's decision about one image.

mod explanation;
mod human;
mod machine;

use std::path::Path;

use fromtier_image::Platform;
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::{Day, Scope, Severity};
use serde_json::json;

use self::explanation::Explanation;
use super::args::PolicyExplainArgs;
use super::files;
use crate::disk::RootedPath;
use crate::exit::Exit;
use crate::lookup::{GateLookup, LoadError, existing_file};
use crate::output::json;
use crate::output::printer::Printer;
use crate::values::Format;

/// Explains an image, and returns the text to print and how it ended.
pub fn run(args: &PolicyExplainArgs, today: Day) -> (String, Exit) {
    match explain(args, today) {
        Ok(explained) => {
            let text = match args.format.format {
                Format::Human => human::render(&explained),
                Format::Json => machine::render(&explained),
            };
            let code = match explained.trace.verdict.severity {
                Severity::Deny => Exit::Findings,
                _ => Exit::Clean,
            };
            (text, code)
        }
        Err(broken) => {
            let text = match args.format.format {
                Format::Human => {
                    let mut out = String::new();
                    Printer::new().load_error(&broken, &mut out);
                    out
                }
                Format::Json => json::document(json!({"failures": json::failures([&broken])})),
            };
            (text, Exit::Failed)
        }
    }
}

fn explain(args: &PolicyExplainArgs, today: Day) -> Result<Explanation, LoadError> {
    // In the repository that keeps the organization's policy there is no `.fromtier.yaml`; the organization's policy is used.
    let here = Path::new(".");
    let here = RootedPath::named(here).map_err(|error| LoadError::unreadable(here, error))?;
    let nearest = GateLookup::new(None, None, today).repository_policy(&here)?;
    let kept = match nearest {
        Some(_) => None,
        None => existing_file(&here, files::ORGANIZATION).map(|path| path.shown().to_owned()),
    };
    let policy = args.policy.policy.clone().or(kept);
    let lookup = GateLookup::new(policy.as_deref(), args.lock.lock.as_deref(), today);
    let found = lookup.gate(&here.join("Dockerfile"))?;
    let platform = args.platform.clone().unwrap_or_else(Platform::host);
    let trace = found.gate.trace(&ImageRequest {
        reference: &args.image,
        via: Via::From,
        scope: Scope {
            platform: Some(&platform),
            path: args.file.as_deref(),
            ..Scope::of_stage(args.stage.as_deref())
        },
    });
    Ok(Explanation {
        trace,
        stage: args.stage.clone(),
        today,
        policies: found.policies.clone(),
        lock: found.lock.as_ref().map(|lock| lock.shown().to_owned()),
    })
}
