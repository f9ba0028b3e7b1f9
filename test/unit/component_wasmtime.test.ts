/** The component in a host that is not JavaScript: wasmtime, from Python. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { type ComponentColumn, instantiateCodec } from "../../src/component/mod.ts";
import { hasPython, installPython } from "../support/python.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const packages = path("../../.cache/wasmtime");
const names = ["all_types_ms", "all_types_us", "all_types_ns", "json_tag", "blob", "meters_12000"];
const blocks = names.map((name) => path(`../golden/blocks/${name}.0.block`));

const isAvailable = hasPython("component_wasmtime");

/** A list as the script prints it: bytes as numbers, other integers as texts. */
function printed(list: ArrayLike<number | bigint>): unknown[] {
  const isPlain = list instanceof Uint8Array || list instanceof Float32Array ||
    list instanceof Float64Array;
  return Array.from(list, (value) => isPlain ? value : String(value));
}

function printedValues({ values }: ComponentColumn): unknown {
  const { tag } = values;
  switch (tag) {
    case "none":
      return { tag };
    case "decimals": {
      const { precision, scale, values: bytes } = values.val;
      return { tag, val: { precision: `${precision}`, scale: `${scale}`, values: printed(bytes) } };
    }
    case "items": {
      const { offsets, data } = values.val;
      return { tag, val: { offsets: printed(offsets), data: printed(data) } };
    }
    default:
      return { tag, val: printed(values.val) };
  }
}

describe.skipIf(!isAvailable)("component.wasm", () => {
  beforeAll(() => {
    installPython(packages, "wasmtime", "wasmtime==50.*");
  }, 180_000);

  it("component.wasm decodes recorded blocks in wasmtime", async () => {
    const { stdout } = await promisify(execFile)("python3", [
      path("../python/component_host.py"),
      path("../../src/component/generated/component.wasm"),
      ...blocks,
    ], { env: { ...process.env, PYTHONPATH: packages }, maxBuffer: 2 ** 28 });
    const component = await instantiateCodec();
    const expected = blocks.map((block) => {
      const { rowCount, columns } = component.block.decode(new Uint8Array(readFileSync(block)));
      const shown = columns.map((column) => ({
        "data-type": column.dataType,
        validity: column.validity ? [...column.validity] : null,
        values: printedValues(column),
      }));
      return { tag: "ok", val: { "row-count": `${rowCount}`, columns: shown } };
    });
    expect(stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual(expected);
  });
});
