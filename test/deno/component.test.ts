import { componentChecks } from "../support/component.ts";

for (const [name, check] of Object.entries(componentChecks)) Deno.test(name, check);
