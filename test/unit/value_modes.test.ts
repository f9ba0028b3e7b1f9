import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { InterfaceError } from "../../src/errors.ts";
import type { InstantLike, ValueOptions } from "../../src/types.ts";
import {
  type Cell,
  defaultValueOptions,
  type JsonValue,
  resolveValueOptions,
  type Row,
} from "../../src/value_modes.ts";

test("resolveValueOptions() fills in the documented defaults", () => {
  deepEqual(resolveValueOptions(), {
    bigint: "bigint",
    timestamp: "auto",
    json: "parse",
    binary: "bytes",
    decimal: "string",
    text: "replace",
  });
  equal(resolveValueOptions(undefined), defaultValueOptions);
  deepEqual(
    resolveValueOptions({ json: undefined } as unknown as ValueOptions),
    defaultValueOptions,
  );
});

test("resolveValueOptions() takes what is left out from the base", () => {
  const base = resolveValueOptions({ bigint: "string", json: "text" });
  deepEqual(resolveValueOptions({ json: "parse" }, base), {
    ...defaultValueOptions,
    bigint: "string",
  });
  equal(resolveValueOptions(undefined, base), base);
});

test("resolveValueOptions() names unknown options and modes, and those there are", () => {
  throws(
    () => resolveValueOptions({ bigint: "int" as "number" }),
    /bigint must be one of "bigint", "number", "string"/,
  );
  throws(
    () => resolveValueOptions({ timestmap: "date" } as ValueOptions),
    /no value option "timestmap".*timestamp/,
  );
  throws(() => resolveValueOptions({ toString: "x" } as unknown as ValueOptions), InterfaceError);
  throws(() => resolveValueOptions(5 as unknown as ValueOptions), InterfaceError);
  throws(() => resolveValueOptions(null as unknown as ValueOptions), InterfaceError);
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
const same = <A, B>(..._equal: Equal<A, B> extends true ? [] : [never]): void => {};

test("Cell and Row follow from the options", () => {
  same<
    Cell<Record<never, never>>,
    null | boolean | number | string | bigint | Date | JsonValue | Uint8Array
  >();
  same<
    Cell<{ bigint: "number"; timestamp: "string"; json: "text"; binary: "hex"; decimal: "number" }>,
    null | boolean | number | string
  >();
  same<
    Cell<{ bigint: "string"; timestamp: "temporal"; json: "text"; binary: "hex" }>,
    null | boolean | number | string | InstantLike
  >();
  same<
    Cell<{ bigint: "string"; timestamp: "date"; json: "text"; binary: "hex"; text: "bytes" }>,
    null | boolean | number | string | Date | Uint8Array
  >();
  same<Row<{ timestamp: "date" }>, Record<string, Cell<{ timestamp: "date" }>>>();
});
