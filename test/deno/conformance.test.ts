import { announce, runCase, runnable } from "../conformance/runner.ts";

announce("deno");
for (const subject of runnable) Deno.test(subject.name, () => runCase(subject, "deno"));
