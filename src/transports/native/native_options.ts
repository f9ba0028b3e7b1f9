/**
 * What the options of a connection mean to libtaos.
 *
 * @module
 */
import { type HostPort, safeUrl } from "../../dsn.ts";
import { UnsupportedError } from "../../errors.ts";
import type { ResolvedOptions } from "../../options.ts";

/** Stands for the server that taos.cfg names. */
const configured: HostPort = { host: "", port: 0 };

/** The first number of libtaos's text about the server that looks like a version. */
const versionPattern = /\d+\.\d+\.\d+[\w.]*/;

/** Throws for options that mean nothing to libtaos. */
export function requireNative({ token }: ResolvedOptions): void {
  if (token === undefined) return;
  throw new UnsupportedError("option token: it is for the cloud gateway, which a wss: URL reaches");
}

/** The servers to try, as in the options; without any, one without a host, for which taos.cfg decides. */
export function serversOf({ nativeHosts }: ResolvedOptions): readonly HostPort[] {
  return nativeHosts.length > 0 ? nativeHosts : [configured];
}

/** A server's URL without secrets. */
export function serverUrl(server: HostPort | undefined): string {
  return safeUrl("taos+native", server === configured ? undefined : server);
}

/** The version in libtaos's text about the server; undefined when it tells none. */
export function versionIn(serverInfo: string): string | undefined {
  return versionPattern.exec(serverInfo)?.[0];
}
