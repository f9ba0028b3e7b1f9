/**
 * Errors: which classes there are, and what they tell.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { equal, ok } from "node:assert/strict";
import process from "node:process";
import { connect, InterfaceError, isTaosError, ProgrammingError, type TaosError } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
const url = given ?? server!.url;
await using db = await connect(url);

/** The error that an action ends with. */
async function errorOf(action: () => PromiseLike<unknown>): Promise<TaosError> {
  try {
    await action();
  } catch (error) {
    if (!isTaosError(error)) throw error;
    const { name, code, codeName, kind, outcome, retryable, message } = error;
    console.log(
      `${name} 0x${code.toString(16)} ${codeName} (${kind}, ${outcome}, retryable: ${retryable})`,
    );
    console.log(`  ${message}`);
    return error;
  }
  throw new Error("an error was expected");
}

// The SQL is wrong, or its objects.
ok(await errorOf(() => db.exec("selec 1")) instanceof ProgrammingError);
const missing = await errorOf(() =>
  db.query("select * from example_no_database.t", [], { reqId: 9n })
);
equal(missing.reqId, 9n);
equal(missing.outcome, "rejected");

// The call is wrong: nothing was sent.
const used = db.query("select 1 as one");
await used;
ok(await errorOf(() => used) instanceof InterfaceError);
equal((await errorOf(() => db.query("select ?", [1, 2]))).outcome, "not-sent");

// The login is refused.
const refused = await errorOf(() => connect(url, { password: "wrong" }));
equal(refused.name, "ConnectionError");
ok(!refused.message.includes("wrong"));

// Whoever aborts a call gets the reason.
const reason = new Error("enough");
const aborted = db.query("select 1 as one", [], { signal: AbortSignal.abort(reason) });
equal(await aborted.catch((error: unknown) => error), reason);
