//! Points → text of the three schemaless formats: InfluxDB line protocol, OpenTSDB telnet lines, OpenTSDB JSON.
//!
//! The rules are those of libtaos (`clientSmlLine.c`, `clientSmlTelnet.c`, `clientSmlJson.c`), which parses the
//! text. It splits at every line feed, also inside quotes, and does not know an escaped backslash outside of quotes.
//! What its parser would read as something else is refused, with the index of the point (`row`) and of the tag or
//! field (`column`, tags before fields).

mod influx;
mod json;
mod request;
mod telnet;

use alloc::string::String;

use crate::error::EncodeError;
use request::{Kind, Point, Reader};

/// Longest name of a table, in bytes.
const MAX_TABLE_BYTES: usize = 192;
/// Longest name of a column or tag, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// The text formats, by their number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// InfluxDB line protocol.
    Line = 1,
    /// OpenTSDB telnet lines.
    Telnet = 2,
    /// OpenTSDB JSON: one array.
    Json = 3,
}

impl Protocol {
    /// The format with this number.
    pub const fn from_code(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::Line),
            2 => Some(Self::Telnet),
            3 => Some(Self::Json),
            _ => None,
        }
    }
}

/// The text of points. `words` is their structure, `text` all their names and values joined:
///
/// | words | |
/// |---|---|
/// | 1 | length of the table's name; all lengths are in UTF-16 code units |
/// | 1 | number of tags |
/// | 1 | number of fields |
/// | 1 | unit of the time: 0 none, the server's clock; 1 s, 2 ms, 3 µs, 4 ns, 5 as the request says (line) |
/// | 1 | length of the time's digits |
/// | 3 each | of tags, then of fields: type code, length of the name, length of the value |
///
/// The texts stand in the same order: table, tags and fields with name before value, time. Numbers and booleans are
/// written as they are to be sent, bytes in hex, without suffix, quotes or escapes.
///
/// # Errors
///
/// Whatever the format cannot express, and a structure that does not fit its text.
///
/// ```
/// use tdwire_codec::line::{format, Protocol};
///
/// let words = [3, 1, 1, 5, 1, 8, 1, 3, 7, 1, 3];
/// let text = format(Protocol::Line, &words, "w xca bt1.51")?;
/// assert_eq!(text, "w\\ x,c=a\\ b t=1.5 1");
/// # Ok::<(), tdwire_codec::EncodeError>(())
/// ```
pub fn format(protocol: Protocol, words: &[u32], text: &str) -> Result<String, EncodeError> {
    let mut reader = Reader::new(words, text);
    let mut out = String::new();
    // Separators, quotes and suffixes; escapes are rare.
    if out.try_reserve(text.len().saturating_add(words.len().saturating_mul(4))).is_err() {
        return Err(EncodeError::new("not enough memory for the text"));
    }
    let mut row = 0_u32;
    while let Some(point) = reader.next_point().map_err(|error| error.in_row(row))? {
        let written = match protocol {
            Protocol::Line => separate(&mut out, row, "", "\n", |out| influx::write(out, &point)),
            Protocol::Telnet => separate(&mut out, row, "", "\n", |out| telnet::write(out, &point)),
            Protocol::Json => separate(&mut out, row, "[", ",", |out| json::write(out, &point)),
        };
        written.map_err(|error| error.in_row(row))?;
        row = row.saturating_add(1);
    }
    if protocol == Protocol::Json {
        out.push_str(if row == 0 { "[]" } else { "]" });
    }
    Ok(out)
}

#[inline(never)]
fn separate(
    out: &mut String,
    row: u32,
    first: &str,
    later: &str,
    write: impl FnOnce(&mut String) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    out.push_str(if row == 0 { first } else { later });
    write(out)
}

fn check_table(point: &Point<'_>) -> Result<(), EncodeError> {
    check_name(point.table, MAX_TABLE_BYTES)
}

#[inline(never)]
fn check_name(name: &str, limit: usize) -> Result<(), EncodeError> {
    if name.is_empty() {
        return Err(EncodeError::new("the name is empty"));
    }
    if name.len() > limit {
        return Err(EncodeError::new("the name has too many bytes").needs(name.len() as u64, limit as u64));
    }
    check_text(name)
}

/// Characters that end a line or a C string wherever they stand.
#[inline(never)]
fn check_text(text: &str) -> Result<(), EncodeError> {
    if text.contains('\n') {
        return Err(EncodeError::new("a line feed cannot be sent: it ends the line"));
    }
    if text.contains('\0') {
        return Err(EncodeError::new("a NUL character cannot be sent: it ends the text"));
    }
    Ok(())
}

/// The suffix that tells the type of a number; a number without one is a DOUBLE.
const fn suffix(kind: Kind) -> &'static str {
    match kind {
        Kind::I8 => "i8",
        Kind::I16 => "i16",
        Kind::I32 => "i32",
        Kind::I64 => "i64",
        Kind::U8 => "u8",
        Kind::U16 => "u16",
        Kind::U32 => "u32",
        Kind::U64 => "u64",
        Kind::F32 => "f32",
        _ => "",
    }
}

/// What stands before the opening quote of a value in quotes.
const fn quote_prefix(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::VarChar => Some(""),
        Kind::NChar => Some("L"),
        Kind::VarBinary => Some("B"),
        Kind::Geometry => Some("G"),
        _ => None,
    }
}
