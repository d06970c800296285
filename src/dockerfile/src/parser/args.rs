//! The arguments of each instruction, in the form that its keyword requires.

use std::ops::Range;

use fromtier_gostd::strconv::quote;
use fromtier_gostd::strings::to_lower;
use fromtier_gostd::utf8::lossy;

use super::json::{self, NotStrings};
use super::lines::LogicalLine;
use super::split::{self, Parts, split};
use super::text::is_space_byte;
use super::words::parse_words;
use super::{Args, Node, Pair};
use crate::error::{Error, Result};
use crate::span::Span;

/// Reads one instruction. The node has no lines, comments and heredocs yet.
pub(super) fn read(line: &LogicalLine, range: Range<usize>, escape: u8) -> Result<Node> {
    let parts = split(&line.text, range.clone(), escape);
    let args = if keyword(line, &parts) == "onbuild" && !parts.args.is_empty() {
        let trigger = read_trigger(line, parts.args.clone(), escape)?;
        ParsedArgs::from_args(Args::Sub(Box::new(trigger)))
    } else {
        read_args(line, &parts, escape)?
    };
    Ok(node(line, range, parts, args))
}

/// Reads the instruction after `ONBUILD`. In a chain of `ONBUILD`s only the last can be wrong here; the text after the
/// second isn't kept, as no such chain is allowed.
fn read_trigger(line: &LogicalLine, range: Range<usize>, escape: u8) -> Result<Node> {
    let parts = split(&line.text, range.clone(), escape);
    if keyword(line, &parts) != "onbuild" {
        let args = read_args(line, &parts, escape)?;
        return Ok(node(line, range, parts, args));
    }
    let mut rest = parts.args.clone();
    while !rest.is_empty() {
        let inner = split(&line.text, rest, escape);
        if keyword(line, &inner) != "onbuild" {
            read_args(line, &inner, escape)?;
            break;
        }
        rest = inner.args;
    }
    Ok(node(line, range, parts, ParsedArgs::default()))
}

fn keyword(line: &LogicalLine, parts: &Parts) -> String {
    to_lower(&lossy(&line.text[parts.keyword.clone()]))
}

fn node(line: &LogicalLine, range: Range<usize>, parts: Parts, found: ParsedArgs) -> Node {
    let (flags, ranges): (Vec<_>, Vec<_>) =
        parts.flags.into_iter().map(|f| (f.text, f.range)).unzip();
    Node {
        keyword: lossy(&line.text[parts.keyword]),
        args: found.args,
        invalid_utf8: found.invalid_utf8,
        raw_words: found.raw,
        word_spans: found.spans,
        flags,
        flag_value_spans: ranges.iter().map(|range| value_span(line, range)).collect(),
        flag_spans: ranges.into_iter().map(|range| line.span(range)).collect(),
        heredocs: Vec::new(),
        original: lossy(&line.text[range.clone()]),
        start_line: 0,
        end_line: 0,
        span: line.span(range),
        comments: Vec::new(),
    }
}

fn value_span(line: &LogicalLine, flag: &Range<usize>) -> Option<Span> {
    let at = line.text[flag.clone()].iter().position(|&b| b == b'=')?;
    Some(line.span(flag.start + at + 1..flag.end))
}

/// Arguments and their places in the source.
struct ParsedArgs {
    args: Args,
    spans: Vec<Span>,
    invalid_utf8: bool,
    raw: Vec<Vec<u8>>,
}

impl ParsedArgs {
    fn from_args(args: Args) -> Self {
        ParsedArgs {
            args,
            spans: Vec::new(),
            invalid_utf8: false,
            raw: Vec::new(),
        }
    }
}

impl Default for ParsedArgs {
    fn default() -> Self {
        ParsedArgs::from_args(Args::Words(Vec::new()))
    }
}

fn read_args(line: &LogicalLine, parts: &Parts, escape: u8) -> Result<ParsedArgs> {
    let range = parts.args.clone();
    let rest = &line.text[range.clone()];
    match keyword(line, parts).as_str() {
        "run" | "cmd" | "entrypoint" | "shell" => string_or_json(line, range),
        "add" | "copy" | "volume" => match json_form(rest)? {
            Some(found) => Ok(found),
            None => Ok(words(line, range)),
        },
        "expose" | "from" => Ok(words(line, range)),
        "env" => pairs(rest, "ENV", escape),
        "label" => pairs(rest, "LABEL", escape),
        "arg" => Ok(ParsedArgs::from_args(Args::Words(parse_words(
            rest, escape,
        )))),
        "healthcheck" => health(line, range),
        "maintainer" | "stopsignal" | "user" | "workdir" => Ok(string(line, range)),
        // Unknown keywords are reported later, when nodes become instructions.
        _ => Ok(ParsedArgs::default()),
    }
}

