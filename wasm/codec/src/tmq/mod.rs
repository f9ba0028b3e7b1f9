//! Messages of subscriptions: several blocks, each with its own columns, table and precision.
//!
//! The payload of raw types 2 (data) and 4 (data with the requests that created its tables), as `fetch_raw_data`
//! brings it (protocol.md §5.6). Little endian unless said otherwise; `uv` is an unsigned varint of 7 bits a byte,
//! `zz` the same zigzag-coded.
//!
//! | what | layout |
//! |---|---|
//! | head, first byte ≥ 100 | u8, i32 n, n bytes: two offset records |
//! | head of older servers | two offset records; the first byte is the type of the first |
//! | offset record | u8 type: low four bits 1 → i64 position in the log; 2, 3 → 16 bytes of a snapshot |
//! | | i32 number of blocks; without any the tail follows |
//! | | u8 with table names, u8 with schemas |
//! | each block | uv length of the next two parts |
//! | | i64 1, i64 rows (big endian), u8 compression (0), u8 precision |
//! | | the raw block ([`crate::block`]), JSON in its internal form |
//! | with a schema | zz columns, zz version; a column: u8 type, u8 flags, zz size, zz id, uv length with NUL, name, NUL |
//! | with a table | uv length with NUL, name, NUL |
//! | tail of type 2 | i64 time to sleep; absent on servers that have the older head |
//! | tail of type 4 | i32 n, n × (uv length, bytes) |

mod reader;

use alloc::vec::Vec;

use crate::block::{region_limit, Block, JsonForm};
use crate::error::DecodeError;
use crate::sink::Sink;
use reader::Reader;

/// First byte of a head that tells its own length.
const SIZED_HEAD: u8 = 100;
/// Offset record of a position in the log: the type and an i64.
const LOG_RECORD: usize = 9;
/// Bytes between a block's length and the raw block.
const BLOCK_HEAD: usize = 18;
/// No block takes fewer bytes: a length, its head, and the header of a raw block.
const MIN_BLOCK: u64 = 1 + BLOCK_HEAD as u64 + 28;
/// No column of a schema takes fewer bytes.
const MIN_SCHEMA: u64 = 5;
/// Bytes before the block records of the region.
const HEAD: usize = 24;
/// Bytes of a block record.
const RECORD: usize = 32;

/// What a payload is, as the frame around it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum RawType {
    /// Rows.
    Data = 2,
    /// Rows, and the requests that created their tables.
    MetaData = 4,
}

impl RawType {
    /// The raw type with this wire code, if its payload holds blocks.
    pub const fn from_code(code: u32) -> Option<Self> {
        match code {
            2 => Some(Self::Data),
            4 => Some(Self::MetaData),
            _ => None,
        }
    }
}

/// Checks a whole payload and writes its blocks into one region; without a raw type the payload's end decides which of
/// the two it is. Names stay where they are: the region says where in the payload.
///
/// | at | type | field |
/// |---|---|---|
/// | 0 | u32 | blocks B |
/// | 4 | u32 | 1 when the two positions are known |
/// | 8 | i64 | position in the log where the message begins |
/// | 16 | i64 | where the next one begins |
/// | 24 + 32·i | u32 | offset of the batch region of block i ([`Block::to_region`]; its own offsets count from its start), a multiple of 8 |
/// | + 4 | u32 | its length in bytes |
/// | + 8 | u32 | its precision: 0 ms, 1 µs, 2 ns |
/// | + 12 | u32 | where in the payload the table's name begins |
/// | + 16 | u32 | its length in bytes, 0 without one |
/// | + 20 | u32 | offset of the column names: N × (u32 where in the payload, u32 length in bytes) |
/// | + 24 | u32 | number of column names N, 0 without a schema |
/// | + 28 | u32 | 0 |
///
/// # Errors
///
/// Anything that does not keep to the format, with the place, and a region that is too large for its input.
pub fn decode(bytes: &[u8], raw_type: Option<RawType>) -> Result<Vec<u8>, DecodeError> {
    let mut reader = Reader::new(bytes);
    write(&mut reader, raw_type).map(Sink::into_bytes).ok_or(reader.error)
}

fn write(reader: &mut Reader<'_>, raw_type: Option<RawType>) -> Option<Sink> {
    let limit = region_limit(reader.remaining());
    let mut sink = Sink::default();
    let is_sized = write_head(reader, &mut sink)?;
    let count = reader.count(0)?;
    sink.patch_u32(0, count);
    if count > 0 {
        let (with_table, with_schema) = (reader.u8()? != 0, reader.u8()? != 0);
        reader.check_count(count, MIN_BLOCK)?;
        sink.zeros(RECORD * count as usize);
        for record in (HEAD..).step_by(RECORD).take(count as usize) {
            write_block(reader, &mut sink, record, limit)?;
            if with_schema {
                write_names(reader, &mut sink, record)?;
            }
            if with_table {
                let (at, length) = reader.name()?;
                sink.patch_u32(record + 12, at);
                sink.patch_u32(record + 16, length);
            }
        }
    }
    check_tail(reader, raw_type, is_sized)?;
    Some(sink)
}

