/** What `tdwire tail` prints of texts that are none. */

import { expect, it } from "vitest";
import { connect, param } from "../../mod.ts";
import { createServer } from "../../src/devserver/mod.ts";
import { start } from "./cli_process.ts";

it.each([["jsonl", 1], ["table", 130]] as const)(
  "tdwire tail never changes VARCHAR that is not UTF-8 in jsonl, and shows U+FFFD to people: %s",
  async (format, code) => {
    await using server = await createServer({ port: 0 });
    await using db = await connect(server.url);
    await db.exec("create database d");
    await db.use("d");
    await db.exec("create table t (ts timestamp, s varchar(8))");
    await db.exec("create topic tp as select s from t");
    await db.insert("t", {
      ts: [1_700_000_000_000],
      s: [param.varchar(Uint8Array.of(0x61, 0xff))],
    });
    const args = ["tail", "--from", "earliest", "--format", format, "tp"];
    const { ended } = start(args, {
      url: server.url,
      onOutput: (_, stop) => stop("SIGINT"),
    });
    const outcome = await ended;
    expect(outcome.code).toBe(code);
    if (format === "table") expect(outcome.stdout).toContain("a\ufffd");
    else {
      expect(outcome.stdout).toBe("");
      expect(outcome.stderr).toContain("not UTF-8");
    }
  },
);
