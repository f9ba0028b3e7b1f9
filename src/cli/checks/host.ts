/**
 * Checks of one server, from its name to its HTTP answer.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { connect as connectSocket, isIP } from "node:net";
import { withDeadline } from "../../internal/abort.ts";
import { type Finding, limitMs, reasonOf } from "./finding.ts";

/** One server. */
export interface CheckedHost {
  readonly host: string;
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
}

/**
 * Looks at a server, step by step, up to the first that fails.
 *
 * @param server Where it is.
 * @param failure Status of the step that fails: a note where another server may answer.
 * @returns Whether it answers.
 */
export async function* checkHost(
  server: CheckedHost,
  failure: "fail" | "note",
): AsyncGenerator<Finding, boolean, undefined> {
  for (const check of [checkName, checkPort, checkHttp]) {
    const finding = await check(server);
    const isEnd = finding.status === "fail";
    yield isEnd ? { ...finding, status: failure } : finding;
    if (isEnd) return false;
  }
  return true;
}

const limit = { timeoutMs: limitMs, what: "the look-up of the name" };

async function checkName({ host }: CheckedHost): Promise<Finding> {
  const name = "name";
  if (isIP(host) !== 0) return { name, status: "ok", text: `${host} is an address` };
  try {
    const found = await withDeadline(limit, () => lookup(host, { all: true }));
    const addresses = found.map(({ address }) => address).join(", ");
    return { name, status: "ok", text: `${host} is ${addresses}` };
  } catch (error) {
    return {
      name,
      status: "fail",
      text: `${host}: ${reasonOf(error)}`,
      advice: "check the spelling, and whether this machine's DNS or /etc/hosts knows the name",
    };
  }
}

async function checkPort({ host, port }: CheckedHost): Promise<Finding> {
  const name = "port";
  const startMs = performance.now();
  try {
    await reach(host, port);
  } catch (error) {
    const isRefused = Reflect.get(error as Error, "code") === "ECONNREFUSED";
    return {
      name,
      status: "fail",
      text: `${host}:${port}: ${reasonOf(error)}`,
      advice: isRefused
        ? 'nothing listens there: start taosAdapter ("systemctl start taosadapter"), or for trying "tdwire dev"; taosd\'s own port 6030 is another one'
        : "a firewall between here and there may drop the connection, or the machine is off",
    };
  }
  const tookMs = (performance.now() - startMs).toFixed(1);
  return { name, status: "ok", text: `${host}:${port} takes connections (${tookMs} ms)` };
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no answer in ${limitMs / 1000} s`)),
      limitMs,
    );
    socket.once("connect", () => {
      resolve();
      socket.destroy();
    });
    socket.once("error", reject);
    socket.once("close", () => clearTimeout(timer));
  });
}

async function checkHttp({ host, port, secure }: CheckedHost): Promise<Finding> {
  const name = "http";
  const url = `${secure ? "https" : "http"}://${
    host.includes(":") ? `[${host}]` : host
  }:${port}/-/ping`;
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
    if (ok) return { name, status: "ok", text: `${url} answers` };
    return {
      name,
      status: "note",
      text: `${url} answers ${status}`,
      advice: "taosAdapter answers 200: this may be another server, or a proxy before it",
    };
  } catch (error) {
    return {
      name,
      status: "fail",
      text: `${url}: ${reasonOf(error)}`,
      advice: secure
        ? "the server may not speak TLS (try ws: or http:), or its certificate is not trusted here (Node: NODE_EXTRA_CA_CERTS)"
        : "it speaks no HTTP: the port may be another server's, or want TLS (try wss: or https:)",
    };
  }
}
