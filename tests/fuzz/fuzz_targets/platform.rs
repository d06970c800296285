//! Platforms. What is printed isn't always read again as the same: containerd joins parts as a path, so `x/.` is `x`.
#![no_main]

use fromtier_image::Platform;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(platform) = Platform::parse(text) {
        let platform = platform.normalize();
        let _ = Platform::parse(&platform.format_all());
        assert_eq!(platform.clone().normalize(), platform);
    }
});
