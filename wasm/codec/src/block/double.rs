//! A 64-bit number as the text that reads back as the same number: in the digits it takes where 15 do, else in 17.
//! The standard library's formatting would be a tenth of the module.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::json::Out;

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

/// Writes d.ddde±x with 17 digits.
fn write_long(value: f64, out: Out<'_>) {
    let (digits, exponent) = digits(value);
    let end = digits.iter().rposition(|digit| *digit != b'0').unwrap_or(0) + 1;
    out(&digits[..1]);
    if end > 1 {
        out(b".");
        out(&digits[1..end]);
    }
    if exponent != 0 {
        out(if exponent < 0 { b"e-" } else { b"e+" });
        write_fixed(exponent.unsigned_abs().into(), 0, out);
    }
}

/// The first 17 digits, rounded, and the exponent of the first.
fn digits(value: f64) -> ([u8; DIGITS], i32) {
    let bits = value.to_bits();
    let biased = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, binary) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    // floor(log10(2^n)); the true exponent of ten is this or one more.
    let mut exponent = ((63 - mantissa.leading_zeros() as i32 + binary) * 78_913) >> 18;
    let mut top = Natural::new(mantissa);
    let mut bottom = Natural::new(1);
    top.shift(binary.max(0) as u32);
    bottom.shift((-binary).max(0) as u32);
    top.times_ten((-exponent).max(0) as u32);
    bottom.times_ten(exponent.max(0) as u32);
    let mut tenfold = bottom.clone();
    tenfold.times_ten(1);
    if top.compare(&tenfold) != Ordering::Less {
        bottom = tenfold;
        exponent += 1;
    }
    let mut text = [b'0'; DIGITS];
    for digit in &mut text {
        while top.compare(&bottom) != Ordering::Less {
            top.subtract(&bottom);
            *digit += 1;
        }
        top.times_ten(1);
    }
    // The remainder has been multiplied by ten already: half of the last digit is five of the next.
    for _ in 0..5 {
        if top.compare(&bottom) == Ordering::Less {
            return (text, exponent);
        }
        top.subtract(&bottom);
    }
    for digit in text.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return (text, exponent);
        }
        *digit = b'0';
    }
    text[0] = b'1';
    (text, exponent + 1)
}

/// A natural number of any size, lowest part first.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn new(value: u64) -> Self {
        Self(vec![value as u32, (value >> 32) as u32])
    }

    fn times(&mut self, factor: u32) {
        let mut carry = 0;
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn times_ten(&mut self, times: u32) {
        (0..times).for_each(|_| self.times(10));
    }

    fn shift(&mut self, bits: u32) {
        self.times(1 << (bits % 32));
        self.0.splice(..0, (0..bits / 32).map(|_| 0));
    }

    fn part(&self, index: usize) -> u32 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn compare(&self, other: &Self) -> Ordering {
        let parts = (0..self.0.len().max(other.0.len())).rev();
        parts
            .map(|index| self.part(index).cmp(&other.part(index)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Subtracts what is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for index in 0..self.0.len() {
            let (part, first) = self.0[index].overflowing_sub(other.part(index));
            let (part, second) = part.overflowing_sub(borrow.into());
            self.0[index] = part;
            borrow = first || second;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::string::String;

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
