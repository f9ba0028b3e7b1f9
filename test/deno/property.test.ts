import { propertyTests } from "../property/runner.ts";

for (const { name, run } of propertyTests("deno", 500)) Deno.test(name, run);
