//! Result blocks: validated once, then written out as Arrow-layout columns.
//!
//! Layout of a raw block (protocol.md §3.1), everything little endian and unaligned:
//!
//! | at | type | field |
//! |---|---|---|
//! | 0 | i32 | version, 1 (queries) or 2 (subscriptions) |
//! | 4 | i32 | length of the whole block |
//! | 8 | i32 | rows R |
//! | 12 | i32 | columns C |
//! | 16 | i32 | flags, ignored |
//! | 20 | u64 | group id, ignored |
//! | 28 | C × (u8, i32) | type code and storage size of each column |
//! | 28 + 5C | C × i32 | length of each column's data |
//! | 28 + 9C | | the columns, one after the other ([`Column`]) |
//! | end | u8 | one trailing byte, absent in blocks made by clients |
//!
//! The region that [`decode`] returns is described at [`Block::to_region`].

mod column;
mod double;
mod header;
mod json;
mod region;
mod text;

use alloc::vec::Vec;

pub use column::{Column, JsonForm};
pub(crate) use region::{region_limit, ALIGNMENT, HEAD, RECORD};
pub(crate) use text::{flags as text_flags, is_ascii};

use crate::cursor::Cursor;
use crate::error::DecodeError;
use header::Header;

/// A block whose every length and offset has been checked.
#[derive(Debug)]
pub struct Block<'a> {
    rows: u32,
    columns: Vec<Column<'a>>,
    input_len: usize,
}

impl<'a> Block<'a> {
    /// Checks a whole block of a query's result.
    ///
    /// # Errors
    ///
    /// Anything that does not keep to the format, with the place.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Self::parse_with(bytes, JsonForm::Text)
    }

    /// Checks a whole block that writes JSON in this form; [`Block::to_region`] makes text of it.
    ///
    /// # Errors
    ///
    /// Anything that does not keep to the format, with the place.
    #[inline(never)]
    pub fn parse_with(bytes: &'a [u8], json: JsonForm) -> Result<Self, DecodeError> {
        let header = Header::parse(bytes)?;
        let mut body = header.body;
        let mut columns = Vec::new();
        columns.try_reserve_exact(header.schema.len()).map_err(|_| DecodeError::new("out of memory"))?;
        for (index, (schema, length)) in (0_u32..).zip(header.schema.iter().zip(header.lengths)) {
            let column = Column::parse(*schema, i32::from_le_bytes(*length), header.rows, json, &mut body);
            columns.push(column.map_err(|error| error.in_column(index))?);
        }
        expect_end(&body)?;
        Ok(Self { rows: header.rows, columns, input_len: bytes.len() })
    }

    /// Number of rows.
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column<'a>] {
        &self.columns
    }

    /// Size of the region that [`Block::to_region`] writes.
    pub(crate) fn region_size(&self) -> u64 {
        region::region_size(self.rows, &self.columns)
    }

    /// Writes the columns in Arrow layout into one region, every section at a multiple of 8 bytes:
    ///
    /// | at | type | field |
    /// |---|---|---|
    /// | 0 | u32 | rows R |
    /// | 4 | u32 | columns C |
    /// | 8 + 40·i | u32 | type code of column i |
    /// | + 4 | u32 | its storage size |
    /// | + 8 | u32 | decimal precision |
    /// | + 12 | u32 | decimal scale |
    /// | + 16 | u32 | number of NULLs |
    /// | + 20 | u32 | offset of the validity bitmap (least significant bit first, 1 = value), 0 without NULLs |
    /// | + 24 | u32 | offset of the values |
    /// | + 28 | u32 | length of the values in bytes |
    /// | + 32 | u32 | offset of the R + 1 i32 offsets into the values, 0 unless the type is variable |
    /// | + 36 | u32 | flags: bit 0 each cell is valid UTF-8, bit 1 all is ASCII |
    ///
    /// BOOL becomes bits, both decimal types 16 bytes a value, NCHAR UTF-8; the type NULL has no values.
    ///
    /// # Errors
    ///
    /// A region over 64 MiB that is also over 16 times the input: rows may share an item, so a small block can
    /// ask for a huge one.
    #[inline(never)]
    pub fn to_region(&self) -> Result<Vec<u8>, DecodeError> {
        region::write(self.rows, &self.columns, self.input_len)
    }
}

/// Server blocks end with one byte after the last column, client blocks with the last column.
fn expect_end(body: &Cursor<'_>) -> Result<(), DecodeError> {
    match body.remaining() {
        0 | 1 => Ok(()),
        rest => {
            Err(DecodeError::new("the block goes on after its last column").at(body.offset()).needs(1, rest as u64))
        }
    }
}

/// Checks a block and writes its region: [`Block::parse`] and [`Block::to_region`].
///
/// # Errors
///
/// Those of the two.
pub fn decode(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    Block::parse(bytes)?.to_region()
}
