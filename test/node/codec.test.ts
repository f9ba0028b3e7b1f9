import { it } from "vitest";
import { codecCases } from "../codec/cases.ts";

for (const { name, run } of codecCases) it(name, run);
