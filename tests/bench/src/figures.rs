//! What several runs come to.

/// The value in the middle, or the higher one of two.
pub fn median<T: Ord + Copy>(mut list: Vec<T>) -> Option<T> {
    list.sort();
    list.get(list.len() / 2).copied()
}
