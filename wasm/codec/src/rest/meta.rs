//! `column_meta`: names and types of the columns.

use alloc::vec::Vec;

use super::column::Column;
use super::input::{Cause, Input, Resume, Step, Stop};
use crate::data_type::DataType;
use crate::decimal::MAX_PRECISION;

/// More columns than any statement can have.
const MAX_COLUMNS: usize = 65_535;

/// A column as the body announces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMeta {
    /// The name, in the server's bytes.
    pub name: Vec<u8>,
    /// The type.
    pub data_type: DataType,
    /// Declared length: bytes, or characters for NCHAR.
    pub length: u32,
    /// Digits of a decimal; 0 for other types.
    pub precision: u8,
    /// Fraction digits of a decimal.
    pub scale: u8,
}

/// Parses the value of `column_meta`, which is `raw` and begins at position `start`.
pub(super) fn parse(raw: &[u8], start: usize) -> Step<Vec<ColumnMeta>> {
    let mut input = Input::new(raw, Resume::default());
    columns(&mut input).map_err(|stop| match stop.cause() {
        Cause::Bad(what, at) => Stop::bad(what, start + at),
        // The value is all here, so a read that wants more has run out of it.
        Cause::More => Stop::bad("the list of columns ends too early", start + raw.len()),
    })
}

fn columns(input: &mut Input<'_>) -> Step<Vec<ColumnMeta>> {
    let mut columns = Vec::new();
    input.expect(b'[', "expected '[' before the columns")?;
    loop {
        if columns.len() == MAX_COLUMNS {
            return Err(input.bad("there are too many columns"));
        }
        columns.push(column(input)?);
        if !input.separator(b']', "expected ',' or ']' behind a column")? {
            return Ok(columns);
        }
    }
}

fn column(input: &mut Input<'_>) -> Step<ColumnMeta> {
    input.expect(b'[', "expected '[' before a column")?;
    let mut name = Vec::new();
    input.next_byte()?;
    input.string()?.append_to(&mut name).map_err(|(at, what)| Stop::bad(what, at))?;
    input.expect(b',', "expected ',' behind the column's name")?;
    input.next_byte()?;
    let type_name = input.string()?;
    let (data_type, precision, scale) =
        parse_type(type_name.raw()).ok_or_else(|| Stop::bad("the column's type is unknown", type_name.at()))?;
    input.expect(b',', "expected ',' behind the column's type")?;
    input.next_byte()?;
    let at = input.position();
    let (negative, length) = input.integer()?;
    let Some(length) = u32::try_from(length).ok().filter(|_| !negative) else {
        return Err(Stop::bad("the column's length is not a number from 0 to 2^32 - 1", at));
    };
    input.expect(b']', "expected ']' behind the column's length")?;
    Ok(ColumnMeta { name, data_type, length, precision, scale })
}

/// Types by name; decimals have their digits in it, and the server has no name for MEDIUMBLOB.
const TYPE_NAMES: [(&str, DataType); 20] = [
    ("NULL", DataType::Null),
    ("BOOL", DataType::Bool),
    ("TINYINT", DataType::TinyInt),
    ("SMALLINT", DataType::SmallInt),
    ("INT", DataType::Int),
    ("BIGINT", DataType::BigInt),
    ("FLOAT", DataType::Float),
    ("DOUBLE", DataType::Double),
    ("VARCHAR", DataType::VarChar),
    // The name on old servers.
    ("BINARY", DataType::VarChar),
    ("TIMESTAMP", DataType::Timestamp),
    ("NCHAR", DataType::NChar),
    ("TINYINT UNSIGNED", DataType::UTinyInt),
    ("SMALLINT UNSIGNED", DataType::USmallInt),
    ("INT UNSIGNED", DataType::UInt),
    ("BIGINT UNSIGNED", DataType::UBigInt),
    ("JSON", DataType::Json),
    ("VARBINARY", DataType::VarBinary),
    ("GEOMETRY", DataType::Geometry),
    ("BLOB", DataType::Blob),
];

/// The type, and the digits of a decimal.
fn parse_type(name: &[u8]) -> Option<(DataType, u8, u8)> {
    match TYPE_NAMES.iter().find(|(known, _)| known.as_bytes() == name) {
        Some((_, data_type)) => Some((*data_type, 0, 0)),
        None => parse_decimal(name),
    }
}

/// `DECIMAL(p,s)`; also with a space, as `describe` prints it.
fn parse_decimal(name: &[u8]) -> Option<(DataType, u8, u8)> {
    let digits = name.strip_prefix(b"DECIMAL(")?.strip_suffix(b")")?;
    let comma = digits.iter().position(|byte| *byte == b',')?;
    let precision = small_number(&digits[..comma])?;
    let scale = small_number(digits[comma + 1..].trim_ascii_start())?;
    let narrow = precision <= 18;
    let data_type = if narrow { DataType::Decimal64 } else { DataType::Decimal };
    ((1..=MAX_PRECISION).contains(&precision) && scale <= precision).then_some((data_type, precision, scale))
}

fn small_number(digits: &[u8]) -> Option<u8> {
    match *digits {
        [units @ b'0'..=b'9'] => Some(units - b'0'),
        [tens @ b'1'..=b'9', units @ b'0'..=b'9'] => Some((tens - b'0') * 10 + units - b'0'),
        _ => None,
    }
}

/// The table of [`RestParser::head`](super::RestParser::head).
pub(super) fn write_head(columns: &[Column]) -> Vec<u8> {
    let mut out = Vec::new();
    let word = |out: &mut Vec<u8>, value: u32| out.extend_from_slice(&value.to_le_bytes());
    word(&mut out, columns.len() as u32);
    for ColumnMeta { name, data_type, length, precision, scale } in columns.iter().map(Column::meta) {
        for value in [data_type.code().into(), *length, (*precision).into(), (*scale).into(), name.len() as u32] {
            word(&mut out, value);
        }
        out.extend_from_slice(name);
    }
    out
}
