//! gRPC calls of one request and one response, over HTTP/2.
//!
//! A message is five bytes of header (compressed or not, length) and its encoding. The outcome is in the trailers:
//! `grpc-status`, `grpc-message`, and with BuildKit `grpc-status-details-bin`.

use bytes::{BufMut, Bytes, BytesMut};
use fromtier_proto::{Message, gw};
use h2::client::SendRequest;
use http::{HeaderMap, Method, Request};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::base64;
use crate::error::{CallError, Code, Error};

/// The most that BuildKit takes or sends in one message, in bytes.
const MAX_MESSAGE: usize = 16 << 20;
/// How much may be under way before it is acknowledged, in bytes. A pipe has no long way to go.
const WINDOW: u32 = 4 << 20;

/// A connection to a gRPC server. Clones share the connection.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    send: SendRequest<Bytes>,
    service: &'static str,
}

impl Connection {
    /// Starts to speak HTTP/2 over `stream`. Must be called in a tokio runtime, which then drives the connection.
    pub(crate) async fn open(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        service: &'static str,
    ) -> Result<Self, Error> {
        let (send, connection) = h2::client::Builder::new()
            .enable_push(false)
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .handshake(stream)
            .await
            .map_err(closed)?;
        // Its end shows in every call that waits: they fail.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { send, service })
    }

    /// Calls `method` and waits for its answer.
    pub(crate) async fn call<Q: Message, A: Message + Default>(
        &self,
        method: &str,
        question: &Q,
    ) -> Result<A, Error> {
        let body = frame(question)?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://localhost/{}/{method}", self.service))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .map_err(|err| Error::Closed(err.to_string()))?;

        let mut send = self.send.clone().ready().await.map_err(closed)?;
        let (response, mut stream) = send.send_request(request, false).map_err(closed)?;
        stream.send_data(body, true).map_err(closed)?;
        let (head, mut body) = response.await.map_err(closed)?.into_parts();

        let mut data = BytesMut::new();
        while let Some(chunk) = body.data().await {
            let chunk = chunk.map_err(closed)?;
            body.flow_control()
                .release_capacity(chunk.len())
                .map_err(closed)?;
            data.extend_from_slice(&chunk);
            if data.len() > MAX_MESSAGE + 5 {
                let length = announced_length(&data);
                return Err(too_large("grpc: received message larger than max", length));
            }
        }
        let trailers = body.trailers().await.map_err(closed)?;
        // A server that fails before it answers puts the outcome among the headers.
        let outcome = trailers.as_ref().unwrap_or(&head.headers);
        match outcome.get("grpc-status") {
            Some(code) if code == "0" => unframe(data.freeze()),
            Some(code) => Err(Error::Call(status(code.as_bytes(), outcome))),
            None => Err(Error::Closed(format!("HTTP status {}", head.status))),
        }
    }
}

fn closed(err: h2::Error) -> Error {
    Error::Closed(err.to_string())
}

fn too_large(what: &str, length: usize) -> Error {
    Error::Call(CallError(gw::Status {
        code: Code::RESOURCE_EXHAUSTED.0,
        message: format!("{what} ({length} vs. {MAX_MESSAGE})"),
        details: vec![],
    }))
}

fn broken(what: &str) -> Error {
    Error::Call(CallError(gw::Status {
        code: Code::INTERNAL.0,
        message: what.to_owned(),
        details: vec![],
    }))
}

fn frame(message: &impl Message) -> Result<Bytes, Error> {
    let length = message.encoded_len();
    if length > MAX_MESSAGE {
        return Err(too_large("trying to send message larger than max", length));
    }
    let mut out = BytesMut::with_capacity(length + 5);
    out.put_u8(0);
    out.put_u32(length as u32);
    message
        .encode(&mut out)
        .map_err(|err| broken(&err.to_string()))?;
    Ok(out.freeze())
}

fn announced_length(data: &[u8]) -> usize {
    match data {
        [_, a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]) as usize,
        _ => 0,
    }
}

fn unframe<A: Message + Default>(mut data: Bytes) -> Result<A, Error> {
    if data.first() != Some(&0) || data.len() < 5 || announced_length(&data) != data.len() - 5 {
        return Err(broken("the builder's answer is not one whole message"));
    }
    A::decode(data.split_off(5)).map_err(|err| broken(&err.to_string()))
}

/// Code, message and details of a failed call.
fn status(code: &[u8], outcome: &HeaderMap) -> CallError {
    let code = std::str::from_utf8(code)
        .ok()
        .and_then(|code| code.parse().ok())
        .unwrap_or(Code::UNKNOWN.0);
    let detailed = outcome
        .get("grpc-status-details-bin")
        .and_then(|value| base64::decode(value.as_bytes()))
        .and_then(|bytes| gw::Status::decode(bytes.as_slice()).ok())
        .filter(|status| status.code == code);
    CallError(detailed.unwrap_or_else(|| {
        gw::Status {
            code,
            message: outcome
                .get("grpc-message")
                .map(|text| percent_decode(text.as_bytes()))
                .unwrap_or_default(),
            details: vec![],
        }
    }))
}

fn percent_decode(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let hex = |b: u8| char::from(b).to_digit(16);
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                out.push((hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0)) as u8);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_error_message_is_percent_decoded() {
        assert_eq!(percent_decode(b"a%0Ab%E2%82%AC 100%"), "a\nb\u{20ac} 100%");
    }

    #[test]
    fn details_take_precedence_if_they_tell_of_the_same_error() {
        let full = gw::Status {
            code: 5,
            message: "no such image".into(),
            details: vec![gw::Any {
                type_url: "x".into(),
                value: b"y".to_vec(),
            }],
        };
        let mut text = String::new();
        base64::encode_into(&full.encode_to_vec(), &mut text);
        let mut outcome = HeaderMap::new();
        outcome.insert("grpc-message", "short".parse().unwrap());
        outcome.insert("grpc-status-details-bin", text.parse().unwrap());
        assert_eq!(status(b"5", &outcome), CallError(full));
        assert_eq!(status(b"2", &outcome).to_string(), "short");
        assert_eq!(status(b"13", &outcome).to_string(), "Internal: short");
    }

    #[test]
    fn a_message_that_buildkit_would_not_take_is_not_sent() {
        let huge = gw::ReadFileResponse {
            data: vec![0; MAX_MESSAGE],
        };
        assert_eq!(
            frame(&huge).unwrap_err().to_string(),
            "ResourceExhausted: trying to send message larger than max (16777221 vs. 16777216)"
        );
    }
}
