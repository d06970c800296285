//! gRPC's server side, for calls of one request and one response.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{BufMut, Bytes, BytesMut};
use fromtier_gateway::Gather;
use fromtier_proto::gw;
use http::{HeaderMap, HeaderValue, Request, Response};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};

/// Answers calls: takes the encoded request and the time at which its head arrived, and gives the encoded response.
pub(crate) trait Service: Send + Sync + 'static {
    fn call(
        self: Arc<Self>,
        method: String,
        request: Bytes,
        arrived: Instant,
    ) -> impl Future<Output = Result<Vec<u8>, gw::Status>> + Send;
}

/// Serves until the client goes away.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    service: Arc<impl Service>,
) -> Result<(), h2::Error> {
    let mut connection = h2::server::Builder::new()
        .initial_window_size(1 << 20)
        .initial_connection_window_size(1 << 20)
        .handshake(Gather::new(stream))
        .await?;
    while let Some(accepted) = connection.accept().await {
        let (request, respond) = accepted?;
        let service = service.clone();
        let arrived = Instant::now();
        tokio::spawn(async move {
            // A client that has gone needs no answer.
            let _ = answer(request, respond, service, arrived).await;
        });
    }
    Ok(())
}

async fn answer(
    request: Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
    service: Arc<impl Service>,
    arrived: Instant,
) -> Result<(), h2::Error> {
    let path = request.uri().path().to_owned();
    let method = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut body = request.into_body();
    let mut data = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        data.extend_from_slice(&chunk);
    }
    let message = if data.len() < 5 {
        Bytes::new()
    } else {
        data.split_off(5).freeze()
    };
    let result = service.call(method, message, arrived).await;

    let head = Response::builder()
        .header("content-type", "application/grpc")
        .body(())
        .unwrap_or_default();
    let mut stream = respond.send_response(head, false)?;
    let mut trailers = HeaderMap::new();
    match result {
        Ok(message) => {
            let mut out = BytesMut::with_capacity(message.len() + 5);
            out.put_u8(0);
            out.put_u32(message.len() as u32);
            out.extend_from_slice(&message);
            stream.send_data(out.freeze(), false)?;
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
        }
        Err(status) => {
            trailers.insert("grpc-status", HeaderValue::from(status.code));
            if let Ok(text) = HeaderValue::from_str(&percent_encode(&status.message)) {
                trailers.insert("grpc-message", text);
            }
            let details = STANDARD_NO_PAD.encode(status.encode_to_vec());
            if let Ok(details) = HeaderValue::from_str(&details) {
                trailers.insert("grpc-status-details-bin", details);
            }
        }
    }
    stream.send_trailers(trailers)
}

fn percent_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
