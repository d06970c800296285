//! As Go's `encoding/json`: which texts are JSON and what is wrong with the others, reading, and writing.

mod read;
mod syntax;
mod write;

pub use read::{Kind, Reader};
pub use syntax::validate;
pub use write::{Object, Value, json_string, json_strings};
