//! The crate against tables that Go itself printed: `tools/gostd-facts` writes them, their first line names the version.

#![allow(clippy::unwrap_used, clippy::panic)]

use fromtier_gostd::time::{Time, calendar::Date, parse_duration};
use fromtier_gostd::url::{Url, parse_query, path_unescape};
use fromtier_gostd::{Result, csv, json, path, strconv, strings, tabwriter, unicode, utf8};
use serde_json::{Value, json};

/// Compares every fact of a table with what `ours` answers: the result, or Go's error text.
fn check(table: &str, ours: impl Fn(&str, &Value) -> Result<Value>) {
    let mut facts = 0;
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let fact: Value = serde_json::from_str(line).unwrap();
        let function = fact["func"].as_str().unwrap();
        let want = match fact["err"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(fact["out"].clone()),
        };
        let got = ours(function, &fact["in"]).map_err(|error| error.0);
        if got != want {
            wrong.push(format!("{line}\n  ours: {got:?}"));
        }
        facts += 1;
    }
    assert!(facts > 20, "{facts} facts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    let digits: Vec<u8> = text(value)
        .chars()
        .map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] * 16 + pair[1])
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.map(|item| text(item).to_owned()).collect()
}

#[test]
fn strconv_is_gos() {
    check(include_str!("facts/strconv.jsonl"), |function, input| {
        Ok(match function {
            "Quote" => strconv::quote(text(input)).into(),
            "QuoteBytes" => strconv::quote_bytes(&hex(input)).into(),
            "ParseBool" => strconv::parse_bool(text(input))?.into(),
            "ParseInt" => strconv::parse_int(text(input))?.to_string().into(),
            "ParseUint" => strconv::parse_uint(text(input))?.to_string().into(),
            other => panic!("{other}"),
        })
    });
}

#[test]
fn strings_are_gos() {
    check(include_str!("facts/strings.jsonl"), |function, input| {
        Ok(match function {
            "ToLower" => strings::to_lower(text(input)).into(),
            "ToUpper" => strings::to_upper(text(input)).into(),
            other => panic!("{other}"),
        })
    });
}

#[test]
fn paths_are_gos() {
    check(include_str!("facts/path.jsonl"), |function, input| {
        Ok(match function {
            "Clean" => path::clean(text(input)).into(),
            "Base" => path::base(text(input)).into(),
            "IsAbs" => path::is_abs(text(input)).into(),
            "Join" => {
                let elements = texts(input);
                let elements: Vec<&str> = elements.iter().map(String::as_str).collect();
                path::join(&elements).into()
            }
            other => panic!("{other}"),
        })
    });
}

#[test]
fn times_are_gos() {
    check(include_str!("facts/time.jsonl"), |function, input| {
        Ok(match function {
            "ParseDuration" => parse_duration(text(input))?.to_string().into(),
            "RFC3339" => Time::parse(text(input))?.to_string().into(),
            "Days" => {
                let part = |index: usize| input[index].as_i64().unwrap();
                let small = |index| u8::try_from(part(index)).unwrap();
                let date = Date::new(part(0), small(1), small(2)).unwrap();
                assert_eq!(Date::from_days_since_epoch(date.days_since_epoch()), date);
                date.days_since_epoch().into()
            }
            other => panic!("{other}"),
        })
    });
}

#[test]
fn urls_are_gos() {
    check(include_str!("facts/url.jsonl"), |function, input| {
        Ok(match function {
            "Parse" => {
                let url = Url::parse(text(input))?;
                let user = url.user.clone().unwrap_or_default();
                json!({
                    "string": url.to_string(),
                    "scheme": url.scheme,
                    "opaque": url.opaque,
                    "host": url.host,
                    "path": url.path,
                    "escaped_path": url.escaped_path,
                    "raw_query": url.raw_query,
                    "force_query": url.force_query,
                    "fragment": url.fragment,
                    "has_user": url.user.is_some(),
                    "user": user.name,
                    "password": user.password.clone().unwrap_or_default(),
                    "has_password": user.password.is_some(),
                })
            }
            "PathUnescape" => path_unescape(text(input))?.into(),
            "ParseQuery" => {
                let (query, mistake) = parse_query(text(input));
                if let Some(mistake) = mistake {
                    return Err(mistake);
                }
                let lists = query.into_iter().map(|(key, values)| {
                    std::iter::once(key).chain(values).collect::<Vec<String>>()
                });
                lists.collect()
            }
            other => panic!("{other}"),
        })
    });
}

#[test]
fn csv_is_gos() {
    check(include_str!("facts/csv.jsonl"), |_, input| {
        Ok(csv::fields(text(input))?.into())
    });
}

#[test]
fn columns_are_gos() {
    check(include_str!("facts/tabwriter.jsonl"), |_, input| {
        let rows: Vec<Vec<String>> = input["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .map(texts)
            .collect();
        let padding = usize::try_from(input["padding"].as_u64().unwrap()).unwrap();
        Ok(tabwriter::columns(&rows, padding).into())
    });
}

#[test]
fn json_is_gos() {
    check(include_str!("facts/json.jsonl"), |function, input| {
        Ok(match function {
            "MarshalString" => json::json_string(text(input)).into(),
            "Valid" => {
                json::validate(text(input).as_bytes())?;
                true.into()
            }
            "DecodesToAny" => json::Reader::new(text(input).as_bytes())
                .is_ok_and(|mut reader| reader.skip_decodable())
                .into(),
            "UnmarshalString" => json::Reader::new(&hex(input))?.string().into(),
            other => panic!("{other}"),
        })
    });
}

#[test]
fn characters_are_gos() {
    check(include_str!("facts/unicode.jsonl"), |function, input| {
        let first = || text(input).chars().next().unwrap();
        Ok(match function {
            "IsLetter" => unicode::is_letter(first()).into(),
            "IsDigit" => unicode::is_digit(first()).into(),
            "DecodeRune" => {
                let (c, size) = utf8::decode(&hex(input));
                json!([c.to_string(), size])
            }
            "Lossy" => utf8::lossy(&hex(input)).into(),
            other => panic!("{other}"),
        })
    });
}
