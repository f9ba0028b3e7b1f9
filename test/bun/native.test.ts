import { dlopen } from "bun:ffi";
import { test } from "bun:test";
import { runnableCases, type StandInExports } from "../native/runner.ts";

const open = (path: string) =>
  dlopen(path, {
    standin_live: { args: ["ptr"], returns: "i64" },
    standin_fail: { args: ["ptr", "i32", "i32"], returns: "void" },
    standin_delay: { args: ["ptr", "i32"], returns: "void" },
    standin_calls: { args: ["ptr"], returns: "i64" },
    standin_last_bind: { args: ["ptr", "i64"], returns: "i64" },
  }).symbols as unknown as StandInExports;

for (const { name, run } of runnableCases("bun", open)) test(name, run);
