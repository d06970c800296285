//! Turns errors of a build into the gRPC status that BuildKit passes to the client.

use fromtier_convert::pb_ranges;
use fromtier_dockerfile::error::{Cause, Error};
use fromtier_dockerfile::visible::visible;
use fromtier_gateway::{self as gateway, Code, Detail};
use fromtier_policy::Owner;
use fromtier_proto::{gw, pb};

mod refusals;

/// How many refusals of one build are reported.
const MAX_REFUSALS: usize = 51;
/// How many bytes the places of refusals can add. Each place carries the whole Dockerfile, and BuildKit limits
/// the size of a message.
const MAX_PLACES_BYTES: usize = 1 << 20;

/// Why a build ends without a result.
#[derive(Debug)]
pub enum Failure {
    /// An error in the build's input, or a refusal.
    Build(Box<Error>),
    /// The same, with a typed detail that clients evaluate.
    Typed(Box<Error>, Code, Box<Detail>),
    /// The builder's answer, passed on unchanged.
    Gateway(gateway::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Build(Box::new(error))
    }
}

impl From<gateway::Error> for Failure {
    fn from(error: gateway::Error) -> Self {
        Failure::Gateway(error)
    }
}

impl Failure {
    /// Returns the error without its type.
    pub fn into_error(self) -> Error {
        match self {
            Failure::Build(error) | Failure::Typed(error, ..) => *error,
            Failure::Gateway(error) => gateway_error(error),
        }
    }

    /// Adds `context: ` before the message, and keeps the builder's code and details.
    #[must_use]
    pub fn wrap(self, context: &str) -> Failure {
        match self {
            Failure::Build(error) => error.wrap(context).into(),
            Failure::Typed(error, code, detail) => {
                Failure::Typed(Box::new(error.wrap(context)), code, detail)
            }
            Failure::Gateway(error) => gateway_error(error).wrap(context).into(),
        }
    }
}

/// Turns a gateway error into an [`Error`] with its text and its status.
pub fn gateway_error(error: gateway::Error) -> Error {
    let mut out = Error::new(error.to_string());
    if let gateway::Error::Call(call) = error {
        out.cause = Some(Box::new(Cause {
            code: call.0.code,
            message: call.0.message,
            details: (call.0.details.into_iter())
                .map(|any| (any.type_url, any.value))
                .collect(),
        }));
    }
    out
}

/// Returns the status for `Return`. `source` is the Dockerfile, if it is known: its lines go with the error.
pub fn failure_status(failure: Failure, source: Option<&pb::SourceInfo>) -> gw::Status {
    shown(status(failure, source))
}

/// The same for an error that can be a refusal. `policies` says whose policies there are, and whom to ask about what these
/// owners decided.
pub fn refusal_status(
    failure: Failure,
    source: Option<&pb::SourceInfo>,
    policies: impl Fn(&[Option<Owner>]) -> String,
) -> gw::Status {
    let more = refusals::footer(&failure, policies);
    let mut status = status(failure, source);
    if let Some(more) = more {
        status.message = format!("{}\n\n{more}", status.message);
    }
    shown(status)
}

/// Clients print a message as it is, and names and words of strangers are in it.
fn shown(status: gw::Status) -> gw::Status {
    gw::Status {
        message: visible(&status.message),
        ..status
    }
}

fn status(failure: Failure, source: Option<&pb::SourceInfo>) -> gw::Status {
    match failure {
        Failure::Build(error) => error_status(&error, source),
        Failure::Typed(error, code, detail) => {
            let mut status = error_status(&error, source);
            status.code = code.0;
            status.details.push(detail.to_any());
            status
        }
        Failure::Gateway(gateway::Error::Call(call)) => call.0,
        Failure::Gateway(error) => error_status(&Error::new(error.to_string()), source),
    }
}

fn error_status(error: &Error, source: Option<&pb::SourceInfo>) -> gw::Status {
    let mut details = Vec::new();
    if let Some(info) = source {
        let places = if error.more.is_empty() {
            // The outermost place comes first, because BuildKit unwraps its errors in this order.
            error.locations.iter().rev().cloned().collect()
        } else {
            let room = (MAX_PLACES_BYTES / info.data.len().max(1)).max(1);
            let mut frames = refusals::refusal_frames(error);
            frames.truncate(room);
            // Clients print the last place first.
            frames.reverse();
            frames
        };
        details.extend(places.iter().map(|place| {
            let detail = Detail::Source {
                info: info.clone(),
                ranges: pb_ranges(place),
            };
            detail.to_any()
        }));
    }
    let cause = error.cause.as_deref();
    if let Some(cause) = cause {
        details.extend(cause.details.iter().map(|(url, value)| gw::Any {
            type_url: url.clone(),
            value: value.clone(),
        }));
    }
    gw::Status {
        code: cause.map_or(Code::UNKNOWN.0, |c| c.code),
        message: match (cause, error.code()) {
            (Some(cause), None) => with_help(cause.message.clone(), error),
            // A message of ours has the builder's message in it already.
            _ => message_with_more(error, source),
        },
        details,
    }
}

/// The error, or all refusals with their lines. The client's excerpt shows the line of a single one.
fn message_with_more(error: &Error, source: Option<&pb::SourceInfo>) -> String {
    if error.more.is_empty() {
        return message(error);
    }
    refusals::messages(error, source.map_or("", |info| info.filename.as_str()))
}

/// The text that the client shows. The reference's messages are unchanged; our own have a code or a line of help.
fn message(error: &Error) -> String {
    let text = match error.code() {
        Some(code) => format!("error[{code}]: {}", error.message),
        None => error.message.clone(),
    };
    with_help(text, error)
}

/// Adds the error's line of help to a text.
fn with_help(text: String, error: &Error) -> String {
    match &error.help {
        Some(help) => format!("{text}\nhelp: {help}"),
        None => text,
    }
}

#[cfg(test)]
mod tests;
