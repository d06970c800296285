//! `STOPSIGNAL`: the signal that stops the container.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::Common;
use fromtier_gostd::strings::to_upper;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

/// Linux's signals by name, without the real-time ones.
const SIGNALS: [&str; 34] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
    "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
];

impl Dispatch<'_> {
    pub(super) fn stop_signal(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        signal: String,
    ) -> Result<()> {
        let signal = self.expand_word(&signal, stage, common)?;
        if !is_signal(&signal) {
            return Err(Error::new(format!("invalid signal: {signal}")));
        }
        let message = format!("STOPSIGNAL {signal}");
        stage.built.image.config.stop_signal = signal;
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}

/// Checks a signal: a name, with or without `SIG` and in any casing, or a number that isn't 0.
fn is_signal(text: &str) -> bool {
    if let Ok(number) = text.parse::<i64>() {
        return number != 0;
    }
    let upper = to_upper(text);
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if SIGNALS.contains(&name) || name == "RTMIN" || name == "RTMAX" {
        return true;
    }
    let offset = |text: &str, max: u32| {
        text.parse::<u32>()
            .is_ok_and(|n| (1..=max).contains(&n) && n.to_string() == text)
    };
    match (name.strip_prefix("RTMIN+"), name.strip_prefix("RTMAX-")) {
        (Some(n), _) => offset(n, 15),
        (_, Some(n)) => offset(n, 14),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_names_or_numbers() {
        for ok in ["SIGTERM", "term", "9", "SIGRTMIN+3", "RTMAX-14", "-1"] {
            assert!(is_signal(ok), "{ok}");
        }
        for bad in ["0", "SIGFOO", "RTMIN+16", "RTMAX-15", "RTMIN+03", ""] {
            assert!(!is_signal(bad), "{bad}");
        }
    }
}
