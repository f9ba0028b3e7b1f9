//! Data recorded from a real server (test/golden/README.md).

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden")
}

pub fn json(name: &str) -> Value {
    let path = folder().join(name);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A query with its blocks.
pub struct Case {
    pub name: String,
    /// What the server said about the query.
    pub reply: Value,
    pub blocks: Vec<Vec<u8>>,
}

/// Every recorded query that gave blocks.
pub fn cases() -> Vec<Case> {
    let index = json("blocks/index.json");
    let names = index.as_array().unwrap().iter().map(|case| case["name"].as_str().unwrap());
    let cases: Vec<Case> = names.map(case).filter(|case| !case.blocks.is_empty()).collect();
    assert!(cases.len() >= 20, "only {} cases found", cases.len());
    cases
}

fn case(name: &str) -> Case {
    let description = json(&format!("blocks/{name}.json"));
    let files = description["blocks"].as_array().cloned().unwrap_or_default();
    let read = |file: &Value| fs::read(folder().join("blocks").join(file.as_str().unwrap())).unwrap();
    Case { name: name.to_owned(), reply: description["reply"].clone(), blocks: files.iter().map(read).collect() }
}

/// Every recorded block with a name for messages.
pub fn blocks() -> Vec<(String, Vec<u8>)> {
    let named = |case: Case| {
        let name = case.name;
        case.blocks.into_iter().enumerate().map(move |(index, block)| (format!("{name}.{index}"), block))
    };
    cases().into_iter().flat_map(named).collect()
}

/// Binary frames that a recorded client sent.
pub fn sent_frames(recording: &str) -> Vec<Vec<u8>> {
    frames(recording, "client")
}

/// Binary frames that the server sent to a recorded client.
pub fn received_frames(recording: &str) -> Vec<Vec<u8>> {
    frames(recording, "server")
}

fn frames(recording: &str, sender: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(folder().join("wire").join(recording)).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let sent = lines.filter(|line| line["dir"] == sender);
    sent.filter_map(|line| line["binary"].as_str().map(base64)).collect()
}

fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("not base64"),
    };
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'=').map(value).collect();
    let decode = |group: &[u8]| {
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    digits.chunks(4).flat_map(decode).collect()
}
