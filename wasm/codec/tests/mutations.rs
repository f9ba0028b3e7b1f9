//! Damaged blocks and requests are refused or understood; nothing panics, hangs or grows without bound.
//!
//! `TDWIRE_MUTATIONS` sets how many damaged inputs are tried; the million tried without it takes a few seconds, and
//! less than one with `cargo test --release`.

mod support;

use support::golden;
use support::random::Random;
use support::request::{Form, Request, Source};
use support::{bind, region::Region};
use tdwire_codec::{decode_block, encode_bind};

const EXTREMES: [u32; 14] =
    [0, 1, 2, 7, 8, 9, 0x7f, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

fn mutations() -> usize {
    std::env::var("TDWIRE_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000)
}

/// Overwrites, inserts or deletes some bytes.
fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    let at = random.below(bytes.len().max(1));
    match random.below(6) {
        0 => {
            let added = random.below(9);
            bytes.splice(at..at, random.bytes(added));
        }
        1 => drop(bytes.drain(at..(at + random.below(9)).min(bytes.len()))),
        2 => overwrite(bytes, at, &random.pick(&EXTREMES).to_le_bytes()),
        3 => {
            let nudged = random.pick(&[-1_i8, 1]);
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = byte.wrapping_add_signed(nudged));
        }
        _ => {
            let len = random.below(9);
            overwrite(bytes, at, &random.bytes(len));
        }
    }
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    bytes.iter_mut().skip(at).zip(with).for_each(|(byte, with)| *byte = *with);
}

/// Puts an extreme or a nearby value into a length, a count, a type or an offset.
fn damage_structure(random: &mut Random, block: &mut [u8]) {
    let columns = block.get(12..16).map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().unwrap()) as usize);
    let column = random.below(columns.min(5000));
    let body = 28 + 9 * columns.min(5000);
    let at = match random.below(6) {
        0 => 8,
        1 => 12,
        2 => return overwrite(block, 28 + 5 * column, &[random.below(24) as u8]),
        3 => 28 + 5 * columns.min(5000) + 4 * column,
        _ => body + random.below(block.len().saturating_sub(body)),
    };
    let current = block.get(at..at + 4).map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
    let near = current.wrapping_add_signed(random.below(17) as i32 - 8);
    let value = if random.one_in(2) { random.pick(&EXTREMES) } else { near };
    overwrite(block, at, &value.to_le_bytes());
}

#[test]
fn decode_block_survives_damage() {
    // Small blocks have the densest structure and cost the least.
    let mut blocks = golden::blocks();
    blocks.retain(|(name, block)| block.len() < 20_000 || name.ends_with(".0"));
    let small: Vec<Vec<u8>> =
        blocks.iter().map(|(_, block)| block.clone()).filter(|block| block.len() < 2000).collect();
    let mut random = Random::new(1);
    let mut accepted = 0;
    for _ in 0..mutations() * 9 / 10 {
        let mut block = if random.one_in(50) {
            blocks[random.below(blocks.len())].1.clone()
        } else {
            small[random.below(small.len())].clone()
        };
        for _ in 0..=random.below(3) {
            if random.one_in(2) {
                damage(&mut random, &mut block);
            } else {
                damage_structure(&mut random, &mut block);
            }
        }
        // Otherwise nearly every damage that moves bytes would end at this one check.
        if block.len() >= 8 && !random.one_in(8) {
            let len = block.len() as u32;
            overwrite(&mut block, 4, &len.to_le_bytes());
        }
        if let Ok(region) = decode_block(&block) {
            assert!(region.len() <= (64 << 20).max(16 * block.len()));
            accepted += 1;
            if accepted % 16 == 0 {
                drop(Region::read(region));
            }
        }
    }
    assert!(accepted > 0);
}

#[test]
fn encode_bind_survives_damage() {
    let value = |bytes: &[u8]| bind::Row::Value(bytes.to_vec());
    let text = |code| Source::new(code, Form::Text, vec![value("aé😀".as_bytes()), bind::Row::Null, value(b"b")]);
    let request = Request {
        counts: vec![2, 1],
        order: Some(vec![2, 0, 1]),
        names: Some(Source::new(8, Form::Text, vec![value(b"d1"), value("dé".as_bytes())])),
        tags: vec![Source::new(8, Form::Bytes, vec![value(b"tag"), bind::Row::None])],
        columns: vec![
            Source::new(9, Form::Text, vec![value(b"1970-01-01T00:00:00Z"); 3]),
            Source::new(4, Form::Fixed, vec![value(&[1, 2, 3, 4]), bind::Row::Null, value(&[5, 6, 7, 8])]),
            text(10),
            text(8),
        ],
        ..Request::default()
    };
    let whole = request.bytes();
    encode_bind(&whole).unwrap();
    for len in 0..whole.len() {
        encode_bind(&whole[..len]).unwrap_err();
    }
    let mut random = Random::new(2);
    let mut accepted = 0;
    for _ in 0..mutations() / 10 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(2) {
            damage(&mut random, &mut bytes);
        }
        if let Ok(frame) = encode_bind(&bytes) {
            bind::read(&frame);
            accepted += 1;
        }
    }
    assert!(accepted > 0);
}
