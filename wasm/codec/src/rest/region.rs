//! Writes the columns of a batch as a region (the table is at [`Block::to_region`](crate::block::Block::to_region)).

use alloc::vec::Vec;

use super::column::Column;
use super::ColumnMeta;
use crate::block::{text_flags, ALIGNMENT, HEAD, RECORD};
use crate::data_type::DataType;
use crate::error::DecodeError;
use crate::sink::Sink;

pub(super) fn write(rows: u32, columns: &[Column]) -> Result<Vec<u8>, DecodeError> {
    let size = HEAD + RECORD * columns.len() + columns.iter().map(|column| sections_len(rows, column)).sum::<usize>();
    let mut sink =
        Sink::with_room(size as u64).ok_or_else(|| DecodeError::new("out of memory").needs(size as u64, 0))?;
    sink.u32(rows);
    sink.u32(columns.len() as u32);
    sink.zeros(RECORD * columns.len());
    for (index, column) in columns.iter().enumerate() {
        let record = write_column(rows, column, &mut sink);
        for (field, value) in record.into_iter().enumerate() {
            sink.patch_u32(HEAD + RECORD * index + 4 * field, value);
        }
    }
    Ok(sink.into_bytes())
}

fn validity_len(rows: u32, column: &Column) -> usize {
    if column.null_count() > 0 {
        rows.div_ceil(8) as usize
    } else {
        0
    }
}

fn sections_len(rows: u32, column: &Column) -> usize {
    let padded = |len: usize| len.next_multiple_of(ALIGNMENT);
    let offsets = if column.meta().data_type.is_variable() { 4 * (rows as usize + 1) } else { 0 };
    padded(validity_len(rows, column)) + padded(offsets) + padded(column.values().len())
}

fn write_column(rows: u32, column: &Column, sink: &mut Sink) -> [u32; 10] {
    let ColumnMeta { data_type, length, precision, scale, .. } = *column.meta();
    let mut validity = 0;
    if column.null_count() > 0 {
        validity = sink.len();
        sink.bytes(&column.validity()[..validity_len(rows, column)]);
        if !rows.is_multiple_of(8) {
            sink.mask_last(!(0xff << (rows % 8)));
        }
        sink.align(ALIGNMENT);
    }
    let (mut offsets, mut flags) = (0, 0);
    if data_type.is_variable() {
        offsets = sink.len();
        sink.u32(0);
        sink.bytes(column.ends().as_flattened());
        sink.align(ALIGNMENT);
    }
    if matches!(data_type, DataType::VarChar | DataType::NChar | DataType::Json) {
        flags = text_flags(column.values(), column.ends());
    }
    let values = sink.len();
    sink.bytes(column.values());
    sink.align(ALIGNMENT);
    [
        data_type.code().into(),
        length,
        precision.into(),
        scale.into(),
        column.null_count(),
        validity as u32,
        values as u32,
        column.values().len() as u32,
        offsets as u32,
        flags,
    ]
}
