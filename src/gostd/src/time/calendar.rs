//! The proleptic Gregorian calendar. Nothing else in the workspace counts days.

/// A date of the proleptic Gregorian calendar. Year 0 is the year before year 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year, which may be negative.
    pub year: i64,
    /// The month, from 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// The date, or `None` where the calendar has no such day.
    pub const fn new(year: i64, month: u8, day: u8) -> Option<Date> {
        if month == 0 || month > 12 || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        Some(Date { year, month, day })
    }

    /// The days from 1970-01-01 to this date.
    pub const fn days_since_epoch(self) -> i64 {
        // Years begin in March, so that a leap day is the last day of its year.
        let (year, month) = match self.month {
            0..=2 => (self.year - 1, self.month as i64 + 9),
            _ => (self.year, self.month as i64 - 3),
        };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * month + 2) / 5 + self.day as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_IN_ERA + day_of_era - EPOCH
    }

    /// The date that is so many days after 1970-01-01.
    pub const fn from_days_since_epoch(days: i64) -> Date {
        let days = days + EPOCH;
        let era = days.div_euclid(DAYS_IN_ERA);
        let day_of_era = days.rem_euclid(DAYS_IN_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month + 2) / 5 + 1) as u8;
        let month = if month < 10 { month + 3 } else { month - 9 } as u8;
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        Date { year, month, day }
    }
}

/// The days of 400 years, after which the calendar repeats.
const DAYS_IN_ERA: i64 = 146_097;

/// The days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The number of days that a month has. Months other than 1 to 12 count as a month of 31 days.
pub const fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, days_in_month};

    #[test]
    fn every_day_of_a_thousand_years_follows_the_one_before() {
        let first = Date {
            year: 1500,
            month: 1,
            day: 1,
        };
        let start = first.days_since_epoch();
        let mut days = start;
        for year in 1500..2500 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let date = Date { year, month, day };
                    assert_eq!(date.days_since_epoch(), days);
                    assert_eq!(Date::from_days_since_epoch(days), date);
                    days += 1;
                }
            }
        }
        assert_eq!(days - start, 365_243);
    }

    #[test]
    fn days_that_the_calendar_lacks_are_not_dates() {
        for (year, month, day) in [
            (2027, 2, 29),
            (1900, 2, 29),
            (2027, 4, 31),
            (2027, 13, 1),
            (2027, 0, 1),
            (2027, 1, 0),
        ] {
            assert_eq!(Date::new(year, month, day), None);
        }
        assert!(Date::new(2000, 2, 29).is_some());
    }

    // Expectations: Go's time.Date(…).Unix() / 86400.
    #[test]
    fn days_count_from_1970() {
        for (year, month, day, days) in [
            (1970, 1, 1, 0),
            (0, 1, 1, -719_528),
            (1, 1, 1, -719_162),
            (9999, 12, 31, 2_932_896),
            (-1, 12, 31, -719_529),
        ] {
            assert_eq!(Date { year, month, day }.days_since_epoch(), days);
        }
    }
}
