//! JSON in the server's internal form (protocol.md §3.4), which messages of subscriptions bring, to text.
//!
//! An item begins at its offset, without a length before it. A first byte with bit 0x40 begins an object:
//!
//! | at | type | field |
//! |---|---|---|
//! | 0 | u8 | flags: 0x40 JSON, 0x20 wide index |
//! | 1 | u16 | length of the whole object |
//! | 3 | u16 | number of members N; 0 stands for `null` |
//! | 5 | i32 | version |
//! | 9 | N × u8 or u16 | where each member begins, from the end of this index |
//! | | members | varint length with NUL, key, NUL, u8 type, value |
//!
//! Values: NCHAR a varint length and UCS-4, DOUBLE an f64, BOOL a byte, NULL nothing. Any other first byte is the type
//! of a lone value, whose NCHAR has a u16 length.

use super::double;
use super::text;
use crate::cursor::Cursor;
use crate::data_type::DataType;
use crate::error::Truncated;

const OBJECT: u8 = 0x40;
const WIDE_INDEX: u8 = 0x20;
/// Bytes before the index.
const HEAD: usize = 9;

/// Receives a text in pieces.
pub(super) type Out<'a> = &'a mut dyn FnMut(&[u8]);

impl From<Truncated> for &'static str {
    fn from(_: Truncated) -> Self {
        "a JSON item is cut short"
    }
}

/// Writes the item at the start of `bytes` as JSON text.
#[inline(never)]
pub(super) fn write(bytes: &[u8], out: Out<'_>) -> Result<(), &'static str> {
    let mut cursor = Cursor::new(bytes);
    let kind = cursor.u8()?;
    if kind & OBJECT == 0 {
        return write_value(kind, &mut cursor, true, out);
    }
    let length = usize::from(cursor.u16()?);
    let members = cursor.u16()?;
    if members == 0 {
        out(b"null");
        return Ok(());
    }
    let object = bytes.get(..length).ok_or("a JSON item is cut short")?;
    let wide = kind & WIDE_INDEX != 0;
    let mut index = Cursor::new(object.get(HEAD..).unwrap_or_default());
    let width = if wide { 2 } else { 1 };
    let entries = index.slice(u64::from(members) * width)?;
    let body = object.get(HEAD + entries.len()..).unwrap_or_default();
    write_members(entries, width as usize, body, out)
}

fn write_members(entries: &[u8], width: usize, body: &[u8], out: Out<'_>) -> Result<(), &'static str> {
    let mut cursor = Cursor::new(body);
    for (number, entry) in entries.chunks_exact(width).enumerate() {
        let start = entry.iter().rev().fold(0, |start, byte| start << 8 | usize::from(*byte));
        // Members follow each other: otherwise a small item could stand for a huge text.
        let gap = start.checked_sub(cursor.offset()).ok_or("the members of a JSON item overlap")?;
        cursor.slice(gap as u64)?;
        out(if number == 0 { b"{" } else { b"," });
        let key = item(&mut cursor)?;
        out(b"\"");
        write_escaped(key.strip_suffix(b"\0").unwrap_or(key), out);
        out(b"\":");
        let kind = cursor.u8()?;
        write_value(kind, &mut cursor, false, out)?;
    }
    out(b"}");
    Ok(())
}

#[inline(never)]
fn write_value(kind: u8, cursor: &mut Cursor<'_>, is_lone: bool, out: Out<'_>) -> Result<(), &'static str> {
    match DataType::from_code(kind) {
        Some(DataType::Null) => out(b"null"),
        Some(DataType::Bool) => out(if cursor.u8()? == 0 { b"false" } else { b"true" }),
        Some(DataType::Double) => double::write(f64::from_bits(cursor.u64()?), out),
        Some(DataType::NChar) => {
            let length = if is_lone { cursor.u16()?.into() } else { varint(cursor)? };
            let (codes, []) = cursor.slice(length.into())?.as_chunks::<4>() else {
                return Err("a text in a JSON item is not made of whole characters");
            };
            write_characters(codes, out);
        }
        _ => return Err("a JSON item holds an unknown type"),
    }
    Ok(())
}

fn item<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], &'static str> {
    let length = varint(cursor)?;
    Ok(cursor.slice(length.into())?)
}

#[inline(never)]
fn varint(cursor: &mut Cursor<'_>) -> Result<u32, &'static str> {
    let mut value = 0;
    for shift in [0, 7, 14] {
        let byte = cursor.u8()?;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a length in a JSON item is out of range")
}

fn write_characters(codes: &[[u8; 4]], out: Out<'_>) {
    let mut buffer = [0; 4];
    out(b"\"");
    for code in codes {
        write_escaped(text::character(*code).encode_utf8(&mut buffer).as_bytes(), out);
    }
    out(b"\"");
}

/// Writes what stands between the quotes of a string. Bytes that are not UTF-8 stay as they are.
#[inline(never)]
fn write_escaped(bytes: &[u8], out: Out<'_>) {
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let hex = |digit: u8| b"0123456789abcdef"[usize::from(digit & 15)];
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x08 => b"\\b",
            0x0c => b"\\f",
            0..0x20 => &[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(*byte)],
            _ => continue,
        };
        out(&bytes[plain..at]);
        out(escape);
        plain = at + 1;
    }
    out(&bytes[plain..]);
}
