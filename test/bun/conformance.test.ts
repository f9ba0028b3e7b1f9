import { test } from "bun:test";
import { announce, runCase, runnable } from "../conformance/runner.ts";

announce("bun");
for (const subject of runnable) test(subject.name, () => runCase(subject, "bun"));
