//! One column of the batch under construction.

use alloc::vec::Vec;

use super::input::{Input, Step, Stop};
use super::number::Number;
use super::text::Text;
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
    pub fn start_batch(&mut self) {
        self.batch_rows = 0;
        self.batch_bytes = 0;
    }

    /// `cells`: how many cells the row has.
    pub fn end_row(&mut self, cells: usize) {
        self.batch_bytes += 8 * cells;
        self.batch_rows += 1;
        self.total_rows += 1;
    }
}

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
    clock: Clock,
}

impl Column {
    pub fn new(meta: ColumnMeta) -> Self {
        let (validity, values, ends) = (Vec::new(), Vec::new(), Vec::new());
        Self { meta, null_count: 0, validity, values, ends, clock: Clock::default() }
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
            DataType::Null => return Err(input.bad("a column of type NULL has a value")),
            DataType::Bool => self.read_bool(input, progress.batch_rows)?,
            DataType::TinyInt => self.push(signed(input, i8::MIN.into(), i8::MAX.into())?.to_le_bytes(), 1),
            DataType::SmallInt => self.push(signed(input, i16::MIN.into(), i16::MAX.into())?.to_le_bytes(), 2),
            DataType::Int => self.push(signed(input, i32::MIN.into(), i32::MAX.into())?.to_le_bytes(), 4),
            DataType::BigInt => self.push(signed(input, i64::MIN, i64::MAX)?.to_le_bytes(), 8),
            DataType::UTinyInt => self.push(unsigned(input, u8::MAX.into())?.to_le_bytes(), 1),
            DataType::USmallInt => self.push(unsigned(input, u16::MAX.into())?.to_le_bytes(), 2),
            DataType::UInt => self.push(unsigned(input, u32::MAX.into())?.to_le_bytes(), 4),
            DataType::UBigInt => self.push(unsigned(input, u64::MAX)?.to_le_bytes(), 8),
            DataType::Float => {
                let value = number(input, |number| number.to_f32())?;
                self.values.extend_from_slice(&value.to_le_bytes());
            }
            DataType::Double => self.push(number(input, |number| number.to_f64())?.to_le_bytes(), 8),
            DataType::Timestamp => self.read_timestamp(input, progress)?,
            DataType::Decimal | DataType::Decimal64 => self.read_decimal(input)?,
            DataType::VarChar | DataType::NChar => self.read_text(input, |text, out| text.append_to(out), progress)?,
            DataType::VarBinary | DataType::Geometry | DataType::Blob | DataType::MediumBlob => {
                self.read_text(input, |text, out| text.append_hex_to(out), progress)?;
            }
            DataType::Json => {
                let (_, raw) = input.raw_value()?;
                self.values.extend_from_slice(raw);
                self.end_cell(raw.len(), progress);
            }
        }
        Ok(())
    }

    #[inline]
    fn push(&mut self, bytes: [u8; 8], width: usize) {
        self.values.extend_from_slice(&bytes[..width]);
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
        let text = input.string()?;
        let (ticks, precision) = self.clock.read(text.raw()).map_err(|what| Stop::Bad(what, text.at()))?;
        if *progress.precision.get_or_insert(precision) != precision {
            return Err(Stop::Bad("the timestamps of a result have different precisions", text.at()));
        }
        self.values.extend_from_slice(&ticks.to_le_bytes());
        Ok(())
    }

    #[inline(never)]
    fn read_decimal(&mut self, input: &mut Input<'_>) -> Step<()> {
        let ColumnMeta { precision, scale, .. } = self.meta;
        let text = input.string()?;
        let value = match short_decimal(text.raw(), precision, scale) {
            Some(value) => value,
            None => {
                let digits = core::str::from_utf8(text.raw()).map_err(|_| Stop::Bad("expected a digit", text.at()))?;
                decimal::parse(digits, precision, scale)
                    .map_err(|error| Stop::Bad(error.what, text.at() + error.offset))?
            }
        };
        self.values.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    #[inline(never)]
    fn read_text(
        &mut self,
        input: &mut Input<'_>,
        append: impl Fn(&Text<'_>, &mut Vec<u8>) -> Result<(), (usize, &'static str)>,
        progress: &mut Progress,
    ) -> Step<()> {
        let text = input.string()?;
        append(&text, &mut self.values).map_err(|(at, what)| Stop::Bad(what, at))?;
        self.end_cell(text.raw().len(), progress);
        Ok(())
    }

    /// The limits of a value and of a batch keep the ends far below 2^31.
    #[inline]
    fn end_cell(&mut self, len: usize, progress: &mut Progress) {
        self.ends.push((self.values.len() as u32).to_le_bytes());
        progress.batch_bytes += len;
    }
}

#[inline(never)]
fn signed(input: &mut Input<'_>, min: i64, max: i64) -> Step<i64> {
    let at = input.position();
    let (negative, magnitude) = input.integer()?;
    let value = if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    value.filter(|value| (min..=max).contains(value)).ok_or(Stop::Bad(OUT_OF_RANGE, at))
}

#[inline(never)]
fn unsigned(input: &mut Input<'_>, max: u64) -> Step<u64> {
    let at = input.position();
    let (negative, value) = input.integer()?;
    if value > max || negative && value > 0 {
        return Err(Stop::Bad(OUT_OF_RANGE, at));
    }
    Ok(value)
}

const OUT_OF_RANGE: &str = "the number is out of the column type's range";

#[inline]
fn number<T>(input: &mut Input<'_>, convert: impl Fn(Number<'_>) -> Option<T>) -> Step<T> {
    let at = input.position();
    let text = input.number()?;
    let number = Number::parse(text).ok_or(Stop::Bad("expected a number", at))?;
    convert(number).ok_or(Stop::Bad(OUT_OF_RANGE, at))
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
