//! A day of the calendar. There is no clock here: callers pass today's date in.

use std::fmt;

use fromtier_gostd::time::calendar::Date;

/// A day of the proleptic Gregorian calendar, in UTC. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Days since 1970-01-01.
    since_epoch: i32,
}

impl Day {
    /// Returns the day of a date, or `None` if the calendar has no such date.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Day> {
        match Date::new(year as i64, month, day) {
            Some(date) if year > 0 => Some(Day {
                since_epoch: date.days_since_epoch() as i32,
            }),
            _ => None,
        }
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

    /// Returns the day of a time, given in seconds since 1970-01-01T00:00:00Z.
    pub fn from_unix_seconds(seconds: u64) -> Day {
        let days = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX / 2);
        Day { since_epoch: days }
    }

    /// Returns how many days this day comes after `other`; negative if it comes before.
    pub const fn days_since(self, other: Day) -> i32 {
        self.since_epoch - other.since_epoch
    }

    /// Returns the day that is this many days later.
    #[must_use]
    pub const fn plus_days(self, days: i32) -> Day {
        Day {
            since_epoch: self.since_epoch.saturating_add(days),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = Date::from_days_since_epoch(self.since_epoch.into());
        write!(f, "{year:04}-{month:02}-{day:02}")
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
    fn a_time_has_its_day() {
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
