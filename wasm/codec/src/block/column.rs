//! One column of a block, fixed or variable.
//!
//! | type | layout |
//! |---|---|
//! | fixed, S bytes | `bitmap[ceil(R/8)]` (most significant bit first, 1 = NULL), then R × S bytes |
//! | variable | R × i32 offset into the data (−1 = NULL), then the data: items of a length and that many bytes |
//! | NULL | the bitmap alone |
//!
//! An item's length has 16 bits, 32 for BLOB and MEDIUMBLOB. Items are found through the offsets only: they may
//! be in any order, be shared, and leave gaps.

use super::region::region_limit;
use super::{json, text};
use crate::cursor::Cursor;
use crate::data_type::DataType;
use crate::error::DecodeError;

/// A column whose lengths and offsets lie inside the block.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    data_type: DataType,
    storage_size: u32,
    null_count: u32,
    pub(super) body: Body<'a>,
}

/// Where a column's values are.
#[derive(Clone, Debug)]
pub(super) enum Body<'a> {
    Null,
    Fixed { nulls: &'a [u8], values: &'a [u8] },
    Variable { items: Items, offsets: &'a [[u8; 4]], data: &'a [u8], output_len: u32 },
}

/// How the items of a variable column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Items {
    /// A length of 16 bits, and bytes.
    Short,
    /// A length of 32 bits, and bytes.
    Wide,
    /// A length of 16 bits, and UCS-4.
    NChar,
    /// The server's internal JSON.
    InternalJson,
}

/// How a block writes JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonForm {
    /// As text, in results of queries.
    Text,
    /// In the server's internal form, in messages of subscriptions.
    Internal,
}

impl Items {
    fn of(data_type: DataType, json: JsonForm) -> Self {
        match data_type {
            DataType::NChar => Self::NChar,
            DataType::Json if json == JsonForm::Internal => Self::InternalJson,
            kind if kind.has_wide_length() => Self::Wide,
            _ => Self::Short,
        }
    }
}

impl<'a> Column<'a> {
    /// Reads the column at `cursor` and checks it.
    pub(super) fn parse(
        [code, size @ ..]: [u8; 5],
        length: i32,
        rows: u32,
        json: JsonForm,
        cursor: &mut Cursor<'a>,
    ) -> Result<Self, DecodeError> {
        let data_type = DataType::from_code(code).ok_or_else(|| DecodeError::new("unknown type code"))?;
        let length = u32::try_from(length).map_err(|_| DecodeError::new("the column's length is negative"))?;
        let (null_count, body) = match data_type.fixed_width() {
            Some(width) => parse_fixed(width, length, rows, cursor)?,
            None => parse_variable(Items::of(data_type, json), length, rows, cursor)?,
        };
        Ok(Self { data_type, storage_size: u32::from_le_bytes(size), null_count, body })
    }

    /// The type.
    pub const fn data_type(&self) -> DataType {
        self.data_type
    }

    /// The storage size that the block's schema gives: for decimals packed, otherwise bytes.
    pub const fn storage_size(&self) -> u32 {
        self.storage_size
    }

    /// Number of NULLs.
    pub const fn null_count(&self) -> u32 {
        self.null_count
    }

    /// Precision and scale of a decimal, packed into the storage size (protocol.md §3.2); zeros for other types.
    pub const fn decimal_parameters(&self) -> (u8, u8) {
        let [scale, precision, ..] = self.storage_size.to_le_bytes();
        if self.data_type.is_decimal() {
            (precision, scale)
        } else {
            (0, 0)
        }
    }
}

fn parse_fixed<'a>(
    width: usize,
    length: u32,
    rows: u32,
    cursor: &mut Cursor<'a>,
) -> Result<(u32, Body<'a>), DecodeError> {
    let nulls = cursor.slice(u64::from(rows.div_ceil(8)))?;
    let needed = u64::from(rows) * width as u64;
    if u64::from(length) != needed {
        let error = DecodeError::new("the column's length does not match its rows");
        return Err(error.at(cursor.offset()).needs(needed, length.into()));
    }
    if width == 0 {
        return Ok((rows, Body::Null));
    }
    let values = cursor.slice(needed)?;
    Ok((count_nulls(nulls, rows), Body::Fixed { nulls, values }))
}

/// NULL bits of the first `rows` rows; bits beyond them mean nothing.
fn count_nulls(bitmap: &[u8], rows: u32) -> u32 {
    let all: u32 = bitmap.iter().map(|byte| byte.count_ones()).sum();
    let padding = match (bitmap.last(), rows % 8) {
        (Some(last), used @ 1..) => (last & (0xff >> used)).count_ones(),
        _ => 0,
    };
    all - padding
}

