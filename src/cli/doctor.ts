/**
 * `tdwire doctor`: looks at the way to a server step by step.
 *
 * @module
 */

import { env, stdout } from "node:process";
import { InterfaceError } from "../../mod.ts";
import { adapterHosts, type HostPort, parseDsn, type Target } from "../dsn.ts";
import type { Finding } from "./checks/finding.ts";
import { checkHost } from "./checks/host.ts";
import { checkNative } from "./checks/native.ts";
import { checkSession } from "./checks/session.ts";
import type { Command } from "./commands.ts";
import {
  CONNECTION_HELP,
  connectionOptions,
  type ConnectionValues,
  serverUrl,
} from "./connection_options.ts";
import { tell } from "./output.ts";
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
  libtaos     whether the native library can be used here; taos: uses it where it is, and then
              needs no taosAdapter
Of several servers one that answers is enough.

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
  const style = styleOf(stdout);
  let failures = 0;
  for await (const finding of examine(values)) {
    if (finding.status === "fail") failures++;
    await tell(formatFinding(finding, style));
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
  const { transport, secure } = target;
  const native = transport === "auto" ? await checkNative(target) : undefined;
  const isNative = transport === "native" || native?.isFound === true;
  if (isNative || (yield* checkHosts(adapterHosts(target), secure))) {
    yield* checkSession(url, values.database, isNative);
  }
  if (transport !== "native") yield (native ?? await checkNative(target)).finding;
}

/** Looks at each server, and gives whether one answers; those that do not are passed over then. */
async function* checkHosts(
  hosts: readonly HostPort[],
  secure: boolean,
): AsyncGenerator<Finding, boolean, undefined> {
  let answering = 0;
  for (const { host, port } of hosts) {
    if (yield* checkHost({ host, port, secure }, hosts.length > 1 ? "note" : "fail")) answering++;
  }
  if (answering === 0 && hosts.length > 1) {
    yield { name: "servers", status: "fail", text: `none of the ${hosts.length} answers` };
  }
  return answering > 0;
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
