//! Builds bind requests, straight from the table in `stmt2/request.rs`.

use super::bind::Row;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Fixed = 0,
    Bytes = 1,
    Text = 2,
}

#[derive(Clone, Debug)]
pub struct Source {
    pub code: u8,
    pub form: Form,
    pub precision: u8,
    pub max_length: u32,
    pub rows: Vec<Row>,
}

impl Source {
    pub fn new(code: u8, form: Form, rows: Vec<Row>) -> Self {
        Self { code, form, precision: 0, max_length: 0, rows }
    }

    fn write(&self, out: &mut Vec<u8>, width: usize) {
        let has_states = self.rows.iter().any(|row| !matches!(row, Row::Value(_)));
        out.extend([self.code, self.form as u8, u8::from(has_states), self.precision]);
        out.extend(self.max_length.to_le_bytes());
        if has_states {
            out.extend(self.rows.iter().map(|row| match row {
                Row::Value(_) => 0,
                Row::Null => 1,
                Row::None => 2,
            }));
        }
        // What is in the place of a NULL means nothing, so it is not zero here.
        let junk = vec![0xa5; width];
        let bytes = |row: &Row| match row {
            Row::Value(bytes) => bytes.clone(),
            _ if self.form == Form::Fixed => junk.clone(),
            _ => Vec::new(),
        };
        let values: Vec<Vec<u8>> = self.rows.iter().map(bytes).collect();
        if self.form != Form::Fixed {
            for value in &values {
                let length = match self.form {
                    Form::Text => std::str::from_utf8(value).unwrap().encode_utf16().count(),
                    _ => value.len(),
                };
                out.extend((length as u32).to_le_bytes());
            }
            out.extend((values.iter().map(Vec::len).sum::<usize>() as u32).to_le_bytes());
        }
        out.extend(values.concat());
    }
}

/// Width of a fixed type.
pub fn width(code: u8) -> usize {
    match code {
        1 | 2 | 11 => 1,
        3 | 12 => 2,
        4 | 6 | 13 => 4,
        _ => 8,
    }
}

#[derive(Clone, Debug, Default)]
pub struct Request {
    pub req_id: u64,
    pub stmt_id: u64,
    pub counts: Vec<u32>,
    pub order: Option<Vec<u32>>,
    pub names: Option<Source>,
    pub tags: Vec<Source>,
    pub columns: Vec<Source>,
}

impl Request {
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.req_id.to_le_bytes());
        out.extend(self.stmt_id.to_le_bytes());
        let flags = u32::from(self.names.is_some()) | u32::from(self.order.is_some()) << 1;
        let counts = [self.counts.len() as u32, self.counts.iter().sum()];
        for field in counts.into_iter().chain([self.tags.len() as u32, self.columns.len() as u32, flags]) {
            out.extend(field.to_le_bytes());
        }
        for number in self.counts.iter().chain(self.order.iter().flatten()) {
            out.extend(number.to_le_bytes());
        }
        for source in self.names.iter().chain(&self.tags).chain(&self.columns) {
            source.write(&mut out, width(source.code));
        }
        out
    }
}
