//! Features of a frontend that a client can insist on.

use fromtier_dockerfile::error::Error;
use fromtier_gateway::{Code, Detail};

use crate::options::Opts;
use crate::status::Failure;

const FEATURES: [&str; 5] = [
    "moby.buildkit.frontend.inputs",
    "moby.buildkit.frontend.subrequests",
    "moby.buildkit.frontend.contexts",
    "moby.buildkit.frontend.gitquerystring",
    "moby.buildkit.frontend.contexts.zstd",
];

/// Refuses a build that requires a feature which this frontend lacks.
pub(super) fn check_required(opts: &Opts) -> Result<(), Failure> {
    let required = opts.get("frontend.caps").map_or("", String::as_str);
    let names = required.split(',').filter(|name| !name.is_empty());
    for name in names.map(|name| name.split('+').next().unwrap_or_default()) {
        if !FEATURES.contains(&name) {
            return Err(Failure::Typed(
                Box::new(Error::new(format!(
                    "unsupported frontend capability {name}"
                ))),
                Code::UNIMPLEMENTED,
                Box::new(Detail::FrontendCap(name.to_owned())),
            ));
        }
    }
    Ok(())
}
