//! Strings of the body: JSON escapes, hex.

use alloc::vec::Vec;

/// The inside of a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    raw: &'a [u8],
    at: usize,
    is_escaped: bool,
}

/// A position in the input, and what is wrong there.
pub(super) type Fault = (usize, &'static str);

impl<'a> Text<'a> {
    /// `at` is the position of `raw` in the input; without a backslash in it, `is_escaped` is false.
    pub const fn new(raw: &'a [u8], at: usize, is_escaped: bool) -> Self {
        Self { raw, at, is_escaped }
    }

    /// The bytes as they stand in the body.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether there is a backslash among them.
    pub const fn is_escaped(&self) -> bool {
        self.is_escaped
    }

    /// Position of the first byte.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Appends what the string says. Bytes that are not UTF-8 stay as they are.
    pub fn append_to(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        if self.is_escaped {
            return self.unescape(out);
        }
        out.extend_from_slice(self.raw);
        Ok(())
    }

    fn unescape(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let mut rest = self.raw;
        while let Some(backslash) = rest.iter().position(|byte| *byte == b'\\') {
            out.extend_from_slice(&rest[..backslash]);
            let at = self.at + self.raw.len() - rest.len() + backslash;
            let escape = &rest[backslash + 1..];
            let (byte, len) = match escape.first() {
                Some(byte @ (b'"' | b'\\' | b'/')) => (*byte, 1),
                Some(b'b') => (8, 1),
                Some(b'f') => (12, 1),
                Some(b'n') => (b'\n', 1),
                Some(b'r') => (b'\r', 1),
                Some(b't') => (b'\t', 1),
                Some(b'u') => {
                    let (character, len) = unicode(escape).ok_or((at, "the escape names no character"))?;
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = &escape[len..];
                    continue;
                }
                _ => return Err((at, "there is no such escape")),
            };
            out.push(byte);
            rest = &escape[len..];
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    /// Appends the bytes that hex digits stand for.
    pub fn append_hex_to(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let (pairs, []) = self.raw.as_chunks::<2>() else {
            return Err((self.at, "the number of hex digits is odd"));
        };
        let start = out.len();
        // A digit that is none sets bits above the lowest eight.
        let mut all = 0;
        out.extend(pairs.iter().map(|[high, low]| {
            let byte = hex_digit(*high) << 4 | hex_digit(*low);
            all |= byte;
            byte as u8
        }));
        if all > 0xff {
            out.truncate(start);
            let digit = self.raw.iter().position(|byte| !byte.is_ascii_hexdigit());
            return Err((self.at + digit.unwrap_or(0), "expected a hex digit"));
        }
        Ok(())
    }
}

const fn hex_digit(byte: u8) -> u16 {
    match byte {
        b'0'..=b'9' => (byte - b'0') as u16,
        b'a'..=b'f' => (byte - b'a') as u16 + 10,
        b'A'..=b'F' => (byte - b'A') as u16 + 10,
        _ => 0x100,
    }
}

/// The character of `uXXXX`, or of two of them that make a surrogate pair, and the length of that text behind its
/// first backslash.
fn unicode(escape: &[u8]) -> Option<(char, usize)> {
    let first = code_unit(escape)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 5));
    }
    let (b'\\', second) = escape.get(5..)?.split_first()? else { return None };
    let second = code_unit(second)?;
    if !(0xd800..0xdc00).contains(&first) || !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).map(|character| (character, 11))
}

fn code_unit(escape: &[u8]) -> Option<u32> {
    let [b'u', digits @ ..] = escape.first_chunk::<5>()? else { return None };
    let unit = digits.iter().fold(0_u32, |unit, digit| unit << 4 | u32::from(hex_digit(*digit)));
    digits.iter().all(u8::is_ascii_hexdigit).then_some(unit)
}
