import { runnableCases, type StandInExports } from "../native/runner.ts";

const open = (path: string) =>
  Deno.dlopen(path, {
    standin_live: { parameters: ["buffer"], result: "i64" },
    standin_fail: { parameters: ["buffer", "i32", "i32"], result: "void" },
    standin_delay: { parameters: ["buffer", "i32"], result: "void" },
    standin_calls: { parameters: ["buffer"], result: "i64" },
    standin_last_bind: { parameters: ["buffer", "i64"], result: "i64" },
  }).symbols as unknown as StandInExports;

for (const { name, run } of runnableCases("deno", open)) Deno.test(name, run);
