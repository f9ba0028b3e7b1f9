/**
 * The module for edge workers is another build of the same sources, for size: it must show the server's cells, and give
 * what the module of the other entries gives, faults included.
 */
import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "vitest";
import type { Bindings } from "../../src/codec/bindings.ts";
import { SourceForm } from "../../src/codec/bind_request.ts";
import { Codec } from "../../src/codec/codec.ts";
import { instantiate } from "../../src/codec/generated/bindings.ts";
import { wasmBase64 } from "../../src/codec/generated/wasm_bytes.ts";
import { decodeBase64 } from "../../src/internal/bytes.ts";
import { formatPoints, json, line, telnet } from "../../mod.ts";
import { goldenCases, isSameCell } from "../support/golden.ts";
import { randomOf, testSeed } from "../support/seed.ts";

const read = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));
const smallModule = new WebAssembly.Module(read("../../src/codec/generated/codec.wasm"));
const small = instantiate(smallModule);
const fast = instantiate(new WebAssembly.Module(decodeBase64(wasmBase64)));
const golden = "../golden/blocks/";
const goldenFiles = (ending: string) =>
  readdirSync(new URL(golden, import.meta.url)).filter((name) => name.endsWith(ending))
    .map((name) => ({ name, bytes: read(golden + name) }));

/** What a call gives or throws. */
function outcome(call: (bindings: Bindings) => unknown, bindings: Bindings): unknown {
  try {
    return { value: call(bindings) };
  } catch (thrown) {
    ok(!(thrown instanceof Error), String(thrown));
    return { thrown };
  }
}

/** Fails unless both modules do the same; whether they refuse. */
function compare(call: (bindings: Bindings) => unknown, what: string): boolean {
  const expected = outcome(call, fast);
  deepEqual(outcome(call, small), expected, what);
  return "thrown" in (expected as object);
}

/** Compares, and tells that some inputs were taken and some refused. */
function compareAll<T>(inputs: Iterable<T>, call: (bindings: Bindings, input: T) => unknown): void {
  let [taken, refused] = [0, 0];
  for (const input of inputs) {
    const what = input instanceof Uint8Array ? `${input.length} bytes` : String(input);
    if (compare((bindings) => call(bindings, input), what)) refused++;
    else taken++;
  }
  ok(taken > 0 && refused > 0, `${taken} taken, ${refused} refused`);
}

/** The inputs, and copies in which bytes were replaced or the end was cut off. */
function* mutations(inputs: Uint8Array[], count: number): Iterable<Uint8Array> {
  const random = randomOf(testSeed());
  yield* inputs;
  for (let n = 0; n < count; n++) {
    const bytes = inputs[random(inputs.length)]!.slice();
    for (let k = random(4); k > 0; k--) bytes[random(bytes.length)] = random(256);
    yield random(4) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
  }
}

/** All that a parser says of a body that arrives in pieces. */
function parsed(bindings: Bindings, body: Uint8Array, pieceBytes: number): unknown[] {
  const parser = bindings.openRest();
  const said: unknown[] = [];
  try {
    for (let at = 0; at < body.length; at += pieceBytes) {
      bindings.feedRest(parser, body.subarray(at, at + pieceBytes));
      for (let region; (region = bindings.nextRestBatch(parser)) !== undefined;) said.push(region);
    }
    said.push(bindings.restHead(parser), bindings.restPrecision(parser));
    return [...said, bindings.restReply(parser)];
  } finally {
    parser.free();
  }
}

test("decodeBlock() of the module for edge workers gives the server's cells", () => {
  const codec = new Codec(smallModule, instantiate);
  let count = 0;
  for (const { name, reply, precision, blocks, types, rows } of goldenCases()) {
    const names = reply.fields_names;
    const cells = blocks.flatMap((block) =>
      codec.decodeBlock(block, { names, precision }).toArrays({
        timestamp: "bigint",
        json: "text",
      })
    );
    deepEqual(cells.length, rows.length, name);
    cells.forEach((row, r) =>
      row.forEach((cell, c) => {
        const same = isSameCell(types[c]!, rows[r]![c], cell, precision, name === "nan_inf");
        ok(same, `${name} row ${r} ${names[c]}: expected ${rows[r]![c]}, got ${cell}`);
        count++;
      })
    );
  }
  ok(count > 10_000, `${count} cells`);
});

