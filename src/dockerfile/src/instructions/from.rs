//! `FROM`: the start of a stage.

use fromtier_gostd::strconv::{quote, quote_bytes};
use fromtier_gostd::strings::{to_lower, to_upper};

use super::comment::{check_description, doc_comment};
use super::flags::Kind::Text;
use super::request::Request;
use super::{Command, Common};
use crate::error::{Error, Result};
use crate::lint::{Linter, rules};
use crate::span::{Range, Span};

/// A `FROM` and everything up to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stage {
    /// The name after `AS`, in lower case as in the reference; empty if there is none.
    pub name: String,
    /// The instructions of the stage, in order.
    pub commands: Vec<Command>,
    /// `FROM` as written (its casing is checked by a rule).
    pub orig_cmd: String,
    /// The base image or stage, as written.
    pub base_name: String,
    /// The bytes of the base in the file.
    pub base_span: Span,
    /// The value of `--platform`, as written; empty without it.
    pub platform: String,
    /// The bytes of the value of `--platform=` in the file.
    pub platform_span: Option<Span>,
    /// The comment above that starts with the stage's name.
    pub doc_comment: String,
    /// The instruction as written.
    pub source_code: String,
    /// The lines of the instruction.
    pub location: Vec<Range>,
    /// The comments above, without `#`.
    pub comments: Vec<String>,
    /// The bytes of the instruction in the file.
    pub span: Span,
}

pub(super) fn parse(request: &Request, lint: Option<&Linter>) -> Result<Stage> {
    if let Some(lint) = lint {
        check_casing(request, lint);
    }
    let name = stage_name(request)?;
    let flags = request.flags(&[("platform", Text)])?;
    let platform_place = flags.places("platform").first().copied();
    let Common {
        code,
        name: orig_cmd,
        location,
        comments,
        span,
    } = request.common();
    if !name.is_empty() {
        check_description(request, "FROM", &[&name], lint);
    }
    Ok(Stage {
        doc_comment: doc_comment(&comments, &name),
        name,
        commands: Vec::new(),
        orig_cmd,
        base_name: request.args().first().cloned().unwrap_or_default(),
        base_span: request.node.word_spans.first().copied().unwrap_or_default(),
        platform: flags.text("platform").unwrap_or_default(),
        platform_span: platform_place.and_then(|place| request.value_span(place)),
        source_code: code,
        location,
        comments,
        span,
    })
}

/// `base` has no name, `base AS name` has one, in lower case.
fn stage_name(request: &Request) -> Result<String> {
    match request.args() {
        [_] => Ok(String::new()),
        [_, keyword, written] if is_as(keyword) => {
            let name = to_lower(written);
            let valid = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name
                    .chars()
                    .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'));
            if !valid {
                let written = match request.node.raw_words.get(2) {
                    Some(bytes) => quote_bytes(bytes),
                    None => quote(written),
                };
                return Err(Error::new(format!(
                    "invalid name for build stage: {written}, name can't start with a number or contain symbols"
                )));
            }
            Ok(name)
        }
        _ => Err(Error::new("FROM requires either one or three arguments")),
    }
}

/// Any casing of `as`; Unicode has a third form of the letter s.
fn is_as(word: &str) -> bool {
    word.eq_ignore_ascii_case("as") || matches!(word, "a\u{17f}" | "A\u{17f}")
}

fn check_casing(request: &Request, lint: &Linter) {
    let location = request.node.location();
    let from = request.node.keyword.as_str();
    // Go's lower case of bytes that aren't UTF-8 is U+FFFD, so it differs from the bytes.
    if let [_, _, stage] = request.args()
        && (*stage != to_lower(stage) || stage.contains(char::REPLACEMENT_CHARACTER))
    {
        lint.run(&rules::STAGE_NAME_CASING, &location, |text| text(stage));
    }
    if let [_, keyword, _, ..] = request.args() {
        let matches = if from == to_lower(from) {
            *keyword == to_lower(keyword)
        } else {
            // Another check reports a keyword of mixed case.
            from != to_upper(from) || *keyword == to_upper(keyword)
        };
        if !matches {
            lint.run(&rules::FROM_AS_CASING, &location, |text| {
                text(from, keyword)
            });
        }
    }
}
