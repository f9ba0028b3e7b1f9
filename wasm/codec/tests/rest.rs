//! Bodies of a real server, in every cut, give the same columns as its raw blocks (test/golden).

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::golden;
use support::region::{Cell, Region};
use tdwire_codec::rest::{Reply, RestParser, BATCH_ROWS};
use tdwire_codec::{decode_block, DecodeError, Precision};

/// What a body says: its rows, cell by cell.
#[derive(Debug, PartialEq)]
struct Parsed {
    /// Type code, precision and scale.
    types: Vec<(u8, u8, u8)>,
    names: Vec<String>,
    rows: Vec<Vec<Cell>>,
    batch_sizes: Vec<usize>,
    precision: Option<Precision>,
    reply: Option<Reply>,
}

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Parsed, DecodeError> {
    let mut parser = RestParser::new();
    let (mut rows, mut batch_sizes) = (Vec::new(), Vec::new());
    for piece in pieces {
        parser.feed(piece)?;
        while let Some(region) = parser.next_batch()? {
            let region = Region::read(region);
            batch_sizes.push(region.rows);
            rows.extend(
                (0..region.rows)
                    .map(|row| region.columns.iter().map(|column| region.cell(column, row)).collect::<Vec<_>>()),
            );
        }
    }
    let columns: Vec<_> = parser.columns().into_iter().flatten().collect();
    Ok(Parsed {
        types: columns.iter().map(|meta| (meta.data_type.code(), meta.precision, meta.scale)).collect(),
        names: columns.iter().map(|meta| String::from_utf8(meta.name.clone()).unwrap()).collect(),
        rows,
        batch_sizes,
        precision: parser.precision(),
        reply: parser.reply().cloned(),
    })
}

fn parse_whole(body: &str) -> Result<Parsed, DecodeError> {
    parse([body.as_bytes()])
}

fn golden_body(name: &str) -> Vec<u8> {
    let path = format!("../../test/golden/blocks/{name}.rest.json");
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The rows of a recorded result, from its blocks, as far as REST can tell them.
fn block_rows(case: &golden::Case) -> Vec<Vec<Cell>> {
    let regions = case.blocks.iter().map(|block| Region::read(decode_block(block).unwrap()));
    regions.flat_map(|region| (0..region.rows).map(|row| row_of(&region, row)).collect::<Vec<_>>()).collect()
}

fn row_of(region: &Region, row: usize) -> Vec<Cell> {
    region.columns.iter().map(|column| told_by_rest(column.code, region.cell(column, row))).collect()
}

fn told_by_rest(code: u8, cell: Cell) -> Cell {
    match cell {
        Cell::Float(bits) if !f32::from_bits(bits).is_finite() => Cell::Null,
        Cell::Double(bits) if !f64::from_bits(bits).is_finite() => Cell::Null,
        Cell::Bytes(text) if code == 15 && text == b"null" => Cell::Null,
        cell => cell,
    }
}

#[test]
fn bodies_say_what_the_blocks_of_the_same_rows_say() {
    let mut cells = 0;
    for case in golden::cases() {
        let body = golden_body(&case.name);
        let parsed = parse([&body[..]]).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let expected = block_rows(&case);
        assert_eq!(parsed.rows.len(), expected.len(), "{}", case.name);
        for (row, (got, expected)) in parsed.rows.iter().zip(&expected).enumerate() {
            assert_eq!(got, expected, "{} row {row}", case.name);
            cells += got.len();
        }
        let list = |key: &str| -> Vec<u64> {
            case.reply[key].as_array().map_or(vec![], |list| list.iter().map(|value| value.as_u64().unwrap()).collect())
        };
        assert_eq!(list("fields_types"), parsed.types.iter().map(|(code, ..)| u64::from(*code)).collect::<Vec<_>>());
        let told = list("fields_precisions");
        if !told.is_empty() {
            assert_eq!(told, parsed.types.iter().map(|(_, precision, _)| u64::from(*precision)).collect::<Vec<_>>());
            assert_eq!(
                list("fields_scales"),
                parsed.types.iter().map(|(.., scale)| u64::from(*scale)).collect::<Vec<_>>()
            );
        }
        if let Some(precision) = parsed.precision {
            assert_eq!(precision as u64, case.reply["precision"].as_u64().unwrap(), "{}", case.name);
        }
        let names: Vec<&str> = parsed.names.iter().map(String::as_str).collect();
        assert_eq!(case.reply["fields_names"], Value::from(names), "{}", case.name);
        assert_eq!(parsed.reply.map(|reply| (reply.code, reply.rows)), Some((0, expected.len() as u64)));
    }
    assert!(cells > 80_000, "only {cells} cells compared");
}

/// Bodies of every kind that are short enough to be cut everywhere.
fn short_bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> =
        golden::cases().iter().map(|case| golden_body(&case.name)).filter(|body| body.len() < 6000).collect();
    bodies.extend(["empty_us", "err_syntax", "affected_rows"].map(golden_body));
    let recorded = golden::json("rest.json");
    let texts = recorded.as_array().unwrap().iter().map(|exchange| exchange["response"]["body"].as_str().unwrap());
    bodies.extend(texts.filter(|text| text.starts_with('{')).map(|text| text.as_bytes().to_vec()));
    bodies.extend(OTHER_BODIES.map(|text| text.as_bytes().to_vec()));
    bodies
}

