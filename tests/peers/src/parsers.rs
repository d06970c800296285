//! The parsers, each with the same interface: is this a Dockerfile?

use std::panic::catch_unwind;

use fromtier_dockerfile::lint::{Config, Linter};

/// One parser.
pub struct Parser {
    pub name: &'static str,
    /// Reads a Dockerfile to the end; whether it was accepted.
    pub read: fn(&[u8]) -> bool,
}

impl Parser {
    /// Whether it accepts a Dockerfile. A panic counts as a refusal.
    pub fn reads(&self, data: &[u8]) -> bool {
        catch_unwind(|| (self.read)(data)).unwrap_or(false)
    }

    pub fn panics(&self, data: &[u8]) -> bool {
        catch_unwind(|| (self.read)(data)).is_err()
    }
}

/// Ours first.
pub const PARSERS: [Parser; 4] = [
    Parser {
        name: "fromtier-dockerfile",
        read: ours,
    },
    Parser {
        name: "parse-dockerfile 0.1.9",
        read: |data| text(data).is_some_and(|text| parse_dockerfile::parse(text).is_ok()),
    },
    Parser {
        name: "dockerfile-parser 0.9.0",
        read: |data| {
            text(data).is_some_and(|text| dockerfile_parser::Dockerfile::parse(text).is_ok())
        },
    },
    Parser {
        name: "dockerfile-parser-rs 3.4.0",
        read: |data| {
            text(data).is_some_and(|text| text.parse::<dockerfile_parser_rs::Dockerfile>().is_ok())
        },
    },
];

/// Down to typed instructions and their flags, with warnings collected, as a build does it.
fn ours(data: &[u8]) -> bool {
    let linter = Linter::new(Config::default());
    fromtier_dockerfile::parser::parse(data).is_ok_and(|file| {
        std::hint::black_box(fromtier_dockerfile::instructions::parse(&file, &linter)).is_ok()
    })
}

/// The peers take text only.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
