//! A Dockerfile's text: syntax tree, instructions, build checks.
#![no_main]

use fromtier_dockerfile::lint::{Config, Linter};
use fromtier_dockerfile::{instructions, parser};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let _ = parser::detect_syntax(text);
    if let Ok(tree) = parser::parse(text) {
        let linter = Linter::new(Config::default());
        let _ = instructions::parse(&tree, &linter);
        for warning in linter.take_warnings() {
            assert!(!warning.message.is_empty());
        }
    }
});
