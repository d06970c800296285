//! `input-metadata:NAME`: a JSON object of base64 values; one of them is an image config.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::json::{Kind, Reader};

const CONFIG: &str = "containerimage.config";

/// The image config in an input's metadata.
pub(super) fn image_config(metadata: &str) -> Result<Option<Vec<u8>>> {
    let mut reader = Reader::new(metadata.as_bytes()).map_err(|e| Error::new(e.0))?;
    if reader.kind() != Kind::Object {
        return Ok(None);
    }
    let mut found = Ok(None);
    reader.object(|reader, key| {
        let value = reader.string();
        if key == CONFIG
            && let Some(text) = value
        {
            found = base64(&text).map(Some);
        }
    });
    found
}

/// Standard base64 with padding; line breaks are skipped.
fn base64(text: &str) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held, mut padding) = (0u32, 0u32, 0usize);
    for (at, byte) in text.bytes().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\r' | b'\n' => continue,
            b'=' if held != 6 || padding > 0 => {
                padding += 1;
                continue;
            }
            _ => return Err(corrupt(at)),
        };
        if padding > 0 {
            return Err(corrupt(at));
        }
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    let wanted = match held {
        0 => 0,
        2 => 1,
        4 => 2,
        _ => return Err(corrupt(text.len())),
    };
    if padding == wanted {
        Ok(out)
    } else {
        Err(corrupt(text.len()))
    }
}

fn corrupt(at: usize) -> Error {
    Error::new(format!("illegal base64 data at input byte {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_is_found_among_other_values() {
        let metadata = r#"{"other":"eA==","containerimage.config":"eyJvcyI6ImxpbnV4In0="}"#;
        assert_eq!(
            image_config(metadata).unwrap().unwrap(),
            br#"{"os":"linux"}"#
        );
        assert_eq!(image_config("{}").unwrap(), None);
        assert!(image_config(r#"{"containerimage.config":"!"}"#).is_err());
        assert!(image_config("{").is_err());
    }

    #[test]
    fn base64_with_each_padding() {
        assert_eq!(base64("eA==").unwrap(), b"x");
        assert_eq!(base64("eHg=").unwrap(), b"xx");
        assert_eq!(base64("eHh4").unwrap(), b"xxx");
        assert!(base64("eHh").is_err());
        assert!(base64("eA=x").is_err());
    }
}
