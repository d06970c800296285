//! The bill of materials of a result, as the attestation that exporters read.

use std::collections::BTreeMap;

use fromtier_convert::{Converted, Options, Scanner};
use fromtier_gateway::{Bridge, SolveOptions};
use fromtier_proto::gw;

use crate::status::Failure;

/// Runs the scanner on the result. `id` is the result's platform.
pub async fn attest(
    bridge: &Bridge,
    scanner: &Scanner,
    id: &str,
    converted: &mut Converted,
    options: &Options,
) -> Result<gw::Attestation, Failure> {
    let scan = scanner.scan(converted, id)?;
    let definition = converted.scan_definition(&scan, options)?.into_pb();
    let solved = bridge.solve(definition, SolveOptions::default()).await?;
    Ok(gw::Attestation {
        kind: gw::AttestationKind::Bundle.into(),
        metadata: BTreeMap::from([
            ("reason".to_owned(), b"sbom".to_vec()),
            ("sbom-core".to_owned(), b"sbom".to_vec()),
        ]),
        r#ref: Some(gw::Ref {
            id: solved.reference.unwrap_or_default().id,
            def: None,
        }),
        path: String::new(),
        in_toto_predicate_type: "https://spdx.dev/Document".into(),
        in_toto_subjects: Vec::new(),
    })
}
