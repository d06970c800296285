//! `RUN --network`.

use fromtier_gostd::strconv::quote;

use crate::error::{Error, Result};

/// The network of a `RUN`: the flag's value, or `default`.
pub(super) fn parse(flag: Option<String>) -> Result<String> {
    let network = flag.unwrap_or_else(|| "default".to_owned());
    if !matches!(network.as_str(), "default" | "none" | "host") {
        return Err(Error::new(format!(
            "invalid network mode {}",
            quote(&network)
        )));
    }
    Ok(network)
}
