//! Schemaless points.

use alloc::string::String;
use tdwire_codec::line::{format, Protocol};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

/// The text of points (`tdwire_codec::line::format`). `protocol`: 1 line, 2 telnet, 3 JSON.
#[wasm_bindgen(js_name = formatLines)]
pub fn format_lines(protocol: u32, words: &[u32], text: &str) -> Result<String, Fault> {
    let protocol = Protocol::from_code(protocol).ok_or_else(|| Fault::new("the protocol is not 1, 2 or 3"))?;
    Ok(format(protocol, words, text)?)
}
