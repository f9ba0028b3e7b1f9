//! Timestamps as the server prints them: `2023-11-14T22:13:20.000Z`, with 3, 6 or 9 fraction digits.

use crate::precision::Precision;
use crate::timestamp::{days_from_civil, days_in_month};

/// Length of `2023-11-14T22:13`.
const MINUTE: usize = 16;

/// Nanoseconds of an instant nearer to the epoch than this fit 64 bits.
const FAR_SECONDS: u64 = 9_000_000_000;

/// Reads timestamps, and remembers the minute of the last one: neighbours often share it.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    minute: [u8; MINUTE],
    /// Seconds from the epoch to that minute, read as UTC.
    seconds: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { minute: *b"1970-01-01T00:00", seconds: 0 }
    }
}

impl Clock {
    /// Reads a quoted timestamp in the minute of the last one, in UTC and in this precision, from the start of `text`:
    /// its ticks and length. `None` for every other.
    #[inline]
    pub fn read_usual(&self, text: &[u8], precision: Precision) -> Option<(i64, usize)> {
        let (minute, rest) = text.split_first()?.1.split_first_chunk::<MINUTE>()?;
        let digits = precision.digits() as usize;
        let end = 4 + digits;
        let is_far = self.seconds.unsigned_abs() > FAR_SECONDS;
        if is_far || *minute != self.minute || text[0] != b'"' || rest.get(end..end + 2)? != b"Z\"" {
            return None;
        }
        let [b':', tens, units, b'.', fraction @ ..] = &rest[..end] else { return None };
        let second = two_digits([*tens, *units]).filter(|second| *second < 60)?;
        let mut ticks = self.seconds + i64::from(second);
        for byte in fraction {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            ticks = ticks * 10 + i64::from(digit);
        }
        Some((ticks, 1 + MINUTE + end + 2))
    }

    /// Ticks of a text, in the precision that its digits tell.
    pub fn read(&mut self, text: &[u8]) -> Result<(i64, Precision), &'static str> {
        let (seconds, rest) = match text.split_first_chunk::<MINUTE>() {
            Some((minute, rest)) if *minute == self.minute => (self.seconds, rest),
            _ => self.read_minute(text).ok_or("expected a timestamp such as 2023-11-14T22:13:20.000Z")?,
        };
        let [b':', tens, units, b'.', rest @ ..] = rest else {
            return Err("expected seconds and their fraction");
        };
        let second = two_digits([*tens, *units]).filter(|second| *second < 60).ok_or("there is no such second")?;
        let (fraction, precision, zone) = read_fraction(rest).ok_or("a timestamp has 3, 6 or 9 fraction digits")?;
        let offset = offset_seconds(zone).ok_or("expected 'Z' or an offset from UTC")?;
        let seconds = seconds + i64::from(second) - offset;
        let unit = precision.ticks_per_second();
        let ticks = seconds.checked_mul(unit).and_then(|ticks| ticks.checked_add(fraction));
        let ticks = ticks.or_else(|| {
            // The second in which the first instant lies begins before it.
            i64::try_from(i128::from(seconds) * i128::from(unit) + i128::from(fraction)).ok()
        });
        Ok((ticks.ok_or("the instant does not fit 64-bit ticks")?, precision))
    }

    /// Years have four digits, more behind 9999, and a minus before 0000.
    fn read_minute<'a>(&mut self, text: &'a [u8]) -> Option<(i64, &'a [u8])> {
        let (negative, unsigned) = match text {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let year_len = unsigned.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let (year_digits, rest) = unsigned.split_at_checked(year_len).filter(|_| (4..=9).contains(&year_len))?;
        let year = year_digits.iter().fold(0, |year, digit| year * 10 + i64::from(digit - b'0'));
        let year = if negative { -year } else { year };
        let (&[b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2], rest) = rest.split_first_chunk::<12>()? else {
            return None;
        };
        let month = two_digits([m1, m2]).filter(|month| (1..=12).contains(month))?;
        let day = two_digits([d1, d2]).filter(|day| (1..=days_in_month(year, month)).contains(day))?;
        let hour = two_digits([h1, h2]).filter(|hour| *hour < 24)?;
        let minute = two_digits([n1, n2]).filter(|minute| *minute < 60)?;
        let seconds = days_from_civil(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60);
        if let (false, 4, Some(minute)) = (negative, year_len, text.first_chunk()) {
            *self = Self { minute: *minute, seconds };
        }
        Some((seconds, rest))
    }
}

