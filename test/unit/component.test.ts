import { it } from "vitest";
import { componentChecks } from "../support/component.ts";

for (const [name, check] of Object.entries(componentChecks)) it(name, check);