test("decodeBlock() gives the same of both modules, of broken blocks too", () => {
  const blocks = goldenFiles(".block").map(({ bytes }) => bytes);
  const short = blocks.filter((block) => block.length < 20_000);
  for (const block of blocks) compare((bindings) => bindings.decodeBlock(block), "a block");
  compareAll(mutations(short, 20_000), (bindings, block) => bindings.decodeBlock(block));
});

test("the parser of REST bodies gives the same of both modules, of broken bodies too", () => {
  const bodies = goldenFiles(".rest.json").map(({ bytes }) => bytes);
  const short = bodies.filter((body) => body.length < 20_000);
  for (const body of bodies) compare((bindings) => parsed(bindings, body, 60_000), "a body");
  for (const pieceBytes of [7, 100, 1e5]) {
    compareAll(mutations(short, 2000), (bindings, body) => parsed(bindings, body, pieceBytes));
  }
});

test("numbers of REST bodies are the same of both modules", () => {
  const random = randomOf(testSeed());
  const view = new DataView(new ArrayBuffer(8));
  const anyDouble = () => {
    view.setUint32(0, random(2 ** 32));
    view.setUint32(4, random(2 ** 32));
    return view.getFloat64(0);
  };
  /** Next to the middle between two floats, where a number rounded to 64 bits first is rounded wrongly. */
  const nearMiddle = () => {
    view.setFloat32(0, Math.fround(anyDouble()));
    const low = view.getFloat32(0);
    view.setUint32(0, view.getUint32(0) + 1);
    const middle = (low + view.getFloat32(0)) / 2;
    return `${middle.toExponential(20).replace("e", `${"0".repeat(random(30))}${random(3)}e`)}`;
  };
  const numbers = Array.from({ length: 30_000 }, (_, n) => {
    const double = anyDouble();
    const text = n % 3 === 0 ? nearMiddle() : String(n % 3 === 1 ? double : (double % 1e6) / 7);
    return /[IN]/.test(text) ? "0" : text;
  });
  for (const type of ["FLOAT", "DOUBLE"]) {
    const body = (cell: string) =>
      new TextEncoder().encode(
        `{"code":0,"column_meta":[["v","${type}",8]],"data":[[${cell}]],"rows":1}`,
      );
    compareAll(
      [...numbers, "", "0x1", "1e", "+1", "01", ".5", "1e999"].map(body),
      (bindings, each) => parsed(bindings, each, 1e5),
    );
  }
});

test("texts of instants and decimals are the same of both modules", () => {
  const random = randomOf(testSeed());
  const pick = (characters: string) => characters[random(characters.length)]!;
  const ticks = BigInt64Array.from(
    { length: 5000 },
    () =>
      BigInt.asIntN(64, BigInt(random(2 ** 32)) << BigInt(random(40))) * (-1n) ** BigInt(random(2)),
  );
  for (const precision of [0, 1, 2]) {
    compareAll(
      [...ticks].map((tick, n) => [tick, 60 * n - 90_000] as const),
      (bindings, [tick, offset]) => bindings.formatTimestamp(tick, precision, offset),
    );
    const texts = fast.formatTimestamps(ticks, precision);
    deepEqual(small.formatTimestamps(ticks, precision), texts);
    const instants = texts.split("\n").flatMap((text) => {
      const at = random(text.length);
      return [text, text.slice(0, at) + pick("0129:-+.TZ ") + text.slice(at + 1)];
    });
    compareAll(instants, (bindings, text) => bindings.parseTimestamp(text, precision));
  }
  compareAll(ticks, (bindings, tick) => bindings.convertTimestamp(tick, 0, 2));
  const values = Uint8Array.from({ length: 16_000 }, () => random(256));
  for (const scale of [0, 3, 38]) {
    deepEqual(small.formatDecimals(values, scale), fast.formatDecimals(values, scale));
  }
  const decimals = Array.from(
    { length: 20_000 },
    () => Array.from({ length: 1 + random(45) }, () => pick("0123456789.")).join(""),
  );
  compareAll(decimals, (bindings, text) => bindings.parseDecimal(text, 38, text.length % 39));
});

