/**
 * Processes of their own for servers and loads.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";

const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));

/** Runs a script of this folder with the runtime that runs this one. */
export function start(script: string, args: readonly string[] = []): ChildProcess {
  const { pathname } = new URL(`${script}${extension}`, import.meta.url);
  return spawn(process.execPath, [pathname, ...args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
}

/** The first that a process prints. */
export async function firstOutput({ stdout }: ChildProcess): Promise<string> {
  const [text] = await once(stdout!, "data");
  return String(text).trim();
}
