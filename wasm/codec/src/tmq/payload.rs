//! Splits a payload into its parts and checks each.

use alloc::vec::Vec;

use super::reader::Reader;
use crate::block::{Block, JsonForm};
use crate::error::DecodeError;
use crate::precision::Precision;

/// First byte of a head that tells its own length.
const SIZED_HEAD: u8 = 100;
/// Offset record of a position in the log: the type and an i64.
const LOG_RECORD: usize = 9;
/// Bytes between a block's length and the raw block.
const BLOCK_HEAD: usize = 18;
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
        let mut reader = Reader::new(bytes);
        parse(&mut reader, raw_type).ok_or(reader.error)
    }
}

fn parse<'a>(reader: &mut Reader<'a>, raw_type: Option<RawType>) -> Option<Payload<'a>> {
    let (positions, is_sized) = parse_head(reader)?;
    let blocks = parse_blocks(reader)?;
    parse_tail(reader, raw_type, is_sized)?;
    Some(Payload { positions, blocks })
}

/// The two positions, and whether the head told its length.
fn parse_head(reader: &mut Reader<'_>) -> Option<(Option<(i64, i64)>, bool)> {
    let first = reader.u8()?;
    if first < SIZED_HEAD {
        let begin = parse_record(first, reader)?;
        let kind = reader.u8()?;
        let next = parse_record(kind, reader)?;
        return Some((begin.zip(next), false));
    }
    let length = reader.count(1)?;
    let records = reader.slice(length)?;
    let (begin, next) = records.split_at_checked(LOG_RECORD).unwrap_or_default();
    Some((log_position(begin).zip(log_position(next)), true))
}

fn log_position(record: &[u8]) -> Option<i64> {
    match record {
        [kind, position @ ..] if kind & 0x0f == 1 => Some(i64::from_le_bytes(position.try_into().ok()?)),
        _ => None,
    }
}

fn parse_record(kind: u8, reader: &mut Reader<'_>) -> Option<Option<i64>> {
    match kind {
        1 => Some(Some(reader.i64()?)),
        2 | 3 => reader.slice(16).map(|_| None),
        _ => reader.refuse("unknown type of offset", reader.offset() - 1),
    }
}

fn parse_blocks<'a>(reader: &mut Reader<'a>) -> Option<Vec<MessageBlock<'a>>> {
    let count = reader.count(0)?;
    let mut blocks = Vec::new();
    if count == 0 {
        return Some(blocks);
    }
    let (with_table, with_schema) = (reader.u8()? != 0, reader.u8()? != 0);
    for _ in 0..count {
        let (block, precision) = parse_block(reader)?;
        let names = if with_schema { parse_schema(reader)? } else { Vec::new() };
        let table = if with_table { Some(reader.name()?) } else { None };
        blocks.push(MessageBlock { block, precision, names, table });
    }
    Some(blocks)
}

fn parse_block<'a>(reader: &mut Reader<'a>) -> Option<(Block<'a>, Precision)> {
    let length = reader.varint()?;
    let at = reader.offset();
    let Some((head, raw)) = reader.slice(length)?.split_first_chunk::<BLOCK_HEAD>() else {
        return reader.refuse("a block is too short for its head", at);
    };
    let [version @ .., _, _, _, _, _, _, _, _, compression, precision] = head;
    if u64::from_le_bytes(*version) != 1 || *compression != 0 {
        return reader.refuse("a block is compressed, or its head of an unknown version", at);
    }
    let Some(precision) = Precision::from_code((*precision).into()) else {
        return reader.refuse("a block's precision is not 0, 1 or 2", at);
    };
    match Block::parse_with(raw, JsonForm::Internal) {
        Ok(block) => Some((block, precision)),
        Err(error) => {
            reader.error = error.at(at + BLOCK_HEAD + error.offset.unwrap_or(0));
            None
        }
    }
}

fn parse_schema<'a>(reader: &mut Reader<'a>) -> Option<Vec<&'a [u8]>> {
    let columns = reader.varint_count(MIN_SCHEMA)?;
    reader.varint()?;
    let mut names = Vec::new();
    for _ in 0..columns {
        reader.slice(2)?;
        reader.varint()?;
        reader.varint()?;
        names.push(reader.name()?);
    }
    Some(names)
}

fn parse_tail(reader: &mut Reader<'_>, raw_type: Option<RawType>, is_sized: bool) -> Option<()> {
    let rest = reader.remaining();
    if raw_type != Some(RawType::MetaData) && (rest == 8 || rest == 0 && !is_sized) {
        return Some(());
    }
    if raw_type == Some(RawType::Data) {
        reader.slice(8)?;
    } else {
        for _ in 0..reader.count(1)? {
            let length = reader.varint()?;
            reader.slice(length)?;
        }
    }
    if reader.remaining() > 0 {
        return reader.refuse("there are bytes after the message's end", reader.offset());
    }
    Some(())
}
