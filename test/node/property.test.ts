import { it } from "vitest";
import { propertyTests } from "../property/runner.ts";

for (const { name, run } of propertyTests("node", 10_000)) it(name, run, 600_000);
