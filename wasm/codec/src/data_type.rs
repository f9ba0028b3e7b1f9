//! The server's data types and their wire codes (protocol.md §3.3).

macro_rules! data_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $width:expr;)*) => {
        /// A column's data type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum DataType {
            $($(#[$doc])* $name = $code,)*
        }

        impl DataType {
            /// Every type, by code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The type with this wire code.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Bytes of one value on the wire, or `None` for a type of variable length.
            pub const fn fixed_width(self) -> Option<usize> {
                match self {
                    $(Self::$name => $width,)*
                }
            }
        }
    };
}

data_types! {
    /// The type of a bare NULL: no data at all.
    Null = 0, Some(0);
    /// One byte, 0 or 1.
    Bool = 1, Some(1);
    /// Signed 8-bit integer.
    TinyInt = 2, Some(1);
    /// Signed 16-bit integer.
    SmallInt = 3, Some(2);
    /// Signed 32-bit integer.
    Int = 4, Some(4);
    /// Signed 64-bit integer.
    BigInt = 5, Some(8);
    /// 32-bit IEEE 754 number.
    Float = 6, Some(4);
    /// 64-bit IEEE 754 number.
    Double = 7, Some(8);
    /// Bytes, by convention UTF-8.
    VarChar = 8, None;
    /// Signed 64-bit ticks since the Unix epoch.
    Timestamp = 9, Some(8);
    /// Text: UCS-4 in result blocks, UTF-8 in binds.
    NChar = 10, None;
    /// Unsigned 8-bit integer.
    UTinyInt = 11, Some(1);
    /// Unsigned 16-bit integer.
    USmallInt = 12, Some(2);
    /// Unsigned 32-bit integer.
    UInt = 13, Some(4);
    /// Unsigned 64-bit integer.
    UBigInt = 14, Some(8);
    /// JSON text.
    Json = 15, None;
    /// Raw bytes.
    VarBinary = 16, None;
    /// Scaled 128-bit integer, precision 19 to 38.
    Decimal = 17, Some(16);
    /// Raw bytes with a 32-bit length.
    Blob = 18, None;
    /// Raw bytes with a 32-bit length (reserved by the server).
    MediumBlob = 19, None;
    /// Well-known binary geometry.
    Geometry = 20, None;
    /// Scaled 64-bit integer, precision 1 to 18.
    Decimal64 = 21, Some(8);
}

impl DataType {
    /// The wire code.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Whether values differ in length.
    pub const fn is_variable(self) -> bool {
        self.fixed_width().is_none()
    }

    /// Whether values are scaled integers.
    pub const fn is_decimal(self) -> bool {
        matches!(self, Self::Decimal | Self::Decimal64)
    }

    /// Whether the length before an item has 32 bits and not 16.
    pub const fn has_wide_length(self) -> bool {
        matches!(self, Self::Blob | Self::MediumBlob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_code_knows_0_to_21_and_nothing_else() {
        for code in 0..=u8::MAX {
            assert_eq!(DataType::from_code(code).map(DataType::code), (code <= 21).then_some(code));
        }
        assert_eq!(DataType::ALL.len(), 22);
    }
}
