/**
 * The list of all failure cases.
 *
 * @module
 */
import { boundCases } from "./bound_cases.ts";
import { cancelCases } from "./cancel_cases.ts";
import type { FailureCase } from "./case.ts";
import { channelCases } from "./channel_cases.ts";
import { connectCases } from "./connect_cases.ts";
import { frameCases } from "./frame_cases.ts";
import { insertPartCases } from "./insert_part_cases.ts";
import { leakCases } from "./leak_cases.ts";
import { oldServerCases } from "./old_server_cases.ts";
import { resultCases } from "./result_cases.ts";
import { secretCases } from "./secret_cases.ts";
import { stackCases } from "./stack_cases.ts";
import { statementCases } from "./statement_cases.ts";
import { statementReleaseCases } from "./statement_release_cases.ts";
import { tmqCases } from "./tmq_cases.ts";
import { tmqContractCases } from "./tmq_contract_cases.ts";
import { tmqKillCases } from "./tmq_kill_cases.ts";
import { tmqLossCases } from "./tmq_loss_cases.ts";
import { tmqOldCases } from "./tmq_old_cases.ts";
import { tmqPlaceCases } from "./tmq_place_cases.ts";
import { writerCases } from "./writer_cases.ts";

/** All cases, in the order they run. */
export const failureCases: readonly FailureCase[] = [
  ...connectCases,
  ...secretCases,
  ...resultCases,
  ...frameCases,
  ...channelCases,
  ...cancelCases,
  ...statementCases,
  ...statementReleaseCases,
  ...insertPartCases,
  ...boundCases,
  ...writerCases,
  ...oldServerCases,
  ...leakCases,
  ...stackCases,
  ...tmqCases,
  ...tmqPlaceCases,
  ...tmqContractCases,
  ...tmqOldCases,
  ...tmqLossCases,
  ...tmqKillCases,
];
