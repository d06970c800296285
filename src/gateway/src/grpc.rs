//! gRPC calls with one request and one response, made by tonic over the process's pipes.

use std::io;

use fromtier_proto::{Message, gw};
use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::transport::{Channel, Endpoint, Uri};

use crate::error::{CallError, Code, Error, MAX_MESSAGE};
use crate::gather::Gather;

/// How many bytes can be in flight before they are acknowledged. Large, because a pipe has no latency to speak of.
const WINDOW: u32 = 4 << 20;

/// A connection to a gRPC server. Clones share the connection.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    client: tonic::client::Grpc<Channel>,
    service: &'static str,
}

impl Connection {
    /// Starts gRPC over `stream`. Must be called in a tokio runtime, which then drives the connection.
    pub(crate) async fn open(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        service: &'static str,
    ) -> Result<Self, Error> {
        // There is only one stream: a connection that breaks stays broken.
        let mut stream = Some(Gather::new(stream));
        let connector = tower::service_fn(move |_: Uri| {
            let taken = stream.take().map(TokioIo::new);
            async move { taken.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe)) }
        });
        let channel = Endpoint::from_static("http://localhost")
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .connect_with_connector(connector)
            .await
            .map_err(|err| Error::Closed(err.to_string()))?;
        let client = tonic::client::Grpc::new(channel)
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE);
        Ok(Self { client, service })
    }

    /// Calls `method` and waits for its answer.
    pub(crate) async fn call<Q, A>(&self, method: &str, request: Q) -> Result<A, Error>
    where
        Q: Message + Send + Sync + 'static,
        A: Message + Default + Send + Sync + 'static,
    {
        let length = request.encoded_len();
        if length > MAX_MESSAGE {
            return Err(too_large(length));
        }
        let path = PathAndQuery::try_from(format!("/{}/{method}", self.service))
            .map_err(|err| Error::Closed(err.to_string()))?;
        let mut client = self.client.clone();
        client
            .ready()
            .await
            .map_err(|err| Error::Closed(err.to_string()))?;
        let codec = tonic_prost::ProstCodec::<Q, A>::default();
        match client
            .unary(tonic::Request::new(request), path, codec)
            .await
        {
            Ok(answer) => Ok(answer.into_inner()),
            Err(status) => Err(call_failure(&status)),
        }
    }
}

fn too_large(length: usize) -> Error {
    size_error("trying to send message larger than max", length)
}

/// The error of an answer that is larger than a message can be, such as an image config of more than 16 MiB. As Go's gRPC
/// words it; tonic has the length in its own words.
fn received_too_large(status: &tonic::Status) -> Option<Error> {
    let text = status
        .message()
        .strip_prefix("Error, decoded message length too large: found ")?;
    let (length, _) = text.split_once(' ')?;
    let what = "grpc: received message larger than max";
    Some(size_error(what, length.parse().ok()?))
}

fn size_error(what: &str, length: usize) -> Error {
    Error::Call(CallError(gw::Status {
        code: Code::RESOURCE_EXHAUSTED.0,
        message: format!("{what} ({length} vs. {MAX_MESSAGE})"),
        details: vec![],
    }))
}

/// The error of a failed call: the builder's answer with its details, or the end of the connection.
fn call_failure(status: &tonic::Status) -> Error {
    if let Some(error) = received_too_large(status) {
        return error;
    }
    if let Some(broken) = std::error::Error::source(status) {
        return Error::Closed(broken.to_string());
    }
    let code = status.code() as i32;
    let detailed = gw::Status::decode(status.details())
        .ok()
        .filter(|full| full.code == code && !status.details().is_empty());
    Error::Call(CallError(detailed.unwrap_or_else(|| gw::Status {
        code,
        message: status.message().to_owned(),
        details: vec![],
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call_error(status: &tonic::Status) -> CallError {
        match call_failure(status) {
            Error::Call(error) => error,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn details_take_precedence_if_they_are_about_the_same_error() {
        let full = gw::Status {
            code: 5,
            message: "no such image".into(),
            details: vec![gw::Any {
                type_url: "x".into(),
                value: b"y".to_vec(),
            }],
        };
        let with = |code| tonic::Status::with_details(code, "short", full.encode_to_vec().into());
        assert_eq!(call_error(&with(tonic::Code::NotFound)), full_error(&full));
        let unknown = call_error(&with(tonic::Code::Unknown));
        assert_eq!(unknown.to_string(), "short");
        let internal = call_error(&with(tonic::Code::Internal));
        assert_eq!(internal.to_string(), "Internal: short");
    }

    fn full_error(full: &gw::Status) -> CallError {
        CallError(full.clone())
    }

    #[test]
    fn an_answer_that_is_too_large_is_named_as_by_the_reference() {
        let text = "Error, decoded message length too large: found 17000310 bytes, the limit is: 16777216 bytes";
        let status = tonic::Status::out_of_range(text);
        assert_eq!(
            call_failure(&status).to_string(),
            "ResourceExhausted: grpc: received message larger than max (17000310 vs. 16777216)"
        );
    }

    #[test]
    fn a_message_that_is_too_large_for_buildkit_is_named() {
        assert_eq!(
            too_large(16_777_221).to_string(),
            "ResourceExhausted: trying to send message larger than max (16777221 vs. 16777216)"
        );
    }
}
