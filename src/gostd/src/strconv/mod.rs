//! As Go's `strconv`: quoting, and reading numbers and booleans.

mod parse;
mod quote;

pub use parse::{parse_bool, parse_int, parse_uint};
pub use quote::{quote, quote_bytes};
