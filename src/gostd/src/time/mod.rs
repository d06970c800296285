//! As Go's `time`: RFC 3339, durations, and the calendar. No clock.

pub mod calendar;
mod duration;
mod rfc3339;

pub use duration::parse_duration;
pub use rfc3339::Time;

/// Quotes as the package `time` does in its errors, unlike `strconv.Quote`: bytes that aren't ASCII are `\xNN`.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=0x7f => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}
