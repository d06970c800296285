//! URLs and git sources as Go and BuildKit read them, and lines of CSV.
#![no_main]

use fromtier_dockerfile::git_url::GitRef;
use fromtier_gostd::{csv, time, url};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = GitRef::parse(text);
    let _ = url::Url::parse(text);
    let _ = csv::fields(text);
    let _ = time::parse_duration(text);
});
