//! Dockerfile bytes to a syntax tree with spans, and the rules of the language. Pure.

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
