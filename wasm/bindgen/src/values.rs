//! Timestamps and decimals.

use alloc::string::String;
use alloc::vec::Vec;
use tdwire_codec::{decimal, precision, timestamp, Precision};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

fn precision(code: u32) -> Result<Precision, Fault> {
    Precision::from_code(code).ok_or_else(|| Fault::new("the precision is not 0, 1 or 2"))
}

fn decimal_digits(digits: u32) -> Result<u8, Fault> {
    let digits = u8::try_from(digits).ok().filter(|digits| *digits <= decimal::MAX_PRECISION);
    digits.ok_or_else(|| Fault::new("a decimal has at most 38 digits"))
}

/// RFC 3339 text of an instant at an offset from UTC in seconds.
#[wasm_bindgen(js_name = formatTimestamp)]
pub fn format_timestamp(ticks: i64, precision: u32, offset_seconds: i32) -> Result<String, Fault> {
    let text = timestamp::format(ticks, self::precision(precision)?, offset_seconds);
    text.ok_or_else(|| Fault::new("the offset from UTC reaches a day"))
}

/// UTC texts of many instants, separated by line feeds.
#[wasm_bindgen(js_name = formatTimestamps)]
pub fn format_timestamps(ticks: &[i64], precision: u32) -> Result<String, Fault> {
    Ok(timestamp::format_all(ticks, self::precision(precision)?))
}

/// Ticks of an RFC 3339 text.
#[wasm_bindgen(js_name = parseTimestamp)]
pub fn parse_timestamp(text: &str, precision: u32) -> Result<i64, Fault> {
    Ok(timestamp::parse(text, self::precision(precision)?)?)
}

/// Ticks in another precision.
#[wasm_bindgen(js_name = convertTimestamp)]
pub fn convert_timestamp(ticks: i64, from: u32, to: u32) -> Result<i64, Fault> {
    let converted = precision::convert(ticks, precision(from)?, precision(to)?);
    converted.ok_or_else(|| Fault::new("the instant does not fit 64-bit ticks of the other precision"))
}

/// Texts of 16-byte little-endian decimals, separated by line feeds.
#[wasm_bindgen(js_name = formatDecimals)]
pub fn format_decimals(values: &[u8], scale: u32) -> Result<String, Fault> {
    match values.as_chunks() {
        (values, []) => Ok(decimal::format_all(values, decimal_digits(scale)?)),
        _ => Err(Fault::new("the decimals are not 16 bytes each")),
    }
}

/// 16 little-endian bytes of a decimal text scaled by 10^`scale`.
#[wasm_bindgen(js_name = parseDecimal)]
pub fn parse_decimal(text: &str, precision: u32, scale: u32) -> Result<Vec<u8>, Fault> {
    let value = decimal::parse(text, decimal_digits(precision)?, decimal_digits(scale)?)?;
    Ok(value.to_le_bytes().to_vec())
}
