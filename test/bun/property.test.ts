import { test } from "bun:test";
import { propertyTests } from "../property/runner.ts";

for (const { name, run } of propertyTests("bun", 500)) test(name, run, 600_000);
