//! The codec's errors as the host sees them.

use tdwire_codec::{DecodeError, EncodeError, TextError};

use crate::bindings::tdwire::codec::types::Fault;

/// A fault that has no place.
pub fn fault(message: &str) -> Fault {
    Fault { message: message.into(), offset: None, needed: None, available: None, column: None, row: None }
}

macro_rules! from_error {
    ($error:ty) => {
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self {
                    message: error.to_string(),
                    offset: error.offset.map(|offset| offset as u64),
                    needed: error.needed,
                    available: error.available,
                    column: error.column,
                    row: error.row,
                }
            }
        }
    };
}

from_error!(DecodeError);
from_error!(EncodeError);

impl From<TextError> for Fault {
    fn from(error: TextError) -> Self {
        Self { offset: Some(error.offset as u64), ..fault(&error.to_string()) }
    }
}
