//! Decimal → binary floating point, rounded to nearest, ties to even. The standard library's conversion would be a
//! fifth of the module, most of it a table; this one has a table of 27 powers.
//!
//! The product of the first 19 digits and a power of ten is made with 128 bits. Only when those do not decide (the
//! number lies next to the middle between two results) are whole numbers compared exactly.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// A binary format: bits of the mantissa, exponent of the smallest number, first exponent that is too large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    mantissa_bits: u32,
    min_exponent: i32,
    end_exponent: i32,
}

pub(super) const SINGLE: Format = Format { mantissa_bits: 24, min_exponent: -149, end_exponent: 128 };
pub(super) const DOUBLE: Format = Format { mantissa_bits: 53, min_exponent: -1074, end_exponent: 1024 };

impl Format {
    /// Bits of an IEEE 754 number without its sign; mantissa × 2^exponent is in the format's range.
    fn bits(self, mantissa: u64, exponent: i32) -> u64 {
        // A mantissa below the hidden bit is subnormal; adding the hidden bit itself counts the exponent up.
        let biased = (exponent - self.min_exponent) as u64;
        (biased << (self.mantissa_bits - 1)) + mantissa
    }
}

/// A decimal number: digits × 10^exponent. Of more than 19 digits the leading ones stand in `leading`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal<'a> {
    /// The first digits that count, at most 19.
    pub leading: u64,
    /// How many there are in all, without zeros in front.
    pub digits: usize,
    /// Exponent of the last digit.
    pub exponent: i64,
    /// The digits with a point among them, perhaps, and zeros in front.
    pub text: &'a [u8],
}

/// Digits that 64 bits always hold.
pub(super) const LEADING_DIGITS: usize = 19;

/// Bits of the nearest number; `None` beyond the largest.
pub(super) fn nearest(number: Decimal<'_>, format: Format) -> Option<u64> {
    let Decimal { leading, digits, exponent, .. } = number;
    let magnitude = digits as i64 + exponent;
    if leading == 0 || magnitude < -345 {
        return Some(0);
    }
    if magnitude > 310 {
        return None;
    }
    let left_out = digits.saturating_sub(LEADING_DIGITS);
    // In range by the magnitude: digits are at most as many as a number may be long.
    let (high, binary_exponent, mut error) = product(leading, (exponent + left_out as i64) as i32)?;
    if left_out > 0 {
        // One more in the 19th digit is less than 2^69 here.
        error += 1 << 69;
    }
    // The value is high × 2^binary_exponent, and high has its highest bit set.
    let excess = 128 - format.mantissa_bits as i32;
    let drop = excess.max(format.min_exponent - binary_exponent);
    if drop > 128 {
        return Some(0);
    }
    let floor = high.checked_shr(drop as u32).unwrap_or(0) as u64;
    let rest = high - (u128::from(floor).checked_shl(drop as u32).unwrap_or(0));
    let half = 1_u128 << (drop - 1);
    let exponent = binary_exponent + drop;
    let side = if rest > half {
        Ordering::Greater
    } else if rest.checked_add(error).is_some_and(|most| most < half) {
        Ordering::Less
    } else if error == 0 {
        Ordering::Equal
    } else {
        compare_to_middle(number, floor, exponent)
    };
    let up = side == Ordering::Greater || side == Ordering::Equal && floor & 1 == 1;
    let mantissa = floor + u64::from(up);
    let bits = format.bits(mantissa, exponent);
    let infinity = (2 * format.end_exponent as u64 - 1) << (format.mantissa_bits - 1);
    (bits < infinity).then_some(bits)
}

/// `leading` × 10^exponent as high × 2^exponent, high with its highest bit set; and by how much high may be too
/// small.
#[inline(never)]
pub(crate) fn product(leading: u64, exponent: i32) -> Option<(u128, i32, u128)> {
    let step = exponent.div_euclid(STEP);
    let shift = leading.leading_zeros();
    let small = 5_u64.pow(exponent.rem_euclid(STEP) as u32);
    let small_shift = small.leading_zeros();
    let mut high = u128::from(leading << shift) * u128::from(small << small_shift);
    let mut binary = exponent - (shift + small_shift) as i32;
    let mut error = 0;
    if step != 0 {
        high = multiply_high(high, *POWERS.get(usize::try_from(step - FIRST_STEP).ok()?)?);
        // floor(log2(5^n)) for |n| < 400, and the 128 bits that the multiplication drops.
        binary += ((i64::from(step * STEP) * 155_821_267) >> 26) as i32 - 127 + 128;
        error = 2;
    }
    let shift = high.leading_zeros();
    Some((high << shift, binary - shift as i32, error << shift))
}

