import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection, json, line, type Point, telnet } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";

let server: DevServer;
let db: Connection;

beforeAll(async () => {
  server = await createServer({ port: 0 });
  db = await connect(server.url);
});
afterAll(async () => {
  await db.close();
  await server.close();
});

/** Numbers from 0 to 1, the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const awkward = [..." ,=\"\\'`#.{}[]:;\r\t%$αé北京😀ax09LBGtf"];

function makeText(random: () => number, allowed: readonly string[], longest: number): string {
  const length = Math.floor(random() * (longest + 1));
  return Array.from({ length }, () => allowed[Math.floor(random() * allowed.length)]).join("");
}

/** A text that can be a name or tag: not empty, without a backslash at the end. */
function makeName(random: () => number, allowed: readonly string[]): string {
  return makeText(random, allowed, 8).replace(/\\+$/, "") || "n";
}

/** One point in a super table of its own, and the row that must come back. */
interface Sample {
  point: Point;
  table: string;
  row: Record<string, unknown>;
}

const without = (...refused: string[]) =>
  awkward.filter((character) => !refused.includes(character));

/** The server makes dots in names of tables underscores; the index keeps them apart. */
function tableName(
  random: () => number,
  index: number,
  allowed: readonly string[],
): [given: string, stored: string] {
  // A back-quote cannot stand in a quoted name of SQL, by which the row is read.
  const name = `${makeName(random, allowed.filter((character) => character !== "`"))}${index}`;
  return [name, name.replaceAll(".", "_")];
}

function makeDouble(random: () => number): number {
  return (random() - 0.5) * 10 ** Math.floor(random() * 300 - 150);
}

function lineSample(random: () => number, index: number): Sample {
  const [given, table] = tableName(random, index, awkward);
  const [tag, tagName] = [makeName(random, awkward), `t${makeName(random, awkward)}`];
  const [varchar, nchar] = [makeText(random, awkward, 20), makeText(random, awkward, 20)];
  const bytes = Uint8Array.from(
    { length: Math.floor(random() * 9) },
    () => Math.floor(random() * 256),
  );
  const [long, double, flag] = [
    BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 53)) * 7919n),
    makeDouble(random),
    random() < 0.5,
  ];
  const unsigned = BigInt.asUintN(64, long);
  const [small, float] = [Math.floor(random() * 256) - 128, Math.fround(makeDouble(random) % 1e30)];
  const ticks = 1_700_000_000_000_000_000n + BigInt(Math.floor(random() * 1e15));
  const names = ["v", "n", "x", "i", "d", "b", "u", "s", "f"].map((letter) =>
    `${letter}${makeName(random, awkward)}`
  );
  const values = [varchar, nchar, bytes, long, double, flag, unsigned, small, float];
  const types = [
    undefined,
    "nchar",
    undefined,
    undefined,
    undefined,
    undefined,
    "u64",
    "i8",
    "f32",
  ] as const;
  const point = line.point(given).tag(tagName, tag).at(ticks, "ns");
  const row: Record<string, unknown> = { _ts: ticks };
  names.forEach((name, i) => {
    point.field(name, values[i], types[i]);
    row[name] = values[i];
  });
  return { point, table, row: { ...row, [tagName]: tag } };
}

function telnetSample(random: () => number, index: number): Sample {
  const [given, table] = tableName(random, index, without(" "));
  const [tag, tagName] = [makeName(random, without(" ", "=")), makeName(random, without(" ", "="))];
  const value = [
    makeDouble(random),
    makeText(random, without(" "), 12),
    random() < 0.5,
  ][index % 3]!;
  const ms = 1_700_000_000_000 + Math.floor(random() * 1e9);
  const point = telnet.point(given).tag(tagName, tag).value(value).at(new Date(ms));
  return { point, table, row: { _ts: BigInt(ms) * 1_000_000n, _value: value, [tagName]: tag } };
}

function jsonSample(random: () => number, index: number): Sample {
  const [given, table] = tableName(random, index, awkward);
  const [tag, tagName] = [makeName(random, [...awkward, "\n"]), makeName(random, awkward)];
  const value = [
    makeDouble(random),
    makeText(random, [...awkward, "\n"], 12),
    random() < 0.5,
    -7n,
  ][index % 4]!;
  const us = 1_700_000_000_000_000 + Math.floor(random() * 1e12);
  const point = json.point(given).tag(tagName, tag).tag("number", 3.5).value(value).at(us, "us");
  return {
    point,
    table,
    row: { _ts: BigInt(us) * 1000n, _value: value, [tagName]: tag, number: 3.5 },
  };
}

describe("writeLines()", () => {
  it.each(
    [["line", lineSample], ["telnet", telnetSample], ["json", jsonSample]] as const,
  )(
    "writeLines() stores points of %s as they were given, whatever characters they have",
    async (name, make) => {
      const random = randomNumbers(name.length);
      const samples = Array.from({ length: 60 }, (_, index) => make(random, index));
      await db.exec(`create database ${name}_points precision 'ns' keep 36500`);
      await db.use(`${name}_points`);
      const written = await db.writeLines(samples.map(({ point }) => point));
      expect(written).toMatchObject({ affectedRows: samples.length, totalRows: samples.length });
      for (const { table, row } of samples) {
        const { rows } = await db.query(`select * from \`${table}\``);
        expect(rows).toEqual([row]);
      }
    },
  );
});
