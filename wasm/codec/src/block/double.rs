//! A 64-bit number as the text that reads back as the same number: in the digits it takes where 15 do, else in 17.
//! The standard library's formatting would be a tenth of the module.

use super::json::Out;
use crate::rest::float::product;

/// Significant digits that tell any two numbers apart.
const DIGITS: usize = 17;
/// Most fraction digits of the short form: powers of ten up to it are exact.
const MAX_FRACTION: usize = 22;
/// Whole numbers up to it are exact.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Writes a number as JSON; what is no number is `null`.
pub(super) fn write(value: f64, out: Out<'_>) {
    if !value.is_finite() {
        return out(b"null");
    }
    if value.is_sign_negative() {
        out(b"-");
    }
    let value = value.abs();
    match short(value) {
        Some((whole, fraction)) => write_fixed(whole, fraction, out),
        None => write_long(value, out),
    }
}

/// `whole` × 10^−`fraction` that is the number, when two exact numbers make it.
fn short(value: f64) -> Option<(u64, usize)> {
    let mut power = 1.0;
    for fraction in 0..=MAX_FRACTION {
        let scaled = value * power;
        if scaled > MAX_WHOLE {
            return None;
        }
        // Half of MAX_WHOLE and more is whole by itself, where adding ½ would round.
        let whole = if scaled < MAX_WHOLE / 2.0 { (scaled + 0.5) as u64 } else { scaled as u64 };
        // Both are exact, so that the quotient is what a reader of the text gets.
        if whole as f64 / power == value && whole as f64 <= MAX_WHOLE {
            return Some((whole, fraction));
        }
        power *= 10.0;
    }
    None
}

#[inline(never)]
fn write_fixed(mut whole: u64, fraction: usize, out: Out<'_>) {
    let mut text = [b'0'; 2 * MAX_FRACTION];
    let mut at = text.len();
    let mut written = 0;
    while written <= fraction || whole > 0 {
        if written == fraction && fraction > 0 {
            at -= 1;
            text[at] = b'.';
        }
        at -= 1;
        text[at] = b'0' + (whole % 10) as u8;
        whole /= 10;
        written += 1;
    }
    out(&text[at..]);
}

/// Writes d.ddde±x with up to 17 digits.
fn write_long(value: f64, out: Out<'_>) {
    let (mut digits, exponent) = digits(value);
    let mut fraction = DIGITS - 1;
    while fraction > 0 && digits % 10 == 0 {
        digits /= 10;
        fraction -= 1;
    }
    write_fixed(digits, fraction, out);
    if exponent != 0 {
        out(if exponent < 0 { b"e-" } else { b"e+" });
        write_fixed(exponent.unsigned_abs().into(), 0, out);
    }
}

/// The first 17 digits, rounded, and the exponent of the first.
fn digits(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let biased = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, binary) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    // floor(log10(2^n)); the true exponent of ten is this or one more.
    let mut exponent = ((63 - mantissa.leading_zeros() as i32 + binary) * 78_913) >> 18;
    loop {
        // The table reaches further than any exponent that comes here.
        let (high, shift, _) = product(mantissa, DIGITS as i32 - 1 - exponent).unwrap_or_default();
        // The 17 digits have 57 bits at most: at least 70 of the 128 go.
        let drop = -(shift + binary) as u32;
        let rounded = (high.unbounded_shr(drop - 1) as u64).div_ceil(2);
        if rounded < 10_u64.pow(DIGITS as u32) {
            return (rounded, exponent);
        }
        exponent += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::string::String;
    use std::vec::Vec;

    fn text(value: f64) -> String {
        let mut text = Vec::new();
        write(value, &mut |part| text.extend_from_slice(part));
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn write_gives_usual_numbers_in_their_own_digits() {
        for usual in ["0", "-0", "1", "-17", "0.5", "-0.1", "123.456", "9007199254740991", "0.000001", "1.1", "99.99"] {
            assert_eq!(text(usual.parse().unwrap()), usual);
        }
        assert_eq!(text(f64::NAN), "null");
        assert_eq!(text(f64::NEG_INFINITY), "null");
        assert_eq!(text(0.1 + 0.2), "3.0000000000000004e-1");
    }

    #[test]
    fn write_gives_every_number_back() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let extremes = [f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e22, 1e23, 1e300, 1e-300, 9007199254740993.0, 0.3, 1e17];
        let random = (0..200_000).map(|round| {
            bits ^= bits >> 12;
            bits ^= bits << 25;
            bits ^= bits >> 27;
            let drawn = f64::from_bits(bits.wrapping_mul(0x2545_f491_4f6c_dd1d));
            if round % 2 == 0 {
                drawn
            } else {
                (drawn.to_bits() >> 20) as f64 / 1e6
            }
        });
        for value in extremes.into_iter().chain(random).filter(|value| value.is_finite()) {
            let text = text(value);
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{text} {value:e}");
        }
    }
}
