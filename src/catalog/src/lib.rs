//! Embedded facts on Docker Official Images. Pure.
//!
//! The facts age: [`as_of`] says what day they are from, and whoever reasons from them says so.

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
