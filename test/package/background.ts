/**
 * Scripts that serve something beside the tests.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { root } from "./project.ts";

/** Starts a script of this repository that writes its URL as the first line and ends with its input. */
export async function startInBackground(
  script: string,
  ...args: string[]
): Promise<{ url: string; end(): void }> {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [url] = await once(createInterface(child.stdout), "line") as [string];
  return { url, end: () => void child.stdin.end() };
}
