//! Bind requests: typed columns a table → the columnar request of `tdwire_codec::stmt2::request`, all tables joined.

use tdwire_codec::frame::STMT2_BIND_HEAD;
use tdwire_codec::stmt2::request::{FORM_BYTES, FORM_FIXED, FORM_TEXT, HAS_NAMES, MAX_ROWS};
use tdwire_codec::{decimal, encode_bind, DataType};

use crate::batch::data_type;
use crate::bindings::exports::tdwire::codec::stmt2::{Guest, Table};
use crate::bindings::tdwire::codec::types::{Column, Fault, Items, Values};
use crate::fault::fault;
use crate::Component;

/// The mark of a row that holds NULL.
const NULL: u8 = 1;

impl Guest for Component {
    fn encode(tables: Vec<Table>) -> Result<Vec<u8>, Fault> {
        Ok(encode_bind(&request(&tables)?)?.split_off(STMT2_BIND_HEAD as usize))
    }
}

fn request(tables: &[Table]) -> Result<Vec<u8>, Fault> {
    let first = tables.first().ok_or_else(|| fault("there is no table"))?;
    // Before sizes are computed from them.
    if tables.iter().any(|table| !(1..=MAX_ROWS).contains(&table.row_count)) {
        return Err(fault("a table's number of rows is not 1 to 32767"));
    }
    let row_count: u64 = tables.iter().map(|table| u64::from(table.row_count)).sum();
    let mut out = vec![0; 16];
    let row_count = u32::try_from(row_count).map_err(|_| fault("there are more than 2^32 rows"))?;
    let has_names = first.name.is_some();
    let (tag_count, column_count) = (first.tags.len(), first.columns.len());
    let flags = if has_names { HAS_NAMES } else { 0 };
    for word in [tables.len() as u32, row_count, tag_count as u32, column_count as u32, flags] {
        out.extend(word.to_le_bytes());
    }
    for table in tables {
        out.extend(table.row_count.to_le_bytes());
    }
    if has_names {
        let names = tables.iter().map(|table| table.name.as_ref().ok_or_else(|| fault("a table has no name")));
        let names: Vec<_> = names.collect::<Result<_, _>>()?;
        write_items(DataType::VarChar, names.iter().map(|name| Some(name.as_bytes())), &mut out);
    } else if tables.iter().any(|table| table.name.is_some()) {
        return Err(fault("some tables have a name, and some have none"));
    }
    for (kind, count) in [(Part::Tags, tag_count), (Part::Columns, column_count)] {
        let first_index = if kind == Part::Tags { 0 } else { tag_count };
        for index in 0..count {
            let parts = tables.iter().map(|table| match kind {
                Part::Tags => (table.tags.get(index), 1),
                Part::Columns => (table.columns.get(index), table.row_count as usize),
            });
            let parts: Option<Vec<_>> = parts.map(|(column, rows)| Some((column?, rows))).collect();
            let parts = parts.ok_or_else(|| fault("the tables have different numbers of tags or columns"))?;
            write_source(&parts, &mut out).map_err(|refused| in_column(refused, first_index + index))?;
        }
    }
    match tables.iter().all(|table| table.tags.len() == tag_count && table.columns.len() == column_count) {
        true => Ok(out),
        false => Err(fault("the tables have different numbers of tags or columns")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Tags,
    Columns,
}

fn in_column(refused: Fault, column: usize) -> Fault {
    Fault { column: Some(column as u32), ..refused }
}

/// The parts of one column, a table each, and their rows.
type Parts<'a> = [(&'a Column, usize)];

fn write_source(parts: &Parts<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let kind = data_type(parts[0].0.data_type);
    for (column, rows) in parts {
        if data_type(column.data_type) != kind {
            return Err(fault("the column has different types in different tables"));
        }
        check_rows(kind, column, *rows)?;
    }
    match kind.fixed_width() {
        Some(_) if !kind.is_decimal() => write_fixed(kind, parts, out),
        Some(_) => write_decimals(kind, parts, out),
        None => {
            let rows = parts.iter().flat_map(|(column, rows)| (0..*rows).map(|row| item(column, row)));
            write_items(kind, rows, out);
        }
    }
    Ok(())
}

