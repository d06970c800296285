//! `RUN --security`.

use fromtier_gostd::strconv::quote;

use crate::error::{Error, Result};

/// The security mode of a `RUN`: the flag's value, or `sandbox`.
pub(super) fn parse(flag: Option<String>) -> Result<String> {
    let security = flag.unwrap_or_else(|| "sandbox".to_owned());
    if !matches!(security.as_str(), "sandbox" | "insecure") {
        return Err(Error::new(format!(
            "security {} is not valid",
            quote(&security)
        )));
    }
    Ok(security)
}
