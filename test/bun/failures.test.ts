import { test } from "bun:test";
import { announceFailures, failureCases, runFailure } from "../failures/runner.ts";

announceFailures("bun");
for (const subject of failureCases) {
  test(subject.name, () => runFailure(subject, "bun"), subject.timeoutMs);
}
