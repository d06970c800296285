//! YAML as a small tree with places: mappings, lists, and texts.
//!
//! Anchors, aliases, tags, merge keys, and further documents are errors, so that every value is written where it applies.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::report::{Report, Span};

/// The deepest nesting that is read. No policy needs as much.
const MAX_DEPTH: usize = 16;

#[derive(Debug)]
pub(super) struct Node {
    pub value: Value,
    pub span: Span,
}

#[derive(Debug)]
pub(super) enum Value {
    /// A scalar, as written: `yes`, `1.0`, and `null` are texts.
    Text(String),
    List(Vec<Node>),
    Map(Vec<MapEntry>),
}

#[derive(Debug)]
pub(super) struct MapEntry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    /// Returns the kind of value as errors name it: `a mapping`, `a list`, or `text`.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads one document, and reports its errors. Returns `None` if there is no content, or if it isn't valid YAML.
pub(super) fn read(text: &str, report: &mut Report<'_>) -> Option<Node> {
    let mut events = Events {
        parser: Parser::new_from_str(text),
    };
    let mut root = None;
    loop {
        let (event, span) = match events.next() {
            Ok(next) => next?,
            Err(YamlError { message, span }) => {
                report.error(span, message, None);
                return None;
            }
        };
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => return root,
            _ if root.is_some() => {
                report.error(
                    span,
                    "found a second YAML document; expected only one",
                    None,
                );
                return None;
            }
            event => match read_node(event, span, &mut events, report, 0) {
                Ok(node) => root = Some(node),
                Err(YamlError { message, span }) => {
                    report.error(span, message, None);
                    return None;
                }
            },
        }
    }
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

/// Why a text can't be read as YAML, and where.
struct YamlError {
    message: String,
    span: Span,
}

impl YamlError {
    fn new(message: impl Into<String>, span: Span) -> YamlError {
        YamlError {
            message: message.into(),
            span,
        }
    }
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, YamlError> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((
                event,
                Span {
                    start: span.start.index(),
                    end: span.end.index(),
                },
            ))),
            Some(Err(error)) => {
                let start = error.marker().index();
                let span = Span {
                    start,
                    end: start + 1,
                };
                let message = format!("invalid YAML: {}", error.info());
                Err(YamlError::new(message, span))
            }
        }
    }

    fn expect(&mut self, span: Span) -> Result<(Event<'a>, Span), YamlError> {
        self.next()?
            .ok_or_else(|| YamlError::new("invalid YAML: unexpected end of file", span))
    }
}

fn read_node<'a>(
    event: Event<'a>,
    span: Span,
    events: &mut Events<'a>,
    report: &mut Report<'_>,
    depth: usize,
) -> Result<Node, YamlError> {
    if depth > MAX_DEPTH {
        return Err(YamlError::new("this is nested too deeply", span));
    }
    match event {
        Event::Scalar(text, style, anchor, tag) => {
            reject_extras(anchor, tag.is_some(), span, report);
            // `~` is no value. A quoted `"~"` is a text.
            let text = if style == ScalarStyle::Plain && text == "~" {
                String::new()
            } else {
                text.into_owned()
            };
            Ok(Node {
                value: Value::Text(text),
                span,
            })
        }
        Event::SequenceStart(anchor, tag) => {
            reject_extras(anchor, tag.is_some(), span, report);
            read_items(span, events, report, depth)
        }
        Event::MappingStart(anchor, tag) => {
            reject_extras(anchor, tag.is_some(), span, report);
            read_entries(span, events, report, depth)
        }
        Event::Alias(_) => Err(YamlError::new(
            "YAML aliases are not supported; repeat the value instead",
            span,
        )),
        _ => Err(YamlError::new("unexpected YAML", span)),
    }
}

/// Reads the items of a list that begins at `span`.
fn read_items<'a>(
    span: Span,
    events: &mut Events<'a>,
    report: &mut Report<'_>,
    depth: usize,
) -> Result<Node, YamlError> {
    let mut items = Vec::new();
    loop {
        let (event, at) = events.expect(span)?;
        if matches!(event, Event::SequenceEnd) {
            return Ok(Node {
                value: Value::List(items),
                span: span.to_start(at),
            });
        }
        items.push(read_node(event, at, events, report, depth + 1)?);
    }
}

/// Reads the entries of a mapping that begins at `span`.
fn read_entries<'a>(
    span: Span,
    events: &mut Events<'a>,
    report: &mut Report<'_>,
    depth: usize,
) -> Result<Node, YamlError> {
    let mut entries: Vec<MapEntry> = Vec::new();
    loop {
        let (event, at) = events.expect(span)?;
        if matches!(event, Event::MappingEnd) {
            return Ok(Node {
                value: Value::Map(entries),
                span: span.to_start(at),
            });
        }
        let key = read_node(event, at, events, report, depth + 1)?;
        let (event, at) = events.expect(span)?;
        let value = read_node(event, at, events, report, depth + 1)?;
        let Value::Text(name) = key.value else {
            let message = format!("expected text as a key, found {}", key.kind());
            report.error(key.span, message, None);
            continue;
        };
        if entries.iter().any(|entry| entry.key == name) {
            report.error(key.span, format!("duplicate key `{name}`"), None);
            continue;
        }
        entries.push(MapEntry {
            key: name,
            key_span: key.span,
            value,
        });
    }
}

/// Reports an anchor or a YAML tag.
fn reject_extras(anchor: usize, tagged: bool, span: Span, report: &mut Report<'_>) {
    if anchor != 0 {
        report.error(
            span,
            "YAML anchors are not supported; repeat the value instead",
            None,
        );
    }
    if tagged {
        report.error(span, "YAML tags are not supported", None);
    }
}
