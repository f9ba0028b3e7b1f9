import { dlopen } from "bun:ffi";
import { test } from "bun:test";
import { equal } from "node:assert/strict";
import { standIn } from "../conformance/env.ts";
import { announceNative, nativeCases, runCase } from "../conformance/runner.ts";

const cases = nativeCases();
announceNative(cases, "bun");
for (const subject of cases) test(subject.name, () => runCase(subject, "bun"));

const path = standIn();
if (path !== undefined) {
  test("libtaos has nothing open after all cases", () => {
    const library = dlopen(path, { standin_live: { args: ["ptr"], returns: "i64" } });
    equal(library.symbols.standin_live(null), 0n);
    library.close();
  });
}
