/**
 * How a REST request says who asks (protocol.md §1.3).
 *
 * @module
 */
import { InterfaceError, UnsupportedError } from "../../errors.ts";
import { encodeBase64 } from "../../internal/bytes.ts";
import type { ResolvedOptions } from "../../options.ts";

/** What identifies the client in a request. */
export interface Credentials {
  /** The `Authorization` header; the adapter wants one beside a cloud token too. */
  readonly authorization: string;
  /** Token of the cloud gateway, for the query part of the URL. */
  readonly token: string | undefined;
  /** Texts that no message may show. */
  readonly secrets: readonly string[];
}

/** `user:password` as Basic sends it: base64 of UTF-8. */
function basic({ user, password }: ResolvedOptions): string {
  if (user.includes(":")) {
    throw new InterfaceError(
      "option user: REST (Basic authorization) cannot send a user name with a colon",
    );
  }
  return `Basic ${encodeBase64(new TextEncoder().encode(`${user}:${password}`))}`;
}

/**
 * Puts the credentials together; a token function is asked here, once a connection.
 *
 * @throws {InterfaceError} when the options cannot go together over REST.
 */
export async function credentialsOf(options: ResolvedOptions): Promise<Credentials> {
  const { bearerToken, totp } = options;
  if (totp !== undefined) {
    throw new UnsupportedError("option totp: REST takes no one-time code; a ws: URL does");
  }
  const token = typeof options.token === "function" ? await options.token() : options.token;
  if (token !== undefined && bearerToken !== undefined) {
    throw new InterfaceError(
      "options token and bearerToken: the server ignores bearerToken beside a cloud token",
    );
  }
  const authorization = bearerToken === undefined ? basic(options) : `Bearer ${bearerToken}`;
  const shown = token === undefined ? [] : [token, encodeURIComponent(token)];
  return {
    authorization,
    token,
    secrets: [...shown, authorization.replace(/^\w+ /, ""), authorization],
  };
}