/// Refuses values that are not of the column's type, or are not as many as the table has rows.
fn check_rows(kind: DataType, column: &Column, rows: usize) -> Result<(), Fault> {
    let bits = rows.div_ceil(8);
    let (count, expected) = match (kind, &column.values) {
        (DataType::Bool, Values::Bits(bytes)) => (bytes.len(), bits),
        (DataType::TinyInt, Values::S8s(values)) => (values.len(), rows),
        (DataType::SmallInt, Values::S16s(values)) => (values.len(), rows),
        (DataType::Int, Values::S32s(values)) => (values.len(), rows),
        (DataType::BigInt | DataType::Timestamp, Values::S64s(values)) => (values.len(), rows),
        (DataType::UTinyInt, Values::U8s(values)) => (values.len(), rows),
        (DataType::USmallInt, Values::U16s(values)) => (values.len(), rows),
        (DataType::UInt, Values::U32s(values)) => (values.len(), rows),
        (DataType::UBigInt, Values::U64s(values)) => (values.len(), rows),
        (DataType::Float, Values::F32s(values)) => (values.len(), rows),
        (DataType::Double, Values::F64s(values)) => (values.len(), rows),
        (DataType::Decimal | DataType::Decimal64, Values::Decimals(decimals)) => (decimals.values.len(), 16 * rows),
        (kind, Values::Items(items)) if kind.is_variable() => {
            check_offsets(items)?;
            (items.offsets.len(), rows + 1)
        }
        _ => return Err(fault("the values are not of the column's type")),
    };
    let validity = column.validity.as_ref().map_or(bits, Vec::len);
    let (count, expected) = if validity == bits { (count, expected) } else { (validity, bits) };
    if count == expected {
        return Ok(());
    }
    let what = fault("the column has another number of rows than its table");
    Err(Fault { needed: Some(expected as u64), available: Some(count as u64), ..what })
}

fn check_offsets(Items { offsets, data }: &Items) -> Result<(), Fault> {
    let wrong = offsets.windows(2).position(|pair| pair[0] < 0 || pair[1] < pair[0] || pair[1] as usize > data.len());
    match wrong {
        None => Ok(()),
        Some(row) => Err(Fault { row: Some(row as u32), ..fault("an offset lies outside the data") }),
    }
}

fn is_value(column: &Column, row: usize) -> bool {
    column.validity.as_ref().is_none_or(|validity| validity[row / 8] >> (row % 8) & 1 == 1)
}

/// Everything before a source's values.
fn write_head(kind: DataType, form: u8, states: &[u8], out: &mut Vec<u8>) {
    let has_states = states.contains(&NULL);
    out.extend([kind.code(), form, has_states.into(), 0]);
    out.extend([0; 4]);
    if has_states {
        out.extend(states);
    }
}

fn write_fixed(kind: DataType, parts: &Parts<'_>, out: &mut Vec<u8>) {
    let rows = parts.iter().flat_map(|(column, rows)| (0..*rows).map(|row| u8::from(!is_value(column, row))));
    write_head(kind, FORM_FIXED, &rows.collect::<Vec<_>>(), out);
    for (column, rows) in parts {
        match &column.values {
            Values::Bits(bits) => out.extend((0..*rows).map(|row| bits[row / 8] >> (row % 8) & 1)),
            Values::S8s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::S16s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::S32s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::S64s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::U8s(values) => out.extend(values),
            Values::U16s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::U32s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::U64s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::F32s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Values::F64s(values) => out.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            // `check_rows` has refused them.
            Values::None | Values::Decimals(_) | Values::Items(_) => {}
        }
    }
}

/// The item of a row of variable length; none for NULL.
fn item(column: &Column, row: usize) -> Option<&[u8]> {
    let Values::Items(Items { offsets, data }) = &column.values else { return None };
    is_value(column, row).then(|| &data[offsets[row] as usize..offsets[row + 1] as usize])
}

fn write_items<'a>(kind: DataType, rows: impl Iterator<Item = Option<&'a [u8]>> + Clone, out: &mut Vec<u8>) {
    let states: Vec<u8> = rows.clone().map(|row| u8::from(row.is_none())).collect();
    write_head(kind, FORM_BYTES, &states, out);
    let items = rows.map(Option::unwrap_or_default);
    for item in items.clone() {
        out.extend((item.len() as u32).to_le_bytes());
    }
    let total: usize = items.clone().map(<[u8]>::len).sum();
    out.extend((total as u32).to_le_bytes());
    out.extend(items.flatten());
}

/// The server takes decimals as text.
fn write_decimals(kind: DataType, parts: &Parts<'_>, out: &mut Vec<u8>) {
    let rows = parts.iter().flat_map(|(column, rows)| (0..*rows).map(|row| decimal_text(column, row)));
    let texts: Vec<Option<String>> = rows.collect();
    let states: Vec<u8> = texts.iter().map(|text| u8::from(text.is_none())).collect();
    write_head(kind, FORM_TEXT, &states, out);
    let joined: String = texts.iter().flatten().map(String::as_str).collect();
    for text in &texts {
        out.extend((text.as_ref().map_or(0, String::len) as u32).to_le_bytes());
    }
    out.extend((joined.len() as u32).to_le_bytes());
    out.extend(joined.as_bytes());
}

fn decimal_text(column: &Column, row: usize) -> Option<String> {
    let Values::Decimals(decimals) = &column.values else { return None };
    let value = decimals.values[16 * row..].first_chunk()?;
    is_value(column, row).then(|| decimal::format(i128::from_le_bytes(*value), decimals.scale))
}
