/**
 * Check of libtaos, which is searched for as `connect()` does.
 *
 * @module
 */

import { connect, isTaosError } from "../../../mod.ts";
import type { Target } from "../../dsn.ts";
import { type Finding, limitMs, reasonOf } from "./finding.ts";

/** What was found, and whether the library loads. */
export interface NativeFinding {
  readonly finding: Finding;
  readonly isFound: boolean;
}

/** Looks for libtaos and logs in with it. It is an extra: what is missing is no failure. */
export async function checkNative(
  { transport, hosts, user, password, options: { library, configDir } }: Target,
): Promise<NativeFinding> {
  const name = "libtaos";
  const { host, port } = hosts[0] ?? { host: "localhost" };
  const address = host.includes(":") ? `[${host}]` : host;
  // Other URLs name the port of taosAdapter.
  const taosd = transport === "auto" && port !== undefined ? `${address}:${port}` : address;
  try {
    await using _ = await connect(`taos+native://${taosd}`, {
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(library !== undefined && { library }),
      ...(configDir !== undefined && { configDir }),
      connectTimeoutMs: limitMs,
    });
    const finding: Finding = { name, status: "ok", text: `found, and logs in at ${taosd}` };
    return { finding, isFound: true };
  } catch (error) {
    // Where the library is not found, the call itself is what cannot be done.
    const isFound = isTaosError(error) && error.kind !== "usage";
    // The message has the reason of each place that was looked at.
    const [what, ...places] = reasonOf(error).split(/(?<=loaded): |; /);
    const text = isFound ? `found, but does not log in: ${what}` : `not used: ${what}`;
    const hint = isTaosError(error) ? error.hint : undefined;
    const advice = hint === undefined ? places : [hint, ...places];
    return { finding: { name, status: "note", text, advice }, isFound };
  }
}
