//! `fromtier policy schema`: the JSON Schema for policies.

use crate::exit::Exit;

pub fn run() -> (String, Exit) {
    (fromtier_policy::schema(), Exit::Clean)
}
