//! A lock file: what is written is read again, and nothing changes twice.
#![no_main]

use fromtier_policy::Lock;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(lock) = Lock::parse("fromtier.lock", text) {
        let written = lock.merged_into(text);
        let again = Lock::parse("fromtier.lock", &written).expect("it is valid");
        assert!(again.iter().eq(lock.iter()));
        assert_eq!(again.merged_into(&written), written);
    }
});
