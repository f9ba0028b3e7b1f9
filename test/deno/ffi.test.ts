import { announceNative, nativeCases, standIn } from "../conformance/native_env.ts";
import { runCase } from "../conformance/runner.ts";
import { loadingCases } from "../native/loading_cases.ts";

const loading = standIn() === undefined ? [] : loadingCases;
const cases = nativeCases();
announceNative(cases.length, "deno");
for (const { name, run } of loading) Deno.test(name, run);
for (const subject of cases) Deno.test(subject.name, () => runCase(subject, "deno"));
