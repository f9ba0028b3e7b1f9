/** Texts that the `tdwire` command writes and reads, against other readers and laws. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ColumnBatch, type Field, initCodec } from "../../mod.ts";
import { formatCsv } from "../../src/cli/formats/csv.ts";
import { formatJsonLines } from "../../src/cli/formats/json_lines.ts";
import { formatTable } from "../../src/cli/formats/table.ts";
import { cutToWidth, escapeControls, textWidth } from "../../src/cli/formats/text_width.ts";
import { converterOf } from "../../src/cli/loading/cell_values.ts";
import { readCsv } from "../../src/cli/loading/csv.ts";
import { readJsonLines } from "../../src/cli/loading/json_lines.ts";
import type { SourceRow } from "../../src/cli/loading/source_row.ts";
import { styleOf } from "../../src/cli/terminal.ts";
import { encodeBlock } from "../support/block.ts";

const bun = join(import.meta.dirname, "../../node_modules/.bin/bun");
const codec = await initCodec();

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text;
}

async function all(rows: AsyncIterable<SourceRow[]>): Promise<SourceRow[]> {
  const found: SourceRow[] = [];
  for await (const piece of rows) found.push(...piece);
  return found;
}

/** A batch of one VARCHAR and one FLOAT column. */
function batchOf(texts: readonly (string | null)[], floats: readonly number[]): ColumnBatch {
  const block = encodeBlock([{ type: 8, values: [...texts] }, { type: 6, values: [...floats] }]);
  return codec.decodeBlock(block, { names: ["text", "float"] });
}

const cells = fc.option(fc.string({ unit: "grapheme", maxLength: 12 }), { freq: 5 });
const csvText = fc.option(
  fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é", "😀"), maxLength: 8 }),
);
const options = { codec, text: "strict" } as const;

describe("textWidth()", () => {
  it("textWidth() is what Bun counts", () => {
    const samples = [
      "plain",
      "日本語",
      "ｆｕｌｌ",
      "한국어",
      "e\u0301a\u0308",
      "😀",
      "👩‍👩‍👧",
      "🇩🇪",
      "❤️",
      "→…─",
      "नमस्ते".slice(0, 2),
      "ｱ",
      "𠮷",
    ];
    const script =
      "console.log(JSON.stringify(JSON.parse(process.argv[1]).map((text) => Bun.stringWidth(text))))";
    const wanted = execFileSync(bun, ["-e", script, JSON.stringify(samples)], { encoding: "utf8" });
    expect(samples.map(textWidth)).toEqual(JSON.parse(wanted));
  });

  it("cutToWidth() gives a text of that width or one less, or the whole text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 2, max: 20 }),
        (raw, width) => {
          const text = escapeControls(raw);
          const cut = cutToWidth(text, width);
          if (textWidth(text) <= width) expect(cut).toBe(text);
          else expect([width, width - 1]).toContain(textWidth(cut));
        },
      ),
    );
  });

  it("escapeControls() leaves nothing that speaks to a terminal", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      if (/[\p{Cc}\p{Bidi_Control}]/u.test(escapeControls(text))) throw new Error("it does");
    }));
    expect(escapeControls("a\nb\x1b[31m")).toBe("a\\nb\\u001b[31m");
  });
});

