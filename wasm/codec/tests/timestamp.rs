//! Timestamps against a calendar counted day by day, and laws over all of `i64`.

mod support;

use support::random::Random;
use tdwire_codec::{timestamp, Precision};
use Precision::{Microseconds, Milliseconds, Nanoseconds};

const ALL: [Precision; 3] = [Milliseconds, Microseconds, Nanoseconds];

fn format(ticks: i64, precision: Precision) -> String {
    timestamp::format(ticks, precision, 0).unwrap()
}

#[test]
fn format_prints_known_instants() {
    for (ticks, precision, expected) in [
        (0, Milliseconds, "1970-01-01T00:00:00.000Z"),
        (-1, Milliseconds, "1969-12-31T23:59:59.999Z"),
        (-1, Nanoseconds, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400_000, Milliseconds, "2000-02-29T00:00:00.000Z"),
        (-2_203_891_200_000_000, Microseconds, "1900-03-01T00:00:00.000000Z"),
        (253_402_300_799_999, Milliseconds, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, Milliseconds, "+010000-01-01T00:00:00.000Z"),
        (-62_167_219_200_000, Milliseconds, "0000-01-01T00:00:00.000Z"),
        (-62_167_219_200_001, Milliseconds, "-000001-12-31T23:59:59.999Z"),
        (i64::MAX, Nanoseconds, "2262-04-11T23:47:16.854775807Z"),
        (i64::MIN, Nanoseconds, "1677-09-21T00:12:43.145224192Z"),
        (i64::MAX, Microseconds, "+294247-01-10T04:00:54.775807Z"),
        (i64::MIN, Microseconds, "-290308-12-21T19:59:05.224192Z"),
        (i64::MAX, Milliseconds, "+292278994-08-17T07:12:55.807Z"),
        (i64::MIN, Milliseconds, "-292275055-05-16T16:47:04.192Z"),
    ] {
        assert_eq!(format(ticks, precision), expected);
        assert_eq!(timestamp::parse(expected, precision), Ok(ticks), "{expected}");
    }
}

#[test]
fn format_applies_an_offset_and_rounds_it_to_minutes() {
    let at = |offset| timestamp::format(0, Milliseconds, offset);
    assert_eq!(at(5400).as_deref(), Some("1970-01-01T01:30:00.000+01:30"));
    assert_eq!(at(-12_600).as_deref(), Some("1969-12-31T20:30:00.000-03:30"));
    assert_eq!(at(3208).as_deref(), Some("1970-01-01T00:53:00.000+00:53"));
    assert_eq!(at(-29).as_deref(), Some("1970-01-01T00:00:00.000Z"));
    assert_eq!(at(86_369).as_deref(), Some("1970-01-01T23:59:00.000+23:59"));
    for offset in [86_370, -86_400, i32::MAX, i32::MIN] {
        assert_eq!(at(offset), None);
    }
}

/// Year, month and day counted forward from 0000-01-01.
struct Calendar {
    year: u32,
    month: u32,
    day: u32,
}

impl Calendar {
    fn advance(&mut self) {
        let leap = (self.year.is_multiple_of(4) && !self.year.is_multiple_of(100)) || self.year.is_multiple_of(400);
        let february = if leap { 29 } else { 28 };
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        self.day += 1;
        if self.day > lengths[self.month as usize - 1] {
            (self.month, self.day) = (self.month + 1, 1);
        }
        if self.month > 12 {
            (self.year, self.month) = (self.year + 1, 1);
        }
    }
}

#[test]
fn every_day_of_4000_years_is_that_of_the_calendar() {
    let mut random = Random::new(5);
    let mut calendar = Calendar { year: 0, month: 1, day: 1 };
    let mut day = -719_528;
    while calendar.year < 4000 {
        let of_day = random.below(86_400_000) as i64;
        let ticks = day * 86_400_000 + of_day;
        let (hours, minutes, ms) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day % 60_000);
        let date = format!("{:04}-{:02}-{:02}", calendar.year, calendar.month, calendar.day);
        let expected = format!("{date}T{hours:02}:{minutes:02}:{:02}.{:03}Z", ms / 1000, ms % 1000);
        assert_eq!(format(ticks, Milliseconds), expected);
        assert_eq!(timestamp::parse(&expected, Milliseconds), Ok(ticks));
        calendar.advance();
        day += 1;
    }
}

#[test]
fn parse_undoes_format_for_every_instant_and_offset() {
    let mut random = Random::new(6);
    let edges = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
    for round in 0..200_000 {
        let ticks = edges.get(round).copied().unwrap_or_else(|| random.integer());
        for precision in ALL {
            let offset = random.below(2 * 86_369) as i32 - 86_369;
            let text = timestamp::format(ticks, precision, offset).unwrap();
            assert_eq!(timestamp::parse(&text, precision), Ok(ticks), "{text}");
        }
    }
}

#[test]
fn format_all_joins_texts_with_line_feeds() {
    assert_eq!(timestamp::format_all(&[], Milliseconds), "");
    let expected = "1970-01-01T00:00:00.000Z\n1969-12-31T23:59:59.999Z";
    assert_eq!(timestamp::format_all(&[0, -1], Milliseconds), expected);
}

#[test]
fn parse_takes_the_forms_of_rfc_3339_and_floors() {
    for (text, expected) in [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01t00:00:01z", 1000),
        ("1970-01-01 00:00:01.5+00:00", 1500),
        ("1970-01-01T00:00:00.0019999Z", 1),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("1969-12-31T23:59:59.9980001Z", -2),
        ("1970-01-01T05:30:00+05:30", 0),
        ("1969-12-31T18:30:00-05:30", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("+001970-01-01T00:00:00Z", 0),
        ("2000-02-29T00:00:00Z", 951_782_400_000),
    ] {
        assert_eq!(timestamp::parse(text, Milliseconds), Ok(expected), "{text}");
    }
}

#[test]
fn parse_refuses_everything_else() {
    for text in [
        "",
        "now",
        "1970-01-01",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:00 ",
        "1970-01-01T00:00Z",
        "1970-01-01T00:00:60Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z",
        "1970-00-01T00:00:00Z",
        "1970-13-01T00:00:00Z",
        "1970-01-00T00:00:00Z",
        "1970-01-32T00:00:00Z",
        "1970-04-31T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1970-1-01T00:00:00Z",
        "70-01-01T00:00:00Z",
        "+1970-01-01T00:00:00Z",
        "-000000-01-01T00:00:00Z",
        "+0000001970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00,5Z",
        "1970-01-01T00:00:00.1234567890Z",
        "1970-01-01T00:00:00+0100",
        "1970-01-01T00:00:00+01",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+01:60",
        "1970-01-01T00:00:00ZZ",
        "1970-01-01T00:00:00Z ",
        " 1970-01-01T00:00:00Z",
        "1970-01-01_00:00:00Z",
        "१९७०-01-01T00:00:00Z",
        "+292278994-08-17T07:12:55.808Z",
        "-292275055-05-16T16:47:04.191Z",
    ] {
        assert!(timestamp::parse(text, Milliseconds).is_err(), "{text:?}");
    }
    assert!(timestamp::parse("2262-04-11T23:47:16.854775808Z", Nanoseconds).is_err());
    assert!(timestamp::parse("1677-09-21T00:12:43.145224191Z", Nanoseconds).is_err());
    let error = timestamp::parse("2023-02-29T00:00:00Z", Milliseconds).unwrap_err();
    assert_eq!((error.what, error.offset), ("expected a day that the month has", 8));
}
