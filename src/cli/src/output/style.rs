//! The colors of words. `main` removes them if the output isn't a terminal or the user turned them off.

use anstyle::{AnsiColor, Style};
use fromtier_policy::Severity;

use super::terminal::marked;

/// For refusals and errors.
pub const ERROR: Style = AnsiColor::Red.on_default();
/// For warnings.
pub const WARNING: Style = AnsiColor::Yellow.on_default();
/// For passes.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// The subject of the output.
pub const BOLD: Style = Style::new().bold();
/// The labels of steps.
pub const DIM: Style = Style::new().dimmed();

/// A word in a style.
pub fn paint(style: Style, word: &str) -> String {
    let (on, off) = (format!("{style}"), format!("{style:#}"));
    format!("{}{word}{}", marked(&on), marked(&off))
}

/// `allow`, `warn`, or `deny`, in its color.
pub fn verdict(severity: Severity) -> String {
    let style = match severity {
        Severity::Allow => GOOD,
        Severity::Warn => WARNING,
        Severity::Deny => ERROR,
    };
    paint(style, severity.key())
}
