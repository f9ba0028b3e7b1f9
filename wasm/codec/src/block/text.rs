//! Text of a block: NCHAR's UCS-4 to UTF-8, and what a column's bytes may be read as.

/// Every cell by itself is valid UTF-8.
pub(super) const UTF8: u32 = 1;
/// Every byte is ASCII.
pub(super) const ASCII: u32 = 2;

/// What can be said of cells that `offsets` cut out of `bytes`.
pub(crate) fn flags(bytes: &[u8], offsets: &[[u8; 4]]) -> u32 {
    if is_ascii(bytes) {
        return UTF8 | ASCII;
    }
    // Valid text that is cut only between characters is valid in every part, and the reverse.
    let starts_character = |offset: &[u8; 4]| {
        let byte = bytes.get(u32::from_le_bytes(*offset) as usize);
        byte.is_none_or(|byte| byte & 0xc0 != 0x80)
    };
    if core::str::from_utf8(bytes).is_ok() && offsets.iter().all(starts_character) {
        UTF8
    } else {
        0
    }
}

/// `<[u8]>::is_ascii` goes a machine word at a time; folding chunks lets the compiler use vectors.
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<256>();
    let fold = |chunk: &[u8]| chunk.iter().fold(0, |all, byte| all | byte) < 0x80;
    chunks.iter().all(|chunk| fold(chunk)) && fold(rest)
}

/// A code point as a character; surrogates and values over U+10FFFF become U+FFFD.
pub(super) fn character(code: [u8; 4]) -> char {
    char::from_u32(u32::from_le_bytes(code)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_ascii_ucs4(codes: &[[u8; 4]]) -> bool {
    codes.iter().fold(0, |all, code| all | u32::from_le_bytes(*code)) < 0x80
}

/// Bytes of an NCHAR item as UTF-8, or `None` when it does not consist of whole code points.
#[inline]
pub(super) fn utf8_len(item: &[u8]) -> Option<usize> {
    let (codes, []) = item.as_chunks::<4>() else { return None };
    if is_ascii_ucs4(codes) {
        return Some(codes.len());
    }
    Some(codes.iter().map(|code| character(*code).len_utf8()).sum())
}

/// Writes an NCHAR item as UTF-8 to the start of `out` and returns the number of bytes; `out` has room for
/// [`utf8_len`] bytes.
#[inline]
pub(super) fn write_utf8(item: &[u8], out: &mut [u8]) -> usize {
    let codes = item.as_chunks::<4>().0;
    if is_ascii_ucs4(codes) {
        for (byte, code) in out.iter_mut().zip(codes) {
            *byte = code[0];
        }
        return codes.len();
    }
    let mut end = 0;
    for code in codes {
        end += character(*code).encode_utf8(&mut out[end..]).len();
    }
    end
}
