//! One column of a request, checked and with the place of every value known.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::request::{FORM_BYTES, FORM_FIXED, FORM_TEXT};
use super::text;
use crate::cursor::Cursor;
use crate::data_type::DataType;
use crate::error::EncodeError;
use crate::precision::Precision;
use crate::timestamp;

/// The largest value of the byte that says what a row holds: 0 value, 1 NULL, 2 NONE.
const MAX_ROW_STATE: u8 = 2;

/// The values of one column, for all tables.
#[derive(Debug)]
pub(super) struct Source<'a> {
    data_type: DataType,
    /// What each row holds; absent when all are values.
    pub row_states: Option<&'a [u8]>,
    pub values: Values<'a>,
}

#[derive(Debug)]
pub(super) enum Values<'a> {
    Fixed {
        width: usize,
        bytes: Cow<'a, [u8]>,
    },
    /// Item r is `data[starts[r]..starts[r + 1]]`; the item of a NULL is empty.
    Items {
        starts: Vec<u32>,
        data: &'a [u8],
    },
}

/// What precedes the values of a source.
struct Head {
    data_type: DataType,
    form: u8,
    precision: u8,
    max_length: u32,
}

impl<'a> Source<'a> {
    pub fn parse(cursor: &mut Cursor<'a>, rows: u32) -> Result<Self, EncodeError> {
        let start = cursor.offset();
        let data_type = DataType::from_code(cursor.u8()?).filter(|kind| *kind != DataType::Null);
        let data_type = data_type.ok_or_else(|| EncodeError::new("unknown type code").at(start))?;
        let (form, has_states, precision) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
        let head = Head { data_type, form, precision, max_length: cursor.u32()? };
        let row_states = match has_states {
            0 => None,
            1 => Some(parse_row_states(cursor, rows)?),
            _ => return Err(EncodeError::new("the mark of NULLs is neither 0 nor 1").at(start + 2)),
        };
        let values = parse_values(&head, row_states, cursor, rows, start)?;
        Ok(Self { data_type, row_states, values })
    }

    pub const fn data_type(&self) -> DataType {
        self.data_type
    }

    /// Bytes of all items; 0 for fixed values.
    pub fn data_len(&self) -> u64 {
        match &self.values {
            Values::Fixed { .. } => 0,
            Values::Items { data, .. } => data.len() as u64,
        }
    }

    /// The item of a row; empty for fixed values.
    pub fn item(&self, row: u32) -> &'a [u8] {
        match &self.values {
            Values::Fixed { .. } => &[],
            Values::Items { starts, data } => slice(starts, data, row..row + 1),
        }
    }
}

/// The data of the items of `rows`, which follow one another.
pub(super) fn slice<'a>(starts: &[u32], data: &'a [u8], rows: core::ops::Range<u32>) -> &'a [u8] {
    let (start, end) = (starts[rows.start as usize], starts[rows.end as usize]);
    &data[start as usize..end as usize]
}

fn parse_row_states<'a>(cursor: &mut Cursor<'a>, rows: u32) -> Result<&'a [u8], EncodeError> {
    let start = cursor.offset();
    let states = cursor.slice(rows.into())?;
    match states.iter().position(|state| *state > MAX_ROW_STATE) {
        None => Ok(states),
        Some(row) => Err(EncodeError::new("a row's mark is not 0, 1 or 2").at(start + row).in_row(row as u32)),
    }
}

fn parse_values<'a>(
    head: &Head,
    row_states: Option<&[u8]>,
    cursor: &mut Cursor<'a>,
    rows: u32,
    start: usize,
) -> Result<Values<'a>, EncodeError> {
    let decimal = head.data_type.is_decimal();
    match (head.form, head.data_type.fixed_width()) {
        (FORM_FIXED, Some(width)) if !decimal => {
            let bytes = cursor.slice(u64::from(rows) * width as u64)?;
            Ok(Values::Fixed { width, bytes: Cow::Borrowed(bytes) })
        }
        (FORM_BYTES, None) => parse_bytes(head, row_states, cursor, rows),
        (FORM_TEXT, None) => parse_text(head, row_states, cursor, rows),
        (FORM_TEXT, Some(_)) if decimal => parse_text(head, row_states, cursor, rows),
        (FORM_TEXT, Some(width)) if head.data_type == DataType::Timestamp => {
            let Values::Items { starts, data } = parse_text(head, row_states, cursor, rows)? else {
                return Err(EncodeError::new("a text column has no texts").at(start));
            };
            let bytes = parse_timestamps(head, row_states, &starts, data, start)?;
            Ok(Values::Fixed { width, bytes: Cow::Owned(bytes) })
        }
        _ => Err(EncodeError::new("the type does not take values in this form").at(start)),
    }
}

