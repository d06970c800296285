//! Pairs of `ENV` and `LABEL`.

use super::request::{Request, at_least_one};
use crate::error::{Error, Result};
use crate::parser::Args;

/// One pair of an `ENV` or a `LABEL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    /// The key, as written.
    pub key: String,
    /// The value, as written.
    pub value: String,
    /// The old form, `KEY value`.
    pub no_delim: bool,
}

pub(super) fn parse(request: &Request, instruction: &str) -> Result<Vec<KeyValue>> {
    let pairs = match &request.node.args {
        Args::Pairs(pairs) if !pairs.is_empty() => pairs,
        _ => return Err(at_least_one(instruction)),
    };
    if pairs.iter().any(|pair| pair.key.is_empty()) {
        return Err(Error::new(format!("{instruction} names can not be blank")));
    }
    let read = pairs.iter().map(|pair| KeyValue {
        key: pair.key.clone(),
        value: pair.value.clone(),
        no_delim: !pair.delim,
    });
    Ok(read.collect())
}
