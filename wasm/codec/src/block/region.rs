//! Writes checked columns in Arrow layout (the table is at [`super::Block::to_region`]).

use alloc::vec::Vec;

use super::column::{locate, Body, Column, Items, NULL_OFFSET};
use super::{json, text};
use crate::data_type::DataType;
use crate::error::DecodeError;
use crate::sink::Sink;

/// Bytes before the column records.
pub(crate) const HEAD: usize = 8;
/// Bytes of a column record.
pub(crate) const RECORD: usize = 40;
/// Every section begins at a multiple of this.
pub(crate) const ALIGNMENT: usize = 8;
/// A region up to this size is never refused.
const ALWAYS_ALLOWED: u64 = 64 << 20;
/// A region up to this many times the input is never refused.
const GROWTH: u64 = 16;
/// Bytes of a decimal, whatever its width on the wire.
const DECIMAL: usize = 16;

/// Offsets and flags that go into a column record.
#[derive(Default)]
struct Sections {
    validity: usize,
    values: usize,
    values_len: usize,
    offsets: usize,
    flags: u32,
}

pub(super) fn write(rows: u32, columns: &[Column<'_>], input_len: usize) -> Result<Vec<u8>, DecodeError> {
    let size = region_size(rows, columns);
    let allowed = region_limit(input_len);
    if size > allowed {
        return Err(DecodeError::new("the decoded block is too large").needs(size, allowed));
    }
    let mut sink = Sink::with_room(size).ok_or_else(|| DecodeError::new("out of memory").needs(size, 0))?;
    sink.u32(rows);
    sink.u32(columns.len() as u32);
    sink.zeros(RECORD * columns.len());
    for (index, column) in columns.iter().enumerate() {
        let sections = write_column(rows, column, &mut sink);
        patch_record(&mut sink, HEAD + RECORD * index, column, &sections);
    }
    Ok(sink.into_bytes())
}

/// Bytes that an input may become at most.
pub(crate) fn region_limit(input_len: usize) -> u64 {
    (GROWTH * input_len as u64).clamp(ALWAYS_ALLOWED, u32::MAX.into())
}

/// Exact size of the region: the sections in the order they are written, each padded.
pub(super) fn region_size(rows: u32, columns: &[Column<'_>]) -> u64 {
    let padded = |bytes: u64| bytes.next_multiple_of(ALIGNMENT as u64);
    let rows = u64::from(rows);
    let sections = columns.iter().map(|column| {
        let validity = if column.null_count() > 0 { padded(rows.div_ceil(8)) } else { 0 };
        let values = match (&column.body, column.data_type()) {
            (Body::Null, _) => 0,
            (Body::Variable { output_len, .. }, _) => padded(4 * (rows + 1)) + padded(u64::from(*output_len)),
            (Body::Fixed { .. }, DataType::Bool) => padded(rows.div_ceil(8)),
            (Body::Fixed { .. }, DataType::Decimal64) => rows * DECIMAL as u64,
            (Body::Fixed { values, .. }, _) => padded(values.len() as u64),
        };
        validity + values
    });
    HEAD as u64 + RECORD as u64 * columns.len() as u64 + sections.sum::<u64>()
}

fn patch_record(sink: &mut Sink, at: usize, column: &Column<'_>, sections: &Sections) {
    let (precision, scale) = column.decimal_parameters();
    let record = [
        column.data_type().code().into(),
        column.storage_size(),
        precision.into(),
        scale.into(),
        column.null_count(),
        sections.validity as u32,
        sections.values as u32,
        sections.values_len as u32,
        sections.offsets as u32,
        sections.flags,
    ];
    for (field, value) in record.into_iter().enumerate() {
        sink.patch_u32(at + 4 * field, value);
    }
}

fn write_column(rows: u32, column: &Column<'_>, sink: &mut Sink) -> Sections {
    let mut sections = Sections::default();
    if column.null_count() > 0 {
        sections.validity = sink.len();
        let bits = sink.zeros(rows.div_ceil(8) as usize);
        write_validity(&column.body, bits);
        clear_padding(bits, rows);
        sink.align(ALIGNMENT);
    }
    match &column.body {
        Body::Null => sections.values = sink.len(),
        Body::Fixed { nulls, values } => write_fixed(column.data_type(), nulls, values, sink, &mut sections),
        Body::Variable { items, offsets, data, output_len } => {
            sections.offsets = sink.len();
            let offsets_len = (4 * (offsets.len() + 1)).next_multiple_of(ALIGNMENT);
            sections.values = sections.offsets + offsets_len;
            sections.values_len = *output_len as usize;
            let (out_offsets, out) = sink.zeros(offsets_len + sections.values_len).split_at_mut(offsets_len);
            let out_offsets = &mut out_offsets.as_chunks_mut().0[1..=offsets.len()];
            match items {
                Items::NChar => write_nchar(offsets, data, out_offsets, out),
                Items::Wide => write_items::<4>(offsets, data, out_offsets, out),
                Items::Short => write_items::<2>(offsets, data, out_offsets, out),
                Items::InternalJson => write_json(offsets, data, out_offsets, out),
            }
            if matches!(column.data_type(), DataType::VarChar | DataType::Json | DataType::NChar) {
                sections.flags = text::flags(out, out_offsets);
            }
        }
    }
    sink.align(ALIGNMENT);
    sections
}

/// Fills a zeroed bitmap: least significant bit first, 1 = value.
fn write_validity(body: &Body<'_>, bits: &mut [u8]) {
    match body {
        Body::Null => {}
        Body::Fixed { nulls, .. } => {
            for (valid, nulls) in bits.iter_mut().zip(*nulls) {
                *valid = !nulls.reverse_bits();
            }
        }
        Body::Variable { offsets, .. } => {
            for (valid, rows) in bits.iter_mut().zip(offsets.chunks(8)) {
                let bit =
                    |(row, offset): (usize, &[u8; 4])| u8::from(i32::from_le_bytes(*offset) != NULL_OFFSET) << row;
                *valid = rows.iter().enumerate().map(bit).sum();
            }
        }
    }
}

/// Bits beyond the last row say nothing in the input and are 0 in the output.
fn clear_padding(bits: &mut [u8], rows: u32) {
    if let (Some(last), used @ 1..) = (bits.last_mut(), rows % 8) {
        *last &= !(0xff << used);
    }
}

fn write_fixed(data_type: DataType, nulls: &[u8], values: &[u8], sink: &mut Sink, sections: &mut Sections) {
    sections.values = sink.len();
    match data_type {
        DataType::Bool => write_bits(nulls, values, sink.zeros(values.len().div_ceil(8))),
        DataType::Decimal64 => {
            for value in values.as_chunks().0 {
                sink.bytes(&i128::from(i64::from_le_bytes(*value)).to_le_bytes());
            }
        }
        _ => sink.bytes(values),
    }
    sections.values_len = sink.len() - sections.values;
}

/// Packs one byte a row into zeroed bits; a NULL row's byte means nothing and gives 0.
fn write_bits(nulls: &[u8], values: &[u8], bits: &mut [u8]) {
    for ((bits, rows), nulls) in bits.iter_mut().zip(values.chunks(8)).zip(nulls) {
        let bit = |(row, value): (usize, &u8)| u8::from(*value != 0) << row;
        *bits = rows.iter().enumerate().map(bit).sum::<u8>() & !nulls.reverse_bits();
    }
}

/// Copies the items one after the other; `ends` receives the position after each.
fn write_items<const PREFIX: usize>(offsets: &[[u8; 4]], data: &[u8], ends: &mut [[u8; 4]], out: &mut [u8]) {
    let mut end = 0;
    for (slot, offset) in ends.iter_mut().zip(offsets) {
        if let Some((len, source)) = locate::<PREFIX>(i32::from_le_bytes(*offset), data) {
            copy_item(&mut out[end..], source, len);
            end += len;
        }
        *slot = (end as u32).to_le_bytes();
    }
}

/// Copies `len` bytes to the start of `out`. What lies behind them in both slices may be copied along: the next
/// item overwrites it. A fixed 16 bytes is one vector move, while a copy of a length known only at run time is
/// a call that costs more than a short item.
#[inline(always)]
fn copy_item(out: &mut [u8], source: &[u8], len: usize) {
    const STEP: usize = 16;
    const LONG: usize = 128;
    if len > LONG {
        out[..len].copy_from_slice(&source[..len]);
        return;
    }
    let mut done = 0;
    while done < len {
        let (to, from) = (&mut out[done..], &source[done..]);
        match (to.first_chunk_mut::<STEP>(), from.first_chunk::<STEP>()) {
            (Some(to), Some(from)) => *to = *from,
            _ => return to[..len - done].copy_from_slice(&from[..len - done]),
        }
        done += STEP;
    }
}

/// As [`write_items`], turning UCS-4 into UTF-8.
fn write_nchar(offsets: &[[u8; 4]], data: &[u8], ends: &mut [[u8; 4]], out: &mut [u8]) {
    let mut end = 0;
    for (slot, offset) in ends.iter_mut().zip(offsets) {
        if let Some((len, source)) = locate::<2>(i32::from_le_bytes(*offset), data) {
            end += text::write_utf8(&source[..len], &mut out[end..]);
        }
        *slot = (end as u32).to_le_bytes();
    }
}

/// As [`write_items`], turning the server's internal JSON into text.
fn write_json(offsets: &[[u8; 4]], data: &[u8], ends: &mut [[u8; 4]], out: &mut [u8]) {
    let mut end = 0;
    for (slot, offset) in ends.iter_mut().zip(offsets) {
        if let Some(item) = usize::try_from(i32::from_le_bytes(*offset)).ok().and_then(|start| data.get(start..)) {
            // The scan has read the same item, so that it is well formed and there is room for its text.
            let _ = json::write(item, &mut |part| {
                out[end..end + part.len()].copy_from_slice(part);
                end += part.len();
            });
        }
        *slot = (end as u32).to_le_bytes();
    }
}
