//! The end of a build: a result or an error.

use std::collections::BTreeMap;

use fromtier_proto::gw;

use super::{Bridge, Ref};
use crate::error::Error;

/// The result of a build.
#[derive(Debug, Clone, Default)]
pub struct BuildResult {
    /// The file systems: one, or one for each platform.
    pub refs: Refs,
    /// Metadata by key: `containerimage.config`, `refs.platforms`, …
    pub metadata: BTreeMap<String, Vec<u8>>,
    /// Attestations of the file systems, by platform.
    pub attestations: BTreeMap<String, Vec<gw::Attestation>>,
}

/// The file systems of a result.
#[derive(Debug, Clone)]
pub enum Refs {
    /// One for all platforms; none is an empty file system.
    Single(Option<Ref>),
    /// One for each platform, by its id.
    Many(BTreeMap<String, Option<Ref>>),
}

impl Default for Refs {
    fn default() -> Self {
        Self::Single(None)
    }
}

impl Bridge {
    /// Ends the build with a result. No call is possible afterwards.
    pub async fn return_result(&self, result: BuildResult) -> Result<(), Error> {
        self.caps.supports("return")?;
        if matches!(&result.refs, Refs::Many(refs) if refs.len() > 1) {
            self.caps.supports("returnmap")?;
        }
        let result = gw::Result {
            result: Some(wire_refs(result.refs, self.caps.has("proto.refarray"))),
            metadata: result.metadata,
            attestations: result
                .attestations
                .into_iter()
                .map(|(platform, attestation)| (platform, gw::Attestations { attestation }))
                .collect(),
        };
        self.send_return(gw::ReturnRequest {
            result: Some(result),
            error: None,
        })
        .await
    }

    /// Ends the build with an error. No call is possible afterwards.
    pub async fn return_error(&self, status: gw::Status) -> Result<(), Error> {
        self.send_return(gw::ReturnRequest {
            result: None,
            error: Some(status),
        })
        .await
    }

    async fn send_return(&self, request: gw::ReturnRequest) -> Result<(), Error> {
        let _: gw::ReturnResponse = self.connection.call("Return", request).await?;
        Ok(())
    }
}

fn wire_refs(refs: Refs, new_format: bool) -> gw::result::Result {
    use gw::result::Result as R;
    let id = |reference: Option<Ref>| reference.unwrap_or_default().id;
    let wire = |reference| gw::Ref {
        id: id(reference),
        def: None,
    };
    match (refs, new_format) {
        (Refs::Single(one), true) => R::Ref(wire(one)),
        (Refs::Single(one), false) => R::RefDeprecated(id(one)),
        (Refs::Many(many), true) => R::Refs(gw::RefMap {
            refs: many
                .into_iter()
                .map(|(platform, reference)| gw::RefEntry {
                    platform,
                    reference: Some(wire(reference)),
                })
                .collect(),
        }),
        (Refs::Many(many), false) => R::RefsDeprecated(gw::RefMapDeprecated {
            refs: many.into_iter().map(|(k, v)| (k, id(v))).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use fromtier_proto::Message;

    use super::*;

    #[test]
    fn an_empty_file_system_of_a_platform_is_a_whole_entry() {
        let many = BTreeMap::from([("linux/amd64".to_owned(), None)]);
        let gw::result::Result::Refs(map) = wire_refs(Refs::Many(many), true) else {
            unreachable!("several results go out as a map")
        };
        // Decoded as BuildKit does it: a map entry without a value would not be a message at all.
        let entry = &map.encode_to_vec()[2..];
        let key = 2 + "linux/amd64".len();
        assert_eq!(entry[key], 0x12, "{entry:x?}");
    }
}
