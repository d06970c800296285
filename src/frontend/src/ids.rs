//! Random identifiers of 25 letters and digits, like BuildKit's own.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Returns a new identifier. It is unique enough for names within one build, and not a secret.
pub fn random_id() -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // Every `RandomState` has different keys, which come from the operating system's random numbers.
    let mut rest = (0..2).fold(0u128, |all, salt| {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u8(salt);
        all << 64 | u128::from(hasher.finish())
    });
    let mut id = String::with_capacity(25);
    for _ in 0..25 {
        id.push(char::from(DIGITS[(rest % 36) as usize]));
        rest /= 36;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::random_id;

    #[test]
    fn two_are_never_the_same() {
        let (a, b) = (random_id(), random_id());
        assert_ne!(a, b);
        assert_eq!(a.len(), 25);
        assert!(a.bytes().all(|c| c.is_ascii_alphanumeric()));
    }
}
