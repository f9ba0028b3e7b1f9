import { describe, expect, it } from "vitest";
import {
  formatPoints,
  initCodec,
  InterfaceError,
  json,
  line,
  type Point,
  telnet,
} from "../../mod.ts";
import { countLines, joinLines, offendingLine } from "../../src/schemaless/line_text.ts";
import { lineRequest, lineResult } from "../../src/schemaless/write_lines.ts";

const codec = await initCodec();
const text = (...points: Point[]): string => formatPoints(points, codec).data;
const point = () => line.point("w").tag("a", "b").field("v", 1).at(17n, "ms");

describe("line.point()", () => {
  it("line.point() writes each value with the suffix or quotes of its type", () => {
    const bytes = new Uint8Array([0, 255]);
    for (
      const [value, type, expected] of [
        [1, undefined, "1"],
        [-0, undefined, "-0"],
        [1e300, undefined, "1e+300"],
        [0.1, "f32", "0.1f32"],
        [7n, "f64", "7"],
        [7n, undefined, "7i64"],
        [7, "i64", "7i64"],
        [-(2n ** 63n), undefined, "-9223372036854775808i64"],
        [2n ** 64n - 1n, "u64", "18446744073709551615u64"],
        [-128, "i8", "-128i8"],
        [65535, "u16", "65535u16"],
        [true, undefined, "true"],
        [false, undefined, "false"],
        ['say "hi" \\', undefined, '"say \\"hi\\" \\\\"'],
        ["北", "nchar", 'L"北"'],
        ["POINT(1 2)", "geometry", 'G"POINT(1 2)"'],
        [bytes, undefined, 'B"\\x00ff"'],
        [new Uint8Array(), "varbinary", 'B""'],
      ] as const
    ) {
      expect(text(line.point("w").field("f", value, type).at(1, "s"))).toBe(`w f=${expected} 1`);
    }
  });

  it("line.point() escapes names and tags, each by the rules of its place", () => {
    const made = line.point("a b,c=d").tag("k =,", "v =,\\x").field("f =,", 1);
    expect(text(made)).toBe("a\\ b\\,c=d,k\\ \\=\\,=v\\ \\=\\,\\x f\\ \\=\\,=1");
  });

  it("line.point() leaves out fields that are null or undefined", () => {
    expect(text(point().field("x", null).field("y", undefined))).toBe("w,a=b v=1 17");
    expect(() => text(line.point("w").field("x", null))).toThrow(
      "point 0 (w), the table's name: a point needs a field",
    );
  });

  it("line.point() writes tags of any type as text", () => {
    expect(text(line.point("w").tag("a", 1.5).tag("b", true).tag("c", 2n ** 60n).field("v", 1)))
      .toBe("w,a=1.5,b=true,c=1152921504606846976 v=1");
  });

  it.each(
    [
      ["i8", 128, "does not fit i8"],
      ["u8", -1, "does not fit u8"],
      ["i32", 1.5, "must be a whole number"],
      ["i64", 2 ** 60, "must be a whole number (bigint above 2^53)"],
      [undefined, 2n ** 63n, 'does not fit i64; say "u64"'],
      ["u64", 2n ** 64n, "does not fit u64"],
      ["f32", 1e39, "does not fit f32"],
      [undefined, NaN, "is NaN or infinite"],
      [undefined, Infinity, "is NaN or infinite"],
      ["varchar", 1, "is a number, which is not varchar"],
      ["i8", "1", "is a string, which is not i8"],
      ["nchar", new Uint8Array(), "is a Uint8Array, which is not nchar"],
      ["i8", true, "is a boolean and takes no type"],
      ["int" as "i8", 1, "has an unknown type"],
      ["toString" as "i8", "x", "has an unknown type"],
      [undefined, {} as string, "is no value that a field can have"],
    ] as const,
  )("field() refuses for type %s the value %s", (type, value, reason) => {
    const add = () => line.point("w").field("the field", value, type);
    expect(add).toThrow(InterfaceError);
    expect(add).toThrow(`field "the field" ${reason}`);
  });

  it.each([
    ["a line feed in a string", () => line.point("w").field("f", "a\nb"), 'field "f"'],
    ["a line feed in a tag", () => line.point("w").tag("t", "a\nb").field("f", 1), 'tag "t"'],
    ["an empty tag", () => line.point("w").tag("t", "").field("f", 1), 'tag "t"'],
    [
      "a tag that ends in a backslash",
      () => line.point("w").tag("t", "a\\").field("f", 1),
      'tag "t"',
    ],
    ["a name that ends in a backslash", () => line.point("w").field("f\\", 1), 'field "f\\\\"'],
    ["a table that ends in a backslash", () => line.point("w\\").field("f", 1), "the table's name"],
    ["a table without a name", () => line.point("").field("f", 1), "the table's name"],
    ["a name of 65 bytes", () => line.point("w").field("é".repeat(32) + "x", 1), "field"],
    ["half a surrogate pair", () => line.point("w").field("f", "\ud83d"), "half a surrogate pair"],
    ["a NUL character", () => line.point("w").field("f", "\0"), 'field "f"'],
  ])("formatPoints() refuses %s and names the place", (_, make, place) => {
    const write = () => text(point(), make());
    expect(write).toThrow(InterfaceError);
    expect(write).toThrow("point 1 (");
    expect(write).toThrow(place);
  });

  it("tag() and field() refuse a name given twice, and values that are none", () => {
    expect(() => point().tag("a", "c")).toThrow('has "a" twice');
    expect(() => point().field("a", 1)).toThrow('has "a" twice');
    expect(() => point().tag("t", null as unknown as string)).toThrow('tag "t" is no value');
    expect(() => point().tag("t", NaN)).toThrow('tag "t" is NaN');
  });
});

