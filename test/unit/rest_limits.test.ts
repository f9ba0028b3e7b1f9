/** What ends reading over REST early, and what that leaves behind. */

import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { initCodec } from "../../mod.ts";
import { Endpoint } from "../../src/transports/fetch/endpoint.ts";
import { StatementBody } from "../../src/transports/fetch/results.ts";
import { affected, failed, fakeFetch, open, rows } from "./rest_fake.ts";

const meta = [["v", "INT", 4]];
const many = rows(meta, Array.from({ length: 5_000 }, (_, i) => `[${i}]`).join(","), 5_000);

it("query() over REST leaves no listener on a signal that outlives it, however it ends", async () => {
  const { signal } = new AbortController();
  const { connection } = await open((sql) => {
    if (sql === "many") return { ...many, pieceBytes: 1_000 };
    if (sql === "broken") return { ...many, body: '{"code":0,', end: "error" };
    return sql === "wrong" ? failed(0x2600, "syntax error") : affected(0);
  });
  const listeners = () => getEventListeners(signal, "abort").length;
  expect((await connection.query("many", [], { signal })).rowCount).toBe(5_000);
  expect(listeners()).toBe(0);
  expect(await connection.query("many", [], { signal }).value()).toBe(0);
  expect(listeners()).toBe(0);
  for (const sql of ["wrong", "broken"]) {
    await expect(connection.query(sql, [], { signal })).rejects.toThrow();
    expect(listeners()).toBe(0);
  }
  const disposed = connection.query("many", [], { signal });
  await disposed.fields();
  await disposed[Symbol.asyncDispose]();
  expect(listeners()).toBe(0);
  await connection.query("insert", [], { signal }).fields();
  expect(listeners()).toBe(0);
  await connection.exec("insert", [], { signal });
  expect(listeners()).toBe(0);
});

it("rows that are freed while they are read end in an error, and not as if there were no more", async () => {
  const codec = await initCodec();
  const answer = { ...many, pieceBytes: 1_000, end: "never" } as const;
  const { fetch } = fakeFetch(() => ({ ...answer, body: String(answer.body).slice(0, 500) }));
  const url = "http://host:6041";
  const credentials = { authorization: "Basic x", token: undefined, secrets: [] };
  const endpoint = new Endpoint({ url, credentials, compression: false, fetch });
  const call = { reqId: 1n, signal: undefined, timeoutMs: 0 };
  const request = { path: "/rest/sql", query: {}, body: "select", what: "a statement" };
  const reply = await endpoint.post(request, call);
  const parser = codec.openRest();
  const body = new StatementBody({ reply, parser, facts: { reqId: 1n }, url, precision: "ms" });
  const reading = body.next(call);
  setTimeout(() => body.free(), 10);
  await expect(reading).rejects.toMatchObject({ name: "InterfaceError", message: /freed/ });
});
