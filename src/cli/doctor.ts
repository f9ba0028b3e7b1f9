/**
 * `tdwire doctor`: looks at the way to a server step by step.
 *
 * @module
 */

import { env, stdout } from "node:process";
import { connect, InterfaceError } from "../../mod.ts";
import { adapterHosts, parseDsn, type Target } from "../dsn.ts";
import { type Finding, limitMs, reasonOf } from "./checks/finding.ts";
import { checkHost } from "./checks/host.ts";
import { checkSession } from "./checks/session.ts";
import type { Command } from "./commands.ts";
import {
  CONNECTION_HELP,
  connectionOptions,
  type ConnectionValues,
  serverUrl,
} from "./connection_options.ts";
import { standardOutput } from "./output.ts";
import { type Style, styleOf } from "./terminal.ts";
import { readArguments, requirePositionals } from "./usage.ts";

const HELP = `Usage: tdwire doctor [options]

Looks at the way to a server, and says what to do where it ends:
  url         the URL can be read; no password is shown
  name        the name has an address
  port        something takes connections
  http        it speaks HTTP, as taosAdapter does
  connection  WebSocket, or what the URL asks for, works
  login       user, password and database are right
  version     the server's, and what it is too old for
  clock       how far the server's clock and this one are apart
  libtaos     whether the native library can be used here; nothing needs it

Options:
${CONNECTION_HELP}
Examples:
  tdwire doctor
  tdwire doctor --url wss://reader:secret@db.example.com:6041/power

Exit codes: 0 the client can work, 1 it cannot, 2 wrong command line.
`;

/** The command. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "Find out why a server cannot be reached",
  help: HELP,
  run: runDoctor,
};

async function runDoctor(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, connectionOptions);
  requirePositionals(positionals);
  const output = standardOutput();
  const style = styleOf(stdout);
  let failures = 0;
  for await (const finding of examine(values)) {
    if (finding.status === "fail") failures++;
    await output.write(formatFinding(finding, style));
  }
  return failures === 0 ? 0 : 1;
}

function formatFinding({ name, status, text, advice = [] }: Finding, style: Style): string {
  const marks = { ok: style.green("ok  "), note: style.bold("note"), fail: style.red("FAIL") };
  const lines = [`${marks[status]}  ${name.padEnd(10)}  ${text}`];
  for (const line of [advice].flat()) lines.push(`                  → ${line}`);
  return `${lines.join("\n")}\n`;
}

async function* examine(values: ConnectionValues): AsyncGenerator<Finding, void, undefined> {
  const url = serverUrl(values);
  let target: Target;
  try {
    target = parseDsn(url);
  } catch (error) {
    if (!(error instanceof InterfaceError)) throw error;
    const advice = "a URL is ws://user:password@host:6041/database";
    yield { name: "url", status: "fail", text: error.message, advice };
    return;
  }
  yield { name: "url", status: "ok", text: `${shownUrl(target)}, ${originOf(values)}` };
  const hosts = target.transport === "native" ? [] : adapterHosts(target);
  let answering = 0;
  for (const { host, port } of hosts) {
    if (yield* checkHost({ host, port, secure: target.secure })) answering++;
  }
  if (hosts.length === 0 || answering > 0) yield* checkSession(url, values.database);
  if (target.transport !== "native") yield await checkNative(target);
}

/** The URL without password and options, which may hold a token. */
function shownUrl({ scheme, user, hosts, database }: Target): string {
  const list = hosts.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`);
  const login = user === undefined ? "" : `${user}@`;
  return `${scheme}://${login}${list.join(",")}${database === undefined ? "" : `/${database}`}`;
}

function originOf({ url }: ConnectionValues): string {
  if (url !== undefined) return "from --url";
  return env["TDENGINE_URL"] ? "from TDENGINE_URL" : "the default";
}

/** Whether libtaos can be used here. It is an extra: what is missing is no failure. */
async function checkNative({ hosts, user, password }: Target): Promise<Finding> {
  const name = "libtaos";
  const host = hosts[0]?.host ?? "localhost";
  const login = {
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  };
  try {
    await using db = await connect(`taos+native://${host.includes(":") ? `[${host}]` : host}`, {
      ...login,
      connectTimeoutMs: limitMs,
    });
    return { name, status: "ok", text: db.transportReason };
  } catch (error) {
    // The message has the reason of each place that was looked at.
    const [what, ...places] = reasonOf(error).split(/(?<=loaded): |; /);
    return { name, status: "note", text: `not used: ${what}`, advice: places };
  }
}
