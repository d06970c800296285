//! How many typing mistakes are there between two words?

/// Returns the number of edits that turn one word into the other where two or fewer do. An edit adds, removes, or
/// replaces a byte, or swaps two neighbors (optimal string alignment).
///
/// The suggestions of the reference frontend count differently: see `fromtier_dockerfile::suggest`.
pub fn edits_up_to_two(a: impl AsRef<[u8]>, b: impl AsRef<[u8]>) -> Option<usize> {
    let (a, b) = (a.as_ref(), b.as_ref());
    if a.len().abs_diff(b.len()) > 2 {
        return None;
    }
    let width = b.len() + 1;
    let mut rows = vec![0usize; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i * width + j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = usize::from(a[i - 1] != b[j - 1]);
                let mut least = (rows[(i - 1) * width + j] + 1)
                    .min(rows[i * width + j - 1] + 1)
                    .min(rows[(i - 1) * width + j - 1] + replaced);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[(i - 2) * width + j - 2] + 1);
                }
                least
            };
        }
    }
    Some(rows[rows.len() - 1]).filter(|edits| *edits <= 2)
}

#[cfg(test)]
mod tests {
    use super::edits_up_to_two;

    #[test]
    fn one_or_two_mistakes_are_counted_and_more_are_not() {
        for (a, b, want) in [
            ("node", "node", Some(0)),
            ("", "", Some(0)),
            ("noed", "node", Some(1)),
            ("nod", "node", Some(1)),
            ("nodee", "node", Some(1)),
            ("mode", "node", Some(1)),
            ("pyhtno", "python", Some(2)),
            ("", "go", Some(2)),
            ("", "php", None),
            ("abcd", "wxyz", None),
            ("ruby", "rust", Some(2)),
            ("golang", "go", None),
        ] {
            assert_eq!(edits_up_to_two(a, b), want, "{a} {b}");
            assert_eq!(edits_up_to_two(b, a), want, "{b} {a}");
        }
    }
}
