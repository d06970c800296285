//! The table that `build.rs` writes, and its rows.

/// An official image.
#[derive(Debug)]
pub(crate) struct Row {
    pub name: &'static str,
    /// Front-coded, sorted: shared, following, mask index, bytes.
    pub tags: &'static [u8],
    /// One line for each cycle: `cycle codename end`.
    pub cycles: &'static str,
    pub deprecation: Option<Raw>,
}

/// A deprecation or retirement; lists are joined by spaces.
#[derive(Debug)]
pub(crate) struct Raw {
    pub since: &'static str,
    pub tags: &'static str,
    pub instead: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));