describe("formats", () => {
  it("formatCsv() and readCsv() are each other's inverse, however the text is cut", async () => {
    const rows = fc.array(fc.tuple(csvText, fc.float({ noNaN: true })), { maxLength: 5 });
    await fc.assert(fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
      const batch = batchOf(rows.map(([text]) => text), rows.map(([, float]) => float));
      const text = await joined(formatCsv(batch.fields, each(batch), options));
      const read = await all(readCsv(pieces(text, size), ","));
      expect(read.map((row) => row.problem === undefined && row.cells[0])).toEqual(
        rows.map(([text]) => text),
      );
      for (const [i, row] of read.entries()) {
        const shown = row.problem === undefined ? Number(row.cells[1]) : NaN;
        expect(Object.is(Math.fround(shown), rows[i]![1])).toBe(true);
      }
    }));
  });

  it("formatJsonLines() writes what JSON.parse() reads, and readJsonLines() takes back", async () => {
    const rows = fc.array(fc.tuple(cells, fc.float({ noNaN: true })), { maxLength: 5 });
    await fc.assert(fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
      const batch = batchOf(rows.map(([text]) => text), rows.map(([, float]) => float));
      const text = await joined(formatJsonLines(batch.fields, each(batch), options));
      const parsed = text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as unknown);
      expect(parsed.map((row) => Reflect.get(row as object, "text") as unknown)).toEqual(
        rows.map(([text]) => text),
      );
      const read = await all(readJsonLines(pieces(text, size)));
      expect(read.map((row) => row.problem === undefined && row.cells[0])).toEqual(
        rows.map(([text]) => text),
      );
    }));
  });

  it("formatJsonLines() puts a leading member into objects only, whatever the texts hold", async () => {
    const texts = ["plain", "a\u2028{b\u2029{c", "{", null];
    const batch = batchOf(texts, texts.map(() => 1));
    const leading = { name: "tbname", text: 'd"1' };
    const text = await joined(formatJsonLines(batch.fields, each(batch), { ...options, leading }));
    expect(text.trimEnd().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual(
      texts.map((text) => ({ tbname: 'd"1', text, float: 1 })),
    );
  });

  it("formatCsv() writes FLOAT with the digits that were written", async () => {
    const floats = [10.3, 0.1, 3.4028235e38, 1.4e-45, 16777216, -0, NaN, Infinity, 1e-7];
    const batch = batchOf(floats.map(() => null), floats);
    const lines = (await joined(formatCsv(batch.fields, each(batch), options))).trim().split("\n");
    expect(lines.slice(1).map((line) => line.slice(1))).toEqual([
      "10.3",
      "0.1",
      "3.4028235e+38",
      "1.4013e-45",
      "16777216",
      "-0",
      "NaN",
      "Infinity",
      "1e-7",
    ]);
  });

  it("formatTable() has lines of one width, whatever the cells are", async () => {
    const rows = fc.array(cells, { minLength: 1, maxLength: 8 });
    await fc.assert(fc.asyncProperty(rows, async (texts) => {
      const batch = batchOf(texts, texts.map(() => 1));
      const table = { ...options, width: 0, style: styleOf({}) };
      const text = await joined(formatTable(batch.fields, each(batch), table));
      const lines = text.trimEnd().split("\n").slice(2, -1);
      expect(lines).toHaveLength(texts.length);
      expect(new Set(lines.map(textWidth)).size).toBe(1);
    }));
  });
});

describe("readCsv()", () => {
  it("readCsv() counts lines through fields of several lines, blank lines and CR LF", async () => {
    const text = 'a,b\r\n1,"x\r\n\ny"\r\n\r\n2,\r\n3,"",4\r\n4,"z\r\n';
    const rows = await all(readCsv(pieces(text, 3), ","));
    expect(rows).toEqual([
      { line: 2, names: ["a", "b"], cells: ["1", "x\r\n\ny"] },
      { line: 6, names: ["a", "b"], cells: ["2", null] },
      { line: 7, problem: "there are 3 fields, but the header names 2 columns" },
      { line: 8, problem: "the quote of field 2 is not closed" },
    ]);
  });

  it("readCsv() refuses text behind a closing quote, and takes a quote within a field as text", async () => {
    const text = 'a,b\n"x"y,1\n1,5" pipe\n2,6"" pipe\n';
    expect(await all(readCsv(pieces(text, 7), ","))).toEqual([
      { line: 2, problem: "text follows the closing quote of field 1" },
      { line: 3, names: ["a", "b"], cells: ["1", '5" pipe'] },
      { line: 4, names: ["a", "b"], cells: ["2", '6"" pipe'] },
    ]);
  });

  it("readCsv() cuts records and reads quotes as Python's csv does", async () => {
    const record = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n"), maxLength: 12 });
    const texts = fc.sample(fc.array(record, { maxLength: 4 }), 500).map((lines) =>
      `a,b\n${lines.join("\n")}\n`
    );
    const script = "import csv,io,json,sys\n" +
      "print(json.dumps([list(csv.reader(io.StringIO(t,newline='')))for t in json.load(sys.stdin)]))";
    const input = JSON.stringify(texts);
    const found = execFileSync("python3", ["-c", script], { input, encoding: "utf8" });
    for (const [i, [, ...wanted]] of (JSON.parse(found) as string[][][]).entries()) {
      const rows = await all(readCsv(pieces(texts[i]!, 5), ","));
      const records = wanted.filter((fields) => fields.length > 0);
      expect(rows.length, texts[i]).toBe(records.length);
      for (const [at, row] of rows.entries()) {
        if (row.problem !== undefined) continue;
        expect(row.cells.map((cell) => cell ?? ""), texts[i]).toEqual(records[at]);
      }
    }
  });

  it("readCsv() refuses a header that names a column twice or not at all", async () => {
    await expect(all(readCsv(pieces("a,a\n", 9), ","))).rejects.toThrow(/two columns named "a"/);
    await expect(all(readCsv(pieces("a,,b\n", 9), ","))).rejects.toThrow(/has no name/);
  });
});

