//! Recognizes archives by their first bytes.

/// Whether a file that starts with `head` (its first kilobyte) is a compressed or plain tar archive by the reference's
/// rules: bzip2, gzip, xz and Zstandard have a magic number, tar has a header with a valid checksum.
pub fn is_archive(head: &[u8]) -> bool {
    let magics: [&[u8]; 4] = [
        b"BZh",
        &[0x1f, 0x8b, 0x08],
        b"\xfd7zXZ\0",
        &[0x28, 0xb5, 0x2f, 0xfd],
    ];
    magics.iter().any(|magic| head.starts_with(magic)) || is_skippable_zstd(head) || is_tar(head)
}

/// Whether it starts with a frame that a reader of Zstandard skips: one of 16 magic numbers and a size (RFC 8878, 3.1.2).
fn is_skippable_zstd(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, _, _, _, _, ..])
}

fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else {
        return false;
    };
    let Some(stated) = parse_octal(&block[148..156]) else {
        return false;
    };
    // The checksum counts its own field as spaces. Old writers summed signed bytes.
    let blank = |i: usize, b: u8| if (148..156).contains(&i) { b' ' } else { b };
    let bytes = || block.iter().enumerate().map(|(i, b)| blank(i, *b));
    let unsigned: i64 = bytes().map(i64::from).sum();
    let signed: i64 = bytes().map(|b| i64::from(b.cast_signed())).sum();
    stated == unsigned || stated == signed
}

/// Parses an octal number that is padded with spaces and NUL bytes.
fn parse_octal(field: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches([' ', '\0']);
    let text = text.split('\0').next().unwrap_or_default();
    i64::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar_header() -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..5].copy_from_slice(b"hello");
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }

    #[test]
    fn archives_are_distinguished_from_text() {
        assert!(is_archive(&[0x1f, 0x8b, 0x08, 0]));
        assert!(is_archive(b"BZh9"));
        assert!(is_archive(&[0x28, 0xb5, 0x2f, 0xfd]));
        assert!(is_archive(&[0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]));
        assert!(!is_archive(&[0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0]));
        assert!(!is_archive(&[0x60, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]));
        assert!(is_archive(&tar_header()));
        assert!(!is_archive(b"FROM scratch\n"));
        assert!(!is_archive(&[]));
    }

    #[test]
    fn a_wrong_checksum_is_not_a_tar_archive() {
        let mut block = tar_header();
        block[0] = b'j';
        assert!(!is_archive(&block));
    }
}
