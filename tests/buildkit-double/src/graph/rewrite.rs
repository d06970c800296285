//! Changes some operations of a graph, and everything that depends on their digests.

use std::collections::{BTreeMap, HashMap, HashSet};

use fromtier_proto::{Message, pb};
use sha2::{Digest, Sha256};

/// One operation with its metadata and its places.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its inputs have their new digests.
    pub op: &'a mut pb::Op,
    /// None for an operation without metadata.
    pub metadata: Option<&'a mut pb::OpMetadata>,
    /// Its places in the files.
    pub places: &'a mut Vec<pb::Location>,
}

/// Puts every operation through `change`, in order. Operations that become the same become one, as in BuildKit's own
/// marshaling. Operations that no change reaches keep their bytes.
///
/// # Errors
/// An operation that cannot be decoded.
pub fn rewrite(
    definition: &pb::Definition,
    mut change: impl FnMut(Part<'_>),
) -> Result<pb::Definition, String> {
    let source = definition.source.clone().unwrap_or_default();
    let placed: HashMap<&str, &[pb::Location]> = source.all_places().collect();
    let mut digests: HashMap<String, String> = HashMap::new();
    let mut seen = HashSet::new();
    let mut places: BTreeMap<String, Vec<pb::Location>> = BTreeMap::new();
    let mut out = pb::Definition::default();
    for bytes in &definition.def {
        let before = digest(bytes);
        let as_it_was = pb::Op::decode(bytes.as_slice()).map_err(|err| err.to_string())?;
        let mut op = as_it_was.clone();
        for input in &mut op.inputs {
            if let Some(now) = digests.get(&input.digest) {
                input.digest.clone_from(now);
            }
        }
        let mut metadata = definition.metadata.get(&before).cloned();
        let was_placed = placed.get(before.as_str());
        let mut here = was_placed.map(|found| found.to_vec()).unwrap_or_default();
        change(Part {
            op: &mut op,
            metadata: metadata.as_mut(),
            places: &mut here,
        });
        let bytes = if op == as_it_was {
            bytes.clone()
        } else {
            op.encode_to_vec()
        };
        let after = digest(&bytes);
        if let Some(more) = &metadata {
            merge(out.metadata.entry(after.clone()).or_default(), more);
        }
        if was_placed.is_some() {
            places.entry(after.clone()).or_default().append(&mut here);
        }
        if seen.insert(after.clone()) {
            out.def.push(bytes);
        }
        digests.insert(before, after);
    }
    out.source = definition.source.as_ref().map(|source| pb::Source {
        places: places
            .into_iter()
            .map(|(digest, locations)| pb::Places {
                digest,
                locations: Some(pb::Locations { locations }),
            })
            .collect(),
        infos: source.infos.clone(),
    });
    Ok(out)
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// Merges two operations' metadata: the later value counts, and capabilities add up.
fn merge(into: &mut pb::OpMetadata, more: &pb::OpMetadata) {
    into.ignore_cache |= more.ignore_cache;
    into.description.extend(more.description.clone());
    into.caps
        .extend(more.caps.keys().map(|cap| (cap.clone(), true)));
    if more.export_cache.is_some() {
        into.export_cache = more.export_cache;
    }
    if more.progress_group.is_some() {
        into.progress_group.clone_from(&more.progress_group);
    }
    if more.linux_resources.is_some() {
        into.linux_resources.clone_from(&more.linux_resources);
    }
}