const OTHER_BODIES: [&str; 3] = [
    " {\n \"timing\" : -5 , \"code\" : 0 , \"other\" : [ {\"a\\\"}\" : \"]\" } , -1.5e3 , null ] , \"column_meta\" : \
     [ [ \"a\\u00e9\\ud83d\\ude00\" , \"JSON\" , 4095 ] , [\"\",\"DECIMAL(38,10)\",16],[\"u\",\"BIGINT UNSIGNED\",8] ] , \
     \"data\" : [ [ { \"k\" : [ \"}\\\"\" ] } , \"-1.0000000000\" , 0 ] , [ -1.5 , null , null ] , [\"x\",null,1] ] , \
     \"rows\" : 3 , \"more\" : {} } ",
    "{\"code\":0,\"column_meta\":[[\"n\",\"NULL\",0],[\"b\",\"BOOL\",1]],\"data\":[[null,true],[null,false],[null,null]],\"rows\":3}",
    "{\"code\":904,\"desc\":\"\\u0044atabase\\tnot exist \\ud83d\\ude00\",\"timing\":1}",
];

#[test]
fn every_cut_of_a_body_gives_the_same() {
    let (mut bodies, mut refused) = (0, 0);
    for body in short_bodies() {
        let Ok(whole) = parse([&body[..]]) else {
            // Rows as objects, vgroup numbers: not what is asked for.
            refused += 1;
            continue;
        };
        assert_eq!(parse(body.chunks(1)).unwrap(), whole);
        for cut in 0..=body.len() {
            let (head, tail) = body.split_at(cut);
            assert_eq!(parse([head, tail]).unwrap(), whole, "cut at {cut} of {}", String::from_utf8_lossy(&body));
        }
        bodies += 1;
    }
    assert!(bodies > 30 && refused < 10, "{bodies} bodies, {refused} refused");
}

#[test]
fn no_prefix_of_a_body_is_taken_for_the_whole() {
    for body in short_bodies().into_iter().filter(|body| parse([&body[..]]).is_ok()) {
        let end = body.trim_ascii_end().len();
        for len in 0..end {
            match parse([&body[..len]]) {
                Ok(parsed) => assert_eq!(parsed.reply, None, "{}", String::from_utf8_lossy(&body[..len])),
                Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&body[..len])),
            }
        }
    }
}

#[test]
fn rows_come_in_batches() {
    let body = golden_body("meters_12000");
    for size in [1, 7, 1000, 16_352, 65_536, body.len()] {
        let parsed = parse(body.chunks(size)).unwrap();
        let batch = BATCH_ROWS as usize;
        assert_eq!(parsed.batch_sizes, [batch, batch, 12_000 - 2 * batch], "pieces of {size}");
    }
    // Long cells close a batch sooner.
    let long = "x".repeat(1 << 20);
    let rows = vec![format!("[\"{long}\"]"); 10].join(",");
    let body = format!("{{\"code\":0,\"column_meta\":[[\"v\",\"VARCHAR\",9]],\"data\":[{rows}],\"rows\":10}}");
    let parsed = parse(body.as_bytes().chunks(10_000)).unwrap();
    assert_eq!(parsed.batch_sizes, [4, 4, 2]);
    assert_eq!(parsed.rows[9], [Cell::Bytes(long.into_bytes())]);
}

/// A body of one column with these cells.
fn column(type_name: &str, cells: &str, count: usize) -> String {
    format!("{{\"code\":0,\"column_meta\":[[\"v\",\"{type_name}\",8]],\"data\":[{cells}],\"rows\":{count}}}")
}

