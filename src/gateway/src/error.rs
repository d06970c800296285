//! How a call can fail, and the message for each failure.

use std::fmt;

use fromtier_proto::gw;

use crate::CapError;

/// The largest message that BuildKit accepts or sends, in bytes.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;

/// Why a call failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// BuildKit answered with an error.
    #[error(transparent)]
    Call(#[from] CallError),
    /// BuildKit is gone: the build was canceled, or the daemon ended. No more calls are possible.
    #[error("the builder has closed the connection ({0})")]
    Closed(String),
    /// The builder lacks a capability that this build needs.
    #[error(transparent)]
    Unsupported(#[from] CapError),
    /// The builder's solver lacks a capability that an operation of the graph needs.
    #[error("{0}")]
    UnsupportedOperation(String),
    /// Standard input and output are not connected to BuildKit.
    #[error("not started by BuildKit: {0}")]
    NotAFrontend(String),
    /// A file is larger than a message can be.
    #[error("{path} exceeds maximum allowed size of {MAX_MESSAGE} bytes")]
    FileTooLarge {
        /// The file's path.
        path: String,
    },
    /// A source policy of the client turned an image into something else where an image is required.
    #[error("ref mutated by policy to non-image: docker-image://{reference} -> {updated}")]
    NonImage {
        /// The requested image.
        reference: String,
        /// The source that it was turned into.
        updated: String,
    },
}

/// BuildKit's answer to a failed call: code, message and details, to be passed on unchanged.
///
/// It displays as in BuildKit's own clients: with the code's name in front, unless the code is unknown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallError(pub gw::Status);

impl CallError {
    /// The gRPC code.
    pub fn code(&self) -> Code {
        Code(self.0.code)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Code::OK | Code::UNKNOWN => f.write_str(&self.0.message),
            code => write!(f, "{code}: {}", self.0.message),
        }
    }
}

impl std::error::Error for CallError {}

/// A gRPC status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub i32);

impl Code {
    /// The call succeeded.
    pub const OK: Self = Self(0);
    /// The caller canceled the call.
    pub const CANCELED: Self = Self(1);
    /// An error without a more specific code.
    pub const UNKNOWN: Self = Self(2);
    /// The request is not valid.
    pub const INVALID_ARGUMENT: Self = Self(3);
    /// The requested thing doesn't exist.
    pub const NOT_FOUND: Self = Self(5);
    /// A limit is exceeded, such as the size of a message.
    pub const RESOURCE_EXHAUSTED: Self = Self(8);
    /// The other side doesn't support the request.
    pub const UNIMPLEMENTED: Self = Self(12);
    /// An invariant of the other side is broken.
    pub const INTERNAL: Self = Self(13);
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 17] = [
            "OK",
            "Canceled",
            "Unknown",
            "InvalidArgument",
            "DeadlineExceeded",
            "NotFound",
            "AlreadyExists",
            "PermissionDenied",
            "ResourceExhausted",
            "FailedPrecondition",
            "Aborted",
            "OutOfRange",
            "Unimplemented",
            "Internal",
            "Unavailable",
            "DataLoss",
            "Unauthenticated",
        ];
        let name = usize::try_from(self.0).ok().and_then(|i| NAMES.get(i));
        match name {
            Some(name) => f.write_str(name),
            None => write!(f, "Code({})", self.0),
        }
    }
}
