//! `fromtier policy explain IMAGE`: all that the gate goes by for one image.

use std::path::{Path, PathBuf};

use fromtier_image::Platform;
use fromtier_policy::gate::{ImageRequest, Via};
use fromtier_policy::trace::Trace;
use fromtier_policy::{Day, Scope, Severity};

use super::args::Explain;
use super::files;
use crate::args::Format;
use crate::lookup::{Broken, Lookup, POLICY, beside};
use crate::output::printer::Printer;
use crate::output::{Style, json};
use crate::{CLEAN, FAILED, FINDINGS};

mod human;
mod machine;

/// An image's way, and the files that it went by.
#[derive(Debug)]
struct Explained {
    trace: Trace,
    today: Day,
    policies: Vec<PathBuf>,
    lock: Option<PathBuf>,
}

pub fn run(args: &Explain, today: Day, style: Style) -> (String, u8) {
    match explain(args, today) {
        Ok(explained) => {
            let text = match args.format {
                Format::Human => human::render(&explained, style),
                Format::Json => machine::render(&explained),
            };
            let code = match explained.trace.verdict.severity {
                Severity::Deny => FINDINGS,
                _ => CLEAN,
            };
            (text, code)
        }
        Err(broken) => {
            let text = match args.format {
                Format::Human => {
                    let mut out = String::new();
                    Printer::new(style).broken(&broken, &mut out);
                    out
                }
                Format::Json => machine::failed(json::broken(&broken)),
            };
            (text, FAILED)
        }
    }
}

fn explain(args: &Explain, today: Day) -> Result<Explained, Broken> {
    // Where the organisation's policy is kept there is no repository's; it is what one asks about there.
    let here = Path::new(".");
    let kept = beside(here, files::ORGANISATION).filter(|_| beside(here, POLICY).is_none());
    let policy = args.policy.clone().or(kept);
    let mut lookup = Lookup::new(policy.as_deref(), args.lock.as_deref(), today);
    let found = match lookup.gate(Path::new("Dockerfile")) {
        Ok(found) => found,
        Err(broken) => return Err(broken.clone()),
    };
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
    Ok(Explained {
        trace,
        today,
        policies: found.policies.clone(),
        lock: found.lock.clone(),
    })
}
