//! Image references and digests: what is printed is read again as the same. The short form isn't always: as in Docker,
//! `docker.io/a.example/b` is `a.example/b` for short.
#![no_main]

use fromtier_image::{Digest, ImageRef};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Digest::parse(text);
    let _ = ImageRef::parse_as_is(text);
    if let Ok(image) = ImageRef::parse(text) {
        assert_eq!(ImageRef::parse(&image.to_string()).as_ref(), Ok(&image));
        let _ = ImageRef::parse(&image.familiar());
    }
});
