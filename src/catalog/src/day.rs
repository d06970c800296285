//! A day of the calendar, without a clock: whoever needs "today" is given it.

use std::fmt;

/// A day of the proleptic Gregorian calendar, in UTC. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Days since 1970-01-01.
    since_epoch: i32,
}

impl Day {
    /// The day of a date, or `None` when the calendar has no such date.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Day> {
        if year == 0 || month == 0 || month > 12 || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Counted from March, so that the leap day is a year's last one.
        let (y, m) = if month > 2 {
            (year as i32, month as i32 - 3)
        } else {
            (year as i32 - 1, month as i32 + 9)
        };
        let day_of_year = (153 * m + 2) / 5 + day as i32 - 1;
        let since_epoch = y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719_468;
        Some(Day { since_epoch })
    }

    /// Parses `2027-03-31` and nothing else; `None` for impossible dates such as `2027-02-30`.
    pub fn parse(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            bytes[range].iter().try_fold(0u16, |sum, b| {
                b.is_ascii_digit().then(|| sum * 10 + u16::from(b - b'0'))
            })
        };
        let month = u8::try_from(number(5..7)?).ok()?;
        let day = u8::try_from(number(8..10)?).ok()?;
        Day::new(number(0..4)?, month, day)
    }

    /// The day of a moment given in seconds since 1970-01-01T00:00:00Z.
    pub fn from_unix_seconds(seconds: u64) -> Day {
        let days = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX / 2);
        Day { since_epoch: days }
    }

    /// How many days this day comes after `other`; negative when it comes before.
    pub const fn days_since(self, other: Day) -> i32 {
        self.since_epoch - other.since_epoch
    }

    /// The day that comes so many days later.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Day {
        Day {
            since_epoch: self.since_epoch.saturating_add(days),
        }
    }

    /// Year, month and day.
    pub const fn date(self) -> (i32, u8, u8) {
        let z = self.since_epoch as i64 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let m = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * m + 2) / 5 + 1) as u8;
        let month = if m < 10 { m + 3 } else { m - 9 } as u8;
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year as i32, month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written() {
        for text in [
            "1970-01-01",
            "2000-02-29",
            "2024-02-29",
            "2027-03-31",
            "9999-12-31",
            "0001-01-01",
        ] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn impossible_dates_are_not_days() {
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-04-31",
            "2027-1-01",
            "2027-01-1",
            "27-01-01",
            "2027/01/01",
            "2027-01-01T",
            "",
            "0000-01-01",
            "2027-01-0x",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_three_centuries_follows_the_one_before() {
        let mut day = Day::parse("1899-12-31").unwrap();
        let mut count = 0;
        while day < Day::parse("2200-01-01").unwrap() {
            let next = day.plus_days(1);
            assert_eq!(Day::parse(&next.to_string()), Some(next));
            assert_eq!(next.days_since(day), 1);
            day = next;
            count += 1;
        }
        assert_eq!(count, 109_574);
    }

    #[test]
    fn a_clock_gives_its_day() {
        assert_eq!(Day::from_unix_seconds(0).to_string(), "1970-01-01");
        assert_eq!(
            Day::from_unix_seconds(1_795_507_199).to_string(),
            "2026-11-24"
        );
        assert_eq!(
            Day::from_unix_seconds(u64::MAX).days_since(Day::from_unix_seconds(0)),
            i32::MAX / 2
        );
    }
}
