//! Random valid input, against a decoder that goes cell by cell and a reader that goes field by field.

mod support;

use support::bind::{self, Block, Row};
use support::random::Random;
use support::region::{is_variable, Cell, Region};
use support::request::{width, Form, Request, Source};
use tdwire_codec::{decimal, decode_block, encode_bind, timestamp, Precision};

// ---- blocks

struct RandomColumn {
    code: u8,
    schema_size: u32,
    /// Bitmap, or offsets.
    head: Vec<u8>,
    data: Vec<u8>,
}

fn block_width(code: u8) -> usize {
    match code {
        0 => 0,
        17 => 16,
        21 => 8,
        code => width(code),
    }
}

fn random_column(random: &mut Random, rows: usize) -> RandomColumn {
    let code = random.below(22) as u8;
    let schema_size = random.next() as u32;
    if !is_variable(code) {
        let head = if random.one_in(3) { vec![0; rows.div_ceil(8)] } else { random.bytes(rows.div_ceil(8)) };
        return RandomColumn { code, schema_size, head, data: random.bytes(rows * block_width(code)) };
    }
    let mut data = Vec::new();
    let mut offsets: Vec<i32> = Vec::new();
    for _ in 0..rows {
        let earlier = offsets.iter().copied().rfind(|offset| *offset >= 0);
        match (random.below(8), earlier) {
            (0, _) => offsets.push(-1),
            (1, Some(offset)) => offsets.push(offset),
            _ => {
                let gap = if random.one_in(6) { random.below(5) } else { 0 };
                data.extend(random.bytes(gap));
                offsets.push(data.len() as i32);
                let item = random_item(random, code);
                let prefix = if matches!(code, 18 | 19) { 4 } else { 2 };
                data.extend(&(item.len() as u32).to_le_bytes()[..prefix]);
                data.extend(item);
            }
        }
    }
    if random.one_in(3) {
        for index in (1..offsets.len()).rev() {
            offsets.swap(index, random.below(index + 1));
        }
    }
    let head = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
    RandomColumn { code, schema_size, head, data }
}

fn random_item(random: &mut Random, code: u8) -> Vec<u8> {
    let max = random.pick(&[0, 3, 20, 20, 20, 300]);
    match code {
        10 if random.one_in(4) => {
            (0..random.below(9)).flat_map(|_| (random.next() as u32 >> 11).to_le_bytes()).collect()
        }
        10 => random.text(max).chars().flat_map(|character| u32::from(character).to_le_bytes()).collect(),
        8 | 15 if !random.one_in(20) => random.text(max).into_bytes(),
        _ => {
            let len = random.below(max + 1);
            random.bytes(len)
        }
    }
}

fn random_block(random: &mut Random) -> Vec<u8> {
    let rows = random.pick(&[0, 1, 7, 8, 9, 16, 63, 64, 65, 130]);
    let columns: Vec<RandomColumn> = (0..random.below(6)).map(|_| random_column(random, rows)).collect();
    let mut block = Vec::new();
    for word in [random.pick(&[1, 2]), 0, rows as u32, columns.len() as u32, 0x8000_0000, 0, 0] {
        block.extend(word.to_le_bytes());
    }
    for column in &columns {
        block.push(column.code);
        block.extend(column.schema_size.to_le_bytes());
    }
    for column in &columns {
        block.extend((column.data.len() as u32).to_le_bytes());
    }
    for column in &columns {
        block.extend(&column.head);
        block.extend(&column.data);
    }
    block.extend(vec![0; random.below(2)]);
    let len = block.len() as u32;
    block[4..8].copy_from_slice(&len.to_le_bytes());
    block
}

fn int(block: &[u8], at: usize, width: usize) -> usize {
    block[at..at + width].iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte))
}

