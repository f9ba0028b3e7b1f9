/**
 * What must hold of the codec in every runtime: when it is instantiated, and what becomes of memory and of instances.
 *
 * @module
 */
import { equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Codec } from "../../src/codec/codec.ts";
import type { Bindings } from "../../src/codec/bindings.ts";
import { instantiate } from "../../src/codec/generated/bindings.ts";
import { wasmBase64 } from "../../src/codec/generated/wasm_bytes.ts";
import { codecLoader } from "../../src/codec/loader.ts";
import { CodecError } from "../../src/errors.ts";
import { decodeBase64 } from "../../src/internal/bytes.ts";
import { encodeBlock } from "../support/block.ts";

/** One property of the codec. */
export interface CodecCase {
  /** A sentence that begins with the symbol. */
  readonly name: string;
  /** Checks it; throws when it does not hold. */
  run(): Promise<void> | void;
}

const edgeModule = new URL("../../src/codec/generated/codec.wasm", import.meta.url);
const block = encodeBlock([
  { type: 9, values: [1n, 2n] },
  { type: 5, values: [-7n, 2n ** 62n] },
  { type: 8, values: ["abc", "δ"] },
]);
const cells = (codec: Codec) => JSON.stringify(codec.decodeBlock(block).toArrays().map(String));

/** Runs work with another member of `WebAssembly` in place. */
async function withReplaced(
  name: "Instance" | "compile",
  make: (plain: never) => unknown,
  work: () => Promise<void>,
): Promise<void> {
  const holder = WebAssembly as unknown as Record<string, unknown>;
  const plain = holder[name];
  holder[name] = make(plain as never);
  try {
    await work();
  } finally {
    holder[name] = plain;
  }
}

/** A codec, and the bindings of its latest instance. */
function openedCodec(bytes: Uint8Array<ArrayBuffer>): { codec: Codec; latest(): Bindings } {
  const instances: Bindings[] = [];
  const codec = new Codec(new WebAssembly.Module(bytes), (module) => {
    instances.push(instantiate(module));
    return instances.at(-1)!;
  });
  return { codec, latest: () => instances.at(-1)! };
}

/** The cases with a module, given by its bytes. */
const casesOf = (bytes: () => Uint8Array<ArrayBuffer>): readonly CodecCase[] => [
  {
    name: "initCodec() instantiates on its first call, and once for calls at the same time",
    async run() {
      let [instances, asked] = [0, 0];
      const counting = (Plain: typeof WebAssembly.Instance) =>
        class extends Plain {
          constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
            super(module, imports);
            instances++;
          }
        };
      await withReplaced("Instance", counting, async () => {
        const init = codecLoader(() => {
          asked++;
          return bytes();
        });
        equal(asked + instances, 0);
        const codecs = await Promise.all([init(), init(), init()]);
        equal(new Set(codecs).size, 1);
        equal(await init(), codecs[0]);
        equal(asked, 1);
        equal(instances, 1);
      });
    },
  },
  {
    name: "initCodec(module) takes a compiled module and leaves its own bytes alone",
    async run() {
      const init = codecLoader(() => {
        throw new Error("not asked for");
      });
      const codec = await init(await WebAssembly.compile(bytes()));
      equal(await init(), codec);
      equal(cells(codec), cells(await init(Promise.resolve(bytes()))));
    },
  },
  {
    name: "initCodec() that may not compile rejects with a CodecError that says what to do",
    async run() {
      const init = codecLoader(bytes);
      const refusal = "WebAssembly.compile(): Wasm code generation disallowed by embedder";
      const refusing = () => () => Promise.reject(new WebAssembly.CompileError(refusal));
      await withReplaced("compile", refusing, () =>
        rejects(init(), (error: unknown) => {
          ok(error instanceof CodecError);
          ok(error.message.includes(refusal));
          ok(/wasm-unsafe-eval.*initCodec\(\).*tdwire\/edge/.test(error.hint ?? ""), error.hint);
          return true;
        }));
      equal((await init()).decodeBlock(block).rowCount, 2);
    },
  },
  {
    name: "a codec whose instance has trapped goes on with a fresh one",
    run() {
      const { codec, latest } = openedCodec(bytes());
      const before = cells(codec);
      const broken = latest();
      // Nothing that the module keeps in its memory holds any more, its allocator's lists included.
      new Uint8Array(broken.memory.buffer).fill(0xa5);
      throws(() => codec.decodeBlock(block), CodecError);
      for (let i = 0; i < 3; i++) equal(cells(codec), before);
      notEqual(latest(), broken);
    },
  },
  {
    name: "columns outlive the growth of the codec's memory",
    run() {
      const { codec, latest } = openedCodec(bytes());
      const batch = codec.decodeBlock(block);
      const { memory } = latest();
      const before = memory.buffer.byteLength;
      const huge = encodeBlock([{ type: 5, values: new Array(400_000).fill(1n) }]);
      equal(codec.decodeBlock(huge).rowCount, 400_000);
      ok(memory.buffer.byteLength > before);
      const column = batch.column(1);
      ok(column.kind === "fixed" && column.values.buffer !== memory.buffer);
      equal(column.values.length, 2);
      equal(batch.toArrays().join("; "), codec.decodeBlock(block).toArrays().join("; "));
    },
  },
];

/** All cases, in the order they run, with both modules. */
export const codecCases: readonly CodecCase[] = [
  ...casesOf(() => decodeBase64(wasmBase64)),
  ...casesOf(() => new Uint8Array(readFileSync(edgeModule))).map(({ name, run }) => ({
    name: `${name} (the module for edge workers)`,
    run,
  })),
];
