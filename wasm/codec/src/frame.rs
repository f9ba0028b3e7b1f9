//! Heads of the binary frames a client sends (protocol.md §2.8).
//!
//! | at | type | field |
//! |---|---|---|
//! | 0 | u64 | request id |
//! | 8 | u64 | resource id: result, statement, or 0 |
//! | 16 | u64 | action |
//! | 24 | u16 | version of the rest, 1 |

use alloc::vec::Vec;

use crate::error::EncodeError;
use crate::sink::Sink;

const VERSION: u16 = 1;
const BINARY_QUERY: u64 = 6;
const FETCH_RAW_BLOCK: u64 = 7;
const STMT2_BIND: u64 = 9;

/// Bytes before the payload of a `stmt2_bind` frame.
pub const STMT2_BIND_HEAD: u64 = 30;

fn head(sink: &mut Sink, req_id: u64, resource_id: u64, action: u64) {
    sink.u64(req_id);
    sink.u64(resource_id);
    sink.u64(action);
    sink.u16(VERSION);
}

/// A `binary_query` frame: the head, `u32` length of the text, the text.
///
/// # Errors
///
/// The server refuses an empty text; a text of 4 GiB or more cannot be announced.
///
/// ```
/// let frame = tdwire_codec::frame::binary_query(0x0102, "select 1")?;
/// assert_eq!(frame[24..], *b"\x01\x00\x08\x00\x00\x00select 1");
/// # Ok::<(), tdwire_codec::EncodeError>(())
/// ```
pub fn binary_query(req_id: u64, sql: &str) -> Result<Vec<u8>, EncodeError> {
    if sql.is_empty() {
        return Err(EncodeError::new("the SQL text is empty"));
    }
    let len = u32::try_from(sql.len())
        .map_err(|_| EncodeError::new("the SQL text is too long").needs(sql.len() as u64, u32::MAX.into()))?;
    let mut sink = Sink::with_room(30 + u64::from(len)).ok_or_else(|| EncodeError::new("out of memory"))?;
    head(&mut sink, req_id, 0, BINARY_QUERY);
    sink.u32(len);
    sink.bytes(sql.as_bytes());
    Ok(sink.into_bytes())
}

/// A `fetch_raw_block` frame: nothing but the head.
pub fn fetch_raw_block(req_id: u64, result_id: u64) -> Vec<u8> {
    let mut sink = Sink::default();
    head(&mut sink, req_id, result_id, FETCH_RAW_BLOCK);
    sink.into_bytes()
}

/// The head of a `stmt2_bind` frame that binds all columns: `i32` column index −1 after the common head.
pub(crate) fn stmt2_bind(sink: &mut Sink, req_id: u64, stmt_id: u64) {
    head(sink, req_id, stmt_id, STMT2_BIND);
    sink.u32(u32::MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_equal_the_examples_of_the_protocol() {
        let mut query = [0_u8; 30].to_vec();
        query[0] = 2;
        query[1] = 1;
        query[16] = 6;
        query[24] = 1;
        query[26] = 8;
        query.extend(b"select 1");
        assert_eq!(binary_query(0x0102, "select 1"), Ok(query));

        let mut fetch = [0_u8; 26];
        (fetch[0], fetch[8], fetch[16], fetch[24]) = (7, 3, 7, 1);
        assert_eq!(fetch_raw_block(7, 3), fetch);
        assert!(binary_query(1, "").is_err());
    }
}
