//! The JSON forms of instructions and of the `syntax` directive. The JSON that Go's `encoding/json` accepts decides between
//! exec and shell form.

use fromtier_gostd::json::{Kind, Reader};

use super::text::trim_start;

/// Why a text is not an exec form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotStrings {
    /// It isn't a JSON array; it is taken as shell form.
    NotArray,
    /// It is a JSON array with an element that isn't a string.
    OtherElements,
}

/// Returns the strings of a JSON array. Blanks can come before it.
pub(super) fn string_array(text: &[u8]) -> Result<Vec<String>, NotStrings> {
    let text = trim_start(text);
    if text.first() != Some(&b'[') {
        return Err(NotStrings::NotArray);
    }
    let mut reader = Reader::new(text).map_err(|_| NotStrings::NotArray)?;
    let mut strings = Vec::new();
    let (mut only_strings, mut decodes) = (true, true);
    reader.array(|reader| {
        if reader.kind() == Kind::String {
            strings.extend(reader.string());
        } else {
            only_strings = false;
            decodes &= reader.skip_decodable();
        }
    });
    match (decodes, only_strings) {
        (false, _) => Err(NotStrings::NotArray),
        (true, false) => Err(NotStrings::OtherElements),
        (true, true) => Ok(strings),
    }
}

/// Returns the string under `key` of a text that is one JSON object. The last of equal keys counts.
pub(super) fn object_string(text: &[u8], key: &str) -> Option<String> {
    let mut reader = Reader::new(text).ok()?;
    if reader.kind() != Kind::Object {
        return None;
    }
    let mut found = None;
    let mut decodes = true;
    reader.object(|reader, name| {
        let value = if reader.kind() == Kind::String {
            reader.string()
        } else {
            decodes &= reader.skip_decodable();
            None
        };
        if name == key {
            found = value;
        }
    });
    found.filter(|_| decodes)
}

#[cfg(test)]
mod tests;
