/**
 * The list of all native cases.
 *
 * @module
 */
import type { NativeCase } from "./case.ts";
import { connectionCases } from "./connection_cases.ts";
import { consumerCases } from "./consumer_cases.ts";
import { consumerFailureCases } from "./consumer_failure_cases.ts";
import { failingCallCases } from "./failing_call_cases.ts";
import { goldenBlockCases } from "./golden_block_cases.ts";
import { statementCases } from "./statement_cases.ts";
import { statementReplayCases } from "./statement_replay_cases.ts";

/** All native cases, in the order they run. */
export const nativeCases: readonly NativeCase[] = [
  ...goldenBlockCases,
  ...statementReplayCases,
  ...connectionCases,
  ...statementCases,
  ...failingCallCases,
  ...consumerCases,
  ...consumerFailureCases,
];
