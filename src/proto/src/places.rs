//! The places in source files that the operations of a graph come from.

use crate::pb;

impl pb::Source {
    /// Returns the places of every operation, by its digest.
    pub fn all_places(&self) -> impl Iterator<Item = (&str, &[pb::Location])> {
        self.places.iter().map(|entry| {
            let found = entry.locations.as_ref();
            let found = found.map_or(&[][..], |l| l.locations.as_slice());
            (entry.digest.as_str(), found)
        })
    }
}
