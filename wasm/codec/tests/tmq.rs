//! Messages of subscriptions: those recorded from a real server, every cut of them, and a million damaged ones.

mod support;

use support::golden;
use support::random::Random;
use support::region::{Cell, Region};
use tdwire_codec::tmq::{decode, RawType};

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// A block as the region of a message tells it.
struct Block {
    region: Region,
    table: Option<String>,
    names: Vec<String>,
}

struct Message {
    positions: Option<(i64, i64)>,
    blocks: Vec<Block>,
}

/// Reads a message's region by its table in the crate's documentation, and checks that nothing lies outside.
fn read(region: &[u8], payload: &[u8]) -> Message {
    let position = |at: usize| i64::from_le_bytes(region[at..at + 8].try_into().unwrap());
    let blocks = (0..u32_at(region, 0)).map(|index| {
        let [at, length, precision, table, table_length, names, count, zero] =
            std::array::from_fn(|field| u32_at(region, 24 + 32 * index + 4 * field));
        assert_eq!((at % 8, zero, precision < 3), (0, 0, true));
        let text = |at: usize, length: usize| String::from_utf8_lossy(&payload[at..at + length]).into_owned();
        let name = |index: usize| text(u32_at(region, names + 8 * index), u32_at(region, names + 8 * index + 4));
        Block {
            region: Region::read(region[at..at + length].to_vec()),
            table: (table_length > 0).then(|| text(table, table_length)),
            names: (0..count).map(name).collect(),
        }
    });
    let blocks = blocks.collect();
    Message { positions: (u32_at(region, 4) == 1).then(|| (position(8), position(16))), blocks }
}

/// Recorded payloads with their raw types.
fn payloads() -> Vec<(RawType, Vec<u8>)> {
    let frames =
        ["py_tmq.jsonl", "raw_tmq_session.jsonl"].into_iter().flat_map(golden::received_frames).filter(|frame| {
            // The one failure has a message and no payload.
            u32_at(frame, 34) == 0
        });
    frames
        .map(|frame| {
            let kind = RawType::from_code(u16::from_le_bytes([frame[50], frame[51]]).into()).unwrap();
            assert_eq!(u32_at(&frame, 52), frame.len() - 56);
            (kind, frame[56..].to_vec())
        })
        .collect()
}

/// The payload of one message as an older server writes it: another head, and perhaps no tail.
fn older(payload: &[u8], with_tail: bool) -> Vec<u8> {
    assert_eq!((payload[0], u32_at(payload, 1), payload[5], payload[14]), (100, 18, 0x11, 0x11));
    let mut bytes = vec![1];
    bytes.extend(&payload[6..14]);
    bytes.push(1);
    bytes.extend(&payload[15..payload.len() - if with_tail { 0 } else { 8 }]);
    bytes
}

#[test]
fn decode_gives_the_recorded_rows_with_their_tables() {
    let messages: Vec<Message> = payloads()
        .iter()
        .map(|(kind, payload)| {
            let known = decode(payload, Some(*kind)).unwrap();
            assert_eq!(decode(payload, None).unwrap(), known);
            read(&known, payload)
        })
        .collect();
    let shape: Vec<_> = messages.iter().map(|message| (message.positions.unwrap(), message.blocks.len())).collect();
    assert_eq!(shape, [((0, 11), 7), ((0, 14), 7), ((2, 6), 6), ((7, 8), 1), ((9, 22), 1), ((3, 5), 1), ((9, 10), 1),]);
    let tables = |index: usize| -> Vec<Option<&str>> {
        messages[index].blocks.iter().map(|block| block.table.as_deref()).collect()
    };
    assert_eq!(tables(0), [None; 7], "a query's topic has no tables");
    let expected = ["d1", "device_100", "d2", "d1", "device_100", "d2", "d1"].map(Some);
    assert_eq!(tables(1), expected);
    assert_eq!(tables(2), expected[..6]);
    let last = &messages[1].blocks[6];
    assert_eq!(last.names, ["ts", "extra"]);
    assert_eq!(last.region.cell(&last.region.columns[1], 0), Cell::Double(9.75_f64.to_bits()));
    let first = &messages[1].blocks[0];
    assert_eq!(first.names, ["ts", "current", "voltage", "note", "ok", "u8", "u64"]);
    let cell = |column: usize, row: usize| first.region.cell(&first.region.columns[column], row);
    assert_eq!(cell(3, 0), Cell::Bytes("北京".into()));
    assert_eq!(
        [cell(4, 0), cell(5, 0), cell(6, 0)],
        [Cell::Bool(true), Cell::Integer(200), Cell::Integer(u64::MAX.into())]
    );
    assert!((1..7).all(|column| cell(column, 1) == Cell::Null));
}

