//! Embedded facts on Docker Official Images. Pure.
//!
//! The facts age: [`as_of`] says what day they are from, and whoever reasons from them says so.

mod asked;
pub mod day;
mod edits;
mod ended;
mod image;
mod living;
mod nearest;
mod platforms;
mod table;
mod tag;
mod variants;

pub use asked::asked_tag;
pub use day::Day;
pub use edits::edits_up_to_two;
pub use ended::{Ended, How};
pub use image::{Cycle, EndOfLife, Image, Notice, as_of, image, images, retired};
pub use living::{Asked, living_tag};
pub use nearest::{named_in_tag, nearest, similar};
pub use platforms::Platforms;
pub use tag::TagParts;
