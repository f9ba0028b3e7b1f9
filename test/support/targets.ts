/**
 * Placeholders and conversion targets for tests.
 *
 * @module
 */
import { dataTypeNames } from "../../src/data_type.ts";
import { targetOf } from "../../src/statements/placeholders.ts";
import type { Target } from "../../src/statements/target.ts";
import type { Placeholder, StatementPort } from "../../src/transports/transport.ts";
import type { Precision } from "../../src/types.ts";

/** A placeholder of a type; `length` is the declared one. */
export function placeholderOf(
  name: string,
  typeCode: number,
  { length = 0, role = "column", precision = "ms" }: {
    length?: number;
    role?: Placeholder["role"];
    precision?: Precision;
  } = {},
): Placeholder {
  const field = { name, type: dataTypeNames[typeCode]!, typeCode, length };
  return { field, role, precision: typeCode === 9 ? precision : null };
}

/** The target of a column `c` of a type. */
export function target(typeCode: number, length = 0, precision: Precision = "ms"): Target {
  return targetOf(placeholderOf("c", typeCode, { length, precision }));
}

/** A port that binds every type and prepares nothing. */
export const anyTypes: StatementPort = {
  prepare: () => Promise.reject(new Error("not here")),
  requireType: () => {},
};
