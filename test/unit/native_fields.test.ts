/** Lengths that libtaos tells of a statement's columns. */

import { describe, expect, it } from "vitest";
import { statementField } from "../../src/transports/native/fields.ts";
import { TaosFailure } from "../../src/transports/native/failure.ts";
import type { NativeLibrary } from "../../src/transports/native/library.ts";
import { describe as describeResult } from "../../src/transports/native/result_description.ts";
import { conversation } from "../support/wire.ts";

interface Reply {
  action: string;
  fields_names: string[];
  fields_types: number[];
  fields_lengths: number[];
}

/** What the library told of the result of a recorded statement; the adapter asks for the extended structures. */
function recordedFields() {
  const replies = conversation("py_stmt2").flatMap(({ dir, text }): Reply[] =>
    dir === "server" && text !== null ? [JSON.parse(text)] : []
  );
  const reply = replies.find(({ action }) => action === "stmt2_result")!;
  return reply.fields_names.map((name, i) => ({
    name,
    typeCode: reply.fields_types[i]!,
    bytes: reply.fields_lengths[i]!,
    precision: 0,
    scale: 0,
    role: 0,
  }));
}

describe("statementField()", () => {
  it("gives the declared length where the library tells the one in storage", () => {
    const fields = recordedFields().map((field) => statementField(field, "TAOS_FIELD_E"));
    // Declared as `ts timestamp, i32 int, vc varchar(64)`.
    expect(fields.map(({ name, length }) => [name, length])).toEqual([
      ["ts", 8],
      ["i32", 4],
      ["vc", 64],
    ]);
  });

  it("leaves the length that the older structure tells as it is", () => {
    const declared = { name: "vc", typeCode: 8, bytes: 64, precision: 0, scale: 0, role: 0 };
    expect(statementField(declared, "TAOS_FIELD").length).toBe(64);
  });
});

describe("describe()", () => {
  const fieldBytes = 72;

  /** A library that has one column, and tells it at these addresses. */
  function library(extended: number, plain: number): NativeLibrary {
    const functions = {
      taos_num_fields: () => 1,
      taos_fetch_fields_e: () => extended,
      taos_fetch_fields: () => plain,
      taos_result_precision: () => 0,
      taos_errno: () => 0,
    };
    const copyInto = (target: Uint8Array) => expect(target.length).toBe(fieldBytes);
    return { functions, has: () => true, copyInto } as unknown as NativeLibrary;
  }

  it("says which structures it read, and fails without any", () => {
    expect(describeResult(library(1, 2), 7).structure).toBe("TAOS_FIELD_E");
    expect(describeResult(library(0, 2), 7).structure).toBe("TAOS_FIELD");
    expect(() => describeResult(library(0, 0), 7)).toThrow(TaosFailure);
  });
});
