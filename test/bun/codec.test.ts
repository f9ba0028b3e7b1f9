import { test } from "bun:test";
import { codecCases } from "../codec/cases.ts";

for (const { name, run } of codecCases) test(name, run);
