/** The table of C functions against the prototypes in C (test/native/taos.h), which the compiler has checked. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CType, prototypes } from "../../src/transports/native/symbols.ts";

const header = readFileSync(new URL("../native/taos.h", import.meta.url), "utf8");

/** Kinds that a C type may have in the table. */
const kindsOf: Readonly<Record<string, readonly CType[]>> = {
  void: ["void"],
  int: ["i32"],
  int32_t: ["i32"],
  int64_t: ["i64"],
  uint16_t: ["u16"],
  "unsigned long": ["u64"],
};
const pointers: readonly CType[] = ["pointer", "buffer"];

/** A parameter without its name. */
function typeOf(parameter: string): string {
  return /^(.*?[\s*])\w+$/.exec(parameter.trim())?.[1]?.replace(/^const /, "").trim() ?? "";
}

/** Kinds of the parameters; a structure by value is two registers (protocol.md §6.4), `...` is nothing. */
function parametersOf(list: string): (readonly CType[])[] {
  if (list === "void") return [];
  return list.split(",").filter((parameter) => parameter.trim() !== "...").flatMap((parameter) => {
    const type = typeOf(parameter);
    if (type === "tmq_raw_data") return [["u64"], ["u64"]] as const;
    return [type.endsWith("*") ? pointers : kindsOf[type] ?? []];
  });
}

const declared = new Map(
  [...header.matchAll(/^TAOS_EXPORT (.*?)(\w+)\(([^)]*)\);$/gm)].map(([, result, name, list]) => {
    const type = result!.replace(/^const /, "").trim();
    const resultKinds = type.endsWith("*") ? ["pointer"] : kindsOf[type] ?? [];
    return [name!, { result: resultKinds, parameters: parametersOf(list!) }];
  }),
);

describe("prototypes", () => {
  it("are those of the C header, no more and no fewer", () => {
    expect(Object.keys(prototypes).sort()).toEqual([...declared.keys()].sort());
  });

  it.each(Object.entries(prototypes))(
    "%s has the parameters and the result of C",
    (name, given) => {
      const { result, parameters } = declared.get(name)!;
      expect(result).toContain(given.result);
      expect(given.parameters.length).toBe(parameters.length);
      given.parameters.forEach((kind, i) => expect(parameters[i]).toContain(kind));
    },
  );
});
