/**
 * The list of all failure cases.
 *
 * @module
 */
import type { FailureCase } from "./case.ts";
import { connectCases } from "./connect_cases.ts";
import { frameCases } from "./frame_cases.ts";
import { resultCases } from "./result_cases.ts";
import { secretCases } from "./secret_cases.ts";

/** All cases, in the order they run. */
export const failureCases: readonly FailureCase[] = [
  ...connectCases,
  ...secretCases,
  ...resultCases,
  ...frameCases,
];
