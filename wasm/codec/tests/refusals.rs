//! What is refused, and that the error names the place.

mod support;

use support::bind::Row;
use support::request::{Form, Request, Source};
use tdwire_codec::{decode_block, encode_bind, DecodeError, EncodeError, Reason};

// ---- blocks

/// A block of columns given as type code, announced data length, and all their bytes.
fn block(rows: i32, columns: &[(u8, i32, &[u8])]) -> Vec<u8> {
    let mut block: Vec<u8> =
        [1, 0, rows, columns.len() as i32, 0, 0, 0].into_iter().flat_map(i32::to_le_bytes).collect();
    block.extend(columns.iter().flat_map(|(code, ..)| [*code, 0, 0, 0, 0]));
    block.extend(columns.iter().flat_map(|(_, length, _)| length.to_le_bytes()));
    block.extend(columns.iter().flat_map(|(_, _, bytes)| bytes.to_vec()));
    fit(block)
}

fn fit(mut block: Vec<u8>) -> Vec<u8> {
    let len = block.len() as i32;
    block[4..8].copy_from_slice(&len.to_le_bytes());
    block
}

fn with(mut block: Vec<u8>, at: usize, value: i32) -> Vec<u8> {
    block[at..at + 4].copy_from_slice(&value.to_le_bytes());
    block
}

const INT: (u8, i32, &[u8]) = (4, 4, &[0, 1, 2, 3, 4]);

fn refused(block: &[u8]) -> DecodeError {
    decode_block(block).unwrap_err()
}

#[test]
fn a_block_with_a_wrong_header_is_refused() {
    let good = block(1, &[INT]);
    decode_block(&good).unwrap();
    for version in [0, 3, -1] {
        assert_eq!(refused(&with(good.clone(), 0, version)).offset, Some(0));
    }
    assert_eq!(refused(&with(good.clone(), 4, -1)).offset, Some(4));
    assert_eq!(refused(&with(good.clone(), 8, -1)).offset, Some(8));
    assert_eq!(refused(&with(good.clone(), 12, -1)).offset, Some(12));
    let columns = refused(&with(good.clone(), 12, i32::MAX));
    assert_eq!((columns.needed, columns.available), (Some(9 * 0x7fff_ffff), Some(14)));
    let longer = refused(&[&good[..], &[0]].concat());
    assert_eq!((longer.needed, longer.available), (Some(42), Some(43)));
    let shorter = refused(&good[..40]);
    assert_eq!((shorter.needed, shorter.available), (Some(42), Some(40)));
}

#[test]
fn one_byte_after_the_last_column_is_allowed_and_no_more() {
    let good = block(1, &[INT]);
    decode_block(&fit([&good[..], &[7]].concat())).unwrap();
    refused(&fit([&good[..], &[0, 0]].concat()));
}

