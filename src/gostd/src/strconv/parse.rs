//! Numbers and booleans, as Go reads them, with its error texts.

use super::quote;
use crate::{Error, Result};

/// Parses a 64-bit integer (`strconv.ParseInt(…, 10, 64)`).
pub fn parse_int(text: &str) -> Result<i64> {
    read(text, "ParseInt")
}

/// Parses an unsigned 64-bit integer without a sign (`strconv.ParseUint(…, 10, 64)`).
pub fn parse_uint(text: &str) -> Result<u64> {
    if text.starts_with('+') {
        return Err(number_error("ParseUint", text, "invalid syntax"));
    }
    read(text, "ParseUint")
}

fn read<T>(text: &str, func: &str) -> Result<T>
where
    T: std::str::FromStr<Err = std::num::ParseIntError>,
{
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    text.parse().map_err(|e: std::num::ParseIntError| {
        let why = match e.kind() {
            PosOverflow | NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        number_error(func, text, why)
    })
}

fn number_error(func: &str, text: &str, why: &str) -> Error {
    Error::new(format!("strconv.{func}: parsing {}: {why}", quote(text)))
}

/// Parses `1`, `t`, `true`, … and `0`, `f`, `false`, … (`strconv.ParseBool`).
pub fn parse_bool(text: &str) -> Result<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Error::new(format!(
            "strconv.ParseBool: parsing {}: invalid syntax",
            quote(text)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_about_numbers_have_the_text_of_go() {
        assert_eq!(parse_int("-3").unwrap(), -3);
        let message = |r: Result<u64>| r.unwrap_err().0;
        let syntax = "strconv.ParseUint: parsing \"+3\": invalid syntax";
        assert_eq!(message(parse_uint("+3")), syntax);
        let range = "strconv.ParseUint: parsing \"99999999999999999999\": value out of range";
        assert_eq!(message(parse_uint("99999999999999999999")), range);
    }

    #[test]
    fn booleans_have_the_spellings_of_go() {
        assert_eq!(parse_bool("T"), Ok(true));
        assert_eq!(parse_bool("True"), Ok(true));
        assert_eq!(parse_bool("f"), Ok(false));
        assert_eq!(parse_bool("False"), Ok(false));
        assert_eq!(
            parse_bool("yes").map_err(|e| e.0),
            Err(r#"strconv.ParseBool: parsing "yes": invalid syntax"#.to_owned())
        );
    }
}
