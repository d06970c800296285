//! `fromtier policy schema`: the JSON Schema of policies.

use crate::CLEAN;

/// The published schema.
const SCHEMA: &str = include_str!("../../../../docs/policy.schema.json");

pub fn run() -> (String, u8) {
    (SCHEMA.to_owned(), CLEAN)
}
