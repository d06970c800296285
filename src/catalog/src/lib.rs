//! What is known about a Docker Official Image? Its tags, platforms, release cycles, deprecation.
//!
//! # Entry points
//!
//! [`image()`] and [`images`] (lookup), [`Image::ended_release`] (end of life), [`official_match()`] and
//! [`similarly_named`] (the official image that another name means), [`replacement_tag`] (a supported tag to suggest),
//! and [`as_of`] (the day of the facts).
//!
//! # What it must never do
//!
//! The facts are embedded at build time from `data/`. This crate never reads a clock, a file, or the network. The facts
//! age, so a message that relies on them must name the day that [`as_of`] returns. Which images and tags are allowed is
//! the policy's decision, never the catalog's.

pub mod day;
mod edits;
mod end_of_life;
mod image;
mod official_match;
mod platforms;
mod replacement;
mod requested_tag;
mod table;
mod tag;
mod variants;

pub use day::Day;
pub use edits::edits_up_to_two;
pub use end_of_life::{CycleRelation, EndedRelease};
pub use image::{Cycle, EndOfLife, Image, Notice, as_of, image, images, retired};
pub use official_match::{named_in_tag, official_match, similarly_named};
pub use platforms::Platforms;
pub use replacement::{TagRequest, replacement_tag};
pub use requested_tag::requested_tag;
pub use tag::TagParts;
