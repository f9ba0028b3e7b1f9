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

mod payload;
mod reader;

use alloc::vec::Vec;

use crate::block::{region_limit, ALIGNMENT};
use crate::error::DecodeError;
use crate::sink::Sink;
pub use payload::{MessageBlock, Payload, RawType};

/// Bytes before the block records.
const HEAD: usize = 24;
/// Bytes of a block record.
const RECORD: usize = 32;

/// Writes the blocks of a payload into one region, every section at a multiple of 8 bytes:
///
/// | at | type | field |
/// |---|---|---|
/// | 0 | u32 | blocks B |
/// | 4 | u32 | 1 when the two positions are known |
/// | 8 | i64 | position in the log where the message begins |
/// | 16 | i64 | where the next one begins |
/// | 24 + 32·i | u32 | offset of the batch region of block i ([`crate::block::Block::to_region`]; its own offsets count from its start) |
/// | + 4 | u32 | its length in bytes |
/// | + 8 | u32 | its precision: 0 ms, 1 µs, 2 ns |
/// | + 12 | u32 | offset of the table's name, 0 without one |
/// | + 16 | u32 | its length in bytes |
/// | + 20 | u32 | offset of the column names, 0 without them |
/// | + 24 | u32 | number of column names N |
/// | + 28 | u32 | 0 |
///
/// Column names: (N + 1) × u32 positions in the bytes that follow them.
///
/// # Errors
///
/// Anything that does not keep to the format, with the place, and a region that is too large for its input.
pub fn decode(bytes: &[u8], raw_type: Option<RawType>) -> Result<Vec<u8>, DecodeError> {
    let payload = Payload::parse(bytes, raw_type)?;
    let sizes: u64 = payload.blocks.iter().map(|block| block.block.region_size()).sum();
    let limit = region_limit(bytes.len());
    // Names are copied once, and so no larger than the input, but for their padding and positions.
    let names = 2 * bytes.len() as u64 + (HEAD + RECORD * (payload.blocks.len() + 1)) as u64;
    let size = sizes + names;
    if size > limit {
        return Err(DecodeError::new("the decoded message is too large").needs(size, limit));
    }
    let mut sink = Sink::with_room(size).ok_or(DecodeError::new("out of memory").needs(size, 0))?;
    sink.u32(payload.blocks.len() as u32);
    sink.u32(payload.positions.is_some().into());
    let (begin, next) = payload.positions.unwrap_or_default();
    sink.u64(begin as u64);
    sink.u64(next as u64);
    sink.zeros(RECORD * payload.blocks.len());
    for (index, block) in payload.blocks.iter().enumerate() {
        write_block(block, HEAD + RECORD * index, &mut sink)?;
    }
    Ok(sink.into_bytes())
}

fn write_block(block: &MessageBlock<'_>, record: usize, sink: &mut Sink) -> Result<(), DecodeError> {
    let region = block.block.to_region()?;
    let table = block.table.unwrap_or_default();
    let region_at = section(sink, &region);
    let table_at = section(sink, table);
    let names_at = section(sink, &names_section(&block.names));
    let fields =
        [region_at, region.len(), block.precision as usize, table_at, table.len(), names_at, block.names.len()];
    for (field, value) in fields.into_iter().enumerate() {
        sink.patch_u32(record + 4 * field, value as u32);
    }
    Ok(())
}

/// The names' ends and the names; nothing without any.
fn names_section(names: &[&[u8]]) -> Vec<u8> {
    let mut section = Vec::new();
    if names.is_empty() {
        return section;
    }
    let mut end = 0_u32;
    section.extend(end.to_le_bytes());
    for name in names {
        end += name.len() as u32;
        section.extend(end.to_le_bytes());
    }
    for name in names {
        section.extend_from_slice(name);
    }
    section
}

/// Appends a section and returns where it is; 0 when it is empty.
#[inline(never)]
fn section(sink: &mut Sink, bytes: &[u8]) -> usize {
    let at = sink.len();
    sink.bytes(bytes);
    sink.align(ALIGNMENT);
    if bytes.is_empty() {
        0
    } else {
        at
    }
}
