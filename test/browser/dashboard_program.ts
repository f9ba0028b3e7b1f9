/**
 * `npm run dashboard` as a process of its own, on a server of the test's.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../.scripts/dashboard.mjs", import.meta.url));

/** Starts it on a free port; `url` is the page's. */
export async function startDashboard(
  serverUrl: string,
): Promise<{ url: string } & AsyncDisposable> {
  const child = spawn(process.execPath, [script, "0"], {
    env: { ...process.env, TDENGINE_URL: serverUrl },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const lines = createInterface(child.stdout);
  const line = await Promise.race([
    (async () => {
      for await (const text of lines) if (text.startsWith("The dashboard is at")) return text;
      return "";
    })(),
    ended.then(() => ""),
  ]);
  const url = /http:\S+/.exec(line)?.[0];
  if (url === undefined) throw new Error("the dashboard did not start");
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
