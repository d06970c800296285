//! RFC 3339 times as Go's `time.Time` reads them from JSON and writes them back.

use super::calendar::Date;
use super::quote;
use crate::{Error, Result};

/// A point in time with the offset of its written form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
    /// Minutes east of UTC.
    pub offset: i32,
}

impl Time {
    /// A point in time in UTC.
    pub fn utc(seconds: i64, nanos: u32) -> Time {
        Time {
            seconds,
            nanos,
            offset: 0,
        }
    }

    /// Parses RFC 3339 as leniently as `time.Parse`: the hour can have one digit, and a comma can replace the point.
    /// The error is Go's text.
    pub fn parse(text: &str) -> Result<Time> {
        let range =
            |what: &str| Error(format!("parsing time {}: {what} out of range", quote(text)));
        let mut scan = Scan {
            whole: text,
            rest: text.as_bytes(),
        };
        let year = scan.number(4, 4, "2006")?;
        scan.literal(b'-', "-")?;
        let month = scan.number(2, 2, "01")?;
        if !(1..=12).contains(&month) {
            return Err(range("month"));
        }
        scan.literal(b'-', "-")?;
        let day = scan.number(2, 2, "02")?;
        scan.literal(b'T', "T")?;
        let hour = scan.number(1, 2, "15")?;
        if hour > 23 {
            return Err(range("hour"));
        }
        scan.literal(b':', ":")?;
        let minute = scan.number(2, 2, "04")?;
        if minute > 59 {
            return Err(range("minute"));
        }
        scan.literal(b':', ":")?;
        let second = scan.number(2, 2, "05")?;
        if second > 59 {
            return Err(range("second"));
        }
        let nanos = scan.fraction();
        let offset = scan.zone(&range)?;
        if !scan.rest.is_empty() {
            let extra = quote(&String::from_utf8_lossy(scan.rest));
            let text = quote(text);
            return Err(Error(format!("parsing time {text}: extra text: {extra}")));
        }
        let small = |number| u8::try_from(number).unwrap_or_default();
        let date = Date::new(year, small(month), small(day)).ok_or_else(|| range("day"))?;
        let seconds =
            date.days_since_epoch() * 86_400 + hour * 3600 + minute * 60 + second - offset * 60;
        Ok(Time {
            seconds,
            nanos,
            offset: i32::try_from(offset).unwrap_or_default(),
        })
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z (`UnixNano`, which wraps around).
    pub fn unix_nano(&self) -> i64 {
        self.seconds
            .wrapping_mul(1_000_000_000)
            .wrapping_add(i64::from(self.nanos))
    }
}

/// `RFC3339Nano`: no more fractional digits than needed.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let local = self.seconds.saturating_add(i64::from(self.offset) * 60);
        let Date { year, month, day } = Date::from_days_since_epoch(local.div_euclid(86_400));
        let of_day = local.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.nanos != 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let minutes = self.offset.abs();
        let sign = if self.offset < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// The rest of a time, and the whole of it for errors.
struct Scan<'a> {
    whole: &'a str,
    rest: &'a [u8],
}

