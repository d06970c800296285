//! `fromtier policy schema`: the JSON Schema of policies.

use crate::CLEAN;

pub fn run() -> (String, u8) {
    (fromtier_policy::schema(), CLEAN)
}
