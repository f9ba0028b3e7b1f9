//! One column of the batch under construction.

use alloc::vec::Vec;

use super::input::{Input, Step, Stop};
use super::time::Clock;
use super::{ColumnMeta, BATCH_ROWS};
use crate::data_type::DataType;
use crate::decimal;
use crate::precision::Precision;

/// How far the rows have come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Complete rows of the batch.
    pub batch_rows: u32,
    /// Bytes of values in the batch, about.
    pub batch_bytes: usize,
    /// Complete rows of the body.
    pub total_rows: u64,
    /// What the digits of the first timestamp say.
    pub precision: Option<Precision>,
}

impl Progress {
    #[inline]
    pub fn is_full(&self) -> bool {
        self.batch_rows >= BATCH_ROWS || self.batch_bytes >= BATCH_BYTES
    }

    pub fn start_batch(&mut self) {
        self.batch_rows = 0;
        self.batch_bytes = 0;
    }

    /// `cells`: how many cells the row has.
    #[inline]
    pub fn end_row(&mut self, cells: usize) {
        self.batch_bytes += 8 * cells;
        self.batch_rows += 1;
        self.total_rows += 1;
    }
}

/// A batch is closed when its values have this many bytes, also with fewer rows.
const BATCH_BYTES: usize = 4 << 20;

/// A column's cells in Arrow layout.
#[derive(Debug)]
pub(super) struct Column {
    meta: ColumnMeta,
    null_count: u32,
    /// Least significant bit first, 1 = value; empty without NULLs.
    validity: Vec<u8>,
    /// Bits of BOOL, little-endian values of a fixed width, or the bytes of all cells.
    values: Vec<u8>,
    /// End of each cell in `values`, for types of variable length.
    ends: Vec<[u8; 4]>,
    /// Magnitudes of the largest and the smallest number, of integer types.
    limits: (u64, u64),
    clock: Clock,
}

impl Column {
    pub fn new(meta: ColumnMeta) -> Self {
        let (validity, values, ends) = (Vec::new(), Vec::new(), Vec::new());
        let limits = limits_of(meta.data_type);
        Self { meta, null_count: 0, validity, values, ends, limits, clock: Clock::default() }
    }

    pub const fn meta(&self) -> &ColumnMeta {
        &self.meta
    }

    pub const fn null_count(&self) -> u32 {
        self.null_count
    }

    pub fn validity(&self) -> &[u8] {
        &self.validity
    }

    pub fn values(&self) -> &[u8] {
        &self.values
    }

    pub fn ends(&self) -> &[[u8; 4]] {
        &self.ends
    }

    /// Forgets the cells; the memory is kept for the next batch.
    pub fn clear(&mut self) {
        self.null_count = 0;
        self.validity.clear();
        self.values.clear();
        self.ends.clear();
    }

    /// Reads a cell, whole or not at all.
    #[inline]
    pub fn read(&mut self, input: &mut Input<'_>, progress: &mut Progress) -> Step<()> {
        if input.peek()? == b'n' {
            input.word(b"null")?;
            self.push_null(progress.batch_rows);
            return Ok(());
        }
        match self.meta.data_type {
            DataType::Null => Err(input.bad("a column of type NULL has a value")),
            DataType::Bool => self.read_bool(input, progress.batch_rows),
            DataType::TinyInt
            | DataType::SmallInt
            | DataType::Int
            | DataType::BigInt
            | DataType::UTinyInt
            | DataType::USmallInt
            | DataType::UInt
            | DataType::UBigInt => self.read_integer(input),
            DataType::Float | DataType::Double => self.read_float(input),
            DataType::Timestamp => self.read_timestamp(input, progress),
            DataType::Decimal | DataType::Decimal64 => self.read_decimal(input),
            DataType::VarChar | DataType::NChar => self.read_text(input, progress),
            DataType::VarBinary | DataType::Geometry | DataType::Blob | DataType::MediumBlob => {
                let text = input.string()?;
                text.append_hex_to(&mut self.values).map_err(|(at, what)| Stop::bad(what, at))?;
                self.end_cell(text.raw().len(), progress);
                Ok(())
            }
            DataType::Json => {
                let (_, raw) = input.raw_value()?;
                self.values.extend_from_slice(raw);
                self.end_cell(raw.len(), progress);
                Ok(())
            }
        }
    }

    #[inline(never)]
    fn read_integer(&mut self, input: &mut Input<'_>) -> Step<()> {
        let at = input.position();
        let (negative, magnitude) = input.integer()?;
        if magnitude > if negative { self.limits.1 } else { self.limits.0 } {
            return Err(Stop::bad(OUT_OF_RANGE, at));
        }
        let bytes = if negative { magnitude.wrapping_neg() } else { magnitude }.to_le_bytes();
        match self.meta.data_type {
            DataType::TinyInt | DataType::UTinyInt => self.values.push(bytes[0]),
            DataType::SmallInt | DataType::USmallInt => self.values.extend_from_slice(&bytes[..2]),
            DataType::Int | DataType::UInt => self.values.extend_from_slice(&bytes[..4]),
            _ => self.values.extend_from_slice(&bytes),
        }
        Ok(())
    }

    #[inline(never)]
    fn read_float(&mut self, input: &mut Input<'_>) -> Step<()> {
        let at = input.position();
        let number = input.number()?;
        if self.meta.data_type == DataType::Double {
            let value = number.to_f64().ok_or_else(|| Stop::bad(OUT_OF_RANGE, at))?;
            self.values.extend_from_slice(&value.to_le_bytes());
        } else {
            let value = number.to_f32().ok_or_else(|| Stop::bad(OUT_OF_RANGE, at))?;
            self.values.extend_from_slice(&value.to_le_bytes());
        }
        Ok(())
    }

