//! Bind requests of prepared statements, encoded as `stmt2_bind` frames.
//!
//! The request is columnar and spans all tables ([`request`] has its layout); the frame's payload is row groups
//! per table (protocol.md §4.1). Offsets count from the payload's start, frame offset 30:
//!
//! | at | type | field |
//! |---|---|---|
//! | 0 | u32 | length of the payload |
//! | 4 | u32 | tables T |
//! | 8 | u32 | tags of a table |
//! | 12 | u32 | columns of a table |
//! | 16 | u32 | offset of the names, 0 without |
//! | 20 | u32 | offset of the tags, 0 without |
//! | 24 | u32 | offset of the columns, 0 without |
//! | names | T × u16 | length of each name with its NUL, then the names with their NULs |
//! | tags | T × u32 | bytes of each table's tag blocks, then the blocks |
//! | columns | T × u32 | bytes of each table's column blocks, then the blocks |

mod column;
pub mod request;
mod source;
mod text;

use alloc::vec::Vec;

use crate::error::EncodeError;
use crate::frame;
use crate::sink::Sink;
use column::Rows;
use request::Request;
use source::Source;

const HEADER: u64 = 28;
const NAMES_OFFSET_AT: usize = 16;
const TAGS_OFFSET_AT: usize = 20;
const COLUMNS_OFFSET_AT: usize = 24;
/// Bytes that a table name may have; with its NUL its length must fit 16 bits.
const MAX_NAME: u32 = 65_534;

/// Encodes a request into a whole frame: the 30-byte head and the payload.
///
/// # Errors
///
/// A request that breaks its own layout, a value that its column cannot take, and a frame over 4 GiB.
pub fn encode(request: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let request = Request::parse(request)?;
    check_names(&request)?;
    let payload_len = payload_len(&request);
    let total = u32::try_from(payload_len)
        .map_err(|_| EncodeError::new("the frame is too large").needs(payload_len, u32::MAX.into()))?;
    let mut sink = Sink::with_room(frame::STMT2_BIND_HEAD + payload_len)
        .ok_or_else(|| EncodeError::new("out of memory").needs(payload_len, 0))?;
    frame::stmt2_bind(&mut sink, request.req_id, request.stmt_id);
    for field in [total, request.counts.len() as u32, request.tags.len() as u32, request.columns.len() as u32, 0, 0, 0]
    {
        sink.u32(field);
    }
    write_names(&request, &mut sink);
    write_tags(&request, &mut sink);
    write_columns(&request, &mut sink);
    debug_assert_eq!(sink.len() as u64, frame::STMT2_BIND_HEAD + payload_len);
    Ok(sink.into_bytes())
}

/// Exact size of the payload. Each row is in exactly one block of its column, so no block need be looked at.
fn payload_len(request: &Request<'_>) -> u64 {
    let tables = request.counts.len() as u64;
    let names = request.names.as_ref().map_or(0, |names| 3 * tables + names.data_len());
    let section = |sources: &[Source<'_>], rows: u32| match sources {
        [] => 0,
        _ => 4 * tables + sources.iter().map(|source| column::blocks_len(source, tables, rows)).sum::<u64>(),
    };
    HEADER + names + section(&request.tags, tables as u32) + section(&request.columns, request.row_count)
}

fn check_names(request: &Request<'_>) -> Result<(), EncodeError> {
    let Some(names) = &request.names else { return Ok(()) };
    for row in 0..request.counts.len() as u32 {
        let name = names.item(row);
        let refused = |what| EncodeError::new(what).in_row(row);
        if name.is_empty() {
            return Err(refused("table name: it is empty or missing"));
        }
        if name.len() > MAX_NAME as usize {
            return Err(refused("table name: it is too long").needs(name.len() as u64, MAX_NAME.into()));
        }
        if name.contains(&0) {
            return Err(refused("table name: it contains a NUL"));
        }
    }
    Ok(())
}

/// Notes in the header where a section begins.
fn begin_section(sink: &mut Sink, offset_at: usize) {
    let offset = sink.len() - frame::STMT2_BIND_HEAD as usize;
    sink.patch_u32(frame::STMT2_BIND_HEAD as usize + offset_at, offset as u32);
}

fn write_names(request: &Request<'_>, sink: &mut Sink) {
    let Some(names) = &request.names else { return };
    begin_section(sink, NAMES_OFFSET_AT);
    let rows = 0..request.counts.len() as u32;
    for row in rows.clone() {
        sink.u16(names.item(row).len() as u16 + 1);
    }
    for row in rows {
        sink.bytes(names.item(row));
        sink.u8(0);
    }
}

fn write_tags(request: &Request<'_>, sink: &mut Sink) {
    if request.tags.is_empty() {
        return;
    }
    begin_section(sink, TAGS_OFFSET_AT);
    write_tables(sink, &request.tags, (0..request.counts.len() as u32).map(|table| Rows::Range(table..table + 1)));
}

fn write_columns(request: &Request<'_>, sink: &mut Sink) {
    if request.columns.is_empty() {
        return;
    }
    begin_section(sink, COLUMNS_OFFSET_AT);
    let mut start = 0;
    let tables = request.counts.iter().map(|count| {
        let rows = start..start + u32::from_le_bytes(*count);
        start = rows.end;
        match request.order {
            Some(order) => Rows::Picked(&order[rows.start as usize..rows.end as usize]),
            None => Rows::Range(rows),
        }
    });
    write_tables(sink, &request.columns, tables);
}

/// A section of bind blocks: the length of each table's blocks, then the blocks.
fn write_tables<'a>(sink: &mut Sink, sources: &[Source<'_>], tables: impl ExactSizeIterator<Item = Rows<'a>>) {
    let lengths_at = sink.len();
    sink.zeros(4 * tables.len());
    for (table, rows) in tables.enumerate() {
        let start = sink.len();
        for source in sources {
            column::write_block(sink, source, &rows);
        }
        sink.patch_u32(lengths_at + 4 * table, (sink.len() - start) as u32);
    }
}
