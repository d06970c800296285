//! Runs builds on the BuildKit that `scripts/buildkit.sh` brought up, and inspects the results.
//!
//! A test defines a build; [`same`] runs it with the reference frontend and with this project's on the same daemon
//! and requires the very same image. The daemon's cache makes that strict: operations that are equal are not run twice,
//! so equal images come out bit for bit, and an operation that differs in anything is run again and shows.

// A test that cannot go on panics with the reason.

mod build;
mod cli;
mod compare;
mod docker;
mod example;
mod frontend;
mod guarded;
mod made;
mod result;
mod serve;

pub use build::{Build, Outcome};
pub use cli::{CliOutput, fromtier};
pub use compare::{same, same_failure, same_warnings};
pub use docker::{Builder, Choice, DockerBuild, DockerOutcome, client_version};
pub use example::{Example, digest_of};
pub use frontend::Frontend;
pub use guarded::Guarded;
pub use made::{forget, here, store};
pub use result::{Built, Entry};
pub use serve::{Served, serve};
