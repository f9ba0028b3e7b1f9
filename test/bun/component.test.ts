import { test } from "bun:test";
import { componentChecks } from "../support/component.ts";

for (const [name, check] of Object.entries(componentChecks)) test(name, check);
