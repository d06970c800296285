//! An image's config: what is written is read again as the same.
#![no_main]

use fromtier_image::ImageConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(config) = ImageConfig::from_json(bytes) {
        let written = config.to_json();
        let again = ImageConfig::from_json(&written).expect("it is valid");
        assert_eq!(again.to_json(), written);
    }
});
