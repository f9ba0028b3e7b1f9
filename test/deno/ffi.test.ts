import { equal } from "node:assert/strict";
import { standIn } from "../conformance/env.ts";
import { announceNative, nativeCases, runCase } from "../conformance/runner.ts";

const cases = nativeCases();
announceNative(cases, "deno");
for (const subject of cases) Deno.test(subject.name, () => runCase(subject, "deno"));

const path = standIn();
if (path !== undefined) {
  Deno.test("libtaos has nothing open after all cases", () => {
    const library = Deno.dlopen(path, {
      standin_live: { parameters: ["pointer"], result: "i64" },
    });
    equal(library.symbols.standin_live(null), 0n);
    library.close();
  });
}
