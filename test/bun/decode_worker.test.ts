import { test } from "bun:test";
import { decodeWorkerChecks } from "../support/decode_worker.ts";

for (const [name, check] of Object.entries(decodeWorkerChecks)) test(name, check);
