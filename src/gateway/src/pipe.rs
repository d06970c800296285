//! Standard input and output as one non-blocking stream.
//!
//! BuildKit gives a frontend two pipes. They are read without another thread, so that nothing outlives the last call.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::net::unix::pipe::{Receiver, Sender};

/// The stream whose other end is BuildKit.
#[derive(Debug)]
pub(crate) struct Stdio {
    input: Input,
    output: Output,
}

#[derive(Debug)]
enum Input {
    Pipe(Receiver),
    Socket(UnixStream),
}

#[derive(Debug)]
enum Output {
    Pipe(Sender),
    Socket(UnixStream),
}

impl Stdio {
    /// Takes over standard input and output.
    ///
    /// # Errors
    /// If one of them is neither a pipe nor a Unix socket, such as a terminal or a file.
    pub(crate) fn open() -> io::Result<Self> {
        let input = io::stdin().as_fd().try_clone_to_owned()?;
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        let (input_is_socket, input) = is_socket(input)?;
        let (output_is_socket, output) = is_socket(output)?;
        Ok(Self {
            input: if input_is_socket {
                Input::Socket(socket(input)?)
            } else {
                Input::Pipe(Receiver::from_owned_fd(input)?)
            },
            output: if output_is_socket {
                Output::Socket(socket(output)?)
            } else {
                Output::Pipe(Sender::from_owned_fd(output)?)
            },
        })
    }
}

fn is_socket(fd: OwnedFd) -> io::Result<(bool, OwnedFd)> {
    let file = File::from(fd);
    let is_socket = file.metadata()?.file_type().is_socket();
    Ok((is_socket, file.into()))
}

fn socket(fd: OwnedFd) -> io::Result<UnixStream> {
    let stream = StdUnixStream::from(fd);
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

impl AsyncRead for Stdio {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().input {
            Input::Pipe(pipe) => Pin::new(pipe).poll_read(cx, buf),
            Input::Socket(socket) => Pin::new(socket).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stdio {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().output {
            Output::Pipe(pipe) => Pin::new(pipe).poll_write(cx, buf),
            Output::Socket(socket) => Pin::new(socket).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
