//! Reads values as Go's `json.Unmarshal` does for each type, over the value that is already there.

use std::collections::BTreeMap;

use fromtier_gostd::json::{Kind, Reader};
use fromtier_gostd::time::Time;
use fromtier_gostd::utf8::lossy;

/// Where a value belongs, for error texts: Go's struct and the path within the config.
pub(super) type Place = (&'static str, &'static str);

/// The values of a document, and the first error in them: after it, reading goes on.
pub(super) struct Values<'r, 'a> {
    reader: &'r mut Reader<'a>,
    error: &'r mut Option<String>,
}

/// Returns a key as Go compares keys: in lower case, and with ASCII letters for two other letters that fold to them.
fn folded(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

impl<'r, 'a> Values<'r, 'a> {
    pub fn new(reader: &'r mut Reader<'a>, error: &'r mut Option<String>) -> Self {
        Values { reader, error }
    }

    pub fn kind(&mut self) -> Kind {
        self.reader.kind()
    }

    pub fn skip(&mut self) {
        self.reader.skip();
    }

    fn report_type(&mut self, value: &str, (owner, path): Place, wanted: &str) {
        self.error.get_or_insert_with(|| {
            format!(
                "json: cannot unmarshal {value} into Go struct field {owner}.{path} of type {wanted}"
            )
        });
    }

    /// Reports a value of an unexpected kind, and steps over it. `null` is never reported.
    fn report_kind(&mut self, kind: Kind, place: Place, wanted: &str) {
        if kind != Kind::Null {
            self.report_type(kind.name(), place, wanted);
        }
        self.skip();
    }

    /// Reads a struct. `field` is called with each key in lower case, before its value.
    pub fn fields(
        &mut self,
        place: Place,
        wanted: &str,
        mut field: impl FnMut(&mut Values<'_, 'a>, &str),
    ) {
        match self.kind() {
            Kind::Object => {
                let error = &mut *self.error;
                self.reader
                    .object(|reader, key| field(&mut Values { reader, error }, &folded(&key)));
            }
            kind => self.report_kind(kind, place, wanted),
        }
    }

    /// Reads a slice. Existing elements are overwritten.
    pub fn list<T: Default>(
        &mut self,
        into: &mut Vec<T>,
        place: Place,
        wanted: &str,
        mut element: impl FnMut(&mut Values<'_, 'a>, &mut T),
    ) {
        match self.kind() {
            Kind::Array => {
                let mut count = 0;
                let error = &mut *self.error;
                self.reader.array(|reader| {
                    if count == into.len() {
                        into.push(T::default());
                    }
                    element(&mut Values { reader, error }, &mut into[count]);
                    count += 1;
                });
                into.truncate(count);
            }
            kind => {
                if kind == Kind::Null {
                    into.clear();
                }
                self.report_kind(kind, place, wanted);
            }
        }
    }

    pub fn strings(&mut self, into: &mut Option<Vec<String>>, place: Place) {
        self.strings_of("string", into, place);
    }

    /// Reads a slice of a Go type whose underlying type is `string`.
    pub fn strings_of(&mut self, element: &str, into: &mut Option<Vec<String>>, place: Place) {
        let kind = self.kind();
        if kind == Kind::Null {
            *into = None;
            return self.skip();
        }
        let mut texts = into.take().unwrap_or_default();
        self.list(
            &mut texts,
            place,
            &format!("[]{element}"),
            |values, text| values.string_of(element, text, place),
        );
        *into = (kind == Kind::Array || !texts.is_empty()).then_some(texts);
    }

    pub fn string(&mut self, into: &mut String, place: Place) {
        self.string_of("string", into, place);
    }

    fn string_of(&mut self, wanted: &str, into: &mut String, place: Place) {
        match self.kind() {
            Kind::String => *into = self.reader.string().unwrap_or_default(),
            kind => self.report_kind(kind, place, wanted),
        }
    }

    pub fn bool(&mut self, into: &mut bool, place: Place) {
        match self.kind() {
            Kind::Bool => *into = self.reader.bool().unwrap_or_default(),
            kind => self.report_kind(kind, place, "bool"),
        }
    }

    /// Reads a whole number. `wanted` is the name of its Go type.
    pub fn int(&mut self, wanted: &str, into: &mut i64, place: Place) {
        match self.kind() {
            Kind::Number => {
                let text = String::from_utf8_lossy(self.reader.raw());
                match text.parse() {
                    Ok(number) => *into = number,
                    Err(_) => self.report_type(&format!("number {text}"), place, wanted),
                }
            }
            kind => self.report_kind(kind, place, wanted),
        }
    }

    pub fn time(&mut self, into: &mut Option<String>) {
        let read = match self.kind() {
            Kind::Null => {
                *into = None;
                return self.skip();
            }
            Kind::String => {
                // Go's `Time.UnmarshalJSON` takes the text as it is written, escapes and all.
                let written = lossy(self.reader.raw());
                let inner = written
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'));
                Time::parse(inner.unwrap_or_default()).map_err(|e| e.0)
            }
            _ => {
                self.skip();
                Err("Time.UnmarshalJSON: input is not a JSON string".to_owned())
            }
        };
        match read {
            Ok(time) => *into = Some(time.to_string()),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
    }

    fn map<T: Default>(
        &mut self,
        into: &mut Option<BTreeMap<String, T>>,
        place: Place,
        wanted: &str,
        mut value: impl FnMut(&mut Values<'_, 'a>, &mut T),
    ) {
        match self.kind() {
            Kind::Object => {
                let map = into.get_or_insert_default();
                let error = &mut *self.error;
                self.reader.object(|reader, key| {
                    let mut element = T::default();
                    value(&mut Values { reader, error }, &mut element);
                    map.insert(key, element);
                });
            }
            kind => {
                if kind == Kind::Null {
                    *into = None;
                }
                self.report_kind(kind, place, wanted);
            }
        }
    }

    pub fn labels(&mut self, into: &mut Option<BTreeMap<String, String>>, place: Place) {
        self.map(into, place, "map[string]string", |values, text| {
            values.string(text, place);
        });
    }

    pub fn set(&mut self, into: &mut Option<BTreeMap<String, ()>>, place: Place) {
        self.map(into, place, "map[string]struct {}", |values, ()| {
            values.fields(place, "struct {}", |values, _| values.skip());
        });
    }
}
