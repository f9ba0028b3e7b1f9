import { test } from "bun:test";
import { announceNative, nativeCases, standIn } from "../conformance/native_env.ts";
import { runCase } from "../conformance/runner.ts";
import { loadingCases } from "../native/loading_cases.ts";

const loading = standIn() === undefined ? [] : loadingCases;
const cases = nativeCases();
announceNative(cases.length, "bun");
for (const { name, run } of loading) test(name, run);
for (const subject of cases) test(subject.name, () => runCase(subject, "bun"));
