//! Ticks since the Unix epoch ↔ RFC 3339 text, for every `i64` at every precision.
//!
//! Years outside 0000 to 9999 have the expanded form of ISO 8601: a sign and at least six digits. The calendar is
//! the proleptic Gregorian one; there are no leap seconds.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::TextError;
use crate::precision::Precision;

const SECONDS_PER_DAY: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
const DAYS_PER_ERA: i64 = 146_097;
const YEARS_PER_ERA: i64 = 400;

/// The text of an instant at an offset from UTC, with all 3, 6 or 9 fraction digits.
///
/// RFC 3339 knows no seconds in an offset: it is rounded to the nearest minute (the instant stays exact), and an
/// offset of 0 is written `Z`. `None` when the offset reaches a day.
///
/// ```
/// use tdwire_codec::{timestamp, Precision};
///
/// let text = timestamp::format(-1, Precision::Milliseconds, 3600);
/// assert_eq!(text.as_deref(), Some("1970-01-01T00:59:59.999+01:00"));
/// ```
pub fn format(ticks: i64, precision: Precision, offset_seconds: i32) -> Option<String> {
    let offset_minutes = offset_seconds.saturating_add(30).div_euclid(60);
    if offset_minutes.unsigned_abs() >= 24 * 60 {
        return None;
    }
    let mut out = Vec::new();
    write(&mut out, ticks, precision, offset_minutes);
    Some(into_text(out))
}

/// The UTC texts of many instants, separated by line feeds.
pub fn format_all(ticks: &[i64], precision: Precision) -> String {
    let mut out = Vec::new();
    for (index, ticks) in ticks.iter().enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        write(&mut out, *ticks, precision, 0);
    }
    into_text(out)
}

fn into_text(ascii: Vec<u8>) -> String {
    String::from_utf8(ascii).unwrap_or_default()
}

fn write(out: &mut Vec<u8>, ticks: i64, precision: Precision, offset_minutes: i32) {
    let unit = precision.ticks_per_second();
    let seconds = ticks.div_euclid(unit) + i64::from(offset_minutes) * 60;
    let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
    let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY) as u32;
    write_year(out, year);
    out.push(b'-');
    write_digits(out, month, 2);
    out.push(b'-');
    write_digits(out, day, 2);
    out.push(b'T');
    write_digits(out, second_of_day / 3600, 2);
    out.push(b':');
    write_digits(out, second_of_day / 60 % 60, 2);
    out.push(b':');
    write_digits(out, second_of_day % 60, 2);
    out.push(b'.');
    write_digits(out, ticks.rem_euclid(unit) as u32, precision.digits());
    if offset_minutes == 0 {
        return out.push(b'Z');
    }
    out.push(if offset_minutes < 0 { b'-' } else { b'+' });
    write_digits(out, offset_minutes.unsigned_abs() / 60, 2);
    out.push(b':');
    write_digits(out, offset_minutes.unsigned_abs() % 60, 2);
}

fn write_year(out: &mut Vec<u8>, year: i64) {
    let magnitude = year.unsigned_abs() as u32;
    if (0..=9999).contains(&year) {
        return write_digits(out, magnitude, 4);
    }
    out.push(if year < 0 { b'-' } else { b'+' });
    let digits = magnitude.checked_ilog10().map_or(1, |log| log + 1);
    write_digits(out, magnitude, digits.max(6));
}

fn write_digits(out: &mut Vec<u8>, mut value: u32, digits: u32) {
    let start = out.len();
    out.resize(start + digits as usize, b'0');
    for digit in out[start..].iter_mut().rev() {
        *digit += (value % 10) as u8;
        value /= 10;
    }
}

/// Year, month and day of a day since the epoch. Years begin in March here, so that the leap day is the last
/// one, and 400 of them repeat.
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + EPOCH_DAYS;
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = days.div_euclid(DAYS_PER_ERA) * YEARS_PER_ERA + year_of_era + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// The inverse of [`civil_from_days`].
pub(crate) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let march_year = year - i64::from(month <= 2);
    let year_of_era = march_year.rem_euclid(YEARS_PER_ERA);
    let march_month = i64::from((month + 9) % 12);
    let day_of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    march_year.div_euclid(YEARS_PER_ERA) * DAYS_PER_ERA + day_of_era - EPOCH_DAYS
}

