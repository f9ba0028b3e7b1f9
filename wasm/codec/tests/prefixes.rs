//! No cut of a recorded block is taken for a block.

mod support;

use support::golden;
use support::region::Region;
use tdwire_codec::decode_block;

#[test]
fn decode_block_refuses_every_prefix() {
    for (name, block) in golden::blocks() {
        for len in 0..block.len() {
            let error = decode_block(&block[..len]).expect_err(&name);
            assert!(error.needed > error.available, "{name}: {error}");
        }
    }
}

/// With a length that fits, a cut may leave a valid block: that of a client, which has no trailing byte.
#[test]
fn decode_block_refuses_or_understands_every_prefix_with_a_fitting_length() {
    for (name, mut block) in golden::blocks() {
        for len in (8..block.len()).rev() {
            block.truncate(len);
            block[4..8].copy_from_slice(&(len as u32).to_le_bytes());
            match decode_block(&block) {
                Ok(region) => drop(Region::read(region)),
                Err(error) => assert!(error.needed > error.available, "{name}: {error}"),
            }
        }
    }
}
