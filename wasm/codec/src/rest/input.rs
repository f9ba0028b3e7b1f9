//! A cursor over the bytes at hand. A token is read whole or not at all: when its end has not arrived, the cursor
//! stays before it, and how far it was scanned is kept, so that no byte of a long value is looked at again.

use alloc::boxed::Box;

use super::number::Number;
use super::text::Text;

/// Longest value, in bytes of the body. The server's longest are BLOBs of 4 MiB, in hex.
const MAX_VALUE: usize = 64 << 20;
/// Longest number, in bytes.
const MAX_NUMBER: usize = 1024;
const TOO_LONG: &str = "the value is too long";
/// Deepest nesting of a value that is not parsed further.
const MAX_DEPTH: u32 = 64;

/// Why a read did not happen.
#[derive(Debug)]
pub(super) enum Cause {
    /// The bytes at hand end before it does.
    More,
    /// It cannot be: why, and the position in the bytes at hand.
    Bad(&'static str, usize),
}

/// A [`Cause`] in one pointer, because every step of the parser returns it.
#[derive(Debug)]
pub(super) struct Stop(Box<Cause>);

impl Stop {
    #[cold]
    #[inline(never)]
    pub fn more() -> Self {
        Self(Box::new(Cause::More))
    }

    #[cold]
    #[inline(never)]
    pub fn bad(what: &'static str, at: usize) -> Self {
        Self(Box::new(Cause::Bad(what, at)))
    }

    pub fn cause(&self) -> &Cause {
        &self.0
    }
}

pub(super) type Step<T> = Result<T, Stop>;

/// What is known of the value that the bytes at hand break off in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Resume {
    /// Bytes of it that were scanned.
    scanned: usize,
    /// Whether a backslash was among them.
    is_escaped: bool,
    /// Whether they end inside a string of a nested value.
    in_string: bool,
    /// Open brackets, the innermost in the lowest bit; 1 = `{`.
    brackets: u64,
    depth: u32,
}

/// A place that can be gone back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

