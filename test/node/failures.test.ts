import { it } from "vitest";
import { announceFailures, failureCases, runFailure } from "../failures/runner.ts";

announceFailures("node");
for (const subject of failureCases) {
  it(subject.name, () => runFailure(subject, "node"), subject.timeoutMs);
}
