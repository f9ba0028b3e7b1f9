//! Reads a batch region cell by cell, straight from its table in `src/codec/bindings.ts`.

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    /// Any integer, tick or unscaled decimal.
    Integer(i128),
    /// Bits, so that NaNs compare.
    Float(u32),
    Double(u64),
    Bytes(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Column {
    pub code: u8,
    pub storage_size: usize,
    pub precision: usize,
    pub scale: usize,
    pub null_count: usize,
    pub validity: usize,
    pub values: usize,
    pub values_len: usize,
    pub offsets: usize,
    pub flags: usize,
}

pub struct Region {
    bytes: Vec<u8>,
    pub rows: usize,
    pub columns: Vec<Column>,
}

pub fn is_variable(code: u8) -> bool {
    matches!(code, 8 | 10 | 15 | 16 | 18 | 19 | 20)
}

impl Region {
    /// Reads the records and checks everything that holds for every region.
    pub fn read(bytes: Vec<u8>) -> Self {
        let count = u32_at(&bytes, 4);
        let columns: Vec<Column> = (0..count).map(|index| Column::read(&bytes, 8 + 40 * index)).collect();
        let region = Self { rows: u32_at(&bytes, 0), bytes, columns };
        assert_eq!(region.bytes.len() % 8, 0);
        let mut end = 8 + 40 * count;
        for column in &region.columns {
            end = region.check(column, end);
        }
        assert_eq!(end, region.bytes.len(), "the region ends with its last section");
        region
    }

    fn check(&self, column: &Column, mut end: usize) -> usize {
        let bitmap_len = self.rows.div_ceil(8);
        assert_eq!(column.validity == 0, column.null_count == 0);
        if column.null_count > 0 {
            end = self.section(column.validity, bitmap_len, end);
            let bits = &self.bytes[column.validity..end];
            let valid: usize = bits.iter().map(|byte| byte.count_ones() as usize).sum();
            assert_eq!(valid, self.rows - column.null_count, "padding bits are 0");
        }
        assert_eq!(column.offsets == 0, !is_variable(column.code));
        if is_variable(column.code) {
            end = self.section(column.offsets, 4 * (self.rows + 1), end);
            let offsets: Vec<usize> =
                (0..=self.rows).map(|row| u32_at(&self.bytes, column.offsets + 4 * row)).collect();
            assert!(offsets.is_sorted());
            assert_eq!((offsets[0], offsets[self.rows]), (0, column.values_len));
            self.check_flags(column, &offsets);
        } else {
            assert_eq!(column.flags, 0);
            let expected = match column.code {
                0 => 0,
                1 => bitmap_len,
                2 | 11 => self.rows,
                3 | 12 => 2 * self.rows,
                4 | 6 | 13 => 4 * self.rows,
                17 | 21 => 16 * self.rows,
                _ => 8 * self.rows,
            };
            assert_eq!(column.values_len, expected);
        }
        self.section(column.values, column.values_len, end)
    }

    fn check_flags(&self, column: &Column, offsets: &[usize]) {
        let data = &self.bytes[column.values..column.values + column.values_len];
        let text = matches!(column.code, 8 | 10 | 15);
        let utf8 = offsets.windows(2).all(|pair| std::str::from_utf8(&data[pair[0]..pair[1]]).is_ok());
        let expected = usize::from(text && utf8) | usize::from(text && data.is_ascii()) << 1;
        assert_eq!(column.flags, expected);
    }

    /// Checks that a section follows the one before, with zeros up to a multiple of 8, and returns its padded end.
    fn section(&self, at: usize, len: usize, previous_end: usize) -> usize {
        assert_eq!(at, previous_end);
        let end = (at + len).next_multiple_of(8);
        assert!(self.bytes[at + len..end].iter().all(|byte| *byte == 0), "padding is 0");
        end
    }

    pub fn cell(&self, column: &Column, row: usize) -> Cell {
        let bit = |bitmap: usize| self.bytes[bitmap + row / 8] >> (row % 8) & 1 == 1;
        if column.null_count > 0 && !bit(column.validity) {
            return Cell::Null;
        }
        let fixed = |width: usize| &self.bytes[column.values + width * row..][..width];
        macro_rules! integer {
            ($type:ty) => {
                Cell::Integer(<$type>::from_le_bytes(fixed(size_of::<$type>()).try_into().unwrap()) as i128)
            };
        }
        match column.code {
            1 => Cell::Bool(bit(column.values)),
            2 => integer!(i8),
            3 => integer!(i16),
            4 => integer!(i32),
            5 | 9 => integer!(i64),
            11 => integer!(u8),
            12 => integer!(u16),
            13 => integer!(u32),
            14 => integer!(u64),
            17 | 21 => integer!(i128),
            6 => Cell::Float(u32::from_le_bytes(fixed(4).try_into().unwrap())),
            7 => Cell::Double(u64::from_le_bytes(fixed(8).try_into().unwrap())),
            _ => {
                let start = u32_at(&self.bytes, column.offsets + 4 * row);
                let end = u32_at(&self.bytes, column.offsets + 4 * row + 4);
                Cell::Bytes(self.bytes[column.values..][start..end].to_vec())
            }
        }
    }

    /// What lies in the place of a row of a BOOL column, NULL or not.
    pub fn raw_bit(&self, column: &Column, row: usize) -> bool {
        self.bytes[column.values + row / 8] >> (row % 8) & 1 == 1
    }
}

impl Column {
    fn read(bytes: &[u8], at: usize) -> Self {
        let field = |index: usize| u32_at(bytes, at + 4 * index);
        Self {
            code: field(0) as u8,
            storage_size: field(1),
            precision: field(2),
            scale: field(3),
            null_count: field(4),
            validity: field(5),
            values: field(6),
            values_len: field(7),
            offsets: field(8),
            flags: field(9),
        }
    }
}
