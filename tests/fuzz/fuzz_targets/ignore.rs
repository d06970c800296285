//! An ignore file, and the path in its last line.
#![no_main]

use fromtier_dockerfile::ignore::{Matcher, read};
use fromtier_gostd::path;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut patterns) = read(bytes) else {
        return;
    };
    let last = patterns.pop().unwrap_or_default();
    if let Ok(matcher) = Matcher::new(&patterns) {
        let _ = matcher.matches_or_parent_matches(&path::clean(&last));
    }
});