/// Writes the region's head; whether the payload's tells its length.
fn write_head(reader: &mut Reader<'_>, sink: &mut Sink) -> Option<bool> {
    let first = reader.u8()?;
    let is_sized = first >= SIZED_HEAD;
    let [begin, next] = if is_sized {
        let length = reader.count(1)?;
        let (begin, next) = reader.slice(length)?.split_at_checked(LOG_RECORD).unwrap_or_default();
        [begin, next].map(log_position)
    } else {
        let begin = older_record(first, reader)?;
        let kind = reader.u8()?;
        [begin, older_record(kind, reader)?]
    };
    let (begin, next) = begin.zip(next).unzip();
    sink.u32(0);
    sink.u32(begin.is_some().into());
    sink.u64(begin.unwrap_or(0));
    sink.u64(next.unwrap_or(0));
    Some(is_sized)
}

fn log_position(record: &[u8]) -> Option<u64> {
    match record {
        [kind, position @ ..] if kind & 0x0f == 1 => Some(u64::from_le_bytes(position.try_into().ok()?)),
        _ => None,
    }
}

fn older_record(kind: u8, reader: &mut Reader<'_>) -> Option<Option<u64>> {
    match kind {
        1 => reader.slice(8)?.first_chunk().map(|position| Some(u64::from_le_bytes(*position))),
        2 | 3 => reader.slice(16).map(|_| None),
        _ => reader.refuse("unknown type of offset"),
    }
}

#[inline(never)]
fn write_block(reader: &mut Reader<'_>, sink: &mut Sink, record: usize, limit: u64) -> Option<()> {
    let length = reader.varint()?;
    let at = reader.offset();
    let Some((head, raw)) = reader.slice(length)?.split_first_chunk::<BLOCK_HEAD>() else {
        return reader.refuse("a block is too short for its head");
    };
    let [version @ .., _, _, _, _, _, _, _, _, compression, precision] = head;
    if u64::from_le_bytes(*version) != 1 || *compression != 0 || *precision > 2 {
        return reader.refuse("a block's version, compression or precision is unknown");
    }
    let region = region_of(raw, limit.saturating_sub(sink.len() as u64));
    let region = region.map_err(|error| reader.error = error.behind(at + BLOCK_HEAD)).ok()?;
    sink.patch_u32(record, sink.len() as u32);
    sink.patch_u32(record + 4, region.len() as u32);
    sink.patch_u32(record + 8, (*precision).into());
    sink.bytes(&region);
    Some(())
}

fn region_of(raw: &[u8], limit: u64) -> Result<Vec<u8>, DecodeError> {
    let block = Block::parse_with(raw, JsonForm::Internal)?;
    let size = block.region_size();
    if size > limit {
        return Err(DecodeError::new("the decoded message is too large").needs(size, limit));
    }
    block.to_region()
}

#[inline(never)]
fn write_names(reader: &mut Reader<'_>, sink: &mut Sink, record: usize) -> Option<()> {
    let columns = reader.varint()?;
    // Zigzag: an even number stands for its half, an odd one for a negative number.
    if columns & 1 == 1 {
        return reader.refuse("the number of columns of a schema is negative");
    }
    let columns = reader.check_count(columns >> 1, MIN_SCHEMA)?;
    reader.varint()?;
    sink.patch_u32(record + 20, sink.len() as u32);
    sink.patch_u32(record + 24, columns);
    for _ in 0..columns {
        reader.slice(2)?;
        reader.varint()?;
        reader.varint()?;
        let (at, length) = reader.name()?;
        sink.u64(u64::from(length) << 32 | u64::from(at));
    }
    Some(())
}

fn check_tail(reader: &mut Reader<'_>, raw_type: Option<RawType>, is_sized: bool) -> Option<()> {
    let is_data = match raw_type {
        Some(kind) => kind == RawType::Data,
        // Eight bytes are a time to sleep, unless it were one of weeks: then they begin the created tables.
        None => reader.remaining() == 8 && reader.peek_u64()? <= u32::MAX.into() || reader.remaining() == 0,
    };
    if !is_data {
        let requests = reader.count(1)?;
        if requests == 0 && raw_type.is_none() {
            // Half of a time to sleep: a message of the other type has created a table.
            return reader.refuse("the input ends too early");
        }
        for _ in 0..requests {
            let length = reader.varint()?;
            reader.slice(length)?;
        }
    } else if is_sized || reader.remaining() > 0 {
        reader.slice(8)?;
    }
    if reader.remaining() > 0 {
        return reader.refuse("there are bytes after the message's end");
    }
    Some(())
}