#[test]
fn decode_understands_the_head_of_older_servers() {
    for (kind, payload) in payloads().into_iter().filter(|(kind, _)| *kind == RawType::Data) {
        let expected = read(&decode(&payload, Some(kind)).unwrap(), &payload);
        for with_tail in [true, false] {
            let bytes = older(&payload, with_tail);
            let message = read(&decode(&bytes, Some(kind)).unwrap(), &bytes);
            assert_eq!(message.positions, expected.positions);
            let names = |message: &Message| -> Vec<_> {
                message
                    .blocks
                    .iter()
                    .map(|block| (block.table.clone(), block.names.clone(), block.region.rows))
                    .collect()
            };
            assert_eq!(names(&message), names(&expected));
        }
    }
    // A position in a snapshot is none in the log.
    let snapshot = [&[2][..], &[7; 16], &[1], &[0; 8], &[0; 4], &[0; 8]].concat();
    assert_eq!(read(&decode(&snapshot, None).unwrap(), &snapshot).positions, None);
}

#[test]
fn decode_refuses_every_prefix() {
    for (kind, payload) in payloads() {
        for len in 0..payload.len() {
            decode(&payload[..len], Some(kind)).unwrap_err();
            decode(&payload[..len], None).unwrap_err();
        }
    }
}

#[test]
fn decode_survives_damage() {
    let mutations: usize =
        std::env::var("TDWIRE_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut sources: Vec<Vec<u8>> = payloads().into_iter().map(|(_, payload)| payload).collect();
    sources.push(older(&sources[4], true));
    sources.push(message(&json_block(&[Some(object(false)), None, Some(vec![10, 8, 0, 65, 0, 0, 0, 66, 0, 0, 0])])));
    sources.push(message(&json_block(&[Some(object(true))])));
    sources.sort_by_key(Vec::len);
    let mut random = Random::new(3);
    let mut accepted = 0;
    for _ in 0..mutations {
        // Short ones have the densest structure and cost the least.
        let count = if random.one_in(20) { sources.len() } else { 6 };
        let mut bytes = sources[random.below(count)].clone();
        for _ in 0..=random.below(3) {
            damage(&mut random, &mut bytes);
        }
        let kind = random.pick(&[None, Some(RawType::Data), Some(RawType::MetaData)]);
        if let Ok(region) = decode(&bytes, kind) {
            assert!(region.len() <= (65 << 20).max(17 * bytes.len()));
            accepted += 1;
            if accepted % 16 == 0 {
                read(&region, &bytes);
            }
        }
    }
    assert!(accepted > mutations / 100, "only {accepted} accepted");
}

fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    let at = random.below(bytes.len().max(1));
    match random.below(6) {
        0 => {
            let added = random.below(5);
            bytes.splice(at..at, random.bytes(added));
        }
        1 => drop(bytes.drain(at..(at + random.below(5)).min(bytes.len()))),
        2 => {
            let value = random.pick(&[0_u32, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]);
            bytes.iter_mut().skip(at).zip(value.to_le_bytes()).for_each(|(byte, with)| *byte = with);
        }
        3 => {
            let nudged = random.pick(&[-1_i8, 1]);
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = byte.wrapping_add_signed(nudged));
        }
        _ => {
            let value = random.next() as u8;
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = value);
        }
    }
}

// ---- JSON in its internal form

fn ucs4(text: &str) -> Vec<u8> {
    text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect()
}

/// {"": "", "a\"\\": "é😀\n\u{1}", "b": 1.5, "c": true, "d": null, "e": 12345678901}
fn object(wide: bool) -> Vec<u8> {
    let text = |text: &str| {
        let codes = ucs4(text);
        [&[10, codes.len() as u8][..], &codes].concat()
    };
    let double = |value: f64| [&[7][..], &value.to_le_bytes()].concat();
    let members = [
        ("", text("")),
        ("a\"\\", text("é😀\n\u{1}")),
        ("b", double(1.5)),
        ("c", vec![1, 1]),
        ("d", vec![0]),
        ("e", double(12_345_678_901.0)),
    ];
    let (mut index, mut body) = (Vec::new(), Vec::new());
    for (key, value) in &members {
        let start = (body.len() as u16).to_le_bytes();
        index.extend(if wide { &start[..] } else { &start[..1] });
        body.extend([&[key.len() as u8 + 1][..], key.as_bytes(), &[0], value].concat());
    }
    let length = 9 + index.len() + body.len();
    let head = [
        &[if wide { 0x60 } else { 0x40 }][..],
        &(length as u16).to_le_bytes(),
        &[members.len() as u8, 0],
        &[1, 0, 0, 0],
    ];
    [head.concat(), index, body].concat()
}

