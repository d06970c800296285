//! Attestation options: whether to make a bill of materials, and with which scanner.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::csv;
use fromtier_gostd::strconv::quote;
use fromtier_image::ImageRef;

const DEFAULT_GENERATOR: &str = "docker/buildkit-syft-scanner:stable-1";

/// A requested bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sbom {
    /// The scanner's image, normalized, with a tag.
    pub generator: String,
    /// Parameters that the scanner gets as variables named `BUILDKIT_SCAN_<key>`.
    pub parameters: BTreeMap<String, String>,
}

/// Reads `attest:sbom` and `build-arg:BUILDKIT_ATTEST_SBOM`; unknown kinds of attestations are errors.
pub fn parse_sbom(opts: &BTreeMap<String, String>) -> Result<Option<Sbom>> {
    let mut wanted: BTreeMap<String, &str> = BTreeMap::new();
    for (key, value) in opts {
        let kind = (key.strip_prefix("attest:"))
            .or_else(|| key.strip_prefix("build-arg:BUILDKIT_ATTEST_"));
        if let Some(kind) = kind {
            wanted.insert(kind.to_lowercase(), value);
        }
    }
    let mut sbom = None;
    for (kind, text) in wanted {
        let fields = match text {
            "" => Vec::new(),
            text => csv::fields(text).map_err(|e| e.wrap(format!("failed to parse {kind}")))?,
        };
        match kind.as_str() {
            "sbom" => sbom = Some(read_sbom(&fields)?),
            "provenance" => {}
            _ => {
                let kind = quote(&kind);
                return Err(Error::new(format!("unknown attestation type {kind}")));
            }
        }
    }
    Ok(sbom)
}

fn read_sbom(fields: &[String]) -> Result<Sbom> {
    let mut generator = DEFAULT_GENERATOR.to_owned();
    let mut parameters = BTreeMap::new();
    for field in fields {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        match key {
            "generator" => generator = value.to_owned(),
            key => {
                parameters.insert(key.to_owned(), value.to_owned());
            }
        }
    }
    let reference = ImageRef::parse(&generator).map_err(|e| {
        Error::new(e.to_string()).wrap(format!("failed to parse sbom scanner {generator}"))
    })?;
    Ok(Sbom {
        generator: reference.tag_name_only().to_string(),
        parameters,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(key: &str, value: &str) -> Result<Option<Sbom>> {
        parse_sbom(&BTreeMap::from([(key.to_owned(), value.to_owned())]))
    }

    #[test]
    fn a_scanner_is_normalized() {
        let sbom = read("attest:sbom", "generator=acme/scan,LEVEL=3").unwrap();
        let sbom = sbom.unwrap();
        assert_eq!(sbom.generator, "docker.io/acme/scan:latest");
        assert_eq!(sbom.parameters["LEVEL"], "3");
        let default = read("build-arg:BUILDKIT_ATTEST_SBOM", "").unwrap().unwrap();
        assert!(default.generator.ends_with("syft-scanner:stable-1"));
    }

    #[test]
    fn other_kinds_are_refused() {
        assert_eq!(read("attest:provenance", "mode=max").unwrap(), None);
        let error = read("attest:foo", "").unwrap_err();
        assert_eq!(error.message, "unknown attestation type \"foo\"");
    }
}
