//! Escapes and refusals of the three schemaless text formats.

use tdwire_codec::line::{format, Protocol, Protocol::*};

const BOOL: u32 = 1;
const F64: u32 = 7;
const VARCHAR: u32 = 8;
const NCHAR: u32 = 10;
const VARBINARY: u32 = 16;
const GEOMETRY: u32 = 20;

type Pair<'a> = (u32, &'a str, &'a str);

#[derive(Clone, Default)]
struct Point<'a> {
    table: &'a str,
    tags: Vec<Pair<'a>>,
    fields: Vec<Pair<'a>>,
    time: (u32, &'a str),
}

fn units(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

fn request(points: &[Point<'_>]) -> (Vec<u32>, String) {
    let (mut words, mut text) = (Vec::new(), String::new());
    for point in points {
        let (unit, digits) = point.time;
        words.extend([units(point.table), point.tags.len() as u32, point.fields.len() as u32, unit, units(digits)]);
        text += point.table;
        for (kind, name, value) in point.tags.iter().chain(&point.fields) {
            words.extend([*kind, units(name), units(value)]);
            text += name;
            text += value;
        }
        text += digits;
    }
    (words, text)
}

fn written(protocol: Protocol, point: Point<'_>) -> Result<String, &'static str> {
    let (words, text) = request(&[point]);
    format(protocol, &words, &text).map_err(|error| error.what)
}

fn line<'a>(table: &'a str, tag: (&'a str, &'a str), field: Pair<'a>) -> Point<'a> {
    Point { table, tags: vec![(VARCHAR, tag.0, tag.1)], fields: vec![field], time: (5, "17") }
}

#[test]
fn line_escapes_each_place_by_its_own_rules() {
    for (point, expected) in [
        (line("w", ("a", "b"), (F64, "v", "1.5")), "w,a=b v=1.5 17"),
        (line("a b,c=d\"e", ("a", "b"), (F64, "v", "1")), "a\\ b\\,c=d\"e,a=b v=1 17"),
        (line("w", ("a b,c=d\"", "e f,g=h\""), (F64, "v", "1")), "w,a\\ b\\,c\\=d\"=e\\ f\\,g\\=h\" v=1 17"),
        (line("w", ("a", "b\\c\\, d"), (F64, "v", "1")), "w,a=b\\c\\\\,\\ d v=1 17"),
        (line("w", ("a", "b"), (BOOL, "x y", "true")), "w,a=b x\\ y=true 17"),
        (line("w", ("a", "b"), (VARCHAR, "v", "x \"y\" \\ ,=")), "w,a=b v=\"x \\\"y\\\" \\\\ ,=\" 17"),
        (line("w", ("a", "北京"), (NCHAR, "v", "😀\\")), "w,a=北京 v=L\"😀\\\\\" 17"),
        (line("w", ("a", "b"), (VARCHAR, "v", "")), "w,a=b v=\"\" 17"),
        (line("w", ("a", "b"), (VARBINARY, "v", "00ff")), "w,a=b v=B\"\\x00ff\" 17"),
        (line("w", ("a", "b"), (VARBINARY, "v", "")), "w,a=b v=B\"\" 17"),
        (line("w", ("a", "b"), (GEOMETRY, "v", "POINT(1 2)")), "w,a=b v=G\"POINT(1 2)\" 17"),
        (line("#w", ("a", "b"), (F64, "v", "1")), " #w,a=b v=1 17"),
        (line(",w", ("a", "b"), (F64, "v", "1")), "\\,w,a=b v=1 17"),
    ] {
        assert_eq!(written(Line, point).as_deref(), Ok(expected));
    }
    for (code, suffix) in
        [(2, "i8"), (3, "i16"), (4, "i32"), (5, "i64"), (6, "f32"), (11, "u8"), (12, "u16"), (13, "u32"), (14, "u64")]
    {
        assert_eq!(written(Line, line("w", ("a", "b"), (code, "v", "7"))), Ok(format!("w,a=b v=7{suffix} 17")));
    }
    let bare = Point { table: "w", fields: vec![(F64, "v", "1"), (F64, "u", "2")], ..Point::default() };
    assert_eq!(written(Line, bare).as_deref(), Ok("w v=1,u=2"));
}

#[test]
fn line_refuses_what_it_cannot_say() {
    let long = "x".repeat(193);
    for point in [
        line("", ("a", "b"), (F64, "v", "1")),
        line(&long, ("a", "b"), (F64, "v", "1")),
        line("w\\", ("a", "b"), (F64, "v", "1")),
        line("w\nx", ("a", "b"), (F64, "v", "1")),
        line("w", ("", "b"), (F64, "v", "1")),
        line("w", (&long[..65], "b"), (F64, "v", "1")),
        line("w", ("a\\", "b"), (F64, "v", "1")),
        line("w", ("a", ""), (F64, "v", "1")),
        line("w", ("a", "b\\"), (F64, "v", "1")),
        line("w", ("a", "b\nc"), (F64, "v", "1")),
        line("w", ("a", "b\0c"), (F64, "v", "1")),
        line("w", ("a", "b"), (F64, "", "1")),
        line("w", ("a", "b"), (VARCHAR, "v", "b\nc")),
        line("w", ("a", "b"), (VARCHAR, "v", "b\0c")),
        line("w", ("a", "b"), (GEOMETRY, "v", "POINT(\"1 2)")),
        Point { table: "w", tags: vec![(VARCHAR, "a", "b")], ..Point::default() },
    ] {
        assert!(written(Line, point.clone()).is_err(), "{:?} {:?} {:?}", point.table, point.tags, point.fields);
    }
}

#[test]
fn telnet_has_no_escapes() {
    let point = |table, tag, field| Point { time: (1, "1700000000"), ..line(table, tag, field) };
    for (point, expected) in [
        (point("a.b", ("h", "x,y\"\\z"), (F64, "", "1.5")), "a.b 1700000000 1.5 h=x,y\"\\z"),
        (point("m", ("h", "x"), (VARCHAR, "", "a\"b\\c=")), "m 1700000000 \"a\"b\\c=\" h=x"),
        (point("m", ("h", "x"), (NCHAR, "", "北")), "m 1700000000 L\"北\" h=x"),
        (point("m", ("h", "x"), (VARBINARY, "", "ff")), "m 1700000000 B\"\\xff\" h=x"),
        (Point { time: (0, ""), ..point("m", ("h", "x"), (5, "", "7")) }, "m 0 7i64 h=x"),
    ] {
        assert_eq!(written(Telnet, point).as_deref(), Ok(expected));
    }
    for point in [
        point("a b", ("h", "x"), (F64, "", "1")),
        point("put", ("h", "x"), (F64, "", "1")),
        point("m", ("h h", "x"), (F64, "", "1")),
        point("m", ("h=", "x"), (F64, "", "1")),
        point("m", ("h", "x y"), (F64, "", "1")),
        point("m", ("h", "x=y"), (F64, "", "1")),
        point("m", ("h", ""), (F64, "", "1")),
        point("m", ("h", "x"), (VARCHAR, "", "a b")),
        point("m", ("h", "x"), (VARCHAR, "", "a\nb")),
        Point { tags: vec![], ..point("m", ("h", "x"), (F64, "", "1")) },
        Point { fields: vec![], ..point("m", ("h", "x"), (F64, "", "1")) },
    ] {
        assert!(written(Telnet, point.clone()).is_err(), "{:?} {:?} {:?}", point.table, point.tags, point.fields);
    }
}

#[test]
fn json_is_json() {
    let point = |field| Point { time: (2, "1700000000000"), ..line("m", ("h", "x\"\\\n\u{7}北"), field) };
    let time = r#"{"value":1700000000000,"type":"ms"}"#;
    let tags = r#"{"h":"x\"\\\u000a\u0007北"}"#;
    for (field, value) in [
        ((F64, "", "1e+21"), "1e+21"),
        ((BOOL, "", "true"), "true"),
        ((5, "", "-7"), r#"{"value":-7,"type":"i64"}"#),
        ((6, "", "1.5"), r#"{"value":1.5,"type":"f32"}"#),
        ((VARCHAR, "", "a \"b\", }"), r#"{"value":"a \"b\", }","type":"binary"}"#),
        ((NCHAR, "", "北"), r#"{"value":"北","type":"nchar"}"#),
    ] {
        let expected = format!(r#"[{{"metric":"m","timestamp":{time},"value":{value},"tags":{tags}}}]"#);
        assert_eq!(written(Json, point(field)), Ok(expected));
    }
    let typed = Point { tags: vec![(F64, "a", "3"), (BOOL, "b", "false")], time: (0, ""), ..point((F64, "", "1")) };
    let expected = r#"[{"metric":"m","timestamp":0,"value":1,"tags":{"a":3,"b":false}}]"#;
    assert_eq!(written(Json, typed).as_deref(), Ok(expected));
    for field in [(14, "", "1"), (VARBINARY, "", "ff"), (GEOMETRY, "", "POINT(1 2)"), (VARCHAR, "", "a\0")] {
        assert!(written(Json, point(field)).is_err());
    }
}

#[test]
fn points_are_separated_and_faults_say_where() {
    let good = line("w", ("a", "b"), (F64, "v", "1"));
    let (words, text) = request(&[good.clone(), good.clone()]);
    assert_eq!(format(Line, &words, &text).as_deref(), Ok("w,a=b v=1 17\nw,a=b v=1 17"));
    assert_eq!(format(Line, &[], "").as_deref(), Ok(""));
    assert_eq!(format(Json, &[], "").as_deref(), Ok("[]"));

    let bad = Point { fields: vec![(F64, "v", "1"), (VARCHAR, "s", "\n")], ..good.clone() };
    let (words, text) = request(&[good, bad]);
    let error = format(Line, &words, &text).unwrap_err();
    assert_eq!((error.row, error.column), (Some(1), Some(2)));
}

#[test]
fn a_structure_that_does_not_fit_is_refused() {
    let (words, text) = request(&[line("北😀w", ("a", "b"), (F64, "v", "1"))]);
    assert!(format(Line, &words, &text).is_ok());
    for len in 0..words.len() {
        assert!(format(Line, &words[..len], &text).is_err(), "{len} of {} words", words.len());
    }
    for (end, _) in text.char_indices() {
        assert!(format(Line, &words, &text[..end]).is_err(), "{end} of {} bytes", text.len());
    }
    for index in 0..words.len() {
        for value in [u32::MAX, words[index] + 1] {
            let mut changed = words.clone();
            changed[index] = value;
            let _ = format(Line, &changed, &text);
        }
    }
}