pub(crate) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Ticks of an RFC 3339 text. Takes what [`format`](fn@format) gives, and besides: `t`, `z` and a space for `T`;
/// 0 to 9 fraction digits, of which those below the precision are floored.
///
/// # Errors
///
/// Another form, a date or time that does not exist, a text without an offset from UTC (it names no instant),
/// and an instant that 64-bit ticks cannot hold.
///
/// ```
/// use tdwire_codec::{timestamp::parse, Precision::Milliseconds};
///
/// assert_eq!(parse("1970-01-01 01:00:00.0019+01:00", Milliseconds), Ok(1));
/// assert!(parse("1970-01-01T00:00:00", Milliseconds).is_err());
/// ```
pub fn parse(text: &str, precision: Precision) -> Result<i64, TextError> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    let year = scanner.year()?;
    scanner.expect(b"-", "expected '-' after the year")?;
    let month = scanner.field(1, 12, "expected a month from 01 to 12")?;
    scanner.expect(b"-", "expected '-' after the month")?;
    let day = scanner.field(1, days_in_month(year, month), "expected a day that the month has")?;
    scanner.expect(b"Tt ", "expected 'T' between date and time")?;
    let hour = scanner.field(0, 23, "expected an hour from 00 to 23")?;
    scanner.expect(b":", "expected ':' after the hour")?;
    let minute = scanner.field(0, 59, "expected a minute from 00 to 59")?;
    scanner.expect(b":", "expected ':' after the minute")?;
    let second = scanner.field(0, 59, "expected a second from 00 to 59")?;
    let fraction = scanner.fraction(precision)?;
    let offset = scanner.offset()?;
    if scanner.at < scanner.bytes.len() {
        return Err(scanner.error("there is more after the instant"));
    }
    let second_of_day = i64::from(hour * 3600 + minute * 60 + second);
    let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + second_of_day - offset;
    // Wider than 64 bits: the second in which the first instant lies begins before it.
    let ticks = i128::from(seconds) * i128::from(precision.ticks_per_second()) + i128::from(fraction);
    i64::try_from(ticks).map_err(|_| TextError::new("the instant does not fit 64-bit ticks", 0))
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    const fn error(&self, what: &'static str) -> TextError {
        TextError::new(what, self.at)
    }

    /// The next byte if it is one of `set`.
    fn accept(&mut self, set: &[u8]) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        if !set.contains(&byte) {
            return None;
        }
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, set: &[u8], what: &'static str) -> Result<u8, TextError> {
        self.accept(set).ok_or(self.error(what))
    }

    /// Reads digits while there are any, at most `max`; their value and number.
    fn digits(&mut self, max: u32) -> (u32, u32) {
        let (mut value, mut count) = (0, 0);
        while let Some(digit) = self.bytes.get(self.at).filter(|byte| count < max && byte.is_ascii_digit()) {
            value = value * 10 + u32::from(digit - b'0');
            count += 1;
            self.at += 1;
        }
        (value, count)
    }

    fn field(&mut self, min: u32, max: u32, what: &'static str) -> Result<u32, TextError> {
        let error = self.error(what);
        match self.digits(2) {
            (value, 2) if (min..=max).contains(&value) => Ok(value),
            _ => Err(error),
        }
    }

    fn year(&mut self) -> Result<i64, TextError> {
        let error = self.error("expected a year of 4 digits, or a sign and 6 to 9 digits");
        let sign = self.accept(b"+-");
        match (sign, self.digits(if sign.is_some() { 9 } else { 4 })) {
            (None, (year, 4)) => Ok(year.into()),
            (Some(b'+'), (year, 6..)) => Ok(year.into()),
            (Some(b'-'), (year @ 1.., 6..)) => Ok(-i64::from(year)),
            _ => Err(error),
        }
    }

    /// Ticks of an optional fraction; it counts forward from the second, so cutting it off is flooring.
    fn fraction(&mut self, precision: Precision) -> Result<u32, TextError> {
        if self.accept(b".").is_none() {
            return Ok(0);
        }
        let (value, count) = self.digits(9);
        if count == 0 || self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            return Err(self.error("expected 1 to 9 fraction digits"));
        }
        let nanoseconds = value * 10_u32.pow(9 - count);
        Ok(nanoseconds / 10_u32.pow(9 - precision.digits()))
    }

    /// Seconds east of UTC.
    fn offset(&mut self) -> Result<i64, TextError> {
        match self.expect(b"Zz+-", "expected 'Z' or an offset from UTC")? {
            sign @ (b'+' | b'-') => {
                let hours = self.field(0, 23, "expected an offset from 00:00 to 23:59")?;
                self.expect(b":", "expected ':' in the offset")?;
                let minutes = self.field(0, 59, "expected an offset from 00:00 to 23:59")?;
                let seconds = i64::from(hours * 3600 + minutes * 60);
                Ok(if sign == b'-' { -seconds } else { seconds })
            }
            _ => Ok(0),
        }
    }
}