/// A cell found from the block's start, with no state kept from other cells.
fn naive_cell(block: &[u8], column: usize, row: usize) -> Cell {
    let (rows, columns) = (int(block, 8, 4), int(block, 12, 4));
    let code = |index: usize| block[28 + 5 * index];
    let head = |index: usize| if is_variable(code(index)) { 4 * rows } else { rows.div_ceil(8) };
    let data_len = |index: usize| int(block, 28 + 5 * columns + 4 * index, 4);
    let start = 28 + 9 * columns + (0..column).map(|index| head(index) + data_len(index)).sum::<usize>();
    let data = start + head(column);
    let code = code(column);
    if is_variable(code) {
        let offset = int(block, start + 4 * row, 4);
        if offset == 0xffff_ffff {
            return Cell::Null;
        }
        let prefix = if matches!(code, 18 | 19) { 4 } else { 2 };
        let item = data + offset + prefix;
        let item = &block[item..item + int(block, data + offset, prefix)];
        let text = |item: &[u8]| -> String {
            item.chunks(4).map(|code| char::from_u32(int(code, 0, 4) as u32).unwrap_or('\u{fffd}')).collect()
        };
        return Cell::Bytes(if code == 10 { text(item).into_bytes() } else { item.to_vec() });
    }
    if code == 0 || block[start + row / 8] & (0x80 >> (row % 8)) != 0 {
        return Cell::Null;
    }
    let width = block_width(code);
    let value = &block[data + width * row..][..width];
    let unsigned = value.iter().rev().fold(0_u128, |value, byte| value << 8 | u128::from(*byte));
    let signed = ((unsigned << (128 - 8 * width)) as i128) >> (128 - 8 * width);
    match code {
        1 => Cell::Bool(unsigned != 0),
        6 => Cell::Float(unsigned as u32),
        7 => Cell::Double(unsigned as u64),
        11..=14 => Cell::Integer(unsigned as i128),
        _ => Cell::Integer(signed),
    }
}

#[test]
fn decode_block_agrees_with_a_naive_decoder() {
    let mut random = Random::new(3);
    let mut cells = 0;
    for _ in 0..20_000 {
        let block = random_block(&mut random);
        let region = Region::read(decode_block(&block).unwrap());
        assert_eq!((region.rows, region.columns.len()), (int(&block, 8, 4), int(&block, 12, 4)));
        for (index, column) in region.columns.iter().enumerate() {
            assert_eq!(column.storage_size, int(&block, 28 + 5 * index + 1, 4));
            let [scale, precision, ..] = (column.storage_size as u32).to_le_bytes().map(usize::from);
            let parameters = if matches!(column.code, 17 | 21) { (precision, scale) } else { (0, 0) };
            assert_eq!((column.precision, column.scale), parameters);
            for row in 0..region.rows {
                let expected = naive_cell(&block, index, row);
                assert_eq!(region.cell(column, row), expected, "type {} row {row}", column.code);
                assert!(column.code != 1 || expected != Cell::Null || !region.raw_bit(column, row));
                cells += 1;
            }
        }
    }
    assert!(cells > 500_000);
}

// ---- binds

fn random_row(random: &mut Random, nullable: bool, value: impl FnOnce(&mut Random) -> Vec<u8>) -> Row {
    match random.below(12) {
        0 if nullable => Row::Null,
        1 if nullable => Row::None,
        _ => Row::Value(value(random)),
    }
}

/// A source and what the frame must say of its rows.
fn random_source(random: &mut Random, rows: usize) -> (Source, Vec<Row>) {
    let code = 1 + random.below(21) as u8;
    let precision = random.below(3) as u8;
    let form = match code {
        17 | 21 => Form::Text,
        9 => random.pick(&[Form::Fixed, Form::Text]),
        8 | 15 | 16 | 18..=20 => random.pick(&[Form::Bytes, Form::Text]),
        10 => random.pick(&[Form::Bytes, Form::Text]),
        _ => Form::Fixed,
    };
    let nullable = random.one_in(2);
    let mut sent = Vec::new();
    let mut expected = Vec::new();
    for _ in 0..rows {
        let row = random_row(random, nullable, |random| match form {
            Form::Fixed => random.bytes(width(code)),
            _ if code == 9 => random.integer().to_le_bytes().to_vec(),
            Form::Bytes if code != 10 => random.bytes(9),
            _ => random.text(30).into_bytes(),
        });
        expected.push(row.clone());
        sent.push(match (row, form, code) {
            (Row::Value(ticks), Form::Text, 9) => {
                let ticks = i64::from_le_bytes(ticks.try_into().unwrap());
                let precision = Precision::from_code(precision.into()).unwrap();
                Row::Value(timestamp::format(ticks, precision, 0).unwrap().into_bytes())
            }
            (row, ..) => row,
        });
    }
    (Source { precision, ..Source::new(code, form, sent) }, expected)
}

