import { dlopen } from "bun:ffi";
import { test } from "bun:test";
import { equal } from "node:assert/strict";
import { nativeTarget } from "../conformance/env.ts";
import { nativeOnlyCases, type StandIn } from "../conformance/native.ts";
import { announceNative, nativeCases, runCase } from "../conformance/runner.ts";

const target = nativeTarget();
const own = target.isStandIn ? nativeOnlyCases : [];
const shared = nativeCases(target);

function standIn(): StandIn {
  const { symbols } = dlopen(target.library, {
    standin_live: { args: ["ptr"], returns: "i64" },
    standin_fail: { args: ["ptr", "i32", "i32"], returns: "void" },
    standin_delay: { args: ["ptr", "i32"], returns: "void" },
    standin_calls: { args: ["ptr"], returns: "i64" },
  });
  const text = (name: string) => new TextEncoder().encode(`${name}\0`);
  return {
    live: (kind) => symbols.standin_live(text(kind)),
    fail: (name, nth, code) => void symbols.standin_fail(text(name), nth, code),
    delay: (name, milliseconds) => void symbols.standin_delay(text(name), milliseconds),
    calls: (name) => symbols.standin_calls(text(name)),
  };
}

announceNative(own.length + shared.length, "bun");
for (const subject of own) test(subject.name, () => subject.run({ target, standIn }));
for (const subject of shared) test(subject.name, () => runCase(subject, "bun"));
if (target.isStandIn) {
  test("libtaos has nothing open after all cases", () => {
    const control = standIn();
    for (const kind of ["connection", "result", "statement", "consumer", "conf", "list", "raw"]) {
      equal(control.live(kind), 0n, kind);
    }
  });
}
