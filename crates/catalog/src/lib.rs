//! Embedded facts on Docker Official Images. Pure.

pub mod day;

pub use day::Day;
