//! Little-endian writes into a growing buffer, with back-patching of lengths.
//!
//! What is called once a section or a header is not inlined: the growing of the buffer would be copied to every place.

use alloc::vec::Vec;

/// A buffer under construction.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
}

impl Sink {
    /// A buffer with room for `size` bytes, or `None` when memory does not reach.
    pub fn with_room(size: u64) -> Option<Self> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(usize::try_from(size).ok()?).ok()?;
        Some(Self { bytes })
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    #[inline(never)]
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    #[inline(never)]
    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends zeros up to a multiple of `unit` bytes.
    #[inline(never)]
    pub fn align(&mut self, unit: usize) {
        let aligned = self.bytes.len().next_multiple_of(unit);
        self.bytes.resize(aligned, 0);
    }

    /// Appends `len` zeros and lends them out to be filled in.
    #[inline(never)]
    pub fn zeros(&mut self, len: usize) -> &mut [u8] {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        &mut self.bytes[start..]
    }

    /// Clears the bits of the last byte that `mask` does not have.
    pub fn mask_last(&mut self, mask: u8) {
        if let Some(last) = self.bytes.last_mut() {
            *last &= mask;
        }
    }

    /// Overwrites four bytes written earlier; a place that was never written is left alone.
    #[inline(never)]
    pub fn patch_u32(&mut self, offset: usize, value: u32) {
        if let Some(place) = self.bytes.get_mut(offset..).and_then(|rest| rest.first_chunk_mut()) {
            *place = value.to_le_bytes();
        }
    }
}
