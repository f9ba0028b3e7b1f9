/**
 * The list of all conformance cases.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { sessionCases } from "./session.ts";

/** All cases, in the order they run. */
export const cases: readonly Case[] = [...sessionCases];
