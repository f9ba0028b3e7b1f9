import { announceFailures, failureCases, runFailure } from "../failures/runner.ts";

announceFailures("deno");
for (const subject of failureCases) Deno.test(subject.name, () => runFailure(subject, "deno"));
