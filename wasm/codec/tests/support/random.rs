//! A small seeded generator (xorshift64*), so that every failure can be repeated.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// An integer whose magnitude is spread over all bit lengths.
    pub fn integer(&mut self) -> i64 {
        let shift = self.below(64);
        self.next() as i64 >> shift
    }

    /// Text with characters of every UTF-8 length.
    pub fn text(&mut self, max_chars: usize) -> String {
        let plain = self.one_in(2);
        let count = self.below(max_chars + 1);
        (0..count).map(|_| if plain { (b' ' + self.below(95) as u8) as char } else { self.character() }).collect()
    }

    fn character(&mut self) -> char {
        let range = self.pick(&[(0x00, 0x7f), (0x80, 0x7ff), (0x800, 0xd7ff), (0xe000, 0xffff), (0x1_0000, 0x10_ffff)]);
        char::from_u32(range.0 + self.below((range.1 - range.0 + 1) as usize) as u32).unwrap()
    }
}