fn parse_variable<'a>(
    items: Items,
    length: u32,
    rows: u32,
    cursor: &mut Cursor<'a>,
) -> Result<(u32, Body<'a>), DecodeError> {
    let offsets: &[[u8; 4]] = cursor.array(rows.into())?;
    let start = cursor.offset();
    let data = cursor.slice(length.into())?;
    let scanned = match items {
        Items::NChar => {
            scan::<2>(offsets, data, |item| text::utf8_len(item).ok_or("an NCHAR item is not made of whole characters"))
        }
        Items::Wide => scan::<4>(offsets, data, |item| Ok(item.len())),
        Items::Short => scan::<2>(offsets, data, |item| Ok(item.len())),
        Items::InternalJson => scan_json(offsets, data),
    };
    let (null_count, output_len) = scanned.map_err(|error| error.behind(start))?;
    let Ok(output_len @ 0..=0x7fff_ffff) = u32::try_from(output_len) else {
        let error = DecodeError::new("the column's values do not fit 31-bit offsets");
        return Err(error.needs(output_len, i32::MAX as u64));
    };
    Ok((null_count, Body::Variable { items, offsets, data, output_len }))
}

/// Checks every item; the number of NULLs and the sum of what `measure` says. Offsets in errors count from `data`.
fn scan<const PREFIX: usize>(
    offsets: &[[u8; 4]],
    data: &[u8],
    measure: impl Fn(&[u8]) -> Result<usize, &'static str>,
) -> Result<(u32, u64), DecodeError> {
    let mut null_count = 0;
    let mut total = 0;
    for (row, raw) in offsets.iter().enumerate() {
        let offset = i32::from_le_bytes(*raw);
        if offset == NULL_OFFSET {
            null_count += 1;
            continue;
        }
        let Some((len, rest)) = locate::<PREFIX>(offset, data) else {
            return Err(item_error::<PREFIX>(offset, data).in_row(row as u32));
        };
        let refused = |what| DecodeError::new(what).at(offset as usize).in_row(row as u32);
        total += measure(&rest[..len]).map_err(refused)? as u64;
    }
    Ok((null_count, total))
}

/// As [`scan`]; the items tell their lengths only when they are read.
fn scan_json(offsets: &[[u8; 4]], data: &[u8]) -> Result<(u32, u64), DecodeError> {
    let limit = region_limit(data.len());
    let mut null_count = 0;
    let mut total = 0;
    for (row, raw) in offsets.iter().enumerate() {
        let offset = i32::from_le_bytes(*raw);
        if offset == NULL_OFFSET {
            null_count += 1;
            continue;
        }
        let refused = |what| DecodeError::new(what).at(offset.max(0) as usize).in_row(row as u32);
        let item = usize::try_from(offset).ok().and_then(|start| data.get(start..));
        let item = item.ok_or_else(|| refused("an item lies outside its column"))?;
        json::write(item, &mut |part| total += part.len() as u64).map_err(refused)?;
        // Rows may share an item: no more work is done than a region that is allowed asks for.
        if total > limit {
            return Err(refused("the decoded JSON is too large").needs(total, limit));
        }
    }
    Ok((null_count, total))
}

/// The offset that stands for NULL.
pub(super) const NULL_OFFSET: i32 = -1;

/// Length of the item at `offset` and the data from its first byte to the column's end, which holds at least
/// that many.
#[inline]
pub(super) fn locate<const PREFIX: usize>(offset: i32, data: &[u8]) -> Option<(usize, &[u8])> {
    let (prefix, rest) = data.get(usize::try_from(offset).ok()?..)?.split_first_chunk::<PREFIX>()?;
    let mut len = [0; 4];
    len[..PREFIX].copy_from_slice(prefix);
    let len = usize::try_from(u32::from_le_bytes(len)).ok()?;
    (len <= rest.len()).then_some((len, rest))
}

#[cold]
fn item_error<const PREFIX: usize>(offset: i32, data: &[u8]) -> DecodeError {
    let Ok(start) = usize::try_from(offset) else {
        return DecodeError::new("an item's offset is negative");
    };
    let error = DecodeError::new("an item lies outside its column").at(start);
    let rest = data.get(start..).unwrap_or_default();
    let Some((prefix, _)) = rest.split_first_chunk::<PREFIX>() else {
        return error.needs(start as u64 + PREFIX as u64, data.len() as u64);
    };
    let len = prefix.iter().rev().fold(0_u64, |len, byte| len << 8 | u64::from(*byte));
    error.needs(start as u64 + PREFIX as u64 + len, data.len() as u64)
}