    #[inline(never)]
    fn push_null(&mut self, row: u32) {
        if self.validity.is_empty() {
            self.validity.resize(BATCH_ROWS as usize / 8, 0xff);
        }
        self.validity[row as usize / 8] &= !(1 << (row % 8));
        self.null_count += 1;
        match self.meta.data_type {
            DataType::Null => {}
            DataType::Bool => self.make_room_for_bit(row),
            DataType::Decimal64 => self.values.extend_from_slice(&[0; 16]),
            data_type => match data_type.fixed_width() {
                Some(width) => self.values.resize(self.values.len() + width, 0),
                None => self.ends.push((self.values.len() as u32).to_le_bytes()),
            },
        }
    }

    fn make_room_for_bit(&mut self, row: u32) {
        if row.is_multiple_of(8) {
            self.values.push(0);
        }
    }

    #[inline(never)]
    fn read_bool(&mut self, input: &mut Input<'_>, row: u32) -> Step<()> {
        let value = input.peek()? == b't';
        input.word(if value { b"true" } else { b"false" })?;
        self.make_room_for_bit(row);
        if let Some(bits) = self.values.last_mut() {
            *bits |= u8::from(value) << (row % 8);
        }
        Ok(())
    }

    #[inline(never)]
    fn read_timestamp(&mut self, input: &mut Input<'_>, progress: &mut Progress) -> Step<()> {
        let ticks = match progress.precision.and_then(|precision| self.clock.read_usual(input.rest(), precision)) {
            Some((ticks, len)) => {
                input.advance(len);
                ticks
            }
            None => self.read_any_timestamp(input, progress)?,
        };
        self.values.extend_from_slice(&ticks.to_le_bytes());
        Ok(())
    }

    fn read_any_timestamp(&mut self, input: &mut Input<'_>, progress: &mut Progress) -> Step<i64> {
        let text = input.string()?;
        let (ticks, precision) = self.clock.read(text.raw()).map_err(|what| Stop::bad(what, text.at()))?;
        if *progress.precision.get_or_insert(precision) != precision {
            return Err(Stop::bad("the timestamps of a result have different precisions", text.at()));
        }
        Ok(ticks)
    }

    #[inline(never)]
    fn read_decimal(&mut self, input: &mut Input<'_>) -> Step<()> {
        let ColumnMeta { precision, scale, .. } = self.meta;
        let text = input.string()?;
        let value = match short_decimal(text.raw(), precision, scale) {
            Some(value) => value,
            None => {
                let digits = core::str::from_utf8(text.raw()).map_err(|_| Stop::bad("expected a digit", text.at()))?;
                decimal::parse(digits, precision, scale)
                    .map_err(|error| Stop::bad(error.what, text.at() + error.offset))?
            }
        };
        self.values.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    #[inline(never)]
    fn read_text(&mut self, input: &mut Input<'_>, progress: &mut Progress) -> Step<()> {
        let behind = input.rest();
        let text = input.string()?;
        let len = text.raw().len();
        match behind.get(1..).and_then(<[u8]>::first_chunk::<SHORT>) {
            // Copying a fixed number of bytes is one move; what is too much is cut off again.
            Some(chunk) if len <= SHORT && !text.is_escaped() => {
                let end = self.values.len() + len;
                self.values.extend_from_slice(chunk);
                self.values.truncate(end);
            }
            _ => text.append_to(&mut self.values).map_err(|(at, what)| Stop::bad(what, at))?,
        }
        self.end_cell(len, progress);
        Ok(())
    }

    /// The limits of a value and of a batch keep the ends far below 2^31.
    #[inline]
    fn end_cell(&mut self, len: usize, progress: &mut Progress) {
        self.ends.push((self.values.len() as u32).to_le_bytes());
        progress.batch_bytes += len;
    }
}

const OUT_OF_RANGE: &str = "the number is out of the column type's range";

/// Texts up to this length are copied in one move.
const SHORT: usize = 16;

/// Magnitudes of the largest and the smallest number of an integer type.
const fn limits_of(data_type: DataType) -> (u64, u64) {
    match data_type {
        DataType::TinyInt => (i8::MAX as u64, 1 << 7),
        DataType::SmallInt => (i16::MAX as u64, 1 << 15),
        DataType::Int => (i32::MAX as u64, 1 << 31),
        DataType::BigInt => (i64::MAX as u64, 1 << 63),
        DataType::UTinyInt => (u8::MAX as u64, 0),
        DataType::USmallInt => (u16::MAX as u64, 0),
        DataType::UInt => (u32::MAX as u64, 0),
        _ => (u64::MAX, 0),
    }
}

/// A decimal of at most 18 digits with exactly `scale` of them behind the point; `None` for every other text.
fn short_decimal(text: &[u8], precision: u8, scale: u8) -> Option<i128> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let scale = usize::from(scale);
    let point = if scale == 0 { unsigned.len() } else { unsigned.len().checked_sub(scale + 1)? };
    if point == 0 || unsigned.len() > 19 {
        return None;
    }
    let mut value = 0_i64;
    for (index, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' if index != point => value = value.wrapping_mul(10).wrapping_add(i64::from(byte - b'0')),
            b'.' if index == point => {}
            _ => return None,
        }
    }
    let digits = unsigned.len() - usize::from(scale > 0);
    let is_short = digits <= 18 && value < 10_i64.checked_pow(precision.into()).unwrap_or(i64::MAX);
    is_short.then_some(i128::from(if negative { -value } else { value }))
}