describe("at()", () => {
  it("at() takes dates, instants and ticks, and the batch takes the finest unit", () => {
    const at = (make: (made: Point) => Point) => make(line.point("w").field("v", 1));
    const date = at((made) => made.at(new Date(1_700_000_000_000)));
    const seconds = at((made) => made.at(1_700_000_000, "s"));
    const hours = at((made) => made.at(2n, "h"));
    const instant = at((made) => made.at({ epochNanoseconds: 17n }));
    const none = at((made) => made.at(undefined));
    expect(formatPoints([hours], codec)).toMatchObject({ precision: "h", data: "w v=1 2" });
    expect(formatPoints([date, seconds, none], codec)).toEqual({
      protocol: "line",
      precision: "ms",
      data: "w v=1 1700000000000\nw v=1 1700000000000\nw v=1",
    });
    expect(formatPoints([hours, instant], codec)).toMatchObject({
      precision: "ns",
      data: "w v=1 7200000000000\nw v=1 17",
    });
    expect(formatPoints([none], codec).precision).toBe("ns");
    expect(formatPoints([], codec).data).toBe("");
  });

  it("at() refuses what the server would take for something else", () => {
    const made = line.point("w").field("v", 1);
    for (const time of [0, -1, 1.5, NaN]) expect(() => made.at(time, "s")).toThrow(InterfaceError);
    expect(() => made.at(new Date(NaN))).toThrow("the date is invalid");
    expect(() => made.at(new Date(0))).toThrow("after 1970");
    expect(() => made.at(5, "minute" as "m")).toThrow('one of "h", "m", "s", "ms", "us", "ns"');
    expect(() => made.at(5 as unknown as Date)).toThrow("precision");
    expect(() => made.at("now" as unknown as Date)).toThrow("must be a Date");
    const far = line.point("w").field("v", 1).at(2n ** 62n, "s");
    expect(() => text(far, made.at({ epochNanoseconds: 1n }))).toThrow(
      "point 0 (w), the time does not fit",
    );
  });
});

