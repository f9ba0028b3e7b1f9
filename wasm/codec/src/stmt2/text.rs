//! Where each text begins in joined UTF-8, from lengths in UTF-16 code units.

use alloc::vec::Vec;

use crate::block::is_ascii;
use crate::error::EncodeError;

/// Starts of items from their lengths in bytes, and the end of the last.
pub(super) fn sum_lengths(lengths: &[[u8; 4]], data_len: usize) -> Result<Vec<u32>, EncodeError> {
    let mut starts = Vec::with_capacity(lengths.len() + 1);
    let mut end = 0_u64;
    starts.push(0);
    for length in lengths {
        end += u64::from(u32::from_le_bytes(*length));
        // A sum that wraps here is refused below by its full value.
        starts.push(end as u32);
    }
    if end == data_len as u64 {
        Ok(starts)
    } else {
        Err(EncodeError::new("the lengths of the values do not add up").needs(end, data_len as u64))
    }
}

/// Starts in bytes of texts whose `lengths` count UTF-16 code units, and the end of the last.
pub(super) fn byte_starts(lengths: &[[u8; 4]], data: &[u8]) -> Result<Vec<u32>, EncodeError> {
    if is_ascii(data) {
        return sum_lengths(lengths, data.len());
    }
    check_utf8(data)?;
    let mut starts = Vec::with_capacity(lengths.len() + 1);
    let mut end = 0;
    starts.push(0);
    for (row, length) in lengths.iter().enumerate() {
        let units = u32::from_le_bytes(*length);
        end = skip_units(data, end, units).map_err(|error| error.in_row(row as u32))?;
        starts.push(end as u32);
    }
    if end == data.len() {
        Ok(starts)
    } else {
        Err(EncodeError::new("there is text after the last value").needs(end as u64, data.len() as u64))
    }
}

/// The position `units` UTF-16 code units after `start` in valid UTF-8.
fn skip_units(data: &[u8], start: usize, units: u32) -> Result<usize, EncodeError> {
    let mut at = start;
    let mut left = units;
    while left > 0 {
        let Some(lead) = data.get(at) else {
            let units = u64::from(units);
            return Err(EncodeError::new("the text ends too early").needs(units, units - u64::from(left)));
        };
        let (bytes, units) = match lead {
            0..=0x7f => (1, 1),
            0x80..=0xdf => (2, 1),
            0xe0..=0xef => (3, 1),
            0xf0..=0xff => (4, 2),
        };
        left = left.checked_sub(units).ok_or_else(|| EncodeError::new("the text ends inside a surrogate pair"))?;
        at += bytes;
    }
    Ok(at)
}

/// Refuses items that are not valid UTF-8 each by itself.
pub(super) fn check_items(starts: &[u32], data: &[u8]) -> Result<(), EncodeError> {
    if is_ascii(data) {
        return Ok(());
    }
    check_utf8(data)?;
    let inside = |start: &u32| data.get(*start as usize).is_some_and(|byte| byte & 0xc0 == 0x80);
    match starts.iter().position(inside) {
        None => Ok(()),
        Some(row) => Err(EncodeError::new("the text begins inside a character").in_row(row as u32)),
    }
}

fn check_utf8(data: &[u8]) -> Result<(), EncodeError> {
    core::str::from_utf8(data).map(|_| ()).map_err(|_| EncodeError::new("the text is not valid UTF-8"))
}

/// Number of characters in valid UTF-8.
pub(super) fn characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64
}