/** The requests that a codec makes of its bindings. */
interface Requests {
  readonly binds: Uint8Array[];
  readonly lines: { structure: Uint8Array; text: string }[];
}

function requestsOf(work: (codec: Codec) => void): Requests {
  const requests: Requests = { binds: [], lines: [] };
  const recording: Bindings = {
    ...fast,
    encodeBind(request) {
      requests.binds.push(request.slice());
      return fast.encodeBind(request);
    },
    formatLines(protocol, words, text) {
      requests.lines.push({ structure: new Uint8Array(words.slice().buffer), text });
      return fast.formatLines(protocol, words, text);
    },
  };
  work(new Codec(smallModule, () => recording));
  return requests;
}

test("frames of binds are the same of both modules, and refusals of broken requests", () => {
  const nulls = Uint8Array.of(0, 1, 0);
  const source = { precision: 0, maxLength: 0, nulls: null, lengths: null };
  const text = (value: string, ...lengths: number[]) => ({
    form: SourceForm.TEXT,
    rows: lengths.length,
    lengths: Uint32Array.from(lengths),
    data: new TextEncoder().encode(value),
  });
  const fixed = (data: Uint8Array) => ({ form: SourceForm.FIXED, rows: 3, data });
  const columns = [
    { ...source, typeCode: 9, ...fixed(new Uint8Array(24)) },
    { ...source, typeCode: 4, ...fixed(new Uint8Array(12).fill(7)), nulls },
    { ...source, typeCode: 10, ...text("aöb", 2, 0, 1), nulls, maxLength: 3 },
  ];
  const names = { ...source, typeCode: 8, ...text("d1d2", 2, 2) };
  const counts = Uint32Array.of(2, 1);
  const { binds } = requestsOf((codec) => {
    for (const order of [null, Uint32Array.of(2, 0, 1)]) {
      codec.encodeBindRequest({ names, counts, order, tags: [names], columns });
    }
  });
  compareAll(mutations(binds, 30_000), (bindings, request) => bindings.encodeBind(request));
});

test("payloads of subscriptions are the same of both modules, broken ones too", () => {
  const frames = readFileSync(new URL("../golden/wire/py_tmq.jsonl", import.meta.url), "utf8")
    .trim().split("\n").map((text) => JSON.parse(text) as { dir: string; binary?: string })
    .filter(({ dir, binary }) => dir === "server" && binary !== undefined)
    .map(({ binary }) => new Uint8Array(Buffer.from(binary!, "base64")).subarray(56));
  compareAll(mutations(frames, 10_000), (bindings, payload) => bindings.decodeTmq(payload, 0));
});

test("lines of points are the same of both modules, and refusals of broken structures", () => {
  const at = 1_700_000_000_000n;
  const points = [
    line.point("a b").tag("t", "x,y").field("f", 1.5).field("s", 'say "hi"').at(at, "ms"),
    telnet.point("m").tag("t", "x").value(2.5).at(at, "ms"),
    json.point("m").tag("t", "ö\n").value("text").at(at, "ms"),
  ];
  points.forEach((point, index) => {
    const { lines } = requestsOf((codec) => void formatPoints([point], codec));
    const { structure, text } = lines[0]!;
    compareAll(mutations([structure], 3000), (bindings, bytes) => {
      const words = new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer);
      return bindings.formatLines(1 + index, words, text);
    });
  });
});
