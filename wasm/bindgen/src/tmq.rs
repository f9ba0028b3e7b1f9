//! Messages of subscriptions.

use alloc::vec::Vec;
use tdwire_codec::tmq::{decode, RawType};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

/// Decodes a raw payload into regions (`tdwire_codec::tmq`). `raw_type`: 2 or 4, 0 when it is not known.
#[wasm_bindgen(js_name = decodeTmq)]
pub fn decode_tmq(payload: &[u8], raw_type: u32) -> Result<Vec<u8>, Fault> {
    let kind = RawType::from_code(raw_type);
    if kind.is_none() && raw_type != 0 {
        return Err(Fault::new("a payload of this raw type holds no rows"));
    }
    Ok(decode(payload, kind)?)
}
