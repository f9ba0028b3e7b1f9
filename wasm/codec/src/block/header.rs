//! The fixed block header and the per-column schema.

use crate::cursor::Cursor;
use crate::error::DecodeError;

/// Bytes before the schema.
const FIXED: usize = 28;
/// Schema entry and data length of one column.
const PER_COLUMN: u64 = 5 + 4;

/// What precedes the columns.
pub(super) struct Header<'a> {
    pub rows: u32,
    /// Type code and storage size of each column.
    pub schema: &'a [[u8; 5]],
    /// Data length of each column.
    pub lengths: &'a [[u8; 4]],
    /// Positioned at the first column.
    pub body: Cursor<'a>,
}

impl<'a> Header<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(bytes);
        if !matches!(cursor.i32()?, 1 | 2) {
            return Err(DecodeError::new("the block's version is neither 1 nor 2").at(0));
        }
        let length = size(cursor.i32()?, "the block's length is negative", 4)?;
        expect_length(length, bytes.len())?;
        let rows = size(cursor.i32()?, "the number of rows is negative", 8)?;
        let columns = u64::from(size(cursor.i32()?, "the number of columns is negative", 12)?);
        cursor.slice(FIXED as u64 - 16)?;
        if columns * PER_COLUMN > cursor.remaining() as u64 {
            let error = DecodeError::new("the block is too short for the schema of its columns");
            return Err(error.at(FIXED).needs(columns * PER_COLUMN, cursor.remaining() as u64));
        }
        let schema = cursor.array(columns)?;
        let lengths = cursor.array(columns)?;
        Ok(Self { rows, schema, lengths, body: cursor })
    }
}

fn size(value: i32, negative: &'static str, offset: usize) -> Result<u32, DecodeError> {
    u32::try_from(value).map_err(|_| DecodeError::new(negative).at(offset))
}

fn expect_length(length: u32, given: usize) -> Result<(), DecodeError> {
    let (length, given) = (u64::from(length), given as u64);
    if length == given {
        return Ok(());
    }
    let what = if length > given { "the block is cut short" } else { "there are bytes after the block's end" };
    Err(DecodeError::new(what).at(4).needs(length, given))
}