fn cell(type_name: &str, text: &str) -> Result<Cell, DecodeError> {
    let mut body = column(type_name, "[@]", 1).into_bytes();
    let at = body.iter().position(|byte| *byte == b'@').unwrap();
    body.splice(at..=at, text.bytes());
    parse([&body[..]]).map(|mut parsed| parsed.rows.remove(0).remove(0))
}

#[test]
fn cells_are_exact_and_checked() {
    let integer = |value: i128| Ok(Cell::Integer(value));
    for (name, min, max) in [
        ("TINYINT", i8::MIN.into(), i8::MAX.into()),
        ("SMALLINT", i16::MIN.into(), i16::MAX.into()),
        ("INT", i32::MIN.into(), i32::MAX.into()),
        ("BIGINT", i64::MIN.into(), i64::MAX.into()),
        ("TINYINT UNSIGNED", 0, u8::MAX.into()),
        ("SMALLINT UNSIGNED", 0, u16::MAX.into()),
        ("INT UNSIGNED", 0, u32::MAX.into()),
        ("BIGINT UNSIGNED", 0_i128, u64::MAX.into()),
    ] {
        for value in [min, (-1).max(min), 0, 1, max] {
            assert_eq!(cell(name, &value.to_string()), integer(value), "{name}");
        }
        for value in [min - 1, max + 1, max * 10 + 9, i128::MAX, i128::MIN] {
            assert!(cell(name, &value.to_string()).is_err(), "{name} {value}");
        }
        for text in ["", "-", "+1", "01", "1.0", "1e3", "\"1\"", "true", "1 2", "0x1", "[1]"] {
            assert!(cell(name, text).is_err(), "{name} {text}");
        }
        assert_eq!(cell(name, " 7 "), integer(7));
        assert_eq!(cell(name, "null"), Ok(Cell::Null));
    }
    assert_eq!(cell("DECIMAL(18,6)", "\"-123456789012.123456\""), integer(-123_456_789_012_123_456));
    assert_eq!(cell("DECIMAL(18,6)", "\"1.5\""), integer(1_500_000));
    assert_eq!(cell("DECIMAL(5,0)", "\"12345\""), integer(12_345));
    assert_eq!(cell("DECIMAL(38, 0)", &format!("\"-{}\"", "9".repeat(38))), integer(1 - 10_i128.pow(38)));
    for text in ["\"123456\"", "\"1.5\"", "\"\"", "\"-\"", "12345", "\"1e3\"", "\"1\\u0030\""] {
        assert!(cell("DECIMAL(5,0)", text).is_err(), "{text}");
    }
    let float = |value: f32| Ok(Cell::Float(value.to_bits()));
    assert_eq!(cell("FLOAT", "3.4028235e+38"), float(f32::MAX));
    // By way of 64 bits these would be rounded twice.
    assert_eq!(cell("FLOAT", "1.000000178813934326171874999999"), float(1.000_000_1));
    assert_eq!(cell("FLOAT", "-0"), float(-0.0));
    assert!(cell("FLOAT", "3.5e38").is_err() && cell("DOUBLE", "1e309").is_err());
    assert_eq!(cell("DOUBLE", "1e-07"), Ok(Cell::Double(1e-7_f64.to_bits())));
    for text in ["NaN", "Infinity", "1.", ".5", "1e", "\"1\"", "1-2", "--1"] {
        assert!(cell("DOUBLE", text).is_err() && cell("FLOAT", text).is_err(), "{text}");
    }
    for text in ["1", "\"true\"", "tru", "True", "trues", "nul"] {
        assert!(cell("BOOL", text).is_err(), "{text}");
    }
    assert!(cell("NULL", "1").is_err());
}

