//! A stream that sends small writes together.
//!
//! A call's head, body and end, and concurrent calls, are written one by one, each by its own task. Sent together, they
//! wake the other side only once.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes can wait. With more, they are written at once.
const MAX_WAITING: usize = 64 << 10;
/// How many turns the other tasks get before the waiting bytes are written: in one they write a body, in the next they
/// end it.
const MAX_TURNS: u8 = 2;

/// A stream that holds writes back until all ready tasks had their turns.
#[derive(Debug)]
pub struct Gather<S> {
    stream: S,
    waiting: Vec<u8>,
    /// How many of the waiting bytes are written.
    written: usize,
    turns: u8,
}

impl<S: AsyncWrite + Unpin> Gather<S> {
    /// Wraps a stream.
    pub fn new(stream: S) -> Self {
        Gather {
            stream,
            waiting: Vec::new(),
            written: 0,
            turns: 0,
        }
    }

    fn poll_write_waiting(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.waiting.len() {
            let rest = &self.waiting[self.written..];
            match ready!(Pin::new(&mut self.stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
        }
        self.waiting.clear();
        self.written = 0;
        self.turns = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Gather<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gather<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.waiting.len() >= MAX_WAITING {
            ready!(this.poll_write_waiting(cx))?;
        }
        for buf in bufs {
            this.waiting.extend_from_slice(buf);
        }
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.waiting.is_empty() && this.turns < MAX_TURNS {
            this.turns += 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(this.poll_write_waiting(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_write_waiting(cx))?;
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn partial_writes_arrive_whole_and_in_order() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            // The pipe is narrower than the writes, so that they are cut.
            let (near, mut far) = tokio::io::duplex(1000);
            let mut near = Gather::new(near);
            let expected: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
            let sent = expected.clone();
            let writer = async move {
                for part in sent.chunks(777) {
                    near.write_all(part).await.unwrap();
                }
                near.flush().await.unwrap();
                near.shutdown().await.unwrap();
            };
            let mut got = Vec::new();
            let reader = far.read_to_end(&mut got);
            let (_, read) = futures_util::join!(writer, reader);
            assert_eq!(read.unwrap(), expected.len());
            assert_eq!(got, expected);
        });
    }

    #[test]
    fn writes_of_one_turn_go_out_together() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let (near, mut far) = tokio::io::duplex(1000);
            let mut near = Gather::new(near);
            near.write_all(b"head").await.unwrap();
            near.write_all(b"body").await.unwrap();
            let mut buffer = [0; 100];
            let (flushed, read) = futures_util::join!(near.flush(), far.read(&mut buffer));
            flushed.unwrap();
            assert_eq!(&buffer[..read.unwrap()], b"headbody");
        });
    }
}
