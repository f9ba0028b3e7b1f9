//! Bodies of the REST interface, parsed while they arrive (protocol.md §1.4 to §1.6).
//!
//! ```text
//! {"code":0,"column_meta":[[name,type,length],…],"data":[[cell,…],…],"rows":R,"timing":ns}
//! {"code":9728,"desc":"syntax error near …","timing":ns}
//! ```
//!
//! [`RestParser`] takes the body in pieces of any size and gives the rows in batch regions, the same as
//! [`Block::to_region`](crate::block::Block::to_region) writes. The body is bytes, not text: VARCHAR values stand in
//! it as they are, also where they are not UTF-8.
//!
//! Cells by column type: numbers with all their digits; TIMESTAMP as RFC 3339 text whose 3, 6 or 9 fraction digits
//! are the only sign of the result's precision; VARBINARY, GEOMETRY and BLOB as hex; DECIMAL as text; a JSON tag as
//! bare JSON. A JSON `null` cannot be told from NULL, nor can NaN and the infinities.

mod column;
pub(crate) mod float;
mod input;
mod key;
mod meta;
mod number;
mod region;
mod text;
mod time;

use alloc::vec::Vec;
use core::mem;

use crate::error::DecodeError;
use crate::precision::Precision;
use column::{Column, Progress};
use input::{Cause, Input, Resume, Step, Stop};
use key::Key;
pub use meta::ColumnMeta;

/// Most rows of a batch.
pub const BATCH_ROWS: u32 = 4096;
/// Where in the body the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the body's object.
    Start,
    /// Behind `{`.
    FirstKey,
    /// Behind a comma of the object.
    Key,
    /// Behind a key and its colon.
    Value(Key),
    /// Behind a value of the object.
    AfterValue,
    /// Behind the `[` of `data`.
    FirstRow,
    /// Behind a comma between rows.
    Row,
    /// In a row, before or behind the cell that `RestParser::cell` counts.
    Cells,
    /// Behind a row.
    AfterRow,
    /// Behind the object.
    End,
}

/// What a body says besides its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The server's code; 0 is success.
    pub code: u32,
    /// The server's text of an error, in the server's bytes.
    pub desc: Vec<u8>,
    /// Number of rows.
    pub rows: u64,
    /// Time the server took, in nanoseconds; 0 when it does not say.
    pub timing_ns: i64,
}

/// Parses one body.
///
/// ```
/// use tdwire_codec::rest::RestParser;
///
/// let mut parser = RestParser::new();
/// parser.feed(br#"{"code":0,"column_meta":[["v","INT",4]],"data":[[7],[nu"#)?;
/// assert_eq!(parser.next_batch()?, None); // the body goes on
/// assert_eq!(parser.columns().map(|columns| columns.len()), Some(1));
/// parser.feed(br#"ll]],"rows":2}"#)?;
/// let region = parser.next_batch()?.expect("the rows are complete");
/// assert_eq!(region[..8], [2, 0, 0, 0, 1, 0, 0, 0]);
/// assert_eq!(parser.next_batch()?, None);
/// assert_eq!(parser.reply().map(|reply| (reply.code, reply.rows)), Some((0, 2)));
/// # Ok::<(), tdwire_codec::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct RestParser {
    /// Bytes that were fed and not parsed.
    buffer: Vec<u8>,
    /// Offset of the buffer's first byte in the body.
    base: u64,
    resume: Resume,
    place: Place,
    columns: Option<Vec<Column>>,
    cell: usize,
    is_behind_cell: bool,
    has_code: bool,
    has_data: bool,
    told_rows: Option<u64>,
    reply: Reply,
    progress: Progress,
    failed: Option<DecodeError>,
}

/// What ends a run of the parser before it needs more bytes.
enum Event {
    /// The columns hold a batch.
    Batch,
    /// The body is at its end.
    End,
}

impl Default for RestParser {
    fn default() -> Self {
        Self::new()
    }
}