#[test]
fn text_is_kept_byte_for_byte() {
    let bytes = |text: &[u8]| Ok(Cell::Bytes(text.to_vec()));
    for name in ["VARCHAR", "NCHAR", "BINARY"] {
        assert_eq!(cell(name, r#""""#), bytes(b""));
        assert_eq!(
            cell(name, r#""a\"\\\/\b\f\n\r\t\u0001\u00e9\ud83d\ude00""#),
            bytes("a\"\\/\u{8}\u{c}\n\r\t\u{1}é😀".as_bytes())
        );
        assert_eq!(cell(name, r#""null""#), bytes(b"null"));
        for text in
            [r#""\x""#, r#""\u12""#, r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00""#, r#""\ud83d\u0041""#, "1", "true"]
        {
            assert!(cell(name, text).is_err(), "{name} {text}");
        }
    }
    let body =
        b"{\"code\":0,\"column_meta\":[[\"v\",\"VARCHAR\",9]],\"data\":[[\"\xff\xc3\"],[\"\xa9\\\\\xf0\"]],\"rows\":2}";
    let parsed = parse([&body[..]]).unwrap();
    assert_eq!(parsed.rows, [[Cell::Bytes(b"\xff\xc3".to_vec())], [Cell::Bytes(b"\xa9\\\xf0".to_vec())]]);
    assert_eq!(cell("VARBINARY", "\"00fF10\""), bytes(b"\x00\xff\x10"));
    assert_eq!(cell("BLOB", "\"\""), bytes(b""));
    for text in ["\"0\"", "\"0g\"", "\"\\\\x00\"", "\"é\"", "0"] {
        assert!(cell("GEOMETRY", text).is_err(), "{text}");
    }
    for text in ["{\"a\":[1,{\"b\":\"]\"}]}", "\"x\\\"y\"", "1.500000000", "true", "[]"] {
        assert_eq!(cell("JSON", text), bytes(text.as_bytes()));
    }
    for text in ["{]", "[}", "nope", "{\"a\"", "1.", &"[".repeat(100)] {
        assert!(cell("JSON", text).is_err(), "{text}");
    }
}

#[test]
fn timestamps_tell_the_precision_of_a_result() {
    let parsed = parse_whole(&column(
        "TIMESTAMP",
        "[null],[\"1970-01-01T00:00:00.000001Z\"],[\"1969-12-31T16:00:00.000000-08:00\"]",
        3,
    ));
    let parsed = parsed.unwrap();
    assert_eq!(parsed.precision, Some(Precision::Microseconds));
    assert_eq!(parsed.rows, [[Cell::Null], [Cell::Integer(1)], [Cell::Integer(0)]]);
    assert_eq!(parse_whole(&column("TIMESTAMP", "[null]", 1)).unwrap().precision, None);
    let mixed = column("TIMESTAMP", "[\"1970-01-01T00:00:00.000001Z\"],[\"1970-01-01T00:00:00.000Z\"]", 2);
    assert!(parse_whole(&mixed).unwrap_err().to_string().contains("different precisions"));
}

#[test]
fn errors_name_the_place() {
    let body = column("INT", "[1],[2],[x]", 3);
    let error = parse_whole(&body).unwrap_err();
    assert_eq!((error.column, error.row, error.offset), (Some(0), Some(2), body.find('x')));
    // Also when the body has come in pieces.
    assert_eq!(parse(body.as_bytes().chunks(3)).unwrap_err(), error);
    for (body, what) in [
        ("<html>", "expected '{'"),
        ("\"memory exceeds threshold\"", "expected '{'"),
        ("{}", "no code"),
        ("{\"code\":-1}", "the code"),
        ("{\"code\":0}x", "behind its end"),
        ("{\"code\":0,}", "expected a key"),
        ("{\"code\" 0}", "expected ':'"),
        ("{\"code\":0 \"rows\":0}", "expected ','"),
        ("{\"code\":0,\"data\":[]}", "columns were not told"),
        ("{\"code\":0,\"column_meta\":[]}", "expected '['"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"\",1]]}", "type is unknown"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"DECIMAL(39,1)\",1]]}", "type is unknown"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",-1]]}", "length"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\"]]}", "expected ','"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4]],\"column_meta\":[[\"v\",\"INT\",4]]}", "told twice"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4]],\"data\":[]}", "number of its rows"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4]],\"data\":[[1]],\"rows\":2}", "number of rows"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4]],\"data\":[{\"v\":1}],\"rows\":1}", "start of a row"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4]],\"data\":[[1,2]],\"rows\":1}", "more cells"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4]],\"data\":[[]],\"rows\":1}", "expected an integer"),
        ("{\"code\":0,\"column_meta\":[[\"v\",\"INT\",4],[\"w\",\"INT\",4]],\"data\":[[1]],\"rows\":1}", "fewer cells"),
        ("{\"code\":0,\"timing\":9223372036854775808}", "does not fit"),
    ] {
        let error = parse_whole(body).unwrap_err().to_string();
        assert!(error.contains(what), "{body}: {error}");
    }
    let mut parser = RestParser::new();
    parser.feed(b"[").unwrap();
    let error = parser.next_batch().unwrap_err();
    assert_eq!((parser.feed(b"{"), parser.next_batch()), (Err(error.clone()), Err(error)));
}
