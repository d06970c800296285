//! JSON as Go reads it.
#![no_main]

use fromtier_gostd::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut reader) = json::Reader::new(bytes) {
        let mut copy = reader.clone();
        let _ = (copy.raw(), reader.skip_decodable());
    }
});
