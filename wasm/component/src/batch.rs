//! Batch regions (`tdwire_codec::block::Block::to_region` has their layout) → typed lists.

use tdwire_codec::DataType;

use crate::bindings::tdwire::codec::types::{Batch, Column, DataType as Kind, Decimals, Items, Values};

const HEAD: usize = 8;
const RECORD: usize = 40;

/// The words of a column record.
struct Record {
    data_type: DataType,
    precision: u8,
    scale: u8,
    validity: usize,
    values: usize,
    values_len: usize,
    offsets: usize,
}

/// Reads a region that the codec has written.
pub fn read(region: &[u8]) -> Batch {
    let [row_count, column_count] = words(region, 0);
    let columns = (0..column_count as usize).map(|index| {
        let record = Record::read(region, HEAD + RECORD * index);
        let rows = row_count as usize;
        Column {
            data_type: kind(record.data_type),
            validity: (record.validity != 0).then(|| region[record.validity..][..rows.div_ceil(8)].to_vec()),
            values: record.values(region, rows),
        }
    });
    Batch { row_count, columns: columns.collect() }
}

impl Record {
    fn read(region: &[u8], at: usize) -> Self {
        let [code, _, precision, scale, _, validity, values, values_len, offsets] = words(region, at);
        Self {
            data_type: DataType::ALL[code as usize],
            precision: precision as u8,
            scale: scale as u8,
            validity: validity as usize,
            values: values as usize,
            values_len: values_len as usize,
            offsets: offsets as usize,
        }
    }

    fn values(&self, region: &[u8], rows: usize) -> Values {
        let bytes = &region[self.values..][..self.values_len];
        match self.data_type {
            DataType::Null => Values::None,
            DataType::Bool => Values::Bits(bytes.to_vec()),
            DataType::TinyInt => Values::S8s(numbers(bytes, i8::from_le_bytes)),
            DataType::SmallInt => Values::S16s(numbers(bytes, i16::from_le_bytes)),
            DataType::Int => Values::S32s(numbers(bytes, i32::from_le_bytes)),
            DataType::BigInt | DataType::Timestamp => Values::S64s(numbers(bytes, i64::from_le_bytes)),
            DataType::UTinyInt => Values::U8s(bytes.to_vec()),
            DataType::USmallInt => Values::U16s(numbers(bytes, u16::from_le_bytes)),
            DataType::UInt => Values::U32s(numbers(bytes, u32::from_le_bytes)),
            DataType::UBigInt => Values::U64s(numbers(bytes, u64::from_le_bytes)),
            DataType::Float => Values::F32s(numbers(bytes, f32::from_le_bytes)),
            DataType::Double => Values::F64s(numbers(bytes, f64::from_le_bytes)),
            DataType::Decimal | DataType::Decimal64 => {
                Values::Decimals(Decimals { precision: self.precision, scale: self.scale, values: bytes.to_vec() })
            }
            DataType::VarChar
            | DataType::NChar
            | DataType::Json
            | DataType::VarBinary
            | DataType::Blob
            | DataType::MediumBlob
            | DataType::Geometry => {
                let offsets = numbers(&region[self.offsets..][..4 * (rows + 1)], i32::from_le_bytes);
                Values::Items(Items { offsets, data: bytes.to_vec() })
            }
        }
    }
}

/// Little-endian words of a region.
pub fn words<const N: usize>(region: &[u8], at: usize) -> [u32; N] {
    core::array::from_fn(|index| {
        let word = &region[at + 4 * index..][..4];
        u32::from_le_bytes([word[0], word[1], word[2], word[3]])
    })
}

fn numbers<T, const WIDTH: usize>(bytes: &[u8], from_bytes: impl Fn([u8; WIDTH]) -> T) -> Vec<T> {
    bytes.as_chunks::<WIDTH>().0.iter().map(|chunk| from_bytes(*chunk)).collect()
}

macro_rules! kinds {
    ($($kind:ident = $data_type:ident,)*) => {
        /// The host's name of a type.
        const fn kind(data_type: DataType) -> Kind {
            match data_type {
                $(DataType::$data_type => Kind::$kind,)*
            }
        }

        /// The codec's name of a type.
        pub const fn data_type(kind: Kind) -> DataType {
            match kind {
                $(Kind::$kind => DataType::$data_type,)*
            }
        }
    };
}

kinds! {
    Null = Null,
    Bool = Bool,
    Tinyint = TinyInt,
    Smallint = SmallInt,
    Int = Int,
    Bigint = BigInt,
    Float = Float,
    Double = Double,
    Varchar = VarChar,
    Timestamp = Timestamp,
    Nchar = NChar,
    Utinyint = UTinyInt,
    Usmallint = USmallInt,
    Uint = UInt,
    Ubigint = UBigInt,
    Json = Json,
    Varbinary = VarBinary,
    Decimal = Decimal,
    Blob = Blob,
    Mediumblob = MediumBlob,
    Geometry = Geometry,
    Decimal64 = Decimal64,
}
