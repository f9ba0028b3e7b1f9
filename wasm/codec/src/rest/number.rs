//! Numbers with a fraction or an exponent, rounded once and correctly.

use super::float::{self, Decimal, DOUBLE, LEADING_DIGITS, SINGLE};

/// A number in JSON's grammar, taken apart: mantissa × 10^exponent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'a> {
    /// The digits with their point.
    text: &'a [u8],
    negative: bool,
    /// The first 19 digits.
    mantissa: u64,
    /// All digits, without zeros in front.
    digits: usize,
    exponent: i64,
}

impl<'a> Number<'a> {
    /// Reads the number at the start of `text`, and tells how many bytes could belong to it; `None` when those are no
    /// number in JSON's grammar.
    pub fn scan(text: &'a [u8]) -> (Option<Self>, usize) {
        let negative = text.first() == Some(&b'-');
        let mut scan = Scan { text, at: usize::from(negative), mantissa: 0, digits: 0 };
        let start = scan.at;
        let whole = scan.digits();
        let mut is_valid = whole == 1 || whole > 1 && text[start] != b'0';
        let mut exponent = 0;
        if text.get(scan.at) == Some(&b'.') {
            scan.at += 1;
            let fraction = scan.digits();
            is_valid &= fraction > 0;
            exponent = -(fraction as i64);
        }
        let end = scan.at;
        if let Some(b'e' | b'E') = text.get(end) {
            let told = scan.exponent();
            is_valid &= told.is_some();
            exponent += told.unwrap_or(0);
        }
        let Scan { at, mantissa, digits, .. } = scan;
        let number = Self { text: &text[start..end], negative, mantissa, digits, exponent };
        (is_valid.then_some(number), at)
    }

    /// The nearest 64-bit number; `None` beyond the largest.
    pub fn to_f64(self) -> Option<f64> {
        // Mantissa and power are exact, so the one operation rounds once.
        if self.digits <= 15 && self.exponent.unsigned_abs() <= 22 {
            let power = POWERS_64[self.exponent.unsigned_abs() as usize];
            let mantissa = self.mantissa as f64;
            let value = if self.exponent < 0 { mantissa / power } else { mantissa * power };
            return Some(if self.negative { -value } else { value });
        }
        let bits = float::nearest(self.decimal(), DOUBLE)?;
        Some(f64::from_bits(bits | u64::from(self.negative) << 63))
    }

    /// The nearest 32-bit number; `None` beyond the largest. Never by way of 64 bits, which would round twice.
    pub fn to_f32(self) -> Option<f32> {
        if self.digits <= 7 && self.exponent.unsigned_abs() <= 10 {
            let power = POWERS_32[self.exponent.unsigned_abs() as usize];
            let mantissa = self.mantissa as f32;
            let value = if self.exponent < 0 { mantissa / power } else { mantissa * power };
            return Some(if self.negative { -value } else { value });
        }
        let bits = float::nearest(self.decimal(), SINGLE)? as u32;
        Some(f32::from_bits(bits | u32::from(self.negative) << 31))
    }

    fn decimal(&self) -> Decimal<'a> {
        Decimal { leading: self.mantissa, digits: self.digits, exponent: self.exponent, text: self.text }
    }
}

/// How far a number has been read.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    mantissa: u64,
    digits: usize,
}

impl Scan<'_> {
    /// Reads digits of the mantissa; how many there are.
    #[inline]
    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(byte) = self.text.get(self.at) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            if self.digits < LEADING_DIGITS {
                self.mantissa = self.mantissa * 10 + u64::from(digit);
            }
            // Zeros in front do not count.
            self.digits += usize::from(self.mantissa > 0);
            self.at += 1;
        }
        self.at - start
    }

    /// Reads an exponent from its `e` on.
    #[cold]
    fn exponent(&mut self) -> Option<i64> {
        self.at += 1;
        let sign = self.text.get(self.at).filter(|byte| matches!(byte, b'+' | b'-'));
        self.at += usize::from(sign.is_some());
        let rest = &self.text[self.at..];
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        let add = |value: i64, digit: &u8| (value * 10 + i64::from(digit - b'0')).min(1_000_000);
        let magnitude = rest[..count].iter().fold(0, add);
        (count > 0).then_some(if sign == Some(&b'-') { -magnitude } else { magnitude })
    }
}

/// Powers of ten that 53 bits hold.
const POWERS_64: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Powers of ten that 24 bits hold.
const POWERS_32: [f32; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::format;

    fn parse(text: &str) -> Option<Number<'_>> {
        let (number, len) = Number::scan(text.as_bytes());
        number.filter(|_| len == text.len())
    }

    #[test]
    fn numbers_are_rounded_once() {
        for text in [
            "0",
            "-0",
            "1.5",
            "10.1429",
            "3.4028235e+38",
            "1.7976931348623157e+308",
            "1e-07",
            "1e-20",
            "5e-324",
            "4.9e-324",
            "1e-45",
            "16777217",
            "1.00000017881393421514957253748434595763683319091796875001",
            "9007199254740993",
            "7.038531e-26",
            "0.000001",
            "123456789012345678901234567890",
            "1e22",
            "1e23",
            "8.5e+15",
            "0.1",
            "2.2250738585072011e-308",
        ] {
            let number = parse(text).unwrap();
            assert_eq!(number.to_f64().map(f64::to_bits), text.parse::<f64>().ok().map(f64::to_bits), "{text}");
            let single = text.parse::<f32>().ok().filter(|value| value.is_finite());
            assert_eq!(number.to_f32().map(f32::to_bits), single.map(f32::to_bits), "{text}");
        }
    }

    #[test]
    fn every_short_text_of_a_float_comes_back() {
        let mut bits = 1_u32;
        for _ in 0..200_000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (single, double) = (f32::from_bits(bits), f64::from_bits(u64::from(bits) << 32 | u64::from(bits)));
            if !single.is_finite() || !double.is_finite() {
                continue;
            }
            let text = format!("{single:e}");
            assert_eq!(parse(&text).unwrap().to_f32().map(f32::to_bits), Some(bits), "{text}");
            let text = format!("{double:e}");
            let parsed = parse(&text).unwrap().to_f64();
            assert_eq!(parsed.map(f64::to_bits), Some(double.to_bits()), "{text}");
        }
    }

    #[test]
    fn only_json_numbers_are_numbers() {
        for text in ["", "-", "+1", "01", ".5", "1.", "1e", "1e+", "--1", "1.5.2", "1e5.", "inf", "NaN", "0x1", "1-"] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert_eq!(parse("1e999").unwrap().to_f64(), None);
        assert_eq!(parse("3.5e38").unwrap().to_f32(), None);
    }
}
