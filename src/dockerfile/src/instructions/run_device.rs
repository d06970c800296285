//! `RUN --device`: devices by their CDI names.

use fromtier_gostd::csv;
use fromtier_gostd::strconv::parse_bool;
use fromtier_gostd::strings::to_lower;

use crate::error::{Error, Result};
use crate::suggest;

/// A `--device` of a `RUN`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// The device's name, as CDI has it.
    pub name: String,
    /// Whether the build fails without it.
    pub required: bool,
}

/// `vendor.com/class=name,required`.
pub(super) fn parse(flag: &str) -> Result<Device> {
    let fields = csv::fields(flag).map_err(|e| e.wrap("failed to parse csv devices"))?;
    let mut device = Device::default();
    for field in fields {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (to_lower(key), Some(value)),
            None => (to_lower(&field), None),
        };
        match (key.as_str(), value) {
            ("required", None) => device.required = true,
            ("required", Some(value)) => {
                device.required = parse_bool(value)
                    .map_err(|_| Error::new(format!("invalid value for {key}: {value}")))?;
            }
            ("name", Some(value)) => {
                if !device.name.is_empty() {
                    return Err(Error::new(format!(
                        "device name already set to {}",
                        device.name
                    )));
                }
                device.name = value.to_owned();
            }
            _ if device.name.is_empty() => device.name = field,
            (_, None) => {
                return Err(Error::new(format!(
                    "invalid field '{field}' must be a key=value pair"
                )));
            }
            (_, Some(_)) => {
                let error = Error::new(format!("unexpected key '{key}' in '{field}'"));
                return Err(suggest::with_suggestion(
                    error,
                    &key,
                    &["name", "required"],
                    suggest::Case::Sensitive,
                ));
            }
        }
    }
    Ok(device)
}
