//! Milliseconds, microseconds, nanoseconds, and exact conversion between them.

/// The unit of a timestamp's ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Precision {
    /// 10⁻³ s, wire code 0.
    Milliseconds = 0,
    /// 10⁻⁶ s, wire code 1.
    Microseconds = 1,
    /// 10⁻⁹ s, wire code 2.
    Nanoseconds = 2,
}

impl Precision {
    /// The precision with this wire code.
    pub const fn from_code(code: u32) -> Option<Self> {
        match code {
            0 => Some(Self::Milliseconds),
            1 => Some(Self::Microseconds),
            2 => Some(Self::Nanoseconds),
            _ => None,
        }
    }

    /// Decimal digits of a second's fraction: 3, 6 or 9.
    pub const fn digits(self) -> u32 {
        match self {
            Self::Milliseconds => 3,
            Self::Microseconds => 6,
            Self::Nanoseconds => 9,
        }
    }

    /// Ticks in a second.
    pub const fn ticks_per_second(self) -> i64 {
        10_i64.pow(self.digits())
    }
}

/// The same instant in another precision, rounded toward negative infinity; `None` when it does not fit.
///
/// ```
/// use tdwire_codec::precision::{convert, Precision::*};
///
/// assert_eq!(convert(-1, Microseconds, Milliseconds), Some(-1));
/// assert_eq!(convert(7, Milliseconds, Nanoseconds), Some(7_000_000));
/// assert_eq!(convert(i64::MAX, Milliseconds, Nanoseconds), None);
/// ```
pub const fn convert(ticks: i64, from: Precision, to: Precision) -> Option<i64> {
    let (from, to) = (from.digits(), to.digits());
    if to >= from {
        ticks.checked_mul(10_i64.pow(to - from))
    } else {
        Some(ticks.div_euclid(10_i64.pow(from - to)))
    }
}

#[cfg(test)]
mod tests {
    use super::{convert, Precision::*};

    #[test]
    fn convert_floors_and_refuses_overflow() {
        for (ticks, from, to, expected) in [
            (-1_000_001, Nanoseconds, Milliseconds, Some(-2)),
            (-1_000_000, Nanoseconds, Milliseconds, Some(-1)),
            (999_999, Nanoseconds, Milliseconds, Some(0)),
            (i64::MIN, Nanoseconds, Milliseconds, Some(-9_223_372_036_855)),
            (i64::MIN, Nanoseconds, Nanoseconds, Some(i64::MIN)),
            (i64::MIN, Microseconds, Nanoseconds, None),
            (9_223_372_036_854_775, Microseconds, Nanoseconds, Some(9_223_372_036_854_775_000)),
            (9_223_372_036_854_776, Microseconds, Nanoseconds, None),
        ] {
            assert_eq!(convert(ticks, from, to), expected, "{ticks} {from:?} {to:?}");
        }
    }
}
