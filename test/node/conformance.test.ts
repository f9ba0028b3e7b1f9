import { it } from "vitest";
import { announce, runCase, runnable } from "../conformance/runner.ts";

announce("node");
for (const subject of runnable) it(subject.name, () => runCase(subject, "node"));
