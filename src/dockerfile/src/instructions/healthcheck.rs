//! `HEALTHCHECK`: how to check that a container works.

use fromtier_gostd::strconv::quote;
use fromtier_gostd::strings::to_upper;
use fromtier_gostd::time::parse_duration;

use super::Command;
use super::flags::Flags;
use super::flags::Kind::Text;
use super::request::{Request, at_least_one};
use crate::error::{Error, Result};

const MILLISECOND: i64 = 1_000_000;

/// A health check, as in the image config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// `NONE`, `CMD` or `CMD-SHELL`, and the command.
    pub test: Vec<String>,
    /// Nanoseconds, as Go's `time.Duration`.
    pub interval: i64,
    /// Nanoseconds.
    pub timeout: i64,
    /// Nanoseconds.
    pub start_period: i64,
    /// Nanoseconds.
    pub start_interval: i64,
    /// How many failures in a row make a container unhealthy.
    pub retries: i64,
}

pub(super) fn parse(request: &Request) -> Result<Command> {
    let Some((kind, args)) = request.args().split_first() else {
        return Err(at_least_one("HEALTHCHECK"));
    };
    let kind = to_upper(kind);
    let health = if kind == "NONE" {
        none(args)?
    } else {
        checked(request, &kind, args)?
    };
    Ok(Command::Healthcheck {
        common: request.common(),
        health,
    })
}

fn none(args: &[String]) -> Result<Health> {
    if !args.is_empty() {
        return Err(Error::new("HEALTHCHECK NONE takes no arguments"));
    }
    Ok(Health {
        test: vec!["NONE".to_owned()],
        ..Health::default()
    })
}

fn checked(request: &Request, kind: &str, args: &[String]) -> Result<Health> {
    let flags = request.flags(&[
        ("interval", Text),
        ("timeout", Text),
        ("start-period", Text),
        ("start-interval", Text),
        ("retries", Text),
    ])?;
    if kind != "CMD" {
        return Err(Error::new(format!(
            "Unknown type {} in HEALTHCHECK (try CMD)",
            quote(kind)
        )));
    }
    if args.is_empty() {
        return Err(Error::new("Missing command after HEALTHCHECK CMD"));
    }
    let form = if request.is_json() {
        "CMD"
    } else {
        "CMD-SHELL"
    };
    let test = std::iter::once(form.to_owned()).chain(args.iter().cloned());
    Ok(Health {
        test: test.collect(),
        interval: interval(&flags, "interval")?,
        timeout: interval(&flags, "timeout")?,
        start_period: interval(&flags, "start-period")?,
        start_interval: interval(&flags, "start-interval")?,
        retries: retries(&flags)?,
    })
}

/// A flag's duration: absent, empty and zero are 0, all else is at least a millisecond.
fn interval(flags: &Flags, name: &str) -> Result<i64> {
    let text = flags.text(name).unwrap_or_default();
    if text.is_empty() {
        return Ok(0);
    }
    let duration = parse_duration(&text)?;
    if duration != 0 && duration < MILLISECOND {
        return Err(Error::new(format!(
            "Interval {} cannot be less than 1ms",
            quote(name)
        )));
    }
    Ok(duration)
}

fn retries(flags: &Flags) -> Result<i64> {
    let text = flags.text("retries").unwrap_or_default();
    if text.is_empty() {
        return Ok(0);
    }
    let retries = parse_int32(&text)?;
    if retries < 0 {
        return Err(Error::new(format!(
            "--retries cannot be negative ({retries})"
        )));
    }
    Ok(i64::from(retries))
}

/// As `strconv.ParseInt(text, 10, 32)`, with its error texts. Once digits are out of range, the rest of the text
/// doesn't matter.
fn parse_int32(text: &str) -> Result<i32> {
    let error = |what| Error::new(format!("strconv.ParseInt: parsing {}: {what}", quote(text)));
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return Err(error("invalid syntax"));
    }
    let mut value: i64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(error("invalid syntax"));
        }
        value = value * 10 + i64::from(digit - b'0');
        if value > i64::from(u32::MAX) {
            return Err(error("value out of range"));
        }
    }
    let value = if negative { -value } else { value };
    i32::try_from(value).map_err(|_| error("value out of range"))
}