/// A block with one JSON column.
fn json_block(items: &[Option<Vec<u8>>]) -> Vec<u8> {
    let (mut offsets, mut data) = (Vec::new(), Vec::new());
    for item in items {
        let offset = if item.is_some() { data.len() as i32 } else { -1 };
        offsets.extend(offset.to_le_bytes());
        data.extend(item.iter().flatten());
    }
    let length = 28 + 9 + offsets.len() + data.len() + 1;
    let words = [2, length as i32, items.len() as i32, 1, i32::MIN, 0, 0];
    let header = words.map(i32::to_le_bytes).concat();
    [header, vec![15, 0, 64, 0, 0], (data.len() as i32).to_le_bytes().into(), offsets, data, vec![0]].concat()
}

/// A payload of one block without a schema.
fn message(block: &[u8]) -> Vec<u8> {
    let length = block.len() + 18;
    let varint = [length as u8 | 0x80, (length >> 7) as u8];
    let head = [&[100, 0, 0, 0, 0][..], &1_i32.to_le_bytes(), &[1, 0], &varint, &1_u64.to_le_bytes(), &[0; 10]];
    [&head.concat(), block, &[3, b't', b'1', 0], &[0; 8]].concat()
}

fn json_texts(items: &[Option<Vec<u8>>]) -> Vec<Option<String>> {
    let payload = message(&json_block(items));
    let message = read(&decode(&payload, Some(RawType::Data)).unwrap(), &payload);
    assert_eq!((message.positions, message.blocks[0].table.as_deref()), (None, Some("t1")));
    let region = &message.blocks[0].region;
    let cell = |row| match region.cell(&region.columns[0], row) {
        Cell::Bytes(bytes) => Some(String::from_utf8(bytes).unwrap()),
        cell => {
            assert_eq!(cell, Cell::Null);
            None
        }
    };
    (0..region.rows).map(cell).collect()
}

#[test]
fn decode_makes_text_of_internal_json() {
    let expected = r#"{"":"","a\"\\":"é😀\n\u0001","b":1.5,"c":true,"d":null,"e":12345678901}"#;
    let empty = vec![0x40, 9, 0, 0, 0, 1, 0, 0, 0];
    let lone = [&[10, 8, 0][..], &ucs4("a\"")].concat();
    let number = [&[7][..], &0.1_f64.to_le_bytes()].concat();
    let items = [
        Some(object(false)),
        None,
        Some(object(true)),
        Some(empty),
        Some(lone),
        Some(number),
        Some(vec![1, 0]),
        Some(vec![0]),
    ];
    let texts = json_texts(&items);
    let expected = [
        Some(expected),
        None,
        Some(expected),
        Some("null"),
        Some("\"a\\\"\""),
        Some("0.1"),
        Some("false"),
        Some("null"),
    ];
    assert_eq!(texts.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    for text in texts.iter().flatten() {
        serde_json::from_str::<serde_json::Value>(text).unwrap();
    }
}

#[test]
fn decode_refuses_every_cut_of_internal_json() {
    for whole in [object(false), object(true)] {
        for len in 0..whole.len() {
            let payload = message(&json_block(&[Some(whole[..len].to_vec())]));
            decode(&payload, None).unwrap_err();
        }
    }
}

/// Rows may share an item, and members a place: neither makes a huge text of a small message.
#[test]
fn decode_refuses_json_that_grows_without_bound() {
    let mut overlapping = object(false);
    overlapping[10] = 0;
    decode(&message(&json_block(&[Some(overlapping)])), None).unwrap_err();
    let mut block = json_block(&[Some([&[10, 0xfc, 0x7f][..], &ucs4(&"x".repeat(8191))].concat())]);
    let rows = 100_000_i32;
    let data = block.split_off(28 + 9 + 4);
    block.truncate(28 + 9);
    block.extend(vec![0; 4 * rows as usize]);
    block.extend(data);
    let length = block.len() as i32;
    block[4..8].copy_from_slice(&length.to_le_bytes());
    block[8..12].copy_from_slice(&rows.to_le_bytes());
    let total = block.len() + 18;
    let varint = [total as u8 | 0x80, (total >> 7) as u8 | 0x80, (total >> 14) as u8];
    let head = [&[100, 0, 0, 0, 0][..], &1_i32.to_le_bytes(), &[0, 0], &varint, &1_u64.to_le_bytes(), &[0; 10]];
    let payload = [&head.concat()[..], &block, &[0; 8]].concat();
    assert_eq!(decode(&payload, None).unwrap_err().what, "the decoded JSON is too large");
}
