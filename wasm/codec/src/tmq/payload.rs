//! Splits a payload into its parts and checks each.

use alloc::vec::Vec;

use super::varint;
use crate::block::{Block, JsonForm};
use crate::cursor::Cursor;
use crate::error::DecodeError;
use crate::precision::Precision;

/// First byte of a head that tells its own length.
const SIZED_HEAD: u8 = 100;
/// Offset record of a position in the log: the type and an i64.
const LOG_RECORD: usize = 9;
/// Bytes between a block's length and the raw block.
const BLOCK_HEAD: usize = 18;
/// No block takes fewer bytes: a length, its head, and the header of a raw block.
const MIN_BLOCK: u64 = 1 + BLOCK_HEAD as u64 + 28;
/// No column of a schema takes fewer bytes.
const MIN_SCHEMA: u64 = 5;

/// What a payload is, as the frame around it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum RawType {
    /// Rows.
    Data = 2,
    /// Rows, and the requests that created their tables.
    MetaData = 4,
}

impl RawType {
    /// The raw type with this wire code, if its payload holds blocks.
    pub const fn from_code(code: u32) -> Option<Self> {
        match code {
            2 => Some(Self::Data),
            4 => Some(Self::MetaData),
            _ => None,
        }
    }
}

/// One block of a message.
#[derive(Debug)]
pub struct MessageBlock<'a> {
    /// The rows.
    pub block: Block<'a>,
    /// Precision of the rows' timestamps.
    pub precision: Precision,
    /// Names of the columns; empty when the message has no schemas.
    pub names: Vec<&'a [u8]>,
    /// Name of the table the rows come from, when the message says so.
    pub table: Option<&'a [u8]>,
}

/// A payload whose every length has been checked.
#[derive(Debug)]
pub struct Payload<'a> {
    /// Positions in the log where the message and its successor begin; `None` for messages of a snapshot.
    pub positions: Option<(i64, i64)>,
    /// The blocks in order.
    pub blocks: Vec<MessageBlock<'a>>,
}

impl<'a> Payload<'a> {
    /// Checks a whole payload; without a raw type its end decides which of the two it is.
    ///
    /// # Errors
    ///
    /// Anything that does not keep to the format, with the place.
    pub fn parse(bytes: &'a [u8], raw_type: Option<RawType>) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(bytes);
        let (positions, is_sized) = parse_head(&mut cursor)?;
        let blocks = parse_blocks(&mut cursor)?;
        parse_tail(cursor, raw_type, is_sized)?;
        Ok(Self { positions, blocks })
    }
}

/// The two positions, and whether the head told its length.
fn parse_head(cursor: &mut Cursor<'_>) -> Result<(Option<(i64, i64)>, bool), DecodeError> {
    let first = cursor.u8()?;
    if first < SIZED_HEAD {
        let begin = parse_record(first, cursor)?;
        let kind = cursor.u8()?;
        let next = parse_record(kind, cursor)?;
        return Ok((begin.zip(next), false));
    }
    let at = cursor.offset();
    let length = count(cursor.i32()?, "the head's length is negative", at)?;
    let records = cursor.slice(length.into())?;
    let (begin, next) = records.split_at_checked(LOG_RECORD).unwrap_or_default();
    Ok((log_position(begin).zip(log_position(next)), true))
}

fn log_position(record: &[u8]) -> Option<i64> {
    match record {
        [kind, position @ ..] if kind & 0x0f == 1 => Some(i64::from_le_bytes(position.try_into().ok()?)),
        _ => None,
    }
}

fn parse_record(kind: u8, cursor: &mut Cursor<'_>) -> Result<Option<i64>, DecodeError> {
    match kind {
        1 => Ok(Some(cursor.u64()? as i64)),
        2 | 3 => cursor.slice(16).map(|_| None).map_err(Into::into),
        _ => Err(DecodeError::new("unknown type of offset").at(cursor.offset() - 1)),
    }
}

