//! Damaged bodies are refused or valid, and never anything else; numbers against the standard library.

mod support;

use std::fs;
use std::path::Path;

use support::random::Random;
use support::region::{Cell, Region};
use tdwire_codec::rest::{Reply, RestParser};
use tdwire_codec::DecodeError;

/// Parses a body in random pieces; every region is checked as a whole.
fn parse(body: &[u8], random: &mut Random) -> Result<(u64, Option<Reply>), DecodeError> {
    let mut parser = RestParser::new();
    let mut rows = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let most = if random.one_in(2) { rest.len() } else { 40 };
        let (piece, behind) = rest.split_at((1 + random.below(most)).min(rest.len()));
        rest = behind;
        parser.feed(piece)?;
        while let Some(region) = parser.next_batch()? {
            rows += Region::read(region).rows as u64;
        }
    }
    Ok((rows, parser.reply().cloned()))
}

fn bodies() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden/blocks");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let bodies = paths.iter().filter(|path| path.to_string_lossy().ends_with(".rest.json"));
    let bodies: Vec<Vec<u8>> = bodies.map(|path| fs::read(path).unwrap()).filter(|body| body.len() < 5000).collect();
    assert!(bodies.len() > 15);
    bodies
}

fn mutate(body: &mut Vec<u8>, random: &mut Random) {
    const MARKS: &[u8] = b"\"\\[]{},:0123456789.-+eEtfnuTZ \n\x00\xff";
    let at = random.below(body.len());
    match random.below(6) {
        0 => body[at] = random.pick(MARKS),
        1 => body[at] ^= 1 << random.below(8),
        2 => body.insert(at, random.pick(MARKS)),
        3 => {
            body.remove(at);
        }
        4 => {
            let end = (at + random.below(30)).min(body.len());
            let copy = body[at..end].to_vec();
            let to = random.below(body.len());
            body.splice(to..to, copy);
        }
        _ => {
            let end = (at + random.below(30)).min(body.len());
            body.drain(at..end);
        }
    }
    if body.is_empty() {
        body.push(b'{');
    }
}

#[test]
fn a_damaged_body_is_refused_or_valid() {
    let bodies = bodies();
    let mut random = Random::new(7);
    let (mut valid, mut refused, mut cut) = (0, 0, 0);
    for _ in 0..100_000 {
        let mut body = bodies[random.below(bodies.len())].clone();
        for _ in 0..=random.below(3) {
            mutate(&mut body, &mut random);
        }
        match parse(&body, &mut random) {
            Ok((rows, Some(reply))) => {
                assert_eq!(rows, reply.rows);
                valid += 1;
            }
            Ok((_, None)) => cut += 1,
            Err(error) => {
                assert!(error.offset.is_some_and(|offset| offset <= body.len()), "{error}");
                refused += 1;
            }
        }
    }
    assert!(valid > 1_000 && refused > 10_000 && cut > 1_000, "{valid} valid, {refused} refused, {cut} cut");
}

/// The one cell of a body.
fn number(type_name: &str, text: &str) -> Option<Cell> {
    let body = format!("{{\"code\":0,\"column_meta\":[[\"v\",\"{type_name}\",8]],\"data\":[[{text}]],\"rows\":1}}");
    let mut parser = RestParser::new();
    parser.feed(body.as_bytes()).unwrap();
    let region = Region::read(parser.next_batch().ok()??);
    Some(region.cell(&region.columns[0], 0))
}

/// Texts around every difficulty: many digits, middles between neighbours, the ends of the ranges.
fn number_text(random: &mut Random) -> String {
    let double = f64::from_bits(random.next());
    let single = f32::from_bits(random.next() as u32);
    match random.below(7) {
        0 if double.is_finite() => format!("{double:e}"),
        1 if single.is_finite() => format!("{single:e}"),
        2 if double.is_finite() => format!("{double:.*e}", random.below(40)),
        // Exactly between two 32-bit numbers, and a little beside.
        3 if single.is_finite() => {
            let middle = (f64::from(single) + f64::from(f32::from_bits(single.to_bits() + 1))) / 2.0;
            let exact = format!("{middle:.160}");
            let beside = random.pick(&["", "1", "00000000000000000000001"]);
            if middle.is_finite() {
                format!("{exact}{beside}")
            } else {
                "0".into()
            }
        }
        4 => format!("{}e{}", random.next(), random.below(700) as i64 - 360),
        5 => format!("{}.{:019}{:019}", random.integer(), random.next() >> 1, random.next() >> 1),
        _ => format!("{}e-{}", random.integer(), random.below(30)),
    }
}

#[test]
fn numbers_are_those_of_the_standard_library() {
    let mut random = Random::new(11);
    for _ in 0..100_000 {
        let text = number_text(&mut random);
        let double = text.parse::<f64>().ok().filter(|value| value.is_finite());
        assert_eq!(number("DOUBLE", &text), double.map(|value| Cell::Double(value.to_bits())), "{text}");
        let single = text.parse::<f32>().ok().filter(|value| value.is_finite());
        assert_eq!(number("FLOAT", &text), single.map(|value| Cell::Float(value.to_bits())), "{text}");
    }
}
