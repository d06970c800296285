//! Where to read more about codes.

use crate::code::Code;

/// Returns the line with the command that explains the codes.
pub fn explain_command(codes: &[&str]) -> String {
    format!("explain: fromtier explain {}", codes.join(" "))
}

/// Returns that line, and one with the page of each code that has one.
pub fn explain_lines(codes: &[&str]) -> String {
    let mut out = explain_command(codes);
    let known = Code::ALL.iter();
    for url in (known.filter(|code| codes.contains(&code.as_str()))).filter_map(|code| code.url()) {
        out.push_str(&format!("\nexplain: {url}"));
    }
    out
}
