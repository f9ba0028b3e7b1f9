//! The request that [`super::encode`] takes, little endian and unaligned.
//!
//! | at | type | field |
//! |---|---|---|
//! | 0 | u64 | request id |
//! | 8 | u64 | statement id |
//! | 16 | u32 | tables T |
//! | 20 | u32 | rows R, of all tables together |
//! | 24 | u32 | tags |
//! | 28 | u32 | columns |
//! | 32 | u32 | flags: bit 0 table names follow, bit 1 a row order follows |
//! | 36 | T × u32 | rows of each table, 1 to 32767 |
//! | | R × u32 | with flag bit 1: the rows of the tables one after the other, each row once; else in sequence |
//! | | source | with flag bit 0: T names, of type VARCHAR |
//! | | sources | each tag, T values |
//! | | sources | each column, R values |
//!
//! A source of n values:
//!
//! | type | field |
//! |---|---|
//! | u8 | type code |
//! | u8 | form: 0 fixed values, 1 bytes, 2 text |
//! | u8 | 1 when a byte a row follows that says what the row holds |
//! | u8 | precision of a TIMESTAMP: 0 ms, 1 µs, 2 ns |
//! | u32 | longest value allowed, in bytes (NCHAR: characters); 0 = any |
//! | n × u8 | if so announced: 0 value, 1 NULL, 2 NONE (leave the column as it is) |
//! | | form 0: n values of the type's width; what is in the place of a NULL means nothing |
//! | | form 1: n × u32 length in bytes (0 for NULL), u32 length of the data, data |
//! | | form 2: n × u32 length in UTF-16 code units (0 for NULL), u32 length of the data, data in UTF-8 |
//!
//! Form 2 lets the caller join strings and convert them at once, without measuring each in UTF-8. It also takes
//! RFC 3339 texts for TIMESTAMP, and is how decimals are sent.

use alloc::vec;
use alloc::vec::Vec;

use super::source::Source;
use crate::cursor::Cursor;
use crate::data_type::DataType;
use crate::error::EncodeError;

/// Form of a source: values of the type's width.
pub const FORM_FIXED: u8 = 0;
/// Form of a source: bytes, with a length in bytes for each row.
pub const FORM_BYTES: u8 = 1;
/// Form of a source: text, with a length in UTF-16 code units for each row.
pub const FORM_TEXT: u8 = 2;
/// Flag: table names follow.
pub const HAS_NAMES: u32 = 1;
const HAS_ORDER: u32 = 2;
const COUNTS_AT: usize = 36;
/// The most rows that the server takes for one table in one bind.
pub const MAX_ROWS: u32 = 32_767;

/// A request whose parts agree with each other.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub req_id: u64,
    pub stmt_id: u64,
    pub row_count: u32,
    pub counts: &'a [[u8; 4]],
    pub order: Option<&'a [[u8; 4]]>,
    pub names: Option<Source<'a>>,
    pub tags: Vec<Source<'a>>,
    pub columns: Vec<Source<'a>>,
}

impl<'a> Request<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EncodeError> {
        let mut cursor = Cursor::new(bytes);
        let (req_id, stmt_id) = (cursor.u64()?, cursor.u64()?);
        let (table_count, row_count) = (cursor.u32()?, cursor.u32()?);
        let (tag_count, column_count) = (cursor.u32()?, cursor.u32()?);
        let flags = cursor.u32()?;
        if flags & !(HAS_NAMES | HAS_ORDER) != 0 {
            return Err(EncodeError::new("unknown flags").at(32));
        }
        let counts = cursor.array(table_count.into())?;
        check_counts(counts, row_count)?;
        let order = match flags & HAS_ORDER {
            0 => None,
            _ => Some(parse_order(&mut cursor, row_count)?),
        };
        let names = match flags & HAS_NAMES {
            0 => None,
            _ => Some(parse_names(&mut cursor, table_count)?),
        };
        let tags = parse_sources(&mut cursor, tag_count, table_count, 0)?;
        let columns = parse_sources(&mut cursor, column_count, row_count, tag_count)?;
        if cursor.remaining() > 0 {
            return Err(EncodeError::new("there are bytes after the request's end").at(cursor.offset()));
        }
        Ok(Self { req_id, stmt_id, row_count, counts, order, names, tags, columns })
    }
}

fn check_counts(counts: &[[u8; 4]], row_count: u32) -> Result<(), EncodeError> {
    if counts.is_empty() {
        return Err(EncodeError::new("there is no table").at(16));
    }
    let mut total = 0;
    for (table, count) in counts.iter().enumerate() {
        let count = u32::from_le_bytes(*count);
        if !(1..=MAX_ROWS).contains(&count) {
            let error = EncodeError::new("a table's number of rows is not 1 to 32767").at(COUNTS_AT + 4 * table);
            return Err(error.needs(count.into(), MAX_ROWS.into()));
        }
        total += u64::from(count);
    }
    if total != u64::from(row_count) {
        return Err(EncodeError::new("the rows of the tables do not add up").at(20).needs(total, row_count.into()));
    }
    Ok(())
}

fn parse_order<'a>(cursor: &mut Cursor<'a>, row_count: u32) -> Result<&'a [[u8; 4]], EncodeError> {
    let start = cursor.offset();
    let order = cursor.array(row_count.into())?;
    let mut used = vec![false; order.len()];
    for (index, row) in order.iter().enumerate() {
        let row = u32::from_le_bytes(*row);
        let refused = |what| EncodeError::new(what).at(start + 4 * index).in_row(row);
        match used.get_mut(row as usize) {
            Some(used @ false) => *used = true,
            Some(true) => return Err(refused("the row order names a row twice")),
            None => return Err(refused("the row order names a row that does not exist")),
        }
    }
    Ok(order)
}

fn parse_names<'a>(cursor: &mut Cursor<'a>, table_count: u32) -> Result<Source<'a>, EncodeError> {
    let start = cursor.offset();
    let names =
        Source::parse(cursor, table_count).map_err(|error| error.saying("table name: the names cannot be read"))?;
    match names.data_type() {
        DataType::VarChar => Ok(names),
        _ => Err(EncodeError::new("table name: its type is not VARCHAR").at(start)),
    }
}

fn parse_sources<'a>(
    cursor: &mut Cursor<'a>,
    count: u32,
    rows: u32,
    first_index: u32,
) -> Result<Vec<Source<'a>>, EncodeError> {
    let mut sources = Vec::new();
    for index in 0..count {
        let source = Source::parse(cursor, rows);
        sources.push(source.map_err(|error| error.in_column(first_index.saturating_add(index)))?);
    }
    Ok(sources)
}
