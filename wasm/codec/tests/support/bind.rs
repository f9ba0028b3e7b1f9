//! Reads `stmt2_bind` frames, straight from protocol.md §2.8 and §4.1.

/// One row of a bind block: what it holds and, for a value, its bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Value(Vec<u8>),
    Null,
    None,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub code: u8,
    pub has_lengths: bool,
    pub rows: Vec<Row>,
}

/// A frame by meaning: tags and columns per table.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub req_id: u64,
    pub stmt_id: u64,
    pub names: Option<Vec<Vec<u8>>>,
    pub tags: Vec<Vec<Block>>,
    pub columns: Vec<Vec<Block>>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        self.at += len;
        &self.bytes[self.at - len..self.at]
    }

    fn uint(&mut self, width: usize) -> usize {
        self.take(width).iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte))
    }

    fn u32(&mut self) -> usize {
        self.uint(4)
    }
}

pub fn action(frame: &[u8]) -> u64 {
    frame.get(16..24).map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap()))
}

/// Reads a frame and checks that its lengths agree with each other.
pub fn read(frame: &[u8]) -> Frame {
    let mut head = Reader { bytes: frame, at: 0 };
    let (req_id, stmt_id) = (head.uint(8) as u64, head.uint(8) as u64);
    assert_eq!((head.uint(8), head.uint(2), head.u32()), (9, 1, 0xffff_ffff));
    let mut reader = Reader { bytes: &frame[30..], at: 0 };
    assert_eq!(reader.u32(), reader.bytes.len(), "total length");
    let (tables, tags, columns) = (reader.u32(), reader.u32(), reader.u32());
    let (names_at, tags_at, columns_at) = (reader.u32(), reader.u32(), reader.u32());
    let names = (names_at > 0).then(|| read_names(&mut reader, names_at, tables));
    let tags = read_section(&mut reader, tags_at, tables, tags);
    let columns = read_section(&mut reader, columns_at, tables, columns);
    assert_eq!(reader.at, reader.bytes.len(), "nothing is left over");
    Frame { req_id, stmt_id, names, tags, columns }
}

fn read_names(reader: &mut Reader<'_>, at: usize, tables: usize) -> Vec<Vec<u8>> {
    assert_eq!(reader.at, at);
    let lengths: Vec<usize> = (0..tables).map(|_| reader.uint(2)).collect();
    let name = |len: usize| match reader.take(len) {
        [name @ .., 0] => name.to_vec(),
        _ => panic!("a name without its NUL"),
    };
    lengths.into_iter().map(name).collect()
}

fn read_section(reader: &mut Reader<'_>, at: usize, tables: usize, count: usize) -> Vec<Vec<Block>> {
    if at == 0 {
        assert_eq!(count, 0);
        return Vec::new();
    }
    assert_eq!(reader.at, at);
    let lengths: Vec<usize> = (0..tables).map(|_| reader.u32()).collect();
    let table = |len: usize| {
        let end = reader.at + len;
        let blocks = (0..count).map(|_| read_block(reader)).collect();
        assert_eq!(reader.at, end, "length of a table's blocks");
        blocks
    };
    lengths.into_iter().map(table).collect()
}

fn read_block(reader: &mut Reader<'_>) -> Block {
    let start = reader.at;
    let (total, code, count) = (reader.u32(), reader.u32(), reader.u32());
    let states = reader.take(count);
    let has_lengths = reader.uint(1) == 1;
    let lengths: Option<Vec<usize>> = has_lengths.then(|| (0..count).map(|_| reader.u32()).collect());
    let buffer_len = reader.u32();
    let mut buffer = Reader { bytes: reader.take(buffer_len), at: 0 };
    let mut row = |index: usize| {
        let len = lengths.as_ref().map_or(buffer_len / count, |lengths| lengths[index]);
        let bytes = buffer.take(len).to_vec();
        match states[index] {
            0 => Row::Value(bytes),
            state => {
                assert!(bytes.iter().all(|byte| *byte == 0), "the place of a NULL is zero");
                if state == 1 {
                    Row::Null
                } else {
                    Row::None
                }
            }
        }
    };
    let rows = (0..count).map(&mut row).collect();
    assert_eq!(buffer.at, buffer_len, "length of the buffer");
    assert_eq!(reader.at - start, total, "length of the block");
    Block { code: code as u8, has_lengths, rows }
}
