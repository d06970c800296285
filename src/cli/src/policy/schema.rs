//! `fromtier policy schema`: the JSON Schema for policies.

use crate::exit::Exit;

/// Returns the schema.
pub fn run() -> (String, Exit) {
    (fromtier_policy::schema(), Exit::Clean)
}
