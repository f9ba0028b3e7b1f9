//! Why an input was refused: plain values that name the place.

use core::fmt;

/// A read that asked for more than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truncated {
    pub offset: usize,
    pub needed: u64,
    pub available: usize,
}

macro_rules! error_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            /// What was wrong, in words.
            pub what: &'static str,
            /// Byte offset in the input.
            pub offset: Option<usize>,
            /// Bytes (or whatever `what` counts) needed.
            pub needed: Option<u64>,
            /// Bytes (or whatever `what` counts) available.
            pub available: Option<u64>,
            /// Index of the column.
            pub column: Option<u32>,
            /// Index of the row.
            pub row: Option<u32>,
        }

        impl $name {
            pub(crate) const fn new(what: &'static str) -> Self {
                Self { what, offset: None, needed: None, available: None, column: None, row: None }
            }

            pub(crate) const fn at(mut self, offset: usize) -> Self {
                self.offset = Some(offset);
                self
            }

            pub(crate) const fn needs(mut self, needed: u64, available: u64) -> Self {
                self.needed = Some(needed);
                self.available = Some(available);
                self
            }

            pub(crate) const fn in_column(mut self, column: u32) -> Self {
                self.column = Some(column);
                self
            }

            pub(crate) const fn in_row(mut self, row: u32) -> Self {
                self.row = Some(row);
                self
            }
        }

        impl From<Truncated> for $name {
            fn from(short: Truncated) -> Self {
                Self::new("the input ends too early").at(short.offset).needs(short.needed, short.available as u64)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.what)?;
                if let (Some(needed), Some(available)) = (self.needed, self.available) {
                    write!(f, ": needed {needed}, available {available}")?;
                }
                if let Some(column) = self.column {
                    write!(f, ", column {column}")?;
                }
                if let Some(row) = self.row {
                    write!(f, ", row {row}")?;
                }
                if let Some(offset) = self.offset {
                    write!(f, ", at byte {offset}")?;
                }
                Ok(())
            }
        }

        impl core::error::Error for $name {}
    };
}

error_type! {
    /// A block that does not keep to its format.
    DecodeError
}

error_type! {
    /// A request that cannot be sent. Tag columns count from 0 before the data columns.
    EncodeError
}

/// A text that does not say what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextError {
    /// What was wrong, in words.
    pub what: &'static str,
    /// Byte offset in the text.
    pub offset: usize,
}

impl TextError {
    pub(crate) const fn new(what: &'static str, offset: usize) -> Self {
        Self { what, offset }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.what, self.offset)
    }
}

impl core::error::Error for TextError {}
