//! RFC 3339 times as Go's `time.Time` reads them from JSON and writes them back.

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// A moment with the offset that it was written with.
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
    /// A moment in UTC.
    pub fn utc(seconds: i64, nanos: u32) -> Time {
        Time {
            seconds,
            nanos,
            offset: 0,
        }
    }

    /// Reads RFC 3339 as `time.Parse` does: one digit will do for the hour, a comma for the point.
    /// The error is Go's text.
    pub fn parse(text: &str) -> Result<Time, String> {
        let range =
            |what: &str| format!("parsing time {}: {what} out of range", super::quote(text));
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
            let extra = super::quote(&String::from_utf8_lossy(scan.rest));
            return Err(format!(
                "parsing time {}: extra text: {extra}",
                super::quote(text)
            ));
        }
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        if day < 1 || day > days {
            return Err(range("day"));
        }
        let seconds =
            days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
                - offset * 60;
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
        let (year, month, day) = civil_from_days(local.div_euclid(86_400));
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

/// What is left of a time, and the whole of it for errors.
struct Scan<'a> {
    whole: &'a str,
    rest: &'a [u8],
}

impl Scan<'_> {
    fn fail<T>(&self, element: &str) -> Result<T, String> {
        Err(format!(
            "parsing time {} as \"2006-01-02T15:04:05Z07:00\": cannot parse {} as \"{element}\"",
            super::quote(self.whole),
            super::quote(&String::from_utf8_lossy(self.rest))
        ))
    }

    fn number(&mut self, min: usize, max: usize, element: &str) -> Result<i64, String> {
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

    fn literal(&mut self, byte: u8, element: &str) -> Result<(), String> {
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
    fn zone(&mut self, range: &dyn Fn(&str) -> String) -> Result<i64, String> {
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
            return Err("Time.MarshalJSON: timezone hour outside of range [0,23]".to_owned());
        }
        let negative = *sign == b'-';
        self.rest = tail;
        Ok(if negative { -offset } else { offset })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
    fn bad_times_are_told_as_go_tells_them() {
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
            assert_eq!(Time::parse(given).unwrap_err(), expected);
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
