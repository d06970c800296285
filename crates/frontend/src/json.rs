//! JSON text as Go's `encoding/json` writes it: keys in the order given, `<`, `>` and `&` escaped.

use fromtier_image::go::json_string;

/// A JSON value. Objects keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(text.to_owned())
    }
}

/// An object under construction; the `opt_` methods leave empty values out, as Go's `omitempty` does.
#[derive(Debug, Default)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    pub fn new() -> Self {
        Object::default()
    }

    #[must_use]
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn opt_str(self, key: &str, text: &str) -> Self {
        if text.is_empty() {
            self
        } else {
            self.set(key, text)
        }
    }

    #[must_use]
    pub fn opt_bool(self, key: &str, value: bool) -> Self {
        if value {
            self.set(key, Value::Bool(true))
        } else {
            self
        }
    }

    #[must_use]
    pub fn opt_int(self, key: &str, value: i64) -> Self {
        if value == 0 {
            self
        } else {
            self.set(key, Value::Int(value))
        }
    }

    #[must_use]
    pub fn opt_array(self, key: &str, items: Vec<Value>) -> Self {
        if items.is_empty() {
            self
        } else {
            self.set(key, Value::Array(items))
        }
    }

    #[must_use]
    pub fn opt(self, key: &str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }

    pub fn done(self) -> Value {
        Value::Object(self.0)
    }
}

impl Value {
    /// On one line, without blanks (`json.Marshal`).
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// Two blanks a level (`json.MarshalIndent(v, "", "  ")`).
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
            Value::Str(s) => out.push_str(&json_string(s)),
            Value::Array(items) => {
                let items = items.iter();
                list(out, level, ['[', ']'], items, |out, item, inner| {
                    item.write(out, inner);
                });
            }
            Value::Object(fields) => {
                let fields = fields.iter();
                list(
                    out,
                    level,
                    ['{', '}'],
                    fields,
                    |out, (key, value), inner| {
                        out.push_str(&json_string(key));
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

    #[test]
    fn writes_as_go_does() {
        let value = Object::new()
            .set("a", "x<y")
            .opt_str("b", "")
            .set("c", Value::Array(vec![]))
            .set("d", Value::Array(vec![Value::Int(1), Value::Null]))
            .done();
        assert_eq!(value.compact(), r#"{"a":"x\u003cy","c":[],"d":[1,null]}"#);
        assert_eq!(
            value.indented(),
            "{\n  \"a\": \"x\\u003cy\",\n  \"c\": [],\n  \"d\": [\n    1,\n    null\n  ]\n}"
        );
    }
}