fn parse_blocks<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<MessageBlock<'a>>, DecodeError> {
    let at = cursor.offset();
    let blocks = count(cursor.i32()?, "the number of blocks is negative", at)?;
    let mut parsed = Vec::new();
    if blocks == 0 {
        return Ok(parsed);
    }
    let (with_table, with_schema) = (cursor.u8()? != 0, cursor.u8()? != 0);
    require(cursor, u64::from(blocks) * MIN_BLOCK)?;
    parsed.try_reserve_exact(blocks as usize).map_err(|_| DecodeError::new("out of memory"))?;
    for _ in 0..blocks {
        let (block, precision) = parse_block(cursor)?;
        let names = if with_schema { parse_schema(cursor)? } else { Vec::new() };
        let table = if with_table { Some(parse_name(cursor)?) } else { None };
        parsed.push(MessageBlock { block, precision, names, table });
    }
    Ok(parsed)
}

fn parse_block<'a>(cursor: &mut Cursor<'a>) -> Result<(Block<'a>, Precision), DecodeError> {
    let start = cursor.offset();
    let length = varint::unsigned(cursor)?;
    let at = cursor.offset();
    let refused = |what| Err(DecodeError::new(what).at(at));
    let Some((head, raw)) = cursor.slice(length.into())?.split_first_chunk::<BLOCK_HEAD>() else {
        return Err(DecodeError::new("a block is too short for its head").at(start).needs(18, length.into()));
    };
    let [version @ .., _, _, _, _, _, _, _, _, compression, precision] = head;
    if u64::from_le_bytes(*version) != 1 {
        return refused("a block's head is of an unknown version");
    }
    if *compression != 0 {
        return refused("a block is compressed");
    }
    let Some(precision) = Precision::from_code((*precision).into()) else {
        return refused("a block's precision is not 0, 1 or 2");
    };
    let moved = |error: DecodeError| error.at(at + BLOCK_HEAD + error.offset.unwrap_or(0));
    Ok((Block::parse_with(raw, JsonForm::Internal).map_err(moved)?, precision))
}

fn parse_schema<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<&'a [u8]>, DecodeError> {
    let at = cursor.offset();
    let columns = count(varint::signed(cursor)?, "the number of columns of a schema is negative", at)?;
    varint::signed(cursor)?;
    require(cursor, u64::from(columns) * MIN_SCHEMA)?;
    let mut names = Vec::new();
    names.try_reserve_exact(columns as usize).map_err(|_| DecodeError::new("out of memory"))?;
    for _ in 0..columns {
        cursor.slice(2)?;
        varint::signed(cursor)?;
        varint::signed(cursor)?;
        names.push(parse_name(cursor)?);
    }
    Ok(names)
}

/// A text with its length and a NUL, which the length counts.
fn parse_name<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], DecodeError> {
    let length = varint::unsigned(cursor)?;
    match cursor.slice(length.into())? {
        [name @ .., 0] => Ok(name),
        name => Ok(name),
    }
}

fn parse_tail(mut cursor: Cursor<'_>, raw_type: Option<RawType>, is_sized: bool) -> Result<(), DecodeError> {
    let rest = cursor.remaining();
    if raw_type != Some(RawType::MetaData) && (rest == 8 || rest == 0 && !is_sized) {
        return Ok(());
    }
    if raw_type == Some(RawType::Data) {
        cursor.slice(8)?;
    } else {
        let at = cursor.offset();
        let requests = count(cursor.i32()?, "the number of created tables is negative", at)?;
        require(&cursor, requests.into())?;
        for _ in 0..requests {
            let length = varint::unsigned(&mut cursor)?;
            cursor.slice(length.into())?;
        }
    }
    match cursor.remaining() {
        0 => Ok(()),
        rest => {
            Err(DecodeError::new("there are bytes after the message's end").at(cursor.offset()).needs(0, rest as u64))
        }
    }
}

fn count(value: i32, negative: &'static str, offset: usize) -> Result<u32, DecodeError> {
    u32::try_from(value).map_err(|_| DecodeError::new(negative).at(offset))
}

/// Refuses a count that the bytes left cannot hold, before memory is taken for it.
fn require(cursor: &Cursor<'_>, needed: u64) -> Result<(), DecodeError> {
    let available = cursor.remaining() as u64;
    if needed <= available {
        return Ok(());
    }
    Err(DecodeError::new("the input ends too early").at(cursor.offset()).needs(needed, available))
}
