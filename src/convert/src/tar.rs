//! Reads as much of a tar archive as the time of its newest file requires.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::time::Time;

const BLOCK: usize = 512;

/// Returns the time of the newest regular file; `None` if these bytes aren't an archive.
///
/// Fails if the archive is compressed; nothing here can decompress it.
pub(crate) fn newest(bytes: &[u8]) -> Result<Option<Time>> {
    const PACKED: [(&[u8], &str); 4] = [
        (b"\x1f\x8b\x08", "gzip"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
    ];
    if let Some((_, name)) = PACKED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let mut error = Error::new(format!(
            "SOURCE_DATE_EPOCH can't be read from a {name} archive whose server doesn't say when it was modified"
        ));
        error.help = Some("give SOURCE_DATE_EPOCH in seconds".into());
        return Err(error);
    }
    let mut newest: Option<Time> = None;
    let mut at = 0;
    // The time in a pax header belongs to the next file.
    let mut pax_time = None;
    let mut pax_size = None;
    while let Some(header) = bytes.get(at..at + BLOCK) {
        if header.iter().all(|b| *b == 0) {
            return Ok(newest);
        }
        let (Some(size), true) = (number(&header[124..136]), checksum_fits(header)) else {
            return Ok(None);
        };
        let kind = header[156];
        let size = match kind {
            b'x' | b'g' | b'L' | b'K' => size,
            _ => pax_size.take().unwrap_or(size),
        };
        let Ok(length) = usize::try_from(size) else {
            return Ok(None);
        };
        let content = at + BLOCK;
        let Some(end) = content.checked_add(length) else {
            return Ok(None);
        };
        match kind {
            b'x' => {
                let Some(records) = bytes.get(content..end) else {
                    return Ok(None);
                };
                (pax_time, pax_size) = pax(records);
            }
            b'g' | b'L' | b'K' => {}
            _ => {
                let time = pax_time
                    .take()
                    .or_else(|| number(&header[136..148]).map(|s| Time::utc(s, 0)));
                let is_file = matches!(kind, b'0' | 0 | b'7');
                let later = |a: &Time, b: &Time| (a.seconds, a.nanos) > (b.seconds, b.nanos);
                if let Some(time) = time.filter(|_| is_file)
                    && newest.as_ref().is_none_or(|n| later(&time, n))
                {
                    newest = Some(time);
                }
            }
        }
        at = content + length.div_ceil(BLOCK) * BLOCK;
    }
    // The archive is cut off, or empty.
    Ok(newest.filter(|_| at == bytes.len()))
}

/// Parses an octal field, or a binary one, whose first bit is set.
fn number(field: &[u8]) -> Option<i64> {
    if field[0] & 0x80 != 0 {
        let negative = field[0] & 0x40 != 0;
        let first = i64::from(field[0] & 0x7f) | if negative { !0x7f } else { 0 };
        let mut value = first;
        for byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(i64::from(*byte))?;
        }
        return Some(value);
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches([' ', '\0']);
    if text.is_empty() {
        return Some(0);
    }
    i64::from_str_radix(text, 8).ok()
}

fn checksum_fits(header: &[u8]) -> bool {
    let sum: i64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            if (148..156).contains(&at) {
                32
            } else {
                i64::from(*byte)
            }
        })
        .sum();
    number(&header[148..156]) == Some(sum)
}

/// Returns the time and the size that a pax header sets for the next file.
fn pax(mut records: &[u8]) -> (Option<Time>, Option<i64>) {
    let (mut time, mut size) = (None, None);
    while let Some(space) = records.iter().position(|b| *b == b' ') {
        let length = std::str::from_utf8(&records[..space])
            .ok()
            .and_then(|t| t.parse().ok());
        let Some(record) = length.and_then(|l: usize| records.get(space + 1..l)) else {
            break;
        };
        let next = space + 1 + record.len();
        let record = String::from_utf8_lossy(record);
        match record.trim_end_matches('\n').split_once('=') {
            Some(("mtime", value)) => time = decimal(value),
            Some(("size", value)) => size = value.parse().ok(),
            _ => {}
        }
        records = &records[next..];
    }
    (time, size)
}

/// Parses seconds with decimals.
fn decimal(text: &str) -> Option<Time> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = seconds.parse().ok()?;
    let nanos: u32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    if seconds.starts_with('-') && nanos > 0 {
        return Some(Time::utc(whole.checked_sub(1)?, 1_000_000_000 - nanos));
    }
    Some(Time::utc(whole, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: u8, mtime: i64, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0u8; BLOCK];
        header[0] = b'f';
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[136..147].copy_from_slice(format!("{mtime:011o}").as_bytes());
        header[156] = kind;
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        header[154] = 0;
        header.extend_from_slice(content);
        header.resize(header.len().div_ceil(BLOCK) * BLOCK, 0);
        header
    }

    #[test]
    fn the_newest_file_counts_and_directories_do_not() {
        let mut archive = entry(b'0', 100, b"hello");
        archive.extend(entry(b'5', 900, b""));
        archive.extend(entry(b'0', 300, b""));
        archive.extend([0; 2 * BLOCK]);
        assert_eq!(newest(&archive).unwrap(), Some(Time::utc(300, 0)));
    }

    #[test]
    fn a_pax_header_goes_before_the_plain_time() {
        let mut archive = entry(b'x', 0, b"16 mtime=400.25\n");
        archive.extend(entry(b'0', 1, b""));
        archive.extend([0; 2 * BLOCK]);
        assert_eq!(newest(&archive).unwrap(), Some(Time::utc(400, 250_000_000)));
    }

    #[test]
    fn a_time_out_of_all_bounds_is_none() {
        let mut archive = entry(b'x', 0, b"32 mtime=-9223372036854775808.5\n");
        archive.extend(entry(b'0', 1, b""));
        archive.extend([0; 2 * BLOCK]);
        assert_eq!(newest(&archive).unwrap(), Some(Time::utc(1, 0)));
    }

    #[test]
    fn other_files_have_no_time_and_packed_ones_say_so() {
        assert_eq!(newest(b"just a text").unwrap(), None);
        assert_eq!(newest(&[b'x'; 1024]).unwrap(), None);
        assert!(newest(b"\x1f\x8b\x08....").unwrap_err().help.is_some());
    }
}