fn random_order(random: &mut Random, rows: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    for index in (1..rows).rev() {
        order.swap(index, random.below(index + 1));
    }
    order
}

#[test]
fn encode_bind_says_what_was_asked() {
    let mut random = Random::new(4);
    for _ in 0..5_000 {
        let counts: Vec<u32> = (0..=random.below(5)).map(|_| 1 + random.below(20) as u32).collect();
        let rows = counts.iter().sum::<u32>() as usize;
        let order = random.one_in(2).then(|| random_order(&mut random, rows));
        let names: Vec<Vec<u8>> =
            counts.iter().map(|_| (random.text(9).replace('\0', "_") + "t").into_bytes()).collect();
        let named = random.one_in(2);
        let form = random.pick(&[Form::Bytes, Form::Text]);
        let (tags, expected_tags): (Vec<_>, Vec<_>) =
            (0..random.below(3)).map(|_| random_source(&mut random, counts.len())).unzip();
        let (columns, expected_columns): (Vec<_>, Vec<_>) =
            (0..random.below(5)).map(|_| random_source(&mut random, rows)).unzip();
        let named = named.then(|| Source::new(8, form, names.iter().cloned().map(Row::Value).collect()));
        let request = Request {
            req_id: random.next(),
            stmt_id: random.next(),
            counts: counts.clone(),
            order: order.clone(),
            names: named,
            tags,
            columns,
        };
        let frame = bind::read(&encode_bind(&request.bytes()).unwrap());
        assert_eq!((frame.req_id, frame.stmt_id), (request.req_id, request.stmt_id));
        assert_eq!(frame.names, request.names.as_ref().map(|_| names));
        let in_sequence: Vec<u32> = (0..rows as u32).collect();
        let one_each = vec![1; counts.len()];
        check_section(&frame.tags, &request.tags, &expected_tags, &one_each, &in_sequence);
        check_section(&frame.columns, &request.columns, &expected_columns, &counts, &order.unwrap_or(in_sequence));
    }
}

fn check_section(tables: &[Vec<Block>], sources: &[Source], expected: &[Vec<Row>], counts: &[u32], order: &[u32]) {
    assert_eq!(tables.len(), if sources.is_empty() { 0 } else { counts.len() });
    let mut order = order.iter();
    for (table, count) in tables.iter().zip(counts) {
        let rows: Vec<u32> = order.by_ref().take(*count as usize).copied().collect();
        assert_eq!(table.len(), sources.len());
        for ((block, source), expected) in table.iter().zip(sources).zip(expected) {
            let expected: Vec<Row> = rows.iter().map(|row| expected[*row as usize].clone()).collect();
            let has_lengths = is_variable(source.code) || matches!(source.code, 17 | 21);
            assert_eq!(*block, Block { code: source.code, has_lengths, rows: expected });
        }
    }
}

// ---- decimals

#[test]
fn decimal_parse_undoes_format() {
    let mut random = Random::new(7);
    for _ in 0..100_000 {
        let precision = 1 + random.below(38) as u8;
        let scale = random.below(usize::from(precision) + 1) as u8;
        let wide = (i128::from(random.next() as i64) << 64 | i128::from(random.next())) >> random.below(128);
        let value = wide % 10_i128.pow(precision.into());
        let text = decimal::format(value, scale);
        assert_eq!(decimal::parse(&text, precision, scale), Ok(value), "{text}");
        // The text without its point is the integer's own.
        assert_eq!(text.replace('.', "").parse(), Ok(value));
        assert_eq!(text.rsplit_once('.').map_or(0, |(_, fraction)| fraction.len()), usize::from(scale));
        assert_eq!(decimal::format_all(&[value.to_le_bytes(); 2], scale), format!("{text}\n{text}"));
    }
}
