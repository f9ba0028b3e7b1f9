//! Scaled integers ↔ decimal text.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::TextError;

/// Most digits that a decimal can have.
pub const MAX_PRECISION: u8 = 38;

/// Digits that are split off at once, so that the arithmetic is 64 bits wide.
const GROUP_DIGITS: usize = 9;
const GROUP: u64 = 10_u64.pow(GROUP_DIGITS as u32);

/// The text of `value` / 10^`scale`, with `scale` fraction digits.
///
/// ```
/// assert_eq!(tdwire_codec::decimal::format(-5, 3), "-0.005");
/// ```
pub fn format(value: i128, scale: u8) -> String {
    let mut out = Vec::new();
    write(&mut out, value, scale);
    into_text(out)
}

/// The texts of many 16-byte little-endian values, separated by line feeds.
pub fn format_all(values: &[[u8; 16]], scale: u8) -> String {
    let mut out = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        write(&mut out, i128::from_le_bytes(*value), scale);
    }
    into_text(out)
}

fn into_text(ascii: Vec<u8>) -> String {
    String::from_utf8(ascii).unwrap_or_default()
}

fn write(out: &mut Vec<u8>, value: i128, scale: u8) {
    if value < 0 {
        out.push(b'-');
    }
    let mut buffer = [b'0'; 39];
    let digits = digits(value.unsigned_abs(), &mut buffer);
    let scale = usize::from(scale);
    let point = digits.len().saturating_sub(scale);
    if point == 0 {
        out.push(b'0');
    }
    out.extend_from_slice(&digits[..point]);
    if scale > 0 {
        out.push(b'.');
        out.resize(out.len() + scale.saturating_sub(digits.len()), b'0');
        out.extend_from_slice(&digits[point..]);
    }
}

/// The digits of a magnitude, none for 0, at the end of a buffer of zeros.
fn digits(magnitude: u128, buffer: &mut [u8; 39]) -> &[u8] {
    let mut limbs = [96, 64, 32, 0].map(|shift| (magnitude >> shift) as u32);
    let mut end = buffer.len();
    while limbs != [0; 4] {
        let mut group = 0;
        for limb in &mut limbs {
            let rest = group << 32 | u64::from(*limb);
            *limb = (rest / GROUP) as u32;
            group = rest % GROUP;
        }
        for digit in buffer[..end].iter_mut().rev().take(GROUP_DIGITS) {
            *digit += (group % 10) as u8;
            group /= 10;
        }
        end = end.saturating_sub(GROUP_DIGITS);
    }
    let start = buffer.iter().position(|digit| *digit != b'0').unwrap_or(buffer.len());
    &buffer[start..]
}

/// The text's value times 10^`scale`. Nothing is rounded.
///
/// # Errors
///
/// Anything but an optional sign, digits and an optional fraction; fraction digits beyond `scale` other than
/// zeros; a value of more than `precision` digits; a precision that is not 1 to 38 or less than the scale.
///
/// ```
/// use tdwire_codec::decimal::parse;
///
/// assert_eq!(parse("-1.50", 4, 3), Ok(-1500));
/// assert!(parse("0.0005", 4, 3).is_err());
/// ```
pub fn parse(text: &str, precision: u8, scale: u8) -> Result<i128, TextError> {
    if !(1..=MAX_PRECISION).contains(&precision) || scale > precision {
        return Err(TextError::new("a decimal has a precision of 1 to 38 and a scale of at most that", 0));
    }
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let first = text.len() - unsigned.len();
    let point = unsigned.iter().position(|byte| *byte == b'.').unwrap_or(unsigned.len());
    if unsigned.is_empty() || point + 1 == unsigned.len() {
        return Err(TextError::new("expected a digit", first + point));
    }
    let mut magnitude = 0_u128;
    // One digit more would be too many.
    let full = 10_u128.pow(u32::from(precision) - 1);
    let end = point + 1 + usize::from(scale);
    for index in 0..end.max(unsigned.len()) {
        // Fraction digits that the text does not have are zeros.
        let byte = unsigned.get(index).copied().unwrap_or(b'0');
        let refused = |what| Err(TextError::new(what, text.len().min(first + index)));
        if index == point {
            continue;
        }
        if !byte.is_ascii_digit() {
            return refused("expected a digit");
        }
        if index < end {
            if magnitude >= full {
                return refused("more digits than the precision");
            }
            magnitude = magnitude * 10 + u128::from(byte - b'0');
        } else if byte != b'0' {
            return refused("more fraction digits than the scale");
        }
    }
    let magnitude = magnitude as i128;
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_prints_scale_digits() {
        for (value, scale, expected) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (-1, 0, "-1"),
            (1_000_000_000_000_000_000, 18, "1.000000000000000000"),
            (-1_000_000_000_000_000_000_000_000_000_000_000_000, 0, "-1000000000000000000000000000000000000"),
            (i128::MAX, 10, "17014118346046923173168730371.5884105727"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
            (7, 39, "0.000000000000000000000000000000000000007"),
        ] {
            assert_eq!(format(value, scale), expected);
        }
        assert_eq!(format_all(&[5_i128.to_le_bytes(), (-60_i128).to_le_bytes()], 1), "0.5\n-6.0");
    }

    #[test]
    fn parse_takes_what_fits_and_refuses_the_rest() {
        for (text, precision, scale, expected) in [
            ("0", 1, 0, 0),
            ("-0.0", 1, 1, 0),
            ("+12.5", 3, 1, 125),
            (".5", 3, 2, 50),
            ("0012.500", 3, 1, 125),
            ("-99999999999999999999999999999999999999", 38, 0, -99_999_999_999_999_999_999_999_999_999_999_999_999),
        ] {
            assert_eq!(parse(text, precision, scale), Ok(expected), "{text}");
        }
        for (text, precision, scale) in [
            ("", 5, 2),
            ("-", 5, 2),
            ("+", 5, 2),
            (".", 5, 2),
            ("1.", 5, 2),
            ("1.2.3", 5, 2),
            ("1e3", 5, 2),
            (" 1", 5, 2),
            ("1 ", 5, 2),
            ("--1", 5, 2),
            ("+-1", 5, 2),
            ("0x1", 5, 2),
            ("NaN", 5, 2),
            ("1,5", 5, 2),
            ("١", 5, 2),
            ("1.00x", 5, 2),
            ("1.005", 5, 2),
            ("1000", 5, 2),
            ("999.991", 5, 2),
            ("10", 1, 0),
            ("1", 1, 1),
            ("100000000000000000000000000000000000000", 38, 0),
            // More than 128 bits hold.
            ("09189241033477347607189846435335664977028800", 38, 6),
            ("999999999999999999999999999999999999999", 38, 0),
            ("1", 39, 0),
            ("1", 0, 0),
            ("1", 5, 6),
        ] {
            assert!(parse(text, precision, scale).is_err(), "{text} as DECIMAL({precision}, {scale})");
        }
    }
}