describe("readJsonLines()", () => {
  it("readJsonLines() keeps all digits of numbers, and leaves strings alone", async () => {
    const text =
      '{"a":-9223372036854775808,"b":1.2345678901234567890,"c":"12345678901234567890","d":{"e":1},"f":true}\n';
    const [row] = await all(readJsonLines(pieces(text, 7)));
    expect(row).toEqual({
      line: 1,
      names: ["a", "b", "c", "d", "f"],
      cells: [
        "-9223372036854775808",
        "1.2345678901234567890",
        "12345678901234567890",
        '{"e":1}',
        "true",
      ],
    });
  });
});

describe("readJsonLines(), numbers", () => {
  it.each([["1e400", "1e400"], ["-0", "-0"], ["-1e999", "-1e999"], ["0", "0"]])(
    "readJsonLines() keeps %s, which a JavaScript number does not show",
    async (number, cell) => {
      const rows = await all(readJsonLines(pieces(`{"a":${number},"b":"-0"}\n`, 4)));
      expect(rows).toEqual([{ line: 1, names: ["a", "b"], cells: [cell, "-0"] }]);
    },
  );
});

describe("converterOf()", () => {
  const converter = (typeCode: number, timeZone?: string) =>
    converterOf({ typeCode } as Field, { codec, precision: "ms", timeZone });

  it("converterOf() reads times of a zone as Intl does, also around the change of the clocks", () => {
    const read = converter(9, "Europe/Berlin");
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Europe/Berlin",
      dateStyle: "short",
      timeStyle: "medium",
    });
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seconds) => {
      const wall = format.format(new Date(seconds * 1000));
      const ticks = Number(read(wall) as bigint);
      // The hour that comes twice is one of the two.
      expect(format.format(new Date(ticks))).toBe(wall);
    }));
  });

  it.each(
    [
      ["ms", "2024-01-01T00:00:00.123456Z"],
      ["ms", "2024-01-01 00:00:00.0001"],
      ["us", "2024-01-01T00:00:00.1234567+02:00"],
      ["ns", "2024-01-01T00:00:00.1234567891Z"],
    ] as const,
  )("converterOf() refuses a time with digits that %s cannot hold: %s", (precision, text) => {
    const read = converterOf({ typeCode: 9 } as Field, { codec, precision, timeZone: "UTC" });
    expect(() => read(text)).toThrow(/more digits/);
    const zeros = text.replace(/\.\d+/, (digits) => digits.replace(/[1-9]/g, "0"));
    expect(() => read(zeros)).not.toThrow();
  });

  it("converterOf() takes a day alone for its midnight in the zone", () => {
    const midnight = new Date("2024-07-01T00:00:00+02:00").getTime();
    expect(converter(9, "Europe/Berlin")("2024-07-01")).toBe(BigInt(midnight));
    expect(() => converter(9)("2024-07-01")).toThrow(/--time-zone/);
  });

  it("converterOf() leaves to insert() what is no value, and refuses odd digits of bytes", () => {
    expect(converter(4)("12x")).toBe("12x");
    expect(converter(1)("yes")).toBe("yes");
    expect(converter(7)("-inf")).toBe(-Infinity);
    expect(converter(16)("\\x0AfF")).toEqual(Uint8Array.of(10, 255));
    expect(() => converter(16)("abc")).toThrow(/hexadecimal/);
    expect(() => converter(9)("2024-01-01 00:00:00")).toThrow(/--time-zone/);
    expect(converter(9)("1700000000000")).toBe(1_700_000_000_000n);
  });
});

async function* each(batch: ColumnBatch): AsyncGenerator<ColumnBatch> {
  yield batch;
}