impl Scan<'_> {
    fn fail<T>(&self, element: &str) -> Result<T> {
        Err(Error(format!(
            "parsing time {} as \"2006-01-02T15:04:05Z07:00\": cannot parse {} as \"{element}\"",
            quote(self.whole),
            quote(&String::from_utf8_lossy(self.rest))
        )))
    }

    fn number(&mut self, min: usize, max: usize, element: &str) -> Result<i64> {
        let digits = self
            .rest
            .iter()
            .take(max)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if digits < min {
            return self.fail(element);
        }
        let value = self.rest[..digits]
            .iter()
            .fold(0, |n, b| n * 10 + i64::from(b - b'0'));
        self.rest = &self.rest[digits..];
        Ok(value)
    }

    fn literal(&mut self, byte: u8, element: &str) -> Result<()> {
        match self.rest.split_first() {
            Some((first, tail)) if *first == byte => {
                self.rest = tail;
                Ok(())
            }
            _ => self.fail(element),
        }
    }

    /// Nanoseconds; digits beyond the ninth are dropped.
    fn fraction(&mut self) -> u32 {
        let [b'.' | b',', digits @ ..] = self.rest else {
            return 0;
        };
        let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return 0;
        }
        let mut nanos = 0;
        let mut scale = 100_000_000;
        for digit in &digits[..count.min(9)] {
            nanos += u32::from(digit - b'0') * scale;
            scale /= 10;
        }
        self.rest = &digits[count..];
        nanos
    }

    /// Minutes east of UTC.
    fn zone(&mut self, range: &dyn Fn(&str) -> Error) -> Result<i64> {
        if let [b'Z', tail @ ..] = self.rest {
            self.rest = tail;
            return Ok(0);
        }
        let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, tail @ ..] = self.rest else {
            return self.fail("Z07:00");
        };
        if ![h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()) {
            return self.fail("Z07:00");
        }
        let two = |a: &u8, b: &u8| i64::from(a - b'0') * 10 + i64::from(b - b'0');
        let (hours, minutes) = (two(h1, h2), two(m1, m2));
        if hours > 24 {
            return Err(range("time zone offset hour"));
        }
        if minutes > 60 {
            return Err(range("time zone offset minute"));
        }
        let offset = hours * 60 + minutes;
        if offset >= 24 * 60 {
            // Go reads this, and fails when it writes it.
            return Err(Error::new(
                "Time.MarshalJSON: timezone hour outside of range [0,23]",
            ));
        }
        let negative = *sign == b'-';
        self.rest = tail;
        Ok(if negative { -offset } else { offset })
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    // Expectations: json.Unmarshal into time.Time, then json.Marshal.
    #[test]
    fn times_come_back_as_go_writes_them() {
        for (given, expected) in [
            ("2024-02-29T01:02:03Z", "2024-02-29T01:02:03Z"),
            ("2024-01-01T00:00:00.120000000Z", "2024-01-01T00:00:00.12Z"),
            (
                "2024-01-01T00:00:00.1234567899Z",
                "2024-01-01T00:00:00.123456789Z",
            ),
            ("2024-01-01T00:00:00+00:00", "2024-01-01T00:00:00Z"),
            ("2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00Z"),
            ("2024-01-01T00:00:00.5+05:30", "2024-01-01T00:00:00.5+05:30"),
            ("2024-01-01T1:00:00,5Z", "2024-01-01T01:00:00.5Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59-02:00", "1969-12-31T23:59:59-02:00"),
            ("2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00+02:00"),
        ] {
            assert_eq!(Time::parse(given).unwrap().to_string(), expected, "{given}");
        }
    }

    #[test]
    fn errors_about_times_have_the_text_of_go() {
        for (given, expected) in [
            (
                "2023-02-29T00:00:00Z",
                r#"parsing time "2023-02-29T00:00:00Z": day out of range"#,
            ),
            (
                "2024-01-01T24:00:00Z",
                r#"parsing time "2024-01-01T24:00:00Z": hour out of range"#,
            ),
            (
                "2024-01-01 00:00:00Z",
                r#"parsing time "2024-01-01 00:00:00Z" as "2006-01-02T15:04:05Z07:00": cannot parse " 00:00:00Z" as "T""#,
            ),
            (
                "",
                r#"parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006""#,
            ),
        ] {
            assert_eq!(Time::parse(given).unwrap_err().0, expected);
        }
    }

    #[test]
    fn counts_from_the_epoch() {
        assert_eq!(
            Time::parse("2024-02-29T01:02:03+01:00").unwrap().seconds,
            1_709_164_923
        );
        assert_eq!(Time::utc(0, 0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Time::utc(1, 5).unix_nano(), 1_000_000_005);
    }
}