describe("telnet.point()", () => {
  it("telnet.point() writes metric, time, value and tags", () => {
    const made = () => telnet.point("sys.cpu").tag("host", "h1").tag("n", 7);
    expect(text(made().value(1.5).at(1_700_000_000, "s"))).toBe(
      "sys.cpu 1700000000000 1.5 host=h1 n=7",
    );
    expect(text(made().value(5, "i32").at(new Date(1)))).toBe(
      "sys.cpu 0000000000001 5i32 host=h1 n=7",
    );
    expect(text(made().value('a"\\b'), made().value(true)))
      .toBe('sys.cpu 0 "a"\\b" host=h1 n=7\nsys.cpu 0 true host=h1 n=7');
  });

  it.each([
    ["a space in a tag", () => telnet.point("m").tag("t", "a b").value(1), 'tag "t"'],
    ["an equals sign in a tag", () => telnet.point("m").tag("t=", "a").value(1), 'tag "t="'],
    ["a space in the value", () => telnet.point("m").tag("t", "a").value("a b"), "the value"],
    ["a point without tags", () => telnet.point("m").value(1), "needs a tag"],
    ["a point without a value", () => telnet.point("m").tag("t", "a"), "needs one value"],
    ["the command for a metric", () => telnet.point("put").tag("t", "a").value(1), "the command"],
    ["microseconds", () => telnet.point("m").tag("t", "a").value(1).at(1n, "us"), "finer than ms"],
    [
      "a year of 2300",
      () => telnet.point("m").tag("t", "a").value(1).at(10n ** 10n, "s"),
      "13 digits",
    ],
  ])("formatPoints() refuses for telnet %s", (_, make, reason) => {
    expect(() => text(make())).toThrow(reason);
  });
});

describe("json.point()", () => {
  it("json.point() writes an array that JSON.parse reads", () => {
    const made = () => json.point("m").tag("host", 'h "1"\\').tag("n", 3).tag("b", false);
    const parsed = JSON.parse(text(
      made().value(1.5).at(new Date(1_700_000_000_000)),
      made().value('北 \n"', "nchar"),
      made().value(-7n).at(1_700_000_000_000_000, "us"),
      made().value(2, "f32").at(5, "h"),
    ));
    const tags = { host: 'h "1"\\', n: 3, b: false };
    expect(parsed).toEqual([
      { metric: "m", timestamp: { value: 1_700_000_000_000, type: "ms" }, value: 1.5, tags },
      { metric: "m", timestamp: 0, value: { value: '北 \n"', type: "nchar" }, tags },
      {
        metric: "m",
        timestamp: { value: 1_700_000_000_000_000, type: "us" },
        value: { value: -7, type: "i64" },
        tags,
      },
      {
        metric: "m",
        timestamp: { value: 18_000, type: "s" },
        value: { value: 2, type: "f32" },
        tags,
      },
    ]);
  });

  it("json.point() refuses what a double cannot hold, and types JSON does not have", () => {
    const made = () => json.point("m").tag("t", "a");
    expect(() => text(made().value(2n ** 53n + 1n))).toThrow("point 0 (m), the value is not exact");
    expect(() => text(made().tag("n", 2n ** 53n + 1n).value(1))).toThrow('"n" is not exact');
    expect(() => text(made().value(1).at(1_700_000_000_000_000_001n, "ns"))).toThrow(
      "the time is not exact",
    );
    expect(() => text(made().value(1, "u8"))).toThrow("does not have this type");
    expect(() => text(made().value(new Uint8Array(1)))).toThrow("does not have this type");
    expect(() => text(made().value(1), point())).toThrow("point 1 is of the format line");
  });
});

