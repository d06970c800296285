//! Content digests: `sha256:…`.

use sha2::{Digest as _, Sha256};

/// A valid digest, `algorithm:hex`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

/// go-digest's own error texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DigestError(pub String);

impl Digest {
    /// Parses with go-digest's rules and error texts (`invalid checksum digest format`, …).
    pub fn parse(text: &str) -> Result<Digest, DigestError> {
        let fail = |text: &str| Err(DigestError(text.to_owned()));
        const FORMAT: &str = "invalid checksum digest format";
        let Some((algorithm, encoded)) = text.split_once(':') else {
            return fail(FORMAT);
        };
        if algorithm.is_empty() || encoded.is_empty() {
            return fail(FORMAT);
        }
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ if is_general(algorithm, encoded) => return fail("unsupported digest algorithm"),
            _ => return fail(FORMAT),
        };
        if encoded.len() != length {
            return fail("invalid checksum digest length");
        }
        if !encoded
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return fail(FORMAT);
        }
        Ok(Digest(text.to_owned()))
    }

    /// Returns the SHA-256 of some bytes.
    pub fn sha256(bytes: &[u8]) -> Digest {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(7 + 64);
        text.push_str("sha256:");
        for byte in Sha256::digest(bytes) {
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
        Digest(text)
    }

    /// Returns the whole digest, with its algorithm.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the algorithm, such as `sha256`.
    pub fn algorithm(&self) -> &str {
        self.0
            .split_once(':')
            .map_or("", |(algorithm, _)| algorithm)
    }

    /// Returns the part after the algorithm.
    pub fn encoded(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, encoded)| encoded)
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the text has the form of a digest with an unknown algorithm.
fn is_general(algorithm: &str, encoded: &str) -> bool {
    algorithm.split(['.', '+', '_', '-']).all(|part| {
        !part.is_empty() && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z'))
    }) && encoded
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::Digest;

    // Expectations printed by go-digest.
    #[test]
    fn digests_are_checked_as_go_digest_does() {
        let hex = "a".repeat(64);
        for (given, expected) in [
            (format!("sha256:{hex}"), None),
            (format!("sha512:{hex}{hex}"), None),
            (String::new(), Some("invalid checksum digest format")),
            ("sha256:".to_owned(), Some("invalid checksum digest format")),
            ("foo:bar".to_owned(), Some("unsupported digest algorithm")),
            ("Foo:bar".to_owned(), Some("invalid checksum digest format")),
            (
                format!("sha256:{}", hex.to_uppercase()),
                Some("invalid checksum digest format"),
            ),
            (
                "sha256:a".to_owned(),
                Some("invalid checksum digest length"),
            ),
            (
                "a+b.c_d-e:=_-".to_owned(),
                Some("unsupported digest algorithm"),
            ),
            ("a++b:c".to_owned(), Some("invalid checksum digest format")),
            ("foo:x:y".to_owned(), Some("invalid checksum digest format")),
        ] {
            assert_eq!(
                Digest::parse(&given).err().map(|e| e.0).as_deref(),
                expected,
                "{given}"
            );
        }
    }

    #[test]
    fn bytes_have_their_sha256() {
        assert_eq!(
            Digest::sha256(b"{}").as_str(),
            "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
