import { codecCases } from "../codec/cases.ts";

for (const { name, run } of codecCases) Deno.test(name, run);
