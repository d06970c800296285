//! Values that are computed once, whichever thread needs them first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock};

use crate::mutex::lock;

/// Computed values by key. A thread that needs a value that another one computes waits for it.
#[derive(Debug)]
pub struct Memo<K, V> {
    known: Mutex<HashMap<K, Arc<OnceLock<V>>>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo {
            known: Mutex::default(),
        }
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// Returns the value of a key. `compute` can ask for other keys, but not for its own.
    pub fn get(&self, key: K, compute: impl FnOnce() -> V) -> V {
        // The lock isn't kept while it computes.
        let cell = Arc::clone(lock(&self.known).entry(key).or_default());
        cell.get_or_init(compute).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::parallel;

    #[test]
    fn each_value_is_computed_once() {
        let memo = Memo::default();
        let computed = AtomicUsize::new(0);
        let keys: Vec<usize> = (0..100).map(|key| key % 10).collect();
        let values = parallel::map(&keys, 4, |key| {
            memo.get(*key, || {
                computed.fetch_add(1, Ordering::Relaxed);
                key + 1
            })
        });
        assert!(keys.iter().zip(values).all(|(key, value)| key + 1 == value));
        assert_eq!(computed.into_inner(), 10);
    }
}
