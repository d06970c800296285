//! YAML into a small tree with places: mappings, lists and texts, and nothing clever.
//!
//! Anchors, aliases, tags, merge keys and further documents are errors: a policy says what it says where it says it.

use super::report::{Report, Span};
use saphyr_parser::{Event, Parser, ScalarStyle};

/// Deeper than any policy is.
const MAX_DEPTH: usize = 16;

#[derive(Debug)]
pub(super) struct Node {
    pub value: Value,
    pub span: Span,
}

#[derive(Debug)]
pub(super) enum Value {
    /// A scalar; nothing is made of `yes`, `1.0` or `null` here.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    /// "a mapping", "a list", "a text"
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads one document; complaints go to the report. `None` when there is nothing to go on with.
pub(super) fn read(text: &str, report: &mut Report<'_>) -> Option<Node> {
    let mut events = Events {
        parser: Parser::new_from_str(text),
    };
    let mut root = None;
    loop {
        let (event, span) = match events.next() {
            Ok(next) => next?,
            Err((message, span)) => {
                report.error(span, message, None);
                return None;
            }
        };
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => return root,
            _ if root.is_some() => {
                report.error(span, "a second document: a policy is one document", None);
                return None;
            }
            event => match node(event, span, &mut events, report, 0) {
                Ok(node) => root = Some(node),
                Err((message, span)) => {
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

type Broken = (String, Span);

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Broken> {
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
                let at = error.marker().index();
                Err((
                    format!("this is no YAML: {}", error.info()),
                    Span {
                        start: at,
                        end: at + 1,
                    },
                ))
            }
        }
    }

    fn expect(&mut self, span: Span) -> Result<(Event<'a>, Span), Broken> {
        self.next()?
            .ok_or_else(|| ("this is no YAML: it ends too soon".to_owned(), span))
    }
}

fn node<'a>(
    event: Event<'a>,
    span: Span,
    events: &mut Events<'a>,
    report: &mut Report<'_>,
    depth: usize,
) -> Result<Node, Broken> {
    if depth > MAX_DEPTH {
        return Err(("this is nested too deeply".into(), span));
    }
    match event {
        Event::Scalar(text, style, anchor, tag) => {
            plain(anchor, tag.is_some(), span, report);
            // A text in quotes may be empty; nothing at all is the absence of a value.
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
            plain(anchor, tag.is_some(), span, report);
            let mut items = Vec::new();
            loop {
                let (event, at) = events.expect(span)?;
                if matches!(event, Event::SequenceEnd) {
                    return Ok(Node {
                        value: Value::List(items),
                        span: span.to(at),
                    });
                }
                items.push(node(event, at, events, report, depth + 1)?);
            }
        }
        Event::MappingStart(anchor, tag) => {
            plain(anchor, tag.is_some(), span, report);
            let mut entries: Vec<Entry> = Vec::new();
            loop {
                let (event, at) = events.expect(span)?;
                if matches!(event, Event::MappingEnd) {
                    return Ok(Node {
                        value: Value::Map(entries),
                        span: span.to(at),
                    });
                }
                let key = node(event, at, events, report, depth + 1)?;
                let (event, at) = events.expect(span)?;
                let value = node(event, at, events, report, depth + 1)?;
                let Value::Text(name) = key.value else {
                    report.error(
                        key.span,
                        format!("a key is a text, not {}", key.kind()),
                        None,
                    );
                    continue;
                };
                if entries.iter().any(|entry| entry.key == name) {
                    report.error(key.span, format!("`{name}` is said twice"), None);
                    continue;
                }
                entries.push(Entry {
                    key: name,
                    key_span: key.span,
                    value,
                });
            }
        }
        Event::Alias(_) => Err((
            "aliases are not supported: say it where it holds".into(),
            span,
        )),
        _ => Err(("this is no YAML that a policy is written in".into(), span)),
    }
}

fn plain(anchor: usize, tagged: bool, span: Span, report: &mut Report<'_>) {
    if anchor != 0 {
        report.error(
            span,
            "anchors are not supported: say it where it holds",
            None,
        );
    }
    if tagged {
        report.error(span, "YAML tags are not supported", None);
    }
}
