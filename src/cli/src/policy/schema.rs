//! `fromtier policy schema`: the JSON Schema of policies.

use crate::exit::Exit;

pub fn run() -> (String, Exit) {
    (fromtier_policy::schema(), Exit::Clean)
}
