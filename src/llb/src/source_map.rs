//! The places in source files that operations come from. The builder shows them with errors.

use std::rc::Rc;

use fromtier_proto::pb;

use crate::definition::Definition;
use crate::output::Output;

/// A source file: its name, its bytes, and the definition that reads it.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    /// The name that messages show.
    pub filename: String,
    /// The language, by GitHub's name: `Dockerfile`.
    pub language: String,
    /// The file's bytes.
    pub data: Vec<u8>,
    /// The definition that the builder can read the file with again.
    pub definition: Option<Definition>,
    /// The same, for a file of a client's own definition.
    pub(crate) output: Option<Output>,
}

impl SourceMap {
    /// Creates a file that was read with `definition`.
    pub fn new(
        filename: &str,
        language: &str,
        data: Vec<u8>,
        definition: Option<Definition>,
    ) -> Rc<SourceMap> {
        Rc::new(SourceMap {
            filename: filename.to_owned(),
            language: language.to_owned(),
            data,
            definition,
            output: None,
        })
    }

    /// Whether both are the same file, by the reference's rules.
    fn is_same_file(&self, other: &SourceMap) -> bool {
        let last = |map: &SourceMap| map.definition.as_ref().map(|d| d.def.last().cloned());
        self.filename == other.filename
            && self.language == other.language
            && self.data == other.data
            && match (last(self), last(other)) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            }
    }
}

/// Ranges in one file.
#[derive(Debug, Clone)]
pub struct SourceLocation {
    /// The file.
    pub map: Rc<SourceMap>,
    /// The places in it.
    pub ranges: Vec<pb::Range>,
}

impl PartialEq for SourceLocation {
    fn eq(&self, other: &SourceLocation) -> bool {
        Rc::ptr_eq(&self.map, &other.map) && self.ranges == other.ranges
    }
}

/// Creates a range in a source file. Lines are 1-based, characters 0-based.
pub fn range(
    start_line: i32,
    start_character: i32,
    end_line: i32,
    end_character: i32,
) -> pb::Range {
    pb::Range {
        start: Some(pb::Position {
            line: start_line,
            character: start_character,
        }),
        end: Some(pb::Position {
            line: end_line,
            character: end_character,
        }),
    }
}

/// Collects the files and locations of a graph: each file once, in the order of first use.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    maps: Vec<Rc<SourceMap>>,
    /// The index in `maps` of each file, by its address.
    index: std::collections::HashMap<*const SourceMap, i32>,
    locations: std::collections::BTreeMap<String, Vec<pb::Location>>,
}

impl Collector {
    pub(crate) fn add(&mut self, digest: &str, locations: &[SourceLocation]) {
        let mut found = Vec::with_capacity(locations.len());
        for location in locations {
            let address = Rc::as_ptr(&location.map);
            let place = match self.index.get(&address) {
                Some(place) => *place,
                None => {
                    let place = self
                        .maps
                        .iter()
                        .position(|map| map.is_same_file(&location.map))
                        .unwrap_or_else(|| {
                            self.maps.push(location.map.clone());
                            self.maps.len() - 1
                        });
                    let place = i32::try_from(place).unwrap_or(i32::MAX);
                    self.index.insert(address, place);
                    place
                }
            };
            found.push(pb::Location {
                source_index: place,
                ranges: location.ranges.clone(),
            });
        }
        match self.locations.get_mut(digest) {
            Some(known) => known.extend(found),
            None => {
                self.locations.insert(digest.to_owned(), found);
            }
        }
    }

    /// Returns the message with all files and locations. `define` marshals the definition of a client's own file.
    pub(crate) fn finish<E>(
        self,
        mut define: impl FnMut(Output) -> Result<pb::Definition, E>,
    ) -> Result<pb::Source, E> {
        let mut infos = Vec::with_capacity(self.maps.len());
        for map in &self.maps {
            let definition = match (&map.definition, map.output) {
                (Some(definition), _) => Some(definition.to_pb()),
                (None, Some(output)) => Some(define(output)?),
                (None, None) => None,
            };
            infos.push(pb::SourceInfo {
                filename: map.filename.clone(),
                data: map.data.clone(),
                definition,
                language: map.language.clone(),
            });
        }
        let places = self.locations.into_iter();
        let places = places.map(|(digest, locations)| pb::Places {
            digest,
            locations: Some(pb::Locations { locations }),
        });
        Ok(pb::Source {
            places: places.collect(),
            infos,
        })
    }
}
