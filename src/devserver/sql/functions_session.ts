/**
 * Functions that tell about the server and the session.
 *
 * @module
 */
import { quoteText } from "../store.ts";
import type { Call, SqlFunction } from "./function_types.ts";
import { typed } from "./typed.ts";
import { fixedType, sizedType, Type } from "./types.ts";

/** A fact, as text of the length it has. */
function fact(text: (call: Call) => string | null): SqlFunction {
  return {
    arguments: [0, 0],
    compile(call) {
      const value = text(call);
      return {
        sql: value === null ? "NULL::VARCHAR" : quoteText(value),
        type: sizedType(Type.varchar, new TextEncoder().encode(value ?? "").length),
        bytes: false,
        constant: false,
      };
    },
  };
}

/** The functions by name. */
export const session: Record<string, SqlFunction> = {
  database: fact(({ scope }) => scope.database),
  server_version: fact(({ scope }) => scope.version),
  client_version: fact(({ scope }) => scope.version),
  current_user: fact(() => "root@127.0.0.1"),
  user: fact(() => "root@127.0.0.1"),
  timezone: fact(({ scope }) => scope.timeZone),
  server_status: { arguments: [0, 0], compile: () => typed("1::INTEGER", fixedType(Type.int)) },
};
