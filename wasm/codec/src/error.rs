//! Why an input was refused: plain values that name the place.

use alloc::boxed::Box;
use core::fmt;
use core::ops::Deref;

/// What an error says; it is read through the error itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
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

impl Reason {
    #[cold]
    #[inline(never)]
    fn boxed(what: &'static str) -> Box<Self> {
        Box::new(Self { what, offset: None, needed: None, available: None, column: None, row: None })
    }
}

/// A read that asked for more than there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Truncated(Box<Reason>);

impl Truncated {
    #[cold]
    #[inline(never)]
    pub fn new(offset: usize, needed: u64, available: usize) -> Self {
        let mut reason = Reason::boxed("the input ends too early");
        reason.offset = Some(offset);
        reason.needed = Some(needed);
        reason.available = Some(available as u64);
        Self(reason)
    }
}

macro_rules! error_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// It is one pointer wide: every function between the fault and the caller passes it on.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(Box<Reason>);

        impl $name {
            pub(crate) fn new(what: &'static str) -> Self {
                Self(Reason::boxed(what))
            }

            #[cold]
            pub(crate) fn at(mut self, offset: usize) -> Self {
                self.0.offset = Some(offset);
                self
            }

            #[cold]
            #[inline(never)]
            pub(crate) fn needs(mut self, needed: u64, available: u64) -> Self {
                self.0.needed = Some(needed);
                self.0.available = Some(available);
                self
            }

            #[cold]
            pub(crate) fn in_column(mut self, column: u32) -> Self {
                self.0.column = Some(column);
                self
            }

            #[cold]
            pub(crate) fn in_row(mut self, row: u32) -> Self {
                self.0.row = Some(row);
                self
            }
        }

        impl Deref for $name {
            type Target = Reason;

            fn deref(&self) -> &Reason {
                &self.0
            }
        }

        impl From<Truncated> for $name {
            fn from(short: Truncated) -> Self {
                Self(short.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl core::error::Error for $name {}
    };
}

impl fmt::Display for Reason {
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

error_type! {
    /// A block that does not keep to its format.
    DecodeError
}

error_type! {
    /// A request that cannot be sent. Tag columns count from 0 before the data columns.
    EncodeError
}

impl DecodeError {
    /// For an error whose offset counts from `start`.
    pub(crate) fn behind(mut self, start: usize) -> Self {
        self.0.offset = Some(start + self.0.offset.unwrap_or(0));
        self
    }
}

impl EncodeError {
    /// The same place, in other words.
    pub(crate) fn saying(mut self, what: &'static str) -> Self {
        self.0.what = what;
        self
    }
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
