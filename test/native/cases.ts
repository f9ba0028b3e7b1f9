/**
 * The list of all native cases.
 *
 * @module
 */
import type { NativeCase } from "./case.ts";
import { consumerCases } from "./consumer_cases.ts";
import { consumerFailureCases } from "./consumer_failure_cases.ts";

/** All native cases, in the order they run. */
export const nativeCases: readonly NativeCase[] = [...consumerCases, ...consumerFailureCases];
