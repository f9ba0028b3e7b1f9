//! Bounds-checked little-endian reads over a borrowed slice.

use crate::error::Truncated;

/// A position in a slice. A read that fails leaves it where it was.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    /// Bytes read so far.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Bytes left.
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `len` bytes; 64 bits wide so that no product of counts can wrap on a 32-bit host.
    pub fn slice(&mut self, len: u64) -> Result<&'a [u8], Truncated> {
        let split = usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len));
        let Some((head, rest)) = split else {
            return Err(Truncated::new(self.offset, len, self.rest.len()));
        };
        self.rest = rest;
        self.offset += head.len();
        Ok(head)
    }

    /// The next `count` values of `N` bytes each.
    pub fn array<const N: usize>(&mut self, count: u64) -> Result<&'a [[u8; N]], Truncated> {
        let bytes = self.slice(count.saturating_mul(N as u64))?;
        Ok(bytes.as_chunks::<N>().0)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Truncated> {
        let Some((head, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(Truncated::new(self.offset, N as u64, self.rest.len()));
        };
        self.rest = rest;
        self.offset += N;
        Ok(*head)
    }

    pub fn u8(&mut self) -> Result<u8, Truncated> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Result<u16, Truncated> {
        self.take().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Truncated> {
        self.take().map(u32::from_le_bytes)
    }

    pub fn i32(&mut self) -> Result<i32, Truncated> {
        self.take().map(i32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Truncated> {
        self.take().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_read_says_what_was_missing_and_does_not_move() {
        let mut cursor = Cursor::new(&[1, 2, 3, 4, 5]);
        assert_eq!(cursor.u32(), Ok(0x0403_0201));
        assert_eq!(cursor.u64(), Err(Truncated::new(4, 8, 1)));
        assert_eq!(cursor.slice(u64::MAX), Err(Truncated::new(4, u64::MAX, 1)));
        assert_eq!(cursor.array::<4>(u64::MAX), Err(Truncated::new(4, u64::MAX, 1)));
        assert_eq!(cursor.u8(), Ok(5));
        assert_eq!((cursor.offset(), cursor.remaining()), (5, 0));
    }
}