/// The upper half of a product, at most 1 too small.
fn multiply_high(left: u128, right: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a, b, c, d) = (left >> 64, left & LOW, right >> 64, right & LOW);
    let (upper, lower) = (a * d, b * c);
    a * c + (upper >> 64) + (lower >> 64) + (((upper & LOW) + (lower & LOW) + ((b * d) >> 64)) >> 64)
}

/// Compares a number with (floor + ½) × 2^exponent, exactly.
#[cold]
fn compare_to_middle(number: Decimal<'_>, floor: u64, exponent: i32) -> Ordering {
    let mut left = Natural::default();
    for digit in number.text.iter().filter(|byte| byte.is_ascii_digit()) {
        left.multiply_add(10, u32::from(digit - b'0'));
    }
    let mut right = Natural::default();
    right.multiply_add(1, ((2 * floor + 1) >> 32) as u32);
    right.shift_left(32);
    right.multiply_add(1, (2 * floor + 1) as u32);
    let fives = if number.exponent < 0 { &mut right } else { &mut left };
    for _ in 0..number.exponent.unsigned_abs() {
        fives.multiply_add(5, 0);
    }
    let twos = number.exponent - i64::from(exponent - 1);
    let side = if twos < 0 { &mut right } else { &mut left };
    side.shift_left(twos.unsigned_abs() as usize);
    left.compare(&right)
}

/// A natural number of any size, least significant limb first, no zero limb on top.
#[derive(Default)]
struct Natural(Vec<u32>);

impl Natural {
    #[inline(never)]
    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    #[inline(never)]
    fn shift_left(&mut self, bits: usize) {
        for _ in 0..bits % 32 {
            self.multiply_add(2, 0);
        }
        let mut limbs = alloc::vec![0; bits / 32];
        limbs.append(&mut self.0);
        self.0 = limbs;
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

/// The powers of five in the table are this far apart.
const STEP: i32 = 27;
const FIRST_STEP: i32 = -14;
/// 5^(27 · n) for n from -14 to 12, cut to the highest 128 bits.
#[rustfmt::skip]
const POWERS: [u128; 27] = [
    0x9ecffc31_d586abc0_9ac09362_57d9c76c,
    0x8049a4ac_0c5811ae_205b896d_777d6278,
    0xcf42894a_5dce35ea_52064cac_828675b9,
    0xa76c5823_38ed2621_af2af2b8_0af6f24e,
    0x873e4f75_e2224e68_5a7744a6_e804a291,
    0xda7f5bf5_90966848_af39a475_506a899e,
    0xb080392c_c4349dec_bd8d794d_96aacfb3,
    0x8e938662_882af53e_547eb47b_7282ee9c,
    0xe65829b3_046b0afa_0cb4a5a3_112a5112,
    0xba121a46_50e4ddeb_92f34d62_616ce413,
    0x964e858c_91ba2655_3a6a07f8_d510f86f,
    0xf2d56790_ab41c2a2_fae27299_423fb9c3,
    0xc428d05a_a4751e4c_aa97e14c_3c26b886,
    0x9e74d1b7_91e07e48_775ea264_cf55347d,
    0x80000000_00000000_00000000_00000000,
    0xcecb8f27_f4200f3a_00000000_00000000,
    0xa70c3c40_a64e6c51_999090b6_5f67d924,
    0x86f0ac99_b4e8dafd_69a028bb_3ded71a3,
    0xda01ee64_1a708de9_e80e6f48_20cc9495,
    0xb01ae745_b101e9e4_5ec05dcf_f72e7f8f,
    0x8e41ade9_fbebc27d_14588f13_be847307,
    0xe5d3ef28_2a242e81_8f1668c8_a86da5fa,
    0xb9a74a06_37ce2ee1_6d953e2b_d7173692,
    0x95f83d0a_1fb69cd9_4abdaf10_1564f98e,
    0xf24a01a7_3cf2dccf_bc633b39_673c8cec,
    0xc3b83581_09e84f07_0a862f80_ec4700c8,
    0x9e19db92_b4e31ba9_6c07a2c2_6a8346d1,
];
