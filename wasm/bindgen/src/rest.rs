//! Bodies of the REST interface.

use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

/// A parser of one body (`tdwire_codec::rest`).
#[wasm_bindgen]
pub struct RestParser(tdwire_codec::rest::RestParser);

/// A parser before the first byte of a body.
#[wasm_bindgen(js_name = openRest)]
pub fn open_rest() -> RestParser {
    RestParser(tdwire_codec::rest::RestParser::new())
}

/// Feeds the next bytes of the body.
#[wasm_bindgen(js_name = feedRest)]
pub fn feed_rest(parser: &mut RestParser, bytes: &[u8]) -> Result<(), Fault> {
    Ok(parser.0.feed(bytes)?)
}

/// The next batch as a region; nothing when it needs more bytes, or at the end.
#[wasm_bindgen(js_name = nextRestBatch)]
pub fn next_rest_batch(parser: &mut RestParser) -> Result<Option<Vec<u8>>, Fault> {
    Ok(parser.0.next_batch()?)
}

/// The columns as a table (`tdwire_codec::rest::RestParser::head`), once they are known.
#[wasm_bindgen(js_name = restHead)]
pub fn rest_head(parser: &RestParser) -> Option<Vec<u8>> {
    parser.0.head()
}

/// Code of the result's precision, once a timestamp was seen.
#[wasm_bindgen(js_name = restPrecision)]
pub fn rest_precision(parser: &RestParser) -> Option<u32> {
    parser.0.precision().map(|precision| precision as u32)
}

/// What the body says besides its rows, once it was parsed to its end: u64 code, u64 rows, i64 nanoseconds,
/// and the server's text.
#[wasm_bindgen(js_name = restReply)]
pub fn rest_reply(parser: &RestParser) -> Option<Vec<u8>> {
    let reply = parser.0.reply()?;
    let numbers = [reply.code.into(), reply.rows, reply.timing_ns as u64];
    Some([numbers.map(u64::to_le_bytes).as_flattened(), &reply.desc].concat())
}
