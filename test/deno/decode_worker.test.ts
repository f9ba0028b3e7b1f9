import { decodeWorkerChecks } from "../support/decode_worker.ts";

for (const [name, check] of Object.entries(decodeWorkerChecks)) Deno.test(name, check);