#[inline]
const fn two_digits([tens, units]: [u8; 2]) -> Option<u32> {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    if tens > 9 || units > 9 {
        return None;
    }
    Some(tens as u32 * 10 + units as u32)
}

/// Ticks of the fraction, the precision, and what comes behind.
fn read_fraction(text: &[u8]) -> Option<(i64, Precision, &[u8])> {
    let mut value = 0_i64;
    let mut count = 0;
    while let Some(digit @ b'0'..=b'9') = text.get(count).filter(|_| count < 10) {
        value = value * 10 + i64::from(digit - b'0');
        count += 1;
    }
    let precision = match count {
        3 => Precision::Milliseconds,
        6 => Precision::Microseconds,
        9 => Precision::Nanoseconds,
        _ => return None,
    };
    Some((value, precision, &text[count..]))
}

/// Seconds east of UTC.
fn offset_seconds(zone: &[u8]) -> Option<i64> {
    match *zone {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let hours = two_digits([h1, h2]).filter(|hours| *hours < 24)?;
            let minutes = two_digits([m1, m2]).filter(|minutes| *minutes < 60)?;
            let seconds = i64::from(hours * 3600 + minutes * 60);
            Some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Precision::{Microseconds, Milliseconds, Nanoseconds};

    #[test]
    fn read_takes_what_the_server_prints() {
        for (text, expected) in [
            ("1970-01-01T00:00:00.000Z", (0, Milliseconds)),
            ("2023-11-14T22:13:20.000000001Z", (1_700_000_000_000_000_001, Nanoseconds)),
            ("2023-11-15T06:13:20.000001+08:00", (1_700_000_000_000_001, Microseconds)),
            ("1969-12-31T19:29:59.999-04:30", (-1, Milliseconds)),
            ("2024-02-29T00:00:00.000Z", (1_709_164_800_000, Milliseconds)),
            ("1677-09-21T00:12:43.145224192Z", (i64::MIN, Nanoseconds)),
            ("2262-04-11T23:47:16.854775807Z", (i64::MAX, Nanoseconds)),
            ("12345-01-01T00:00:00.000Z", (327_403_382_400_000, Milliseconds)),
            ("-0001-12-31T00:00:00.000Z", (-62_167_305_600_000, Milliseconds)),
            ("292278994-08-17T07:12:55.807Z", (i64::MAX, Milliseconds)),
        ] {
            assert_eq!(Clock::default().read(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn read_keeps_the_minute_of_the_text_before() {
        let mut clock = Clock::default();
        let mut read = |text: &str| clock.read(text.as_bytes()).map(|(ticks, _)| ticks);
        assert_eq!(read("2023-11-14T22:13:20.000Z"), Ok(1_700_000_000_000));
        assert_eq!(read("2023-11-14T22:13:21.500+01:00"), Ok(1_699_996_401_500));
        assert_eq!(read("2023-11-14T22:14:00.000Z"), Ok(1_700_000_040_000));
        assert!(read("2023-11-14T22:13:60.000Z").is_err());
    }

    #[test]
    fn read_refuses_the_rest() {
        for text in [
            "",
            "2023",
            "2023-11-14",
            "2023-11-14T22:13:20Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20.00Z",
            "2023-11-14T22:13:20.0000Z",
            "2023-11-14T22:13:20.0000000000Z",
            "2023-11-14T22:13:20.000",
            "2023-11-14T22:13:20.000z",
            "2023-11-14 22:13:20.000Z",
            "2023-02-29T22:13:20.000Z",
            "2023-11-14T24:13:20.000Z",
            "2023-11-14T22:60:20.000Z",
            "2023-13-14T22:13:20.000Z",
            "2023-11-14T22:13:20.000+24:00",
            "2023-11-14T22:13:20.000+01",
            "2023-11-14T22:13:20.000Z ",
            "+2023-11-14T22:13:20.000Z",
            "9999-11-14T22:13:20.000000000Z",
            "1677-09-21T00:12:43.145224191Z",
        ] {
            assert!(Clock::default().read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
