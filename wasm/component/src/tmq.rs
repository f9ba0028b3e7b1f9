//! Messages of subscriptions: the region of `tdwire_codec::tmq::decode` → typed lists.

use tdwire_codec::tmq::{decode, RawType};

use crate::batch::{self, words};
use crate::bindings::exports::tdwire::codec::tmq::{Guest, Message, MessageBlock, Positions, RawType as Raw};
use crate::bindings::tdwire::codec::types::{Fault, Precision};
use crate::Component;

const HEAD: usize = 24;
const RECORD: usize = 32;

impl Guest for Component {
    fn decode(payload: Vec<u8>, raw_type: Option<Raw>) -> Result<Message, Fault> {
        let raw_type = raw_type.map(|raw_type| match raw_type {
            Raw::Data => RawType::Data,
            Raw::MetaData => RawType::MetaData,
        });
        let region = decode(&payload, raw_type)?;
        let [block_count, has_positions] = words(&region, 0);
        let blocks = (0..block_count as usize).map(|index| read_block(&region, HEAD + RECORD * index, &payload));
        let positions = Positions { begin: position(&region, 8), next: position(&region, 16) };
        Ok(Message { positions: (has_positions == 1).then_some(positions), blocks: blocks.collect() })
    }
}

fn position(region: &[u8], at: usize) -> i64 {
    let [low, high] = words(region, at);
    (u64::from(high) << 32 | u64::from(low)) as i64
}

fn read_block(region: &[u8], record: usize, payload: &[u8]) -> MessageBlock {
    let [at, len, precision, table_at, table_len, names_at, names] = words(region, record);
    let text = |at: u32, len: u32| String::from_utf8_lossy(&payload[at as usize..][..len as usize]).into_owned();
    let names = (0..names as usize).map(|index| {
        let [at, len] = words(region, names_at as usize + 8 * index);
        text(at, len)
    });
    MessageBlock {
        table: (table_len > 0).then(|| text(table_at, table_len)),
        precision: [Precision::Milliseconds, Precision::Microseconds, Precision::Nanoseconds][precision as usize],
        names: names.collect(),
        batch: batch::read(&region[at as usize..][..len as usize]),
    }
}
