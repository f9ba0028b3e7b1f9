//! Reads the small parts of a payload. A failure is kept here and not passed up with every read, which keeps the code
//! of the many reads small.

use crate::cursor::Cursor;
use crate::error::DecodeError;

/// A cursor that remembers why it stopped.
pub(super) struct Reader<'a> {
    cursor: Cursor<'a>,
    /// What the last `None` stands for.
    pub error: DecodeError,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(bytes), error: DecodeError::new("") }
    }

    pub fn offset(&self) -> usize {
        self.cursor.offset()
    }

    pub fn remaining(&self) -> usize {
        self.cursor.remaining()
    }

    /// Refuses the input where it has been read to.
    #[cold]
    #[inline(never)]
    pub fn refuse<T>(&mut self, what: &'static str) -> Option<T> {
        self.error = DecodeError::new(what).at(self.offset());
        None
    }

    #[inline(never)]
    pub fn slice(&mut self, len: u32) -> Option<&'a [u8]> {
        self.cursor.slice(len.into()).map_err(|short| self.error = short.into()).ok()
    }

    #[inline(never)]
    pub fn u8(&mut self) -> Option<u8> {
        self.slice(1)?.first().copied()
    }

    /// The next eight bytes, which are read again.
    pub fn peek_u64(&self) -> Option<u64> {
        self.cursor.clone().u64().ok()
    }

    /// A count of things that take at least `size` bytes each.
    #[inline(never)]
    pub fn count(&mut self, size: u64) -> Option<u32> {
        let count = self.slice(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))?;
        if count > i32::MAX as u32 {
            return self.refuse("a count is negative");
        }
        self.check_count(count, size)
    }

    /// Refuses a count that the bytes left cannot hold, before memory is taken for it.
    #[inline(never)]
    pub fn check_count(&mut self, count: u32, size: u64) -> Option<u32> {
        let (needed, available) = (u64::from(count) * size, self.remaining() as u64);
        if needed > available {
            self.error = DecodeError::new("the input ends too early").at(self.offset()).needs(needed, available);
            return None;
        }
        Some(count)
    }

    /// An unsigned integer of seven bits a byte, the lowest first, of at most 32 bits.
    #[inline(never)]
    pub fn varint(&mut self) -> Option<u32> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 && value <= u32::MAX.into() {
                return Some(value as u32);
            }
        }
        self.refuse("a varint does not fit 32 bits")
    }

    /// A text behind its length as a varint, which counts the NUL at its end: where it begins, and its length.
    #[inline(never)]
    pub fn name(&mut self) -> Option<(u32, u32)> {
        let length = self.varint()?;
        let at = self.offset() as u32;
        let nul = u32::from(self.slice(length)?.last() == Some(&0));
        Some((at, length - nul))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_read_every_length_and_refuse_more_than_32_bits() {
        let read = |bytes: &[u8]| Reader::new(bytes).varint();
        assert_eq!(read(&[0x7f]), Some(127));
        assert_eq!(read(&[0x86, 0x01]), Some(134));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(u32::MAX));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
        assert_eq!(read(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), None);
        assert_eq!(read(&[0x80]), None);
    }
}