/// The whole text as one word; an empty text is no word.
fn string(line: &LogicalLine, range: Range<usize>) -> ParsedArgs {
    if range.is_empty() {
        return ParsedArgs::default();
    }
    words_at(line, vec![range])
}

fn words(line: &LogicalLine, range: Range<usize>) -> ParsedArgs {
    words_at(line, split::words(&line.text, range))
}

fn words_at(line: &LogicalLine, ranges: Vec<Range<usize>>) -> ParsedArgs {
    let bytes = || ranges.iter().map(|range| &line.text[range.clone()]);
    let invalid_utf8 = bytes().any(|word| std::str::from_utf8(word).is_err());
    ParsedArgs {
        args: Args::Words(bytes().map(lossy).collect()),
        raw: if invalid_utf8 {
            bytes().map(<[u8]>::to_vec).collect()
        } else {
            Vec::new()
        },
        spans: ranges
            .iter()
            .map(|range| line.span(range.clone()))
            .collect(),
        invalid_utf8,
    }
}

/// The JSON form, unless the text isn't a JSON array.
fn json_form(text: &[u8]) -> Result<Option<ParsedArgs>> {
    match json::string_array(text) {
        Ok(strings) => Ok(Some(ParsedArgs::from_args(Args::Json(strings)))),
        Err(NotStrings::NotArray) => Ok(None),
        Err(NotStrings::OtherElements) => Err(Error::new(
            "when using JSON array syntax, arrays must be comprised of strings only",
        )),
    }
}

fn string_or_json(line: &LogicalLine, range: Range<usize>) -> Result<ParsedArgs> {
    match json_form(&line.text[range.clone()])? {
        Some(found) => Ok(found),
        None => Ok(string(line, range)),
    }
}

/// Reads the arguments of `HEALTHCHECK`: its type, then a string or JSON. Blanks are searched byte by byte.
fn health(line: &LogicalLine, range: Range<usize>) -> Result<ParsedArgs> {
    let rest = &line.text[range.clone()];
    let end = rest
        .iter()
        .position(|&b| is_space_byte(b))
        .unwrap_or(rest.len());
    if end == 0 {
        return Ok(ParsedArgs::default());
    }
    let gap = rest[end..]
        .iter()
        .take_while(|&&b| is_space_byte(b))
        .count();
    let kind = lossy(&rest[..end]);
    let mut found = string_or_json(line, range.start + end + gap..range.end)?;
    if let Args::Words(args) | Args::Json(args) = &mut found.args {
        args.insert(0, kind);
    }
    if matches!(found.args, Args::Words(_)) {
        found
            .spans
            .insert(0, line.span(range.start..range.start + end));
    }
    Ok(found)
}

/// `name=value …`, or the old `name value`.
fn pairs(rest: &[u8], instruction: &str, escape: u8) -> Result<ParsedArgs> {
    let words = parse_words(rest, escape);
    let mut pairs = Vec::with_capacity(words.len());
    if words.first().is_some_and(|first| !first.contains('=')) {
        let Some((key, value)) = split::cut_at_gap(rest, 0..rest.len()) else {
            return Err(Error::new(format!("{instruction} must have two arguments")));
        };
        pairs.push(Pair {
            key: lossy(&rest[key]),
            value: lossy(&rest[value]),
            delim: false,
        });
        return Ok(ParsedArgs::from_args(Args::Pairs(pairs)));
    }
    for word in &words {
        let Some((key, value)) = word.split_once('=') else {
            return Err(Error::new(format!(
                "Syntax error - can't find = in {}. Must be of the form: name=value",
                quote(word)
            )));
        };
        pairs.push(Pair {
            key: key.to_owned(),
            value: value.to_owned(),
            delim: true,
        });
    }
    Ok(ParsedArgs::from_args(Args::Pairs(pairs)))
}
