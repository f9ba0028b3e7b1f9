//! Blocks of a real server equal the same rows as that server printed them (test/golden/blocks).

mod support;

use serde_json::Value;
use support::golden;
use support::region::{Cell, Region};
use tdwire_codec::{decimal, decode_block, timestamp, Precision};

#[test]
fn decode_block_gives_what_the_server_printed() {
    let mut cells = 0;
    for case in golden::cases() {
        let printed = golden::json(&format!("blocks/{}.rest.json", case.name));
        let mut expected = printed["data"].as_array().unwrap().iter();
        let precision = Precision::from_code(case.reply["precision"].as_u64().unwrap() as u32).unwrap();
        for block in &case.blocks {
            let region = Region::read(decode_block(block).unwrap());
            check_types(&region, &case.reply, &case.name);
            for row in 0..region.rows {
                let expected = expected.next().unwrap().as_array().unwrap();
                assert_eq!(expected.len(), region.columns.len());
                for (column, expected) in region.columns.iter().zip(expected) {
                    let printed = print(column.code, column.scale, &region.cell(column, row), precision);
                    let equal = same(column.code, printed.as_deref(), expected);
                    assert!(equal, "{} row {row}: {printed:?} {expected}", case.name);
                    cells += 1;
                }
            }
        }
        assert_eq!(expected.next(), None, "{}: rows left over", case.name);
    }
    assert!(cells > 80_000, "only {cells} cells compared");
}

fn check_types(region: &Region, reply: &Value, name: &str) {
    let list = |key: &str| -> Option<Vec<usize>> {
        Some(reply[key].as_array()?.iter().map(|value| value.as_u64().unwrap() as usize).collect())
    };
    let types = region.columns.iter().map(|column| usize::from(column.code)).collect();
    assert_eq!(list("fields_types"), Some(types), "{name}");
    if let (Some(precisions), Some(scales)) = (list("fields_precisions"), list("fields_scales")) {
        assert_eq!(precisions, region.columns.iter().map(|column| column.precision).collect::<Vec<_>>(), "{name}");
        assert_eq!(scales, region.columns.iter().map(|column| column.scale).collect::<Vec<_>>(), "{name}");
    }
}

/// The cell as the server prints it (protocol.md §1.5); `None` where it prints null.
fn print(code: u8, scale: usize, cell: &Cell, precision: Precision) -> Option<String> {
    // JSON has no word for NaN and the infinities.
    let finite = |value: f64| value.is_finite().then(|| value.to_string());
    match (code, cell) {
        (_, Cell::Null) => None,
        (9, Cell::Integer(ticks)) => timestamp::format(*ticks as i64, precision, 0),
        (17 | 21, Cell::Integer(value)) => Some(decimal::format(*value, scale as u8)),
        (_, Cell::Integer(value)) => Some(value.to_string()),
        (_, Cell::Bool(value)) => Some(value.to_string()),
        (_, Cell::Float(bits)) => finite(f32::from_bits(*bits).into()),
        (_, Cell::Double(bits)) => finite(f64::from_bits(*bits)),
        (16 | 18 | 20, Cell::Bytes(bytes)) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        (_, Cell::Bytes(bytes)) => Some(String::from_utf8(bytes.clone()).unwrap()),
    }
}

fn same(code: u8, printed: Option<&str>, expected: &Value) -> bool {
    let Some(printed) = printed else { return expected.is_null() };
    match expected {
        _ if code == 15 => same_json(&serde_json::from_str(printed).unwrap(), expected),
        Value::Bool(value) => printed == value.to_string(),
        // The shortest text of a float is that of its own width: the texts are compared as numbers of that width.
        Value::Number(number) if code == 6 => printed.parse::<f32>() == number.to_string().parse::<f32>(),
        Value::Number(number) if code == 7 => printed.parse::<f64>() == number.to_string().parse::<f64>(),
        Value::Number(number) => printed == number.to_string(),
        Value::String(text) => printed == text,
        _ => false,
    }
}

/// REST embeds JSON cells as JSON: `1.500000000` in the block is `1.5` there.
fn same_json(decoded: &Value, expected: &Value) -> bool {
    match (decoded, expected) {
        (Value::Number(decoded), Value::Number(expected)) => decoded.as_f64() == expected.as_f64(),
        (Value::Object(decoded), Value::Object(expected)) => {
            let equal =
                |(key, value): (&String, &Value)| expected.get(key).is_some_and(|other| same_json(value, other));
            decoded.len() == expected.len() && decoded.iter().all(equal)
        }
        _ => decoded == expected,
    }
}
