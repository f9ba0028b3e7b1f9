/**
 * `npm run bench`: the measurements below test/bench, each beside a named alternative.
 *
 * @module
 */
import { build, isStale } from "./build.mjs";
import { ensure } from "./ensure.mjs";
import { serverUnderTest, vitest } from "./suites.mjs";

await ensure();
if (isStale() && !await build()) process.exit(1);
const server = await serverUnderTest();
try {
  const { failed } = await vitest("bench", { TDENGINE_TEST_URL: server.url });
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await server.close();
}
