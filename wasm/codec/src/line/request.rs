//! Reads the points that [`super::format`] is given.

use alloc::vec::Vec;

use crate::error::EncodeError;

/// Type of a value, by TDengine's type code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    VarChar,
    NChar,
    U8,
    U16,
    U32,
    U64,
    VarBinary,
    Geometry,
}

impl Kind {
    const fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            1 => Self::Bool,
            2 => Self::I8,
            3 => Self::I16,
            4 => Self::I32,
            5 => Self::I64,
            6 => Self::F32,
            7 => Self::F64,
            8 => Self::VarChar,
            10 => Self::NChar,
            11 => Self::U8,
            12 => Self::U16,
            13 => Self::U32,
            14 => Self::U64,
            16 => Self::VarBinary,
            20 => Self::Geometry,
            _ => return None,
        })
    }
}

/// A tag or field.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub kind: Kind,
    pub name: &'a str,
    pub value: &'a str,
}

/// One point.
#[derive(Debug)]
pub(super) struct Point<'a> {
    pub table: &'a str,
    pub tags: Vec<Pair<'a>>,
    pub fields: Vec<Pair<'a>>,
    /// Unit and digits; `None` leaves the time to the server.
    pub time: Option<(u32, &'a str)>,
}

/// The words and texts that are left.
pub(super) struct Reader<'a> {
    words: &'a [u32],
    text: &'a str,
    /// In ASCII a code unit is a byte.
    is_ascii: bool,
}

const MAX_UNIT: u32 = 5;

impl<'a> Reader<'a> {
    pub fn new(words: &'a [u32], text: &'a str) -> Self {
        Self { words, text, is_ascii: text.is_ascii() }
    }

    #[inline(never)]
    pub fn next_point(&mut self) -> Result<Option<Point<'a>>, EncodeError> {
        let Some((head, rest)) = self.words.split_first_chunk::<5>() else {
            return match (self.words, self.text) {
                ([], "") => Ok(None),
                _ => Err(EncodeError::new("the points' structure does not fit their text")),
            };
        };
        self.words = rest;
        let [table, tags, fields, unit, digits] = *head;
        let table = self.take(table)?;
        let tags = self.pairs(tags)?;
        let fields = self.pairs(fields)?;
        let digits = self.take(digits)?;
        let time = match unit {
            0 => None,
            1..=MAX_UNIT if !digits.is_empty() => Some((unit, digits)),
            _ => return Err(EncodeError::new("the time has no unit that is known")),
        };
        Ok(Some(Point { table, tags, fields, time }))
    }

    #[inline(never)]
    fn pairs(&mut self, count: u32) -> Result<Vec<Pair<'a>>, EncodeError> {
        let len = usize::try_from(count).ok().and_then(|count| count.checked_mul(3));
        let Some((words, rest)) = len.and_then(|len| self.words.split_at_checked(len)) else {
            return Err(EncodeError::new("the points' structure ends too early"));
        };
        self.words = rest;
        let (words, _) = words.as_chunks::<3>();
        let mut pairs = Vec::with_capacity(words.len());
        for [code, name, value] in words {
            let kind = Kind::from_code(*code).ok_or_else(|| EncodeError::new("unknown type code"))?;
            pairs.push(Pair { kind, name: self.take(*name)?, value: self.take(*value)? });
        }
        Ok(pairs)
    }

    /// The next `units` UTF-16 code units of the text.
    #[inline(never)]
    fn take(&mut self, units: u32) -> Result<&'a str, EncodeError> {
        let (text, rest) =
            self.split(units).ok_or_else(|| EncodeError::new("a length does not fit the points' text"))?;
        self.text = rest;
        Ok(text)
    }

    fn split(&self, units: u32) -> Option<(&'a str, &'a str)> {
        let units = usize::try_from(units).ok()?;
        if self.is_ascii {
            return self.text.split_at_checked(units);
        }
        let mut left = units;
        let mut end = 0;
        for character in self.text.chars() {
            if left == 0 {
                break;
            }
            left = left.checked_sub(character.len_utf16())?;
            end += character.len_utf8();
        }
        (left == 0).then(|| self.text.split_at_checked(end))?
    }
}
