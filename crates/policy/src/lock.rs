//! The lock file: which digest an image reference stands for.

use crate::PolicyError;

/// A checked lock file.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    _private: (),
}

impl Lock {
    /// Reads a lock file. `name` is how errors call the file; every error in it is reported at once.
    pub fn parse(_name: &str, _text: &str) -> Result<Lock, Vec<PolicyError>> {
        todo!("owned by the policy helper")
    }
}
