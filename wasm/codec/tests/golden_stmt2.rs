//! Bind frames that an official client sent are encoded again with the same meaning (test/golden/wire).

mod support;

use support::bind::{self, Block, Frame, Row};
use support::golden;
use support::request::{width, Form, Request, Source};
use tdwire_codec::encode_bind;

/// The columns of all tables joined, as a request has them.
fn joined(tables: &[Vec<Block>]) -> Vec<Source> {
    let columns = tables.first().map_or(0, Vec::len);
    let source = |column: usize| {
        let blocks = tables.iter().map(|table| &table[column]);
        let code = tables[0][column].code;
        let form = if tables[0][column].has_lengths { Form::Bytes } else { Form::Fixed };
        Source::new(code, form, blocks.flat_map(|block| block.rows.clone()).collect())
    };
    (0..columns).map(source).collect()
}

fn request_of(frame: &Frame) -> Request {
    let names = frame.names.as_ref().map(|names| names.iter().cloned().map(Row::Value).collect());
    Request {
        req_id: frame.req_id,
        stmt_id: frame.stmt_id,
        counts: frame.columns.iter().map(|table| table[0].rows.len() as u32).collect(),
        order: None,
        names: names.map(|names| Source::new(8, Form::Text, names)),
        tags: joined(&frame.tags),
        columns: joined(&frame.columns),
    }
}

#[test]
fn encode_bind_says_what_the_official_client_said() {
    let mut same_bytes = 0;
    let mut compared = 0;
    for recording in ["py_stmt2.jsonl", "node_all_type_stmt.jsonl"] {
        let frames = golden::sent_frames(recording);
        for sent in frames.iter().filter(|frame| bind::action(frame) == 9) {
            let meaning = bind::read(sent);
            let encoded = encode_bind(&request_of(&meaning).bytes()).unwrap();
            assert_eq!(bind::read(&encoded), meaning, "{recording}");
            same_bytes += usize::from(encoded == *sent);
            compared += 1;
        }
    }
    assert_eq!(compared, 8);
    assert!(same_bytes > 0, "some clients choose the same form, byte for byte");
}

/// protocol.md §4.2.
const EXAMPLE: &str = "
    9a000000 01000000 01000000 03000000 1c000000 21000000 3b000000
    0300 643100
    16000000
    16000000 04000000 01000000 00 00 04000000 07000000
    5b000000
    23000000 09000000 02000000 0000 00 10000000 0068e5cf8b010000 0168e5cf8b010000
    1b000000 04000000 02000000 0001 00 08000000 05000000 00000000
    1d000000 08000000 02000000 0001 01 02000000 00000000 02000000 6162";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

fn value(bytes: impl AsRef<[u8]>) -> Row {
    Row::Value(bytes.as_ref().to_vec())
}

#[test]
fn encode_bind_gives_the_example_of_the_protocol() {
    let ticks = [1_700_000_000_000_i64, 1_700_000_000_001].map(|ticks| value(ticks.to_le_bytes()));
    let request = Request {
        req_id: 0x0102,
        stmt_id: 3,
        counts: vec![2],
        order: None,
        names: Some(Source::new(8, Form::Text, vec![value("d1")])),
        tags: vec![Source::new(4, Form::Fixed, vec![value(7_i32.to_le_bytes())])],
        columns: vec![
            Source::new(9, Form::Fixed, ticks.to_vec()),
            Source::new(4, Form::Fixed, vec![value(5_i32.to_le_bytes()), Row::Null]),
            Source::new(8, Form::Text, vec![value("ab"), Row::Null]),
        ],
    };
    let head = hex("0201000000000000 0300000000000000 0900000000000000 0100 ffffffff");
    assert_eq!(encode_bind(&request.bytes()).unwrap(), [head, hex(EXAMPLE)].concat());
}

#[test]
fn an_all_null_block_keeps_its_places() {
    let columns = [4, 9, 8].map(|code| {
        let form = if code == 8 { Form::Text } else { Form::Fixed };
        Source::new(code, form, vec![Row::Null, Row::None, Row::Null])
    });
    let request = Request { counts: vec![3], columns: columns.to_vec(), ..Request::default() };
    let frame = encode_bind(&request.bytes()).unwrap();
    let blocks = [17 + 3 + 3 * width(4), 17 + 3 + 3 * width(9), 17 + 3 + 4 * 3];
    assert_eq!(frame.len(), 30 + 28 + 4 + blocks.iter().sum::<usize>());
}
