//! Writing JSON byte for byte as Go's `encoding/json` does.

/// Appends a JSON string: `<`, `>`, `&`, U+2028 and U+2029 are escaped, as `json.Marshal` does.
fn push_string(out: &mut String, text: &str) {
    push_escaped(out, text, false);
}

/// Appends a JSON string as [`push_string`] does. If `lossy`, each U+FFFD stands for a byte that isn't UTF-8, and is escaped.
fn push_escaped(out: &mut String, text: &str, lossy: bool) {
    out.push('"');
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\x08' => "\\b",
            '\x0c' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            char::REPLACEMENT_CHARACTER if lossy => "",
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => "",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        match short {
            "" => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            escape => out.push_str(escape),
        }
        start = at + c.len_utf8();
    }
    out.push_str(&text[start..]);
    out.push('"');
}

/// Returns a JSON string with its quotes.
pub fn json_string(text: &str) -> String {
    Value::from(text).compact()
}

/// Returns a JSON array of strings; `[]` if there are none.
pub fn json_strings<S: AsRef<str>>(texts: &[S]) -> String {
    Value::Array(texts.iter().map(|text| text.as_ref().into()).collect()).compact()
}

/// A JSON value. Objects keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Str(String),
    /// A string in which each U+FFFD stands for a byte that isn't UTF-8: Go writes such a byte as `\ufffd`.
    Lossy(String),
    /// A list.
    Array(Vec<Value>),
    /// Keys and values, in their order.
    Object(Object),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Str(text.clone())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.to_owned())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(items: I) -> Self {
        Value::Array(items.into_iter().map(Into::into).collect())
    }
}

/// An object under construction; the `opt` methods leave empty values out, as Go's `omitempty` does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// An object without keys.
    pub fn new() -> Self {
        Object::default()
    }

    /// Adds a key.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    /// Adds a key if there is a value, as Go does with `omitempty`.
    #[must_use]
    pub fn opt(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }

    /// Adds a key if the text is not empty.
    #[must_use]
    pub fn opt_str(self, key: &str, text: &str) -> Self {
        self.opt(key, Some(text).filter(|text| !text.is_empty()))
    }

    /// Adds a key if the value is true.
    #[must_use]
    pub fn opt_bool(self, key: &str, value: bool) -> Self {
        self.opt(key, value.then_some(true))
    }

    /// Adds a key if the number is not 0.
    #[must_use]
    pub fn opt_int(self, key: &str, value: impl Into<i64>) -> Self {
        let value = Some(value.into()).filter(|value| *value != 0);
        self.opt(key, value.map(Value::Int))
    }

    /// Adds a key if the list is not empty.
    #[must_use]
    pub fn opt_array(self, key: &str, items: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        let items: Vec<Value> = items.into_iter().map(Into::into).collect();
        self.opt(key, (!items.is_empty()).then_some(Value::Array(items)))
    }

    /// Adds a key if the object is not empty.
    #[must_use]
    pub fn opt_object<K: Into<String>, V: Into<Value>>(
        self,
        key: &str,
        fields: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let object = Object::from_iter(fields);
        self.opt(key, Some(object).filter(|object| !object.0.is_empty()))
    }

    /// Writes it on one line without blanks (`json.Marshal`).
    pub fn compact(self) -> String {
        Value::from(self).compact()
    }

    /// Writes it with two blanks for each level (`json.MarshalIndent(v, "", "  ")`).
    pub fn indented(self) -> String {
        Value::from(self).indented()
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        let fields = fields.into_iter();
        Object(
            fields
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

impl Value {
    /// Writes it on one line without blanks (`json.Marshal`).
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// Writes it with two blanks for each level (`json.MarshalIndent(v, "", "  ")`).
    pub fn indented(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }

    fn write(&self, out: &mut String, level: Option<usize>) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Int(n) => out.push_str(&n.to_string()),
            Value::Str(s) => push_string(out, s),
            Value::Lossy(s) => push_escaped(out, s, true),
            Value::Array(items) => {
                let items = items.iter();
                list(out, level, ['[', ']'], items, |out, item, inner| {
                    item.write(out, inner);
                });
            }
            Value::Object(Object(fields)) => {
                let fields = fields.iter();
                list(
                    out,
                    level,
                    ['{', '}'],
                    fields,
                    |out, (key, value), inner| {
                        push_string(out, key);
                        out.push_str(if inner.is_some() { ": " } else { ":" });
                        value.write(out, inner);
                    },
                );
            }
        }
    }
}

fn list<T>(
    out: &mut String,
    level: Option<usize>,
    [open, close]: [char; 2],
    items: impl ExactSizeIterator<Item = T>,
    mut each: impl FnMut(&mut String, T, Option<usize>),
) {
    let empty = items.len() == 0;
    let inner = level.map(|l| l + 1);
    out.push(open);
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        line(out, inner);
        each(out, item, inner);
    }
    if !empty {
        line(out, level);
    }
    out.push(close);
}

fn line(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", level));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expectations printed by Go's json.Marshal.
    #[test]
    fn escapes_as_go_does() {
        assert_eq!(
            json_string("<a&b>\u{2028}\u{2029}\u{2027}é\u{7f}"),
            "\"\\u003ca\\u0026b\\u003e\\u2028\\u2029\u{2027}é\u{7f}\""
        );
        assert_eq!(
            json_string("\x00\x08\x0b\x0c\n\r\t\"\\/"),
            "\"\\u0000\\b\\u000b\\f\\n\\r\\t\\\"\\\\/\""
        );
        assert_eq!(json_strings(&["a", "b c"]), r#"["a","b c"]"#);
        assert_eq!(json_strings::<&str>(&[]), "[]");
    }

    #[test]
    fn writes_as_go_does() {
        let value = Object::new()
            .set("a", "x<y")
            .opt_str("b", "")
            .set("c", Value::Array(vec![]))
            .set("d", Value::Array(vec![Value::Int(1), Value::Null]))
            .opt_object::<&str, &str>("e", []);
        assert_eq!(
            value.clone().compact(),
            r#"{"a":"x\u003cy","c":[],"d":[1,null]}"#
        );
        assert_eq!(
            value.indented(),
            "{\n  \"a\": \"x\\u003cy\",\n  \"c\": [],\n  \"d\": [\n    1,\n    null\n  ]\n}"
        );
    }
}
