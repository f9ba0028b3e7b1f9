//! One point as a line: `measurement,tag=value field=value,field=value time`.

use alloc::string::String;

use super::request::{Kind, Pair, Point};
use super::{check_name, check_table, check_text, quote_prefix, suffix, MAX_NAME_BYTES};
use crate::error::EncodeError;

#[inline(never)]
pub(super) fn write(out: &mut String, point: &Point<'_>) -> Result<(), EncodeError> {
    check_table(point)?;
    // A line that begins with # is a comment; spaces before the measurement are skipped after that test.
    if point.table.starts_with('#') {
        out.push(' ');
    }
    escape(out, point.table, &[',', ' '])?;
    for (index, tag) in point.tags.iter().enumerate() {
        out.push(',');
        write_tag(out, tag).map_err(|error| error.in_column(index as u32))?;
    }
    if point.fields.is_empty() {
        return Err(EncodeError::new("a point needs a field"));
    }
    for (index, field) in point.fields.iter().enumerate() {
        out.push(if index == 0 { ' ' } else { ',' });
        write_field(out, field).map_err(|error| error.in_column((point.tags.len() + index) as u32))?;
    }
    if let Some((_, digits)) = point.time {
        out.push(' ');
        out.push_str(digits);
    }
    Ok(())
}

#[inline(never)]
fn write_tag(out: &mut String, tag: &Pair<'_>) -> Result<(), EncodeError> {
    write_key(out, tag.name)?;
    if tag.value.is_empty() {
        return Err(EncodeError::new("a tag cannot be empty"));
    }
    check_text(tag.value)?;
    escape(out, tag.value, &[',', '=', ' '])
}

#[inline(never)]
fn write_key(out: &mut String, name: &str) -> Result<(), EncodeError> {
    check_name(name, MAX_NAME_BYTES)?;
    escape(out, name, &[',', '=', ' '])?;
    out.push('=');
    Ok(())
}

/// Outside of quotes a backslash stands for itself unless one of `special` follows, so it cannot be the last
/// character: the separator behind it would be taken for an escaped one.
#[inline(never)]
fn escape(out: &mut String, text: &str, special: &[char]) -> Result<(), EncodeError> {
    for character in text.chars() {
        if special.contains(&character) {
            out.push('\\');
        }
        out.push(character);
    }
    match text.ends_with('\\') {
        true => Err(EncodeError::new("a backslash cannot be the last character")),
        false => Ok(()),
    }
}

#[inline(never)]
fn write_field(out: &mut String, field: &Pair<'_>) -> Result<(), EncodeError> {
    write_key(out, field.name)?;
    let Some(prefix) = quote_prefix(field.kind) else {
        out.push_str(field.value);
        out.push_str(suffix(field.kind));
        return Ok(());
    };
    check_text(field.value)?;
    out.push_str(prefix);
    out.push('"');
    match field.kind {
        Kind::VarBinary if !field.value.is_empty() => {
            out.push_str("\\x");
            out.push_str(field.value);
        }
        Kind::Geometry if field.value.contains(['"', '\\']) => {
            return Err(EncodeError::new("a geometry's text cannot have quotes or backslashes"));
        }
        Kind::VarBinary | Kind::Geometry => out.push_str(field.value),
        _ => quote(out, field.value),
    }
    out.push('"');
    Ok(())
}

#[inline(never)]
fn quote(out: &mut String, text: &str) {
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
}
