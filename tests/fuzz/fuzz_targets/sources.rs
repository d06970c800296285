//! The sources of a Dockerfile: arguments, stages, targets, and how they depend on each other.
#![no_main]

use fromtier_convert::{Options, sources};
use fromtier_image::Platform;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let options = Options {
        build_args: [("VERSION".to_owned(), "1".to_owned())]
            .into_iter()
            .collect(),
        build_platforms: vec![Platform::new("linux", "amd64")],
        ..Options::default()
    };
    if let Ok(plan) = sources(text, &options) {
        for source in plan.sources {
            // Messages mark the reference in the text.
            if let Some(span) = source.span {
                assert!(span.start <= span.end && span.end <= text.len());
            }
        }
    }
});
