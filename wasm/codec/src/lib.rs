//! The binary formats of TDengine's WebSocket protocol: result blocks in, bind frames out.
//!
//! The crate does no I/O and knows nothing of its host. Every function takes bytes (or values) and returns
//! memory of its own or an error value; no input makes it panic. All integers on the wire are little endian.
//!
//! - [`decode_block`] turns a raw result block into one region of Arrow-layout columns ([`block`]).
//! - [`encode_bind`] turns a columnar bind request into a whole `stmt2_bind` frame ([`stmt2`]).
//! - [`rest::RestParser`] turns a body of the REST interface into the same regions while it arrives ([`rest`]).
//! - [`tmq::decode`] turns a message of a subscription into such regions ([`tmq`]).
//! - [`frame`] makes the short request frames.
//! - [`line`] writes points in the three schemaless text formats.
//! - [`timestamp`], [`precision`] and [`decimal`] convert values and their texts exactly.
//!
//! # Examples
//!
//! A block of one INT column with the values 7 and NULL:
//!
//! ```
//! use tdwire_codec::{block::Block, decode_block, DataType};
//!
//! let mut bytes = Vec::new();
//! for word in [1_i32, 28 + 9 + 1 + 8, 2, 1, i32::MIN, 0, 0] {
//!     bytes.extend(word.to_le_bytes()); // version, length, rows, columns, flags, group id
//! }
//! bytes.extend([4, 4, 0, 0, 0]); // INT, 4 bytes
//! bytes.extend(8_i32.to_le_bytes());
//! bytes.extend([0b0100_0000, 7, 0, 0, 0, 0, 0, 0, 0]); // row 1 is NULL
//!
//! let block = Block::parse(&bytes)?;
//! assert_eq!(block.rows(), 2);
//! assert_eq!(block.columns()[0].data_type(), DataType::Int);
//! assert_eq!(block.columns()[0].null_count(), 1);
//!
//! let region = decode_block(&bytes)?;
//! assert_eq!(region[..8], [2, 0, 0, 0, 1, 0, 0, 0]);
//!
//! let refused = decode_block(&bytes[..30]).unwrap_err();
//! assert_eq!((refused.needed, refused.available), (Some(46), Some(30)));
//! # Ok::<(), tdwire_codec::DecodeError>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod block;
mod cursor;
mod data_type;
pub mod decimal;
mod error;
pub mod frame;
pub mod line;
pub mod precision;
pub mod rest;
mod sink;
pub mod stmt2;
pub mod timestamp;
pub mod tmq;

pub use block::decode as decode_block;
pub use data_type::DataType;
pub use error::{DecodeError, EncodeError, Reason, TextError};
pub use precision::Precision;
pub use stmt2::encode as encode_bind;
