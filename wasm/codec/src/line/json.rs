//! One point as an object of OpenTSDB's JSON, with TDengine's types.

use alloc::string::String;

use super::request::{Kind, Pair, Point};
use super::{check_name, check_table, suffix, MAX_NAME_BYTES};
use crate::error::EncodeError;

/// Names of the time's units, by their number in the request.
const UNITS: [&str; 5] = ["", "s", "ms", "us", "ns"];

#[inline(never)]
pub(super) fn write(out: &mut String, point: &Point<'_>) -> Result<(), EncodeError> {
    check_table(point)?;
    out.push_str("{\"metric\":");
    quote(out, point.table)?;
    out.push_str(",\"timestamp\":");
    match point.time {
        None => out.push('0'),
        Some((unit, digits)) => {
            let unit =
                UNITS.get(unit as usize).ok_or_else(|| EncodeError::new("the time has no unit that is known"))?;
            write_typed(out, digits, unit);
        }
    }
    out.push_str(",\"value\":");
    let [value] = point.fields.as_slice() else {
        return Err(EncodeError::new("a point needs one value"));
    };
    write_value(out, value).map_err(|error| error.in_column(point.tags.len() as u32))?;
    if point.tags.is_empty() {
        return Err(EncodeError::new("a point needs a tag"));
    }
    out.push_str(",\"tags\":");
    for (index, tag) in point.tags.iter().enumerate() {
        out.push(if index == 0 { '{' } else { ',' });
        write_tag(out, tag).map_err(|error| error.in_column(index as u32))?;
    }
    out.push_str("}}");
    Ok(())
}

#[inline(never)]
fn write_tag(out: &mut String, tag: &Pair<'_>) -> Result<(), EncodeError> {
    check_name(tag.name, MAX_NAME_BYTES)?;
    quote(out, tag.name)?;
    out.push(':');
    if tag.kind == Kind::VarChar {
        if tag.value.is_empty() {
            return Err(EncodeError::new("a tag cannot be empty"));
        }
        return quote(out, tag.value);
    }
    write_value(out, tag)
}

#[inline(never)]
fn write_value(out: &mut String, value: &Pair<'_>) -> Result<(), EncodeError> {
    match value.kind {
        Kind::Bool | Kind::F64 => out.push_str(value.value),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 | Kind::F32 => write_typed(out, value.value, suffix(value.kind)),
        Kind::VarChar | Kind::NChar => {
            out.push_str("{\"value\":");
            quote(out, value.value)?;
            out.push_str(",\"type\":\"");
            out.push_str(if value.kind == Kind::VarChar { "binary" } else { "nchar" });
            out.push_str("\"}");
        }
        _ => return Err(EncodeError::new("the JSON format does not have this type")),
    }
    Ok(())
}

#[inline(never)]
fn write_typed(out: &mut String, number: &str, name: &str) {
    out.push_str("{\"value\":");
    out.push_str(number);
    out.push_str(",\"type\":\"");
    out.push_str(name);
    out.push_str("\"}");
}

#[inline(never)]
fn quote(out: &mut String, text: &str) -> Result<(), EncodeError> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for character in text.chars() {
        match character {
            '\0' => return Err(EncodeError::new("a NUL character cannot be sent: it ends the text")),
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\u{1}'..='\u{1f}' => {
                let code = character as usize;
                out.push_str("\\u00");
                out.push(HEX[code >> 4] as char);
                out.push(HEX[code & 15] as char);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    Ok(())
}
