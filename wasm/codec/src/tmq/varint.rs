//! Integers of seven bits a byte, the lowest first.

use crate::cursor::Cursor;
use crate::error::DecodeError;

/// Reads an unsigned one of at most 32 bits.
pub(super) fn unsigned(cursor: &mut Cursor<'_>) -> Result<u32, DecodeError> {
    let start = cursor.offset();
    let mut value = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = cursor.u8()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u32::try_from(value).map_err(|_| too_long(start));
        }
    }
    Err(too_long(start))
}

/// Reads a signed one: 0, −1, 1, −2, … stand for 0, 1, 2, 3, …
pub(super) fn signed(cursor: &mut Cursor<'_>) -> Result<i32, DecodeError> {
    let value = unsigned(cursor)?;
    Ok((value >> 1) as i32 ^ -((value & 1) as i32))
}

fn too_long(start: usize) -> DecodeError {
    DecodeError::new("a varint does not fit 32 bits").at(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_read_every_length_and_refuse_more_than_32_bits() {
        let read = |bytes: &[u8]| unsigned(&mut Cursor::new(bytes));
        assert_eq!(read(&[0x7f]), Ok(127));
        assert_eq!(read(&[0x86, 0x01]), Ok(134));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok(u32::MAX));
        assert!(read(&[0xff, 0xff, 0xff, 0xff, 0x1f]).is_err());
        assert!(read(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]).is_err());
        assert!(read(&[0x80]).is_err());
        let zigzag = |bytes: &[u8]| signed(&mut Cursor::new(bytes)).unwrap();
        assert_eq!([zigzag(&[0]), zigzag(&[1]), zigzag(&[2]), zigzag(&[8])], [0, -1, 1, 4]);
        assert_eq!(zigzag(&[0xff, 0xff, 0xff, 0xff, 0x0f]), i32::MIN);
    }
}
