//! One point as a telnet line: `metric time value tag=value tag=value`. There are no escapes.

use alloc::string::String;

use super::request::{Kind, Pair, Point};
use super::{check_name, check_table, check_text, quote_prefix, suffix, MAX_NAME_BYTES};
use crate::error::EncodeError;

#[inline(never)]
pub(super) fn write(out: &mut String, point: &Point<'_>) -> Result<(), EncodeError> {
    check_table(point)?;
    refuse_space(point.table)?;
    // Over HTTP a leading `put ` is taken for OpenTSDB's command and cut off.
    if point.table == "put" {
        return Err(EncodeError::new("a metric cannot be called put: it would be taken for the command"));
    }
    out.push_str(point.table);
    out.push(' ');
    out.push_str(point.time.map_or("0", |(_, digits)| digits));
    out.push(' ');
    let [value] = point.fields.as_slice() else {
        return Err(EncodeError::new("a point needs one value"));
    };
    write_value(out, value).map_err(|error| error.in_column(point.tags.len() as u32))?;
    if point.tags.is_empty() {
        return Err(EncodeError::new("a point needs a tag"));
    }
    for (index, tag) in point.tags.iter().enumerate() {
        out.push(' ');
        write_tag(out, tag).map_err(|error| error.in_column(index as u32))?;
    }
    Ok(())
}

#[inline(never)]
fn refuse_space(text: &str) -> Result<(), EncodeError> {
    match text.contains(' ') {
        true => Err(EncodeError::new("a telnet line has no way to write a space")),
        false => Ok(()),
    }
}

#[inline(never)]
fn refuse_separators(text: &str) -> Result<(), EncodeError> {
    refuse_space(text)?;
    match text.contains('=') {
        true => Err(EncodeError::new("a telnet line has no way to write an equals sign in a tag")),
        false => Ok(()),
    }
}

#[inline(never)]
fn write_tag(out: &mut String, tag: &Pair<'_>) -> Result<(), EncodeError> {
    check_name(tag.name, MAX_NAME_BYTES)?;
    refuse_separators(tag.name)?;
    if tag.value.is_empty() {
        return Err(EncodeError::new("a tag cannot be empty"));
    }
    check_text(tag.value)?;
    refuse_separators(tag.value)?;
    out.push_str(tag.name);
    out.push('=');
    out.push_str(tag.value);
    Ok(())
}

/// What is between the first and the last quote is taken as it stands.
#[inline(never)]
fn write_value(out: &mut String, value: &Pair<'_>) -> Result<(), EncodeError> {
    let Some(prefix) = quote_prefix(value.kind) else {
        out.push_str(value.value);
        out.push_str(suffix(value.kind));
        return Ok(());
    };
    check_text(value.value)?;
    refuse_space(value.value)?;
    out.push_str(prefix);
    out.push('"');
    if value.kind == Kind::VarBinary && !value.value.is_empty() {
        out.push_str("\\x");
    }
    out.push_str(value.value);
    out.push('"');
    Ok(())
}
