//! "did you mean": the nearest of some known words, as the reference finds it.

/// The nearest of `options` to `val`, if one is near enough and none is equal (the reference's `suggest.Search`).
pub fn search<'a>(_val: &str, _options: &[&'a str], _case_sensitive: bool) -> Option<&'a str> {
    todo!("owned by the shell helper")
}

/// `err` with ` (did you mean X?)` behind its message where `search` finds one (`suggest.WrapError`);
/// the flag says whether it did.
pub fn wrap(err: crate::error::Error, val: &str, options: &[&str], case_sensitive: bool) -> (crate::error::Error, bool) {
    match search(val, options, case_sensitive) {
        Some(_) | None => (err, false),
    }
}