/// Lengths of the values and their joined data.
type Joined<'a> = (&'a [[u8; 4]], &'a [u8]);

fn parse_joined<'a>(row_states: Option<&[u8]>, cursor: &mut Cursor<'a>, rows: u32) -> Result<Joined<'a>, EncodeError> {
    let start = cursor.offset();
    let lengths = cursor.array(rows.into())?;
    for (row, (length, state)) in lengths.iter().zip(row_states.unwrap_or_default()).enumerate() {
        if *state != 0 && *length != [0; 4] {
            return Err(EncodeError::new("a NULL has a length").at(start + 4 * row).in_row(row as u32));
        }
    }
    let data_len = cursor.u32()?;
    if i32::try_from(data_len).is_err() {
        return Err(EncodeError::new("the column's values are too long").needs(data_len.into(), i32::MAX as u64));
    }
    Ok((lengths, cursor.slice(data_len.into())?))
}

fn parse_bytes<'a>(
    head: &Head,
    row_states: Option<&[u8]>,
    cursor: &mut Cursor<'a>,
    rows: u32,
) -> Result<Values<'a>, EncodeError> {
    let (lengths, data) = parse_joined(row_states, cursor, rows)?;
    let starts = text::sum_lengths(lengths, data.len())?;
    // The server converts NCHAR from UTF-8 and would store whatever comes of other bytes.
    if head.data_type == DataType::NChar {
        text::check_items(&starts, data)?;
    }
    check_lengths(head, &starts, data)?;
    Ok(Values::Items { starts, data })
}

fn parse_text<'a>(
    head: &Head,
    row_states: Option<&[u8]>,
    cursor: &mut Cursor<'a>,
    rows: u32,
) -> Result<Values<'a>, EncodeError> {
    let (lengths, data) = parse_joined(row_states, cursor, rows)?;
    let starts = text::byte_starts(lengths, data)?;
    check_lengths(head, &starts, data)?;
    Ok(Values::Items { starts, data })
}

fn check_lengths(head: &Head, starts: &[u32], data: &[u8]) -> Result<(), EncodeError> {
    let allowed = head.max_length;
    if allowed == 0 {
        return Ok(());
    }
    for row in 0..starts.len().saturating_sub(1) {
        let bytes = starts[row + 1] - starts[row];
        if bytes <= allowed {
            continue;
        }
        // No value has more characters than bytes, so only these need counting.
        let length = match head.data_type {
            DataType::NChar => text::characters(&data[starts[row] as usize..starts[row + 1] as usize]),
            _ => u64::from(bytes),
        };
        if length > u64::from(allowed) {
            let what = match head.data_type {
                DataType::NChar => "the text has more characters than the column takes",
                _ => "the value has more bytes than the column takes",
            };
            return Err(EncodeError::new(what).needs(length, allowed.into()).in_row(row as u32));
        }
    }
    Ok(())
}

fn parse_timestamps(
    head: &Head,
    row_states: Option<&[u8]>,
    starts: &[u32],
    data: &[u8],
    start: usize,
) -> Result<Vec<u8>, EncodeError> {
    let precision = Precision::from_code(head.precision.into());
    let precision = precision.ok_or_else(|| EncodeError::new("unknown precision").at(start + 3))?;
    let mut bytes = Vec::with_capacity(8 * starts.len());
    for row in 0..starts.len().saturating_sub(1) {
        let is_value = row_states.is_none_or(|states| states[row] == 0);
        let text = core::str::from_utf8(slice(starts, data, row as u32..row as u32 + 1)).unwrap_or_default();
        let ticks = if is_value { timestamp::parse(text, precision) } else { Ok(0) };
        let ticks = ticks.map_err(|error| EncodeError::new(error.what).in_row(row as u32))?;
        bytes.extend_from_slice(&ticks.to_le_bytes());
    }
    Ok(bytes)
}