#[test]
fn a_wrong_column_is_refused_by_its_index() {
    for wrong in [
        (22, 4, &[0, 1, 2, 3, 4][..]),
        (255, 4, &[0, 1, 2, 3, 4]),
        (4, -1, &[0, 1, 2, 3, 4]),
        (4, 3, &[0, 1, 2, 3, 4]),
        (4, 8, &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (0, 1, &[0, 1]),
        // Variable: a negative offset, one beyond the data, a cut length, a cut item, a length of 32 bits.
        (8, 2, &[0xfe, 0xff, 0xff, 0xff, 0, 0]),
        (8, 2, &[1, 0, 0, 0, 0, 0]),
        (8, 2, &[0xff, 0xff, 0xff, 0x7f, 0, 0]),
        (8, 1, &[0, 0, 0, 0, 0]),
        (8, 3, &[0, 0, 0, 0, 2, 0, 65]),
        (18, 2, &[0, 0, 0, 0, 0, 0]),
        (18, 5, &[0, 0, 0, 0, 1, 0, 0, 1, 65]),
        // An item of five bytes is not UCS-4.
        (10, 7, &[0, 0, 0, 0, 5, 0, 65, 0, 0, 0, 0]),
    ] {
        let error = refused(&block(1, &[INT, INT, wrong]));
        assert_eq!(error.column, Some(2), "{wrong:?}");
        assert!(error.offset.is_some() || error.what.contains("type") || error.what.contains("negative"), "{error}");
    }
}

#[test]
fn an_item_outside_its_column_is_refused_with_row_place_and_sizes() {
    let error = refused(&block(2, &[INT2, (8, 5, &[0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 9, 0, 65])]));
    assert_eq!(
        *error,
        Reason {
            what: "an item lies outside its column",
            offset: Some(28 + 18 + 9 + 8 + 2),
            needed: Some(13),
            available: Some(5),
            column: Some(1),
            row: Some(1),
        }
    );
    let text = "an item lies outside its column: needed 13, available 5, column 1, row 1, at byte 65";
    assert_eq!(error.to_string(), text);
}

const INT2: (u8, i32, &[u8]) = (4, 8, &[0, 1, 2, 3, 4, 5, 6, 7, 8]);

#[test]
fn many_rows_need_bytes_even_without_values() {
    assert_eq!(decode_block(&block(i32::MAX, &[])).unwrap(), [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]);
    for wrong in [(0, 0, &[][..]), (8, 0, &[]), (5, 0, &[])] {
        let error = refused(&block(i32::MAX, &[wrong]));
        assert!(error.needed > error.available);
    }
}

#[test]
fn rows_that_share_an_item_may_not_multiply_it_without_bound() {
    let rows = 4_000_usize;
    let item = [60_000_u16.to_le_bytes().to_vec(), vec![b'x'; 60_000]].concat();
    let column = [vec![0; 4 * rows], item].concat();
    let error = refused(&block(rows as i32, &[(8, 60_002, &column)]));
    assert!(error.needed > error.available && error.available == Some(64 << 20), "{error}");
    let few = [vec![0; 4 * 1000], column[4 * rows..].to_vec()].concat();
    assert!(decode_block(&block(1000, &[(8, 60_002, &few)])).unwrap().len() > 60_000_000);
    // One column over 2 GiB is refused before any size is computed from it.
    let rows = 40_000_usize;
    let column = [vec![0; 4 * rows], column[4 * 4000..].to_vec()].concat();
    assert_eq!(refused(&block(rows as i32, &[(8, 60_002, &column)])).column, Some(0));
}

#[test]
fn nchar_items_become_utf8_with_replacement_characters() {
    let codes: [u32; 6] = [0x41, 0xd800, 0x1f600, 0x11_0000, 0xffff_ffff, 0x10_ffff];
    let mut column = vec![0, 0, 0, 0, 24, 0];
    column.extend(codes.into_iter().flat_map(u32::to_le_bytes));
    let region = decode_block(&block(1, &[(10, 26, &column)])).unwrap();
    let text = "A\u{fffd}😀\u{fffd}\u{fffd}\u{10ffff}".as_bytes();
    assert!(region.windows(text.len()).any(|window| window == text));
}

// ---- binds

fn texts(values: &[&str]) -> Vec<Row> {
    values.iter().map(|value| Row::Value(value.as_bytes().to_vec())).collect()
}

fn request(column: Source) -> Request {
    let rows = column.rows.len() as u32;
    let ints = (0..rows).map(|value| Row::Value(value.to_le_bytes().to_vec())).collect();
    let tag = Source::new(4, Form::Fixed, vec![Row::Null]);
    let columns = vec![Source::new(4, Form::Fixed, ints), column];
    Request { counts: vec![rows], tags: vec![tag], columns, ..Request::default() }
}

fn encode_error(request: &Request) -> EncodeError {
    encode_bind(&request.bytes()).unwrap_err()
}

#[test]
fn a_value_too_long_is_refused_with_its_column_and_row() {
    for (code, max, values, needed) in [
        (8, 4, ["abcd", "", "abcde"], 5),
        (8, 4, ["abcd", "é", "ééé"], 6),
        (10, 4, ["ééé€", "😀😀😀😀", "😀😀😀😀x"], 5),
        (16, 1, ["a", "b", "cc"], 2),
    ] {
        let column = Source { max_length: max, ..Source::new(code, Form::Text, texts(&values)) };
        let error = encode_error(&request(column));
        assert_eq!((error.needed, error.available), (Some(needed), Some(max.into())), "{error}");
        // The tag is column 0 and the first data column 1.
        assert_eq!((error.column, error.row), (Some(2), Some(2)));
    }
}

#[test]
fn a_bad_timestamp_text_is_refused_with_its_column_and_row() {
    let column = Source::new(9, Form::Text, texts(&["1970-01-01T00:00:00Z", "1970-01-01T00:00:00"]));
    let error = encode_error(&request(column));
    assert_eq!((error.column, error.row), (Some(2), Some(1)));
    let column = Source { precision: 3, ..Source::new(9, Form::Text, texts(&["1970-01-01T00:00:00Z"])) };
    assert_eq!(encode_error(&request(column)).what, "unknown precision");
}

#[test]
fn types_take_only_their_forms() {
    for (code, form) in [
        (0, Form::Fixed),
        (22, Form::Fixed),
        (4, Form::Text),
        (4, Form::Bytes),
        (8, Form::Fixed),
        (9, Form::Bytes),
        (17, Form::Fixed),
        (21, Form::Fixed),
        (17, Form::Bytes),
    ] {
        assert_eq!(
            encode_error(&request(Source::new(code, form, texts(&["12345678"])))).column,
            Some(2),
            "{code} {form:?}"
        );
    }
}

/// A request of one VARCHAR column in form 2, with lengths and data of its own choosing.
fn text_column(code: u8, form: u8, lengths: &[u32], data: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let rows = lengths.len() as u32;
    let mut bytes = vec![0; 16];
    bytes.extend([1, rows, 0, 1, 0, rows].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend([code, form, 0, 0, 0, 0, 0, 0]);
    bytes.extend(lengths.iter().copied().chain([data.len() as u32]).flat_map(u32::to_le_bytes));
    bytes.extend(data);
    encode_bind(&bytes)
}

#[test]
fn text_lengths_must_cut_the_joined_text_between_characters() {
    let smiles = "a😀é😀".as_bytes();
    text_column(8, 2, &[1, 2, 1, 2], smiles).unwrap();
    text_column(8, 2, &[0, 3, 0, 3, 0], smiles).unwrap();
    assert_eq!(text_column(8, 2, &[2, 1, 3], smiles).unwrap_err().row, Some(0));
    assert_eq!(text_column(8, 2, &[3, 2, 1], smiles).unwrap_err().row, Some(1));
    assert_eq!(text_column(8, 2, &[3, 4], smiles).unwrap_err().row, Some(1));
    assert_eq!(text_column(8, 2, &[3, u32::MAX], smiles).unwrap_err().row, Some(1));
    assert!(text_column(8, 2, &[3, 1], smiles).is_err());
    assert!(text_column(8, 2, &[1, 1], b"abc").is_err());
    assert!(text_column(8, 2, &[u32::MAX, 4], b"abc").is_err());
    assert!(text_column(8, 2, &[1], b"\xff").is_err());
    assert!(text_column(8, 2, &[1, 1], b"\xc3\xa9").is_err());
    text_column(8, 1, &[1, 1], b"\xc3\xa9").unwrap();
    assert_eq!(text_column(10, 1, &[1, 1], b"\xc3\xa9").unwrap_err().row, Some(1));
    assert!(text_column(10, 1, &[1], b"\xff").is_err());
}

#[test]
fn table_names_are_checked() {
    let long = "n".repeat(65_534);
    let too_long = "n".repeat(65_535);
    let with_name = |name: &str| Request {
        names: Some(Source::new(8, Form::Text, texts(&[name]))),
        ..request(Source::new(8, Form::Text, texts(&["v"])))
    };
    encode_bind(&with_name(&long).bytes()).unwrap();
    for name in ["", "a\0b", &too_long] {
        let error = encode_error(&with_name(name));
        assert_eq!((error.column, error.row), (None, Some(0)));
        assert!(error.what.starts_with("table name"));
    }
    let missing = Source::new(8, Form::Text, vec![Row::Null]);
    assert!(encode_bind(&Request { names: Some(missing), ..with_name("t") }.bytes()).is_err());
    let number = Source::new(4, Form::Fixed, texts(&["1234"]));
    assert!(encode_bind(&Request { names: Some(number), ..with_name("t") }.bytes()).is_err());
}

#[test]
fn counts_and_order_are_checked() {
    let rows = |count: usize| request(Source::new(2, Form::Fixed, vec![Row::Value(vec![1]); count]));
    encode_bind(&rows(32_767).bytes()).unwrap();
    assert!(encode_error(&rows(32_768)).what.contains("32767"));
    assert!(encode_bind(&Request { counts: vec![], ..Request::default() }.bytes()).is_err());
    assert!(encode_bind(&Request { counts: vec![0], ..Request::default() }.bytes()).is_err());
    for (order, row) in [([0, 1, 1], 1), ([0, 1, 3], 3), ([u32::MAX, 0, 1], u32::MAX)] {
        let error = encode_error(&Request { order: Some(order.to_vec()), ..rows(3) });
        assert_eq!(error.row, Some(row));
    }
    let mut wrong_total = rows(3).bytes();
    wrong_total[20] = 4;
    assert!(encode_bind(&wrong_total).unwrap_err().what.contains("add up"));
    let mut flags = rows(3).bytes();
    flags[32] = 4;
    assert!(encode_bind(&flags).is_err());
    assert!(encode_bind(&[&rows(3).bytes()[..], &[0]].concat()).is_err());
}

#[test]
fn a_null_has_no_length_and_marks_are_0_to_2() {
    let nulls = |state: u8, length: u32| {
        let mut bytes = vec![0; 16];
        bytes.extend([1, 1, 0, 1, 0, 1].into_iter().flat_map(u32::to_le_bytes));
        bytes.extend([8, 1, 1, 0, 0, 0, 0, 0, state]);
        bytes.extend([length, 1].into_iter().flat_map(u32::to_le_bytes));
        bytes.push(b'x');
        encode_bind(&bytes)
    };
    nulls(0, 1).unwrap();
    for (state, length) in [(1, 1), (2, 1), (3, 1), (0, 0), (0, 2)] {
        assert_eq!(nulls(state, length).unwrap_err().column, Some(0));
    }
}