describe("writeLines()", () => {
  const request = (lines: unknown, options: object) => lineRequest(lines as string, options, codec);

  it("writeLines() joins lists and sends nothing for nothing", () => {
    expect(request(["a v=1", "b v=2\n", ""], { protocol: "line" })).toMatchObject({
      data: "a v=1\nb v=2",
      precision: "ns",
      protocol: "line",
    });
    for (const nothing of ["", " \n", [], ["", "\n"]]) {
      expect(request(nothing, { protocol: "line" })).toBeNull();
      expect(request(nothing, { protocol: "json" })).toBeNull();
    }
    expect(request("a 1 1 t=1", { protocol: "telnet" })?.precision).toBeUndefined();
    expect(request(point(), {})).toMatchObject({ data: "w,a=b v=1 17", precision: "ms" });
    expect(request([point(), point()], { ttlDays: 3 })).toMatchObject({ ttlDays: 3 });
  });

  it("writeLines() makes one array of JSON texts and objects", () => {
    const big = '{"value":9223372036854775807}';
    expect(joinLines([big, `[${big}, {"a":1}]`, "[]", "", { b: [2] }], "json"))
      .toBe(`[${big},${big}, {"a":1},{"b":[2]}]`);
    expect(() => joinLines(["{"], "json")).toThrow("entry 0 is not JSON");
    expect(() => joinLines([{ a: 1n }], "json")).toThrow("entry 0 is not JSON");
    expect(() => joinLines([5], "json")).toThrow("entry 0 is not JSON");
  });

  it.each(
    [
      ["a v=1", {}, 'option protocol must be "line", "telnet" or "json"'],
      ["a v=1", { protocol: "influx" }, 'option protocol must be "line", "telnet" or "json"'],
      [
        "a v=1",
        { protocol: "line", precision: "minute" },
        'one of "h", "m", "s", "ms", "us", "ns"',
      ],
      ["a v=1", { protocol: "line", precision: "u" }, 'one of "h", "m", "s", "ms", "us", "ns"'],
      ["a 1 1 t=1", { protocol: "telnet", precision: "s" }, "the server would ignore it"],
      ["[]", { protocol: "json", precision: "ms" }, "the server would ignore it"],
      ["a v=1", { protocol: "line", ttlDays: -1 }, "option ttlDays"],
      ["a v=1", { protocol: "line", ttlDays: 1.5 }, "option ttlDays"],
      ["a v=1", { protocol: "line", tableNameKey: "" }, "option tableNameKey"],
      ["a v=1", { protocol: "line", ttl: 1 }, 'there is no option "ttl"'],
      ["a v=1", { protocol: "line", tablename_key: "a" }, "did you mean tableNameKey"],
      [5, { protocol: "line" }, "must be a string, a list"],
      [["a v=1", 5], { protocol: "line" }, "line 1 is not a string"],
      [['a v="x\ny"'], { protocol: "line" }, "line 0 has a line feed"],
      [point(), { precision: "ms" }, "points say the unit"],
      [point(), { protocol: "json" }, "but the points are of the format line"],
      [[point(), "a v=1"], {}, "point 1 is not a point"],
    ] as const,
  )("writeLines() refuses %s with %o", (lines, options, reason) => {
    const make = () => request(lines, options);
    expect(make).toThrow(InterfaceError);
    expect(make).toThrow(reason);
  });

  it("writeLines() counts the lines itself when the server does not", () => {
    const lines = "# comment\na v=1\nb v=2\n";
    expect(countLines(lines, "line")).toBe(2);
    const made = request(lines, { protocol: "line" })!;
    const done = { affectedRows: 2, totalRows: undefined };
    expect(lineResult(made, done, 7n)).toEqual({ affectedRows: 2, totalRows: 2, reqId: 7n });
    const jsonRequest = request('{"a":1}', { protocol: "json" })!;
    expect(lineResult(jsonRequest, { affectedRows: 3, totalRows: 1 }, 7n).totalRows).toBe(3);
  });

  it("writeLines() finds the line that the server complains of", () => {
    const data = "a v=1 1\nb v=x y 2\nc v=3 3\nb v=x z 4";
    const complaint = (rest: string) => offendingLine(`SML line invalid data:${rest}`, data);
    expect(complaint(" y 2\nc v=3 3\nb v=x z 4")).toBe("b v=x y 2");
    expect(complaint("a v=1 1\nb v=x")).toBe("a v=1 1");
    expect(complaint(" z 4")).toBe("b v=x z 4");
    expect(complaint("v=x")).toBeUndefined();
    expect(complaint("nowhere")).toBeUndefined();
    expect(complaint("")).toBeUndefined();
    expect(offendingLine("SML line cols is empty", data)).toBeUndefined();
    expect(offendingLine("SML line cols is empty", "bad\n")).toBe("bad");
    expect(offendingLine("SML line invalid data:é\uFFFD", "a v=1\nb é北")).toBe("b é北");
  });
});
