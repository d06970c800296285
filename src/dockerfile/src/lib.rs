//! What is in a Dockerfile, and where?
//!
//! # Entry points
//!
//! [`parser::parse`] (bytes to a syntax tree with byte spans), [`instructions::parse`] (the tree to stages
//! with typed instructions), [`shell::Lex`] (expansion of variables), [`ignore::Matcher`] (`.dockerignore`),
//! [`lint::Linter`] (BuildKit's build checks), and [`git_url::GitRef`] (git sources). Errors are data: text, places,
//! and help.
//!
//! # What it must never do
//!
//! This crate never reads a file or the network, never resolves an image, and never panics on input. Nothing recurses
//! on it without a limit. Its errors and findings have the reference frontend's texts, byte for byte.

mod cursor;
pub mod error;
pub mod git_url;
pub mod ignore;
pub mod instructions;
pub mod lint;
pub mod parser;
pub mod shell;
pub mod span;
pub mod suggest;
pub mod visible;