#[derive(Debug)]
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
    resume: Resume,
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8], resume: Resume) -> Self {
        Self { bytes, at: 0, resume }
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn into_resume(self) -> Resume {
        self.resume
    }

    #[cold]
    pub fn bad(&self, what: &'static str) -> Stop {
        Stop::bad(what, self.at)
    }

    pub fn mark(&self) -> Mark {
        Mark(self.at)
    }

    pub fn rewind(&mut self, Mark(at): Mark) {
        self.at = at;
    }

    /// Goes on behind a value of `len` bytes that the caller has read by itself.
    #[inline]
    pub fn advance(&mut self, len: usize) {
        self.at += len;
        // It may have been cut off before, and scanned up to there.
        self.resume.scanned = 0;
    }

    /// The bytes from here on.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// The next byte that is not white space; the cursor stands before it then.
    #[inline(always)]
    pub fn peek(&mut self) -> Step<u8> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte > b' ' => Ok(*byte),
            _ => self.peek_behind_space(),
        }
    }

    /// [`peek`](Self::peek) for places where speed does not matter: one copy of its code is enough.
    #[inline(never)]
    pub fn next_byte(&mut self) -> Step<u8> {
        self.peek()
    }

    #[cold]
    fn peek_behind_space(&mut self) -> Step<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Stop::more())
    }

    #[inline(never)]
    pub fn expect(&mut self, byte: u8, what: &'static str) -> Step<()> {
        if self.peek()? != byte {
            return Err(self.bad(what));
        }
        self.at += 1;
        Ok(())
    }

    /// True for a comma, false for `close`.
    #[inline(always)]
    pub fn comma_or(&mut self, close: u8, what: &'static str) -> Step<bool> {
        let byte = self.peek()?;
        if byte != b',' && byte != close {
            return Err(self.bad(what));
        }
        self.at += 1;
        Ok(byte == b',')
    }

    /// Reads a word such as `null`; the first byte was peeked.
    #[inline(never)]
    pub fn word(&mut self, word: &[u8]) -> Step<()> {
        let rest = self.rest();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) {
            return Err(Stop::more());
        }
        Err(self.bad("expected null, true or false"))
    }

    /// [`comma_or`](Self::comma_or) for places where speed does not matter.
    #[inline(never)]
    pub fn separator(&mut self, close: u8, what: &'static str) -> Step<bool> {
        self.comma_or(close, what)
    }

    /// Goes on behind these bytes if they are next.
    #[inline(always)]
    pub fn accept(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.rest().starts_with(bytes);
        self.at += if is_next { bytes.len() } else { 0 };
        is_next
    }

    /// Reads an integer, whose first byte was peeked: whether it has a minus, and its magnitude.
    #[inline]
    pub fn integer(&mut self) -> Step<(bool, u64)> {
        let negative = self.bytes.get(self.at) == Some(&b'-');
        let start = self.at + usize::from(negative);
        let mut magnitude = 0_u64;
        let mut at = start;
        let end = loop {
            let Some(byte) = self.bytes.get(at) else { break None };
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break Some(at);
            }
            magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        };
        let digits = at - start;
        if digits >= 20 || digits == 0 || digits > 1 && self.bytes[start] == b'0' {
            magnitude = self.unusual_integer(start, at, end.is_none())?;
        }
        let Some(end) = end else { return Err(Stop::more()) };
        self.at = end;
        Ok((negative, magnitude))
    }

    /// The magnitude of an integer with 20 digits; every other one is refused here.
    #[cold]
    fn unusual_integer(&self, start: usize, end: usize, is_cut: bool) -> Step<u64> {
        let digits = &self.bytes[start..end];
        match digits {
            [] if is_cut => Err(Stop::more()),
            [] | [b'0', ..] => Err(self.bad("expected an integer")),
            _ => {
                let push = |magnitude: u64, digit: &u8| magnitude.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
                digits.iter().try_fold(0, push).ok_or_else(|| self.bad("the integer does not fit 64 bits"))
            }
        }
    }

    /// Reads a number, whose first byte was peeked.
    #[inline]
    pub fn number(&mut self) -> Step<Number<'a>> {
        let rest = self.rest();
        let (number, len) = Number::scan(rest);
        if len == rest.len() && len <= MAX_NUMBER {
            return Err(Stop::more());
        }
        let number = number.filter(|_| len <= MAX_NUMBER).ok_or_else(|| self.bad("expected a number"))?;
        self.at += len;
        Ok(number)
    }

    /// Reads a string; what is between its quotes is still escaped.
    #[inline(never)]
    pub fn string(&mut self) -> Step<Text<'a>> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return Err(self.bad("expected a string"));
        }
        let from = self.at + self.resume.scanned.max(1);
        match find_quote(self.bytes, from, &mut self.resume.is_escaped) {
            Ok(end) => {
                let start = self.at + 1;
                if end - start > MAX_VALUE {
                    return Err(self.bad(TOO_LONG));
                }
                let text = Text::new(&self.bytes[start..end], start, self.resume.is_escaped);
                self.at = end + 1;
                self.resume = Resume::default();
                Ok(text)
            }
            Err(scanned) => Err(self.wait(scanned)),
        }
    }

    /// Reads a value of any kind without looking into it: its position and bytes. Brackets must match.
    pub fn raw_value(&mut self) -> Step<(usize, &'a [u8])> {
        let start = self.at;
        match self.bytes.get(start) {
            Some(b'"') => {
                self.string()?;
            }
            Some(b'{' | b'[') => self.nested()?,
            Some(b'n') => self.word(b"null")?,
            Some(b't') => self.word(b"true")?,
            Some(b'f') => self.word(b"false")?,
            _ => {
                self.number()?;
            }
        }
        Ok((start, &self.bytes[start..self.at]))
    }

    fn nested(&mut self) -> Step<()> {
        let mut at = self.at + self.resume.scanned;
        loop {
            if self.resume.in_string {
                match find_quote(self.bytes, at, &mut self.resume.is_escaped) {
                    Ok(end) => at = end + 1,
                    Err(scanned) => return Err(self.wait(scanned)),
                }
                self.resume.in_string = false;
            }
            let Some(byte) = self.bytes.get(at) else {
                return Err(self.wait(at));
            };
            at += 1;
            match byte {
                b'"' => self.resume.in_string = true,
                b'{' | b'[' => {
                    self.resume.brackets = self.resume.brackets << 1 | u64::from(*byte == b'{');
                    self.resume.depth += 1;
                    if self.resume.depth > MAX_DEPTH {
                        return Err(Stop::bad("the value is nested too deeply", at));
                    }
                }
                b'}' | b']' => {
                    if self.resume.brackets & 1 != u64::from(*byte == b'}') {
                        return Err(Stop::bad("the bracket does not match the one it closes", at - 1));
                    }
                    self.resume.brackets >>= 1;
                    self.resume.depth -= 1;
                    if self.resume.depth == 0 {
                        if at - self.at > MAX_VALUE {
                            return Err(self.bad(TOO_LONG));
                        }
                        self.at = at;
                        self.resume = Resume::default();
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }

    /// Keeps how far the value was scanned, for when there are more bytes.
    #[cold]
    fn wait(&mut self, scanned: usize) -> Stop {
        self.resume.scanned = scanned - self.at;
        if self.resume.scanned > MAX_VALUE {
            return self.bad(TOO_LONG);
        }
        Stop::more()
    }
}

/// The position of the quote that ends a string; or, when it has not arrived, the position to go on from.
#[inline]
fn find_quote(bytes: &[u8], mut at: usize, is_escaped: &mut bool) -> Result<usize, usize> {
    loop {
        at += plain_len(bytes.get(at..).unwrap_or_default());
        match bytes.get(at) {
            Some(b'"') => return Ok(at),
            Some(_) if at + 1 < bytes.len() => {
                *is_escaped = true;
                at += 2;
            }
            _ => return Err(at),
        }
    }
}

/// Bytes before the first quote or backslash. Folding chunks lets the compiler use vectors.
#[inline]
fn plain_len(bytes: &[u8]) -> usize {
    const CHUNK: usize = 16;
    let is_mark = |byte: u8| (byte == b'"') | (byte == b'\\');
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    let plain = chunks.iter().take_while(|chunk| !chunk.iter().fold(false, |any, byte| any | is_mark(*byte))).count();
    let start = plain * CHUNK;
    let rest = &bytes[start..];
    start + rest.iter().position(|byte| is_mark(*byte)).unwrap_or(rest.len())
}
