import { equal } from "node:assert/strict";
import { nativeTarget } from "../conformance/env.ts";
import { nativeOnlyCases, type StandIn } from "../conformance/native.ts";
import { announceNative, nativeCases, runCase } from "../conformance/runner.ts";

const target = nativeTarget();
const own = target.isStandIn ? nativeOnlyCases : [];
const shared = nativeCases(target);

function standIn(): StandIn & Disposable {
  const library = Deno.dlopen(target.library, {
    standin_live: { parameters: ["buffer"], result: "i64" },
    standin_fail: { parameters: ["buffer", "i32", "i32"], result: "void" },
    standin_delay: { parameters: ["buffer", "i32"], result: "void" },
    standin_calls: { parameters: ["buffer"], result: "i64" },
  });
  const { standin_live, standin_fail, standin_delay, standin_calls } = library.symbols;
  const text = (name: string) => new TextEncoder().encode(`${name}\0`);
  return {
    live: (kind) => standin_live(text(kind)),
    fail: (name, nth, code) => standin_fail(text(name), nth, code),
    delay: (name, milliseconds) => standin_delay(text(name), milliseconds),
    calls: (name) => standin_calls(text(name)),
    [Symbol.dispose]: () => library.close(),
  };
}

announceNative(own.length + shared.length, "deno");
for (const subject of own) {
  Deno.test(subject.name, async () => {
    const opened: Disposable[] = [];
    const open = () => {
      const control = standIn();
      opened.push(control);
      return control;
    };
    await subject.run({ target, standIn: open });
    for (const control of opened) control[Symbol.dispose]();
  });
}
for (const subject of shared) Deno.test(subject.name, () => runCase(subject, "deno"));
if (target.isStandIn) {
  Deno.test("libtaos has nothing open after all cases", () => {
    using control = standIn();
    for (const kind of ["connection", "result", "statement", "consumer", "conf", "list", "raw"]) {
      equal(control.live(kind), 0n, kind);
    }
  });
}
