//! Bind blocks: the rows of one column that go to one table (protocol.md §4.1).
//!
//! | type | field |
//! |---|---|
//! | u32 | length of the block |
//! | i32 | type code |
//! | i32 | rows n |
//! | n × u8 | 0 value, 1 NULL, 2 NONE |
//! | u8 | 1 when lengths follow |
//! | n × i32 | for variable types: length in bytes, 0 for NULL |
//! | i32 | length of the buffer |
//! | | the values: fixed ones with a zeroed place for each NULL, variable ones joined |

use core::ops::Range;

use super::source::{slice, Source, Values};
use crate::sink::Sink;

/// Bytes of a block besides those that depend on its rows.
const BLOCK_HEAD: u64 = 17;

/// The rows of a table.
pub(super) enum Rows<'a> {
    Range(Range<u32>),
    Picked(&'a [[u8; 4]]),
}

impl Rows<'_> {
    const fn len(&self) -> u32 {
        match self {
            Self::Range(range) => range.end - range.start,
            Self::Picked(rows) => rows.len() as u32,
        }
    }
}

/// Bytes of all blocks of a source with `rows` rows in `tables` tables.
pub(super) fn blocks_len(source: &Source<'_>, tables: u64, rows: u32) -> u64 {
    let rows = u64::from(rows);
    let values = match &source.values {
        Values::Fixed { width, .. } => rows * *width as u64,
        Values::Items { data, .. } => 4 * rows + data.len() as u64,
    };
    BLOCK_HEAD * tables + rows + values
}

/// Appends the block of some rows of a source.
pub(super) fn write_block(sink: &mut Sink, source: &Source<'_>, rows: &Rows<'_>) {
    let start = sink.len();
    sink.u32(0);
    sink.u32(source.data_type().code().into());
    sink.u32(rows.len());
    write_row_states(sink, source.row_states, rows);
    match &source.values {
        Values::Fixed { width, bytes } => {
            sink.u8(0);
            sink.u32(rows.len() * *width as u32);
            match rows {
                Rows::Range(range) => write_range(sink, bytes, *width, source.row_states, range.clone()),
                Rows::Picked(rows) => match width {
                    1 => write_picked::<1>(sink, bytes, source.row_states, rows),
                    2 => write_picked::<2>(sink, bytes, source.row_states, rows),
                    4 => write_picked::<4>(sink, bytes, source.row_states, rows),
                    _ => write_picked::<8>(sink, bytes, source.row_states, rows),
                },
            }
        }
        Values::Items { starts, data } => {
            sink.u8(1);
            write_items(sink, starts, data, rows);
        }
    }
    sink.patch_u32(start, (sink.len() - start) as u32);
}

fn write_row_states(sink: &mut Sink, states: Option<&[u8]>, rows: &Rows<'_>) {
    match (states, rows) {
        (None, _) => {
            sink.zeros(rows.len() as usize);
        }
        (Some(states), Rows::Range(range)) => sink.bytes(&states[range.start as usize..range.end as usize]),
        (Some(states), Rows::Picked(rows)) => {
            let out = sink.zeros(rows.len());
            for (slot, row) in out.iter_mut().zip(*rows) {
                *slot = states[u32::from_le_bytes(*row) as usize];
            }
        }
    }
}

fn write_range(sink: &mut Sink, bytes: &[u8], width: usize, states: Option<&[u8]>, range: Range<u32>) {
    let (start, end) = (range.start as usize, range.end as usize);
    let out = sink.zeros((end - start) * width);
    out.copy_from_slice(&bytes[start * width..end * width]);
    let states = states.map_or(&[][..], |states| &states[start..end]);
    for (slot, state) in out.chunks_exact_mut(width).zip(states) {
        if *state != 0 {
            slot.fill(0);
        }
    }
}

fn write_picked<const WIDTH: usize>(sink: &mut Sink, bytes: &[u8], states: Option<&[u8]>, rows: &[[u8; 4]]) {
    let values = bytes.as_chunks::<WIDTH>().0;
    let out = sink.zeros(rows.len() * WIDTH).as_chunks_mut::<WIDTH>().0;
    for (slot, row) in out.iter_mut().zip(rows) {
        let row = u32::from_le_bytes(*row) as usize;
        if states.is_none_or(|states| states[row] == 0) {
            *slot = values[row];
        }
    }
}

fn write_items(sink: &mut Sink, starts: &[u32], data: &[u8], rows: &Rows<'_>) {
    let lengths = sink.zeros(4 * rows.len() as usize).as_chunks_mut::<4>().0;
    match rows {
        Rows::Range(range) => {
            let ends = &starts[range.start as usize..=range.end as usize];
            for (slot, pair) in lengths.iter_mut().zip(ends.windows(2)) {
                *slot = (pair[1] - pair[0]).to_le_bytes();
            }
            let items = slice(starts, data, range.clone());
            sink.u32(items.len() as u32);
            sink.bytes(items);
        }
        Rows::Picked(rows) => {
            let mut total = 0;
            for (slot, row) in lengths.iter_mut().zip(*rows) {
                let row = u32::from_le_bytes(*row);
                let length = slice(starts, data, row..row + 1).len() as u32;
                *slot = length.to_le_bytes();
                total += length;
            }
            sink.u32(total);
            for row in *rows {
                let row = u32::from_le_bytes(*row);
                sink.bytes(slice(starts, data, row..row + 1));
            }
        }
    }
}
