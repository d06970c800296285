//! The gate's refusals as errors.

use fromtier_dockerfile::error::{Error, Origin, RefusedBy};
use fromtier_policy::{Denial, Owner};

/// Turns a refusal of the gate into an error with its code and help. The caller adds the location.
pub fn denial_error(denial: &Denial) -> Error {
    let refused_by = match denial.owner() {
        Some(Owner::Organization) => RefusedBy::Organization,
        Some(Owner::Repository) => RefusedBy::Repository,
        Some(Owner::Only) | None => RefusedBy::Any,
    };
    Error {
        origin: Origin::Gate(denial.code.as_str(), refused_by),
        help: denial.help.clone().map(String::into_boxed_str),
        ..Error::new(denial.message.clone())
    }
}
