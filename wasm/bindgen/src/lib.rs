//! `tdwire-codec` for JavaScript: an export a function, and no logic of its own.
//!
//! Every export takes and returns plain values or arrays that are copied across, so no view of linear memory
//! outlives a call. The codec refuses bad input with error values; the only way to a trap is a failed
//! allocation, after which an instance is to be replaced.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod fault;
mod line;
mod rest;
#[cfg(target_family = "wasm")]
mod runtime;
mod tmq;
mod values;

pub use fault::Fault;
pub use line::format_lines;
pub use rest::{feed_rest, next_rest_batch, open_rest, rest_head, rest_precision, rest_reply, RestParser};
pub use tmq::decode_tmq;
pub use values::{
    convert_timestamp, format_decimals, format_timestamp, format_timestamps, parse_decimal, parse_timestamp,
};

use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// Decodes a raw block into a batch region (`tdwire_codec::block`).
#[wasm_bindgen(js_name = decodeBlock)]
pub fn decode_block(block: &[u8]) -> Result<Vec<u8>, Fault> {
    Ok(tdwire_codec::decode_block(block)?)
}

/// Encodes a bind request (`tdwire_codec::stmt2::request`) into a `stmt2_bind` frame.
#[wasm_bindgen(js_name = encodeBind)]
pub fn encode_bind(request: &[u8]) -> Result<Vec<u8>, Fault> {
    Ok(tdwire_codec::encode_bind(request)?)
}

/// A `binary_query` frame.
#[wasm_bindgen(js_name = encodeQuery)]
pub fn encode_query(req_id: u64, sql: &str) -> Result<Vec<u8>, Fault> {
    Ok(tdwire_codec::frame::binary_query(req_id, sql)?)
}

/// A `fetch_raw_block` frame.
#[wasm_bindgen(js_name = encodeFetch)]
pub fn encode_fetch(req_id: u64, result_id: u64) -> Vec<u8> {
    tdwire_codec::frame::fetch_raw_block(req_id, result_id)
}
