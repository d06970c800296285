//! One line of comma-separated fields as `go-csvvalue` reads it, which BuildKit uses in place of Go's `encoding/csv`:
//! the same but for the column of a quote that is never closed, and a lone carriage return at the end.

use crate::{Error, Result};

/// Returns the fields of a line. Quoted fields can contain commas and doubled quotes. A newline at the end is removed.
pub fn fields(line: &str) -> Result<Vec<String>> {
    let line = match line.strip_suffix('\n') {
        Some(line) => line.strip_suffix('\r').unwrap_or(line),
        None => line,
    };
    if line.is_empty() {
        return Err(Error::new("EOF"));
    }
    let mut fields = Vec::new();
    let mut pos = 0;
    loop {
        let rest = &line[pos..];
        let end = if rest.starts_with('"') {
            let (field, end) = quoted(line, pos + 1)?;
            fields.push(field);
            end
        } else {
            let field = rest.split(',').next().unwrap_or_default();
            if let Some(quote) = field.find('"') {
                return Err(error(pos + quote, "bare \" in non-quoted-field"));
            }
            fields.push(field.to_owned());
            pos + field.len()
        };
        if end == line.len() {
            return Ok(fields);
        }
        pos = end + 1;
    }
}

/// Returns a quoted field whose content begins at `pos`, and the position of the comma or end after it.
fn quoted(line: &str, mut pos: usize) -> Result<(String, usize)> {
    let wrong = |at| Err(error(at, "extraneous or missing \" in quoted-field"));
    let mut field = String::new();
    loop {
        let Some(len) = line[pos..].find('"') else {
            return wrong(pos);
        };
        field.push_str(&line[pos..pos + len]);
        pos += len + 1;
        match line.as_bytes().get(pos) {
            Some(b'"') => {
                field.push('"');
                pos += 1;
            }
            Some(b',') | None => return Ok((field, pos)),
            Some(_) => return wrong(pos - 1),
        }
    }
}

fn error(at: usize, what: &str) -> Error {
    Error::new(format!("parse error on line 1, column {}: {what}", at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_at_commas_outside_quotes() {
        assert_eq!(fields("a,b=c,").unwrap(), ["a", "b=c", ""]);
        assert_eq!(fields(",").unwrap(), ["", ""]);
        assert_eq!(fields(r#""a,""b""",c"#).unwrap(), [r#"a,"b""#, "c"]);
        assert_eq!(fields("\"a\",").unwrap(), ["a", ""]);
        assert_eq!(fields("a\r\n").unwrap(), ["a"]);
    }

    #[test]
    fn stray_quotes_are_pointed_at() {
        for (line, want) in [
            ("", "EOF"),
            ("\n", "EOF"),
            (
                "a,b\"c",
                "parse error on line 1, column 4: bare \" in non-quoted-field",
            ),
            (
                "\"a\"b",
                "parse error on line 1, column 3: extraneous or missing \" in quoted-field",
            ),
            (
                "a,\"b",
                "parse error on line 1, column 4: extraneous or missing \" in quoted-field",
            ),
        ] {
            assert_eq!(fields(line).unwrap_err().0, want, "{line:?}");
        }
    }
}
