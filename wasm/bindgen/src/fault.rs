//! The codec's errors as JavaScript sees them.

use tdwire_codec::{DecodeError, EncodeError, Reason, TextError};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::JsValue;

#[wasm_bindgen]
extern "C" {
    /// Makes the value that JavaScript catches (src/codec/fault.ts): texts are put together there. Numbers that do not
    /// apply are −1.
    #[wasm_bindgen(js_name = codecFault)]
    fn codec_fault(what: &str, offset: f64, needed: f64, available: f64, column: f64, row: f64) -> JsValue;
}

/// Why an input was refused: what JavaScript throws.
pub struct Fault(JsValue);

impl From<Fault> for JsValue {
    fn from(Fault(value): Fault) -> Self {
        value
    }
}

/// Sizes and counts are far below 2^53, where `f64` is exact.
fn number(value: Option<u64>) -> f64 {
    value.map_or(-1.0, |value| value as f64)
}

impl Fault {
    /// A fault that has no place.
    #[cold]
    #[inline(never)]
    pub(crate) fn new(what: &str) -> Self {
        Self(codec_fault(what, -1.0, -1.0, -1.0, -1.0, -1.0))
    }
}

impl From<&Reason> for Fault {
    #[cold]
    #[inline(never)]
    fn from(reason: &Reason) -> Self {
        let Reason { what, offset, needed, available, column, row } = *reason;
        let offset = number(offset.map(|offset| offset as u64));
        let (column, row) = (number(column.map(u64::from)), number(row.map(u64::from)));
        Self(codec_fault(what, offset, number(needed), number(available), column, row))
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::from(&*error)
    }
}

impl From<EncodeError> for Fault {
    fn from(error: EncodeError) -> Self {
        Self::from(&*error)
    }
}

impl From<TextError> for Fault {
    #[cold]
    #[inline(never)]
    fn from(error: TextError) -> Self {
        Self(codec_fault(error.what, error.offset as f64, -1.0, -1.0, -1.0, -1.0))
    }
}
