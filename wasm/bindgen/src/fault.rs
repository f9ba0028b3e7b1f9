//! The codec's errors as JavaScript sees them.

use tdwire_codec::{DecodeError, EncodeError, TextError};
use wasm_bindgen::prelude::wasm_bindgen;

/// Why an input was refused. Numbers that do not apply are −1.
#[wasm_bindgen]
pub struct Fault {
    message: String,
    offset: f64,
    needed: f64,
    available: f64,
    column: f64,
    row: f64,
}

#[wasm_bindgen]
impl Fault {
    /// What was wrong, in words.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> String {
        self.message.clone()
    }

    /// Byte offset in the input.
    #[wasm_bindgen(getter)]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Bytes needed.
    #[wasm_bindgen(getter)]
    pub fn needed(&self) -> f64 {
        self.needed
    }

    /// Bytes available.
    #[wasm_bindgen(getter)]
    pub fn available(&self) -> f64 {
        self.available
    }

    /// Index of the column.
    #[wasm_bindgen(getter)]
    pub fn column(&self) -> f64 {
        self.column
    }

    /// Index of the row.
    #[wasm_bindgen(getter)]
    pub fn row(&self) -> f64 {
        self.row
    }
}

impl Fault {
    /// A fault that has no place.
    pub(crate) fn new(message: &str) -> Self {
        Self { message: message.into(), offset: -1.0, needed: -1.0, available: -1.0, column: -1.0, row: -1.0 }
    }
}

/// Sizes and counts are far below 2^53, where `f64` is exact.
fn number(value: Option<u64>) -> f64 {
    value.map_or(-1.0, |value| value as f64)
}

macro_rules! from_error {
    ($error:ty) => {
        impl From<$error> for Fault {
            #[cold]
            #[inline(never)]
            fn from(error: $error) -> Self {
                Self {
                    message: error.to_string(),
                    offset: number(error.offset.map(|offset| offset as u64)),
                    needed: number(error.needed),
                    available: number(error.available),
                    column: number(error.column.map(u64::from)),
                    row: number(error.row.map(u64::from)),
                }
            }
        }
    };
}

from_error!(DecodeError);
from_error!(EncodeError);

impl From<TextError> for Fault {
    #[cold]
    #[inline(never)]
    fn from(error: TextError) -> Self {
        Self { offset: error.offset as f64, ..Self::new(&error.to_string()) }
    }
}