impl RestParser {
    /// A parser before the first byte of a body.
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            base: 0,
            resume: Resume::default(),
            place: Place::Start,
            columns: None,
            cell: 0,
            is_behind_cell: false,
            has_code: false,
            has_data: false,
            told_rows: None,
            reply: Reply::default(),
            progress: Progress::default(),
            failed: None,
        }
    }

    /// Takes the next bytes of the body, of any number. Call [`next_batch`](Self::next_batch) until it gives `None`
    /// before feeding more.
    ///
    /// # Errors
    ///
    /// The error of an earlier call, and memory that does not reach.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.buffer.try_reserve(bytes.len()).map_err(|_| DecodeError::new("out of memory"))?;
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next batch as a region; `None` when it needs more bytes, or the body is at its end
    /// ([`reply`](Self::reply) tells).
    ///
    /// # Errors
    ///
    /// A body that does not keep to the format, with the offset in the body. The parser is of no further use then.
    pub fn next_batch(&mut self) -> Result<Option<Vec<u8>>, DecodeError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let outcome = self.parse();
        if let Err(error) = &outcome {
            self.failed = Some(error.clone());
        }
        outcome
    }

    /// The columns, once they are known.
    pub fn columns(&self) -> Option<impl ExactSizeIterator<Item = &ColumnMeta>> {
        self.columns.as_ref().map(|columns| columns.iter().map(Column::meta))
    }

    /// The columns as bytes, for a host that reads them itself: u32 number of columns, and of each column five u32
    /// (type code, length, decimal precision, decimal scale, length of the name) and the name's bytes.
    pub fn head(&self) -> Option<Vec<u8>> {
        self.columns.as_deref().map(meta::write_head)
    }

    /// Precision of the result's timestamps, once one was seen.
    pub const fn precision(&self) -> Option<Precision> {
        self.progress.precision
    }

    /// What the body says, once it was parsed to its end.
    pub fn reply(&self) -> Option<&Reply> {
        (self.place == Place::End).then_some(&self.reply)
    }

    fn parse(&mut self) -> Result<Option<Vec<u8>>, DecodeError> {
        let buffer = mem::take(&mut self.buffer);
        let mut input = Input::new(&buffer, mem::take(&mut self.resume));
        let outcome = self.run(&mut input);
        let parsed = input.position();
        self.resume = input.into_resume();
        self.buffer = buffer;
        self.buffer.drain(..parsed);
        let base = self.base;
        self.base += parsed as u64;
        match outcome {
            Ok(Event::Batch) => self.take_batch().map(Some),
            // The last rows wait for the end: what stands behind them may say that they are wrong.
            Ok(Event::End) if self.progress.batch_rows > 0 => self.take_batch().map(Some),
            Ok(Event::End) => Ok(None),
            Err(stop) => match stop.cause() {
                Cause::More => Ok(None),
                Cause::Bad(what, at) => Err(self.error(what, base + *at as u64)),
            },
        }
    }

    #[cold]
    fn error(&self, what: &'static str, offset: u64) -> DecodeError {
        let error = DecodeError::new(what).at(usize::try_from(offset).unwrap_or(usize::MAX));
        match self.place {
            Place::Cells => {
                let row = u32::try_from(self.progress.total_rows).unwrap_or(u32::MAX);
                error.in_column(self.cell as u32).in_row(row)
            }
            _ => error,
        }
    }

    fn take_batch(&mut self) -> Result<Vec<u8>, DecodeError> {
        let columns = self.columns.as_deref_mut().unwrap_or_default();
        let region = region::write(self.progress.batch_rows, columns)?;
        columns.iter_mut().for_each(Column::clear);
        self.progress.start_batch();
        Ok(region)
    }

    fn run(&mut self, input: &mut Input<'_>) -> Step<Event> {
        loop {
            self.place = match self.place {
                Place::Cells => self.rows(input)?,
                Place::AfterRow if self.progress.is_full() => return Ok(Event::Batch),
                Place::AfterRow => {
                    if input.separator(b']', "expected ',' or ']' behind a row")? {
                        Place::Row
                    } else {
                        Place::AfterValue
                    }
                }
                Place::Row => self.row(input)?,
                Place::FirstRow => {
                    if input.next_byte()? == b']' {
                        input.advance(1);
                        Place::AfterValue
                    } else {
                        self.row(input)?
                    }
                }
                Place::Start => {
                    input.expect(b'{', "expected '{' at the start of the body")?;
                    Place::FirstKey
                }
                Place::FirstKey if input.next_byte()? == b'}' => self.end(input)?,
                Place::FirstKey | Place::Key => Place::Value(key::read(input)?),
                Place::Value(key) => self.value(input, key)?,
                Place::AfterValue => {
                    if input.next_byte()? == b',' {
                        input.advance(1);
                        Place::Key
                    } else {
                        self.end(input)?
                    }
                }
                Place::End => match input.next_byte() {
                    Ok(_) => return Err(input.bad("the body goes on behind its end")),
                    Err(_) => return Ok(Event::End),
                },
            };
        }
    }

    fn row(&mut self, input: &mut Input<'_>) -> Step<Place> {
        input.expect(b'[', "expected '[' at the start of a row")?;
        self.cell = 0;
        self.is_behind_cell = false;
        Ok(Place::Cells)
    }

    /// Reads the rest of a row, and rows behind it as long as nothing special is in the way.
    #[inline(never)]
    fn rows(&mut self, input: &mut Input<'_>) -> Step<Place> {
        let columns = self.columns.as_deref_mut().unwrap_or_default();
        let count = columns.len();
        loop {
            while let Some(column) = columns.get_mut(self.cell) {
                if !self.is_behind_cell {
                    column.read(input, &mut self.progress)?;
                    self.is_behind_cell = true;
                }
                let goes_on = input.comma_or(b']', "expected ',' or ']' behind a cell")?;
                if goes_on == (self.cell + 1 == count) {
                    let (more, fewer) = ("the row has more cells than columns", "the row has fewer cells than columns");
                    return Err(input.bad(if goes_on { more } else { fewer }));
                }
                self.cell += 1;
                self.is_behind_cell = false;
            }
            self.progress.end_row(count);
            if self.progress.is_full() || !input.accept(b",[") {
                return Ok(Place::AfterRow);
            }
            self.cell = 0;
        }
    }

    #[inline(never)]
    fn value(&mut self, input: &mut Input<'_>, key: Key) -> Step<Place> {
        match key {
            Key::Code => {
                let at = input.position();
                input.next_byte()?;
                let (negative, code) = input.integer()?;
                let Some(code) = u32::try_from(code).ok().filter(|_| !negative) else {
                    return Err(Stop::bad("the code is not a number from 0 to 2^32 - 1", at));
                };
                self.reply.code = code;
                self.has_code = true;
            }
            Key::Desc => {
                input.next_byte()?;
                let text = input.string()?;
                self.reply.desc.clear();
                text.append_to(&mut self.reply.desc).map_err(|(at, what)| Stop::bad(what, at))?;
            }
            Key::ColumnMeta => {
                input.next_byte()?;
                let (at, raw) = input.raw_value()?;
                if self.columns.is_some() {
                    return Err(Stop::bad("the columns are told twice", at));
                }
                let columns = meta::parse(raw, at)?;
                self.columns = Some(columns.into_iter().map(Column::new).collect());
            }
            Key::Data => {
                if self.columns.is_none() || self.has_data {
                    return Err(input.bad("rows are here, but their columns were not told just before"));
                }
                input.expect(b'[', "expected '[' before the rows")?;
                self.has_data = true;
                self.progress.start_batch();
                return Ok(Place::FirstRow);
            }
            Key::Rows => {
                let at = input.position();
                input.next_byte()?;
                let (_, rows) = input.integer()?;
                if rows != self.progress.total_rows {
                    return Err(Stop::bad("the number of rows is not the one told behind them", at));
                }
                self.told_rows = Some(rows);
            }
            Key::Timing => {
                let at = input.position();
                input.next_byte()?;
                let (negative, magnitude) = input.integer()?;
                let Ok(timing) = i64::try_from(magnitude) else {
                    return Err(Stop::bad("the time does not fit 64 bits", at));
                };
                self.reply.timing_ns = if negative { -timing } else { timing };
            }
            Key::Other => {
                input.next_byte()?;
                input.raw_value()?;
            }
        }
        Ok(Place::AfterValue)
    }

    #[inline(never)]
    fn end(&mut self, input: &mut Input<'_>) -> Step<Place> {
        input.expect(b'}', "expected ',' or '}' behind a value")?;
        if !self.has_code {
            return Err(input.bad("the body has no code"));
        }
        if self.has_data && self.told_rows.is_none() {
            return Err(input.bad("the body does not tell the number of its rows"));
        }
        self.reply.rows = self.progress.total_rows;
        Ok(Place::End)
    }
}
