//! Keys of the body's object.

use super::input::{Cause, Input, Step};

/// A key of the body's object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Code,
    Desc,
    ColumnMeta,
    Data,
    Rows,
    Timing,
    Other,
}

const KEYS: [(&str, Key); 6] = [
    ("code", Key::Code),
    ("desc", Key::Desc),
    ("column_meta", Key::ColumnMeta),
    ("data", Key::Data),
    ("rows", Key::Rows),
    ("timing", Key::Timing),
];

/// Reads a key and the colon behind it, both or neither.
#[inline(never)]
pub(super) fn read(input: &mut Input<'_>) -> Step<Key> {
    if input.next_byte()? != b'"' {
        return Err(input.bad("expected a key"));
    }
    let mark = input.mark();
    let text = input.string()?;
    let known = KEYS.iter().find(|(name, _)| name.as_bytes() == text.raw());
    let key = known.map_or(Key::Other, |(_, key)| *key);
    match input.expect(b':', "expected ':' behind a key") {
        Ok(()) => Ok(key),
        Err(stop) => {
            if matches!(stop.cause(), Cause::More) {
                input.rewind(mark);
            }
            Err(stop)
        }
    }
}
