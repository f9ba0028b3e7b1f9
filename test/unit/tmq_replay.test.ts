import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { type Message, subscribe } from "../../mod.ts";
import { replayOf } from "../failures/fake_recording.ts";
import { FakeServer } from "../failures/fake_server.ts";

const servers: FakeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** All messages that a recorded conversation brings. */
async function replay(
  file: string,
  conn?: number,
): Promise<{ messages: Message[]; server: FakeServer }> {
  const { script } = replayOf(file, conn);
  const server = await FakeServer.start({ script });
  servers.push(server);
  const options = {
    topics: ["t"],
    groupId: "g",
    offsetReset: "earliest",
    autoCommit: false,
  } as const;
  await using consumer = await subscribe(server.url, options);
  const messages: Message[] = [];
  for (let message = await consumer.poll(); message !== null; message = await consumer.poll(600)) {
    messages.push(message);
  }
  return { messages, server };
}

const meters = JSON.parse(
  readFileSync(new URL("../golden/wire/py_tmq.meters.rest.json", import.meta.url), "utf8")
    .replaceAll(/\b(\d{16,})\b/g, '"$1"'),
) as { column_meta: [string, string, number][]; data: unknown[][] };

/** A recorded row by column, with the name of its table; what REST writes as text or number is brought into one form. */
function expectedRows(): Record<string, unknown>[] {
  return meters.data.map((row) => {
    const cells = Object.fromEntries(meters.column_meta.map(([name], i) => [name, row[i]]));
    return { ...cells, table: String(cells["location"]).slice("loc-".length) };
  });
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "bigint" ? Number(value) : value;
}

/** The rows that messages brought, merged by table and time as the server does. */
function mergedRows(
  messages: readonly Message[],
  tableOf: (row: Record<string, unknown>, table: string | null) => string,
) {
  const rows = new Map<string, Record<string, unknown>>();
  for (const block of messages.flatMap(({ blocks }) => blocks)) {
    for (const row of block.rows()) {
      const table = tableOf(row, block.table);
      const cells = Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, plain(value)]),
      );
      const key = `${table} ${cells["ts"]}`;
      rows.set(key, { ...rows.get(key), ...cells, table });
    }
  }
  return rows;
}

function compare(
  rows: ReadonlyMap<string, Record<string, unknown>>,
  columns: readonly string[],
): void {
  const expected = expectedRows();
  for (const row of expected) {
    const got = rows.get(`${row["table"]} ${row["ts"]}`);
    for (const name of columns) {
      expect([row["table"], row["ts"], name, got?.[name] ?? null]).toEqual([
        row["table"],
        row["ts"],
        name,
        name === "u64" && row[name] !== null ? Number(row[name]) : row[name],
      ]);
    }
  }
  expect([...rows.values()].filter(({ table }) => table !== "nt").length).toBe(expected.length);
}

describe("subscribe() replays py_tmq", () => {
  it("a topic of a query: exactly the rows", async () => {
    const { messages } = await replay("py_tmq.jsonl", 1);
    expect(messages.map(({ kind, blocks }) => [kind, blocks.length])).toEqual([["data", 7]]);
    compare(mergedRows(messages, (row) => String(row["tbname"])), ["current", "voltage"]);
    expect(messages[0]).toMatchObject({
      topic: "tp_sel",
      database: "g_tmq",
      vgroupId: 59,
      offset: 0n,
      nextOffset: 11n,
    });
  });

  it("a topic of a super table: each row with its table", async () => {
    const { messages } = await replay("py_tmq.jsonl", 2);
    compare(mergedRows(messages, (_row, table) => table!), [
      "current",
      "voltage",
      "note",
      "ok",
      "u8",
      "u64",
      "extra",
    ]);
    const first = messages[0]!.blocks[0]!.rows()[0]!;
    expect([first["ok"], first["u8"], first["u64"], first["note"]]).toEqual([
      true,
      200,
      2n ** 64n - 1n,
      "北京",
    ]);
  });

  it("a topic of a database: rows, another table, and every message acknowledged", async () => {
    const { messages, server } = await replay("py_tmq.jsonl", 3);
    const shape = messages.map(({ kind, offset, nextOffset }) => [kind, offset, nextOffset]);
    expect(shape).toEqual([
      ["metadata", 2n, 2n],
      ["data+metadata", 2n, 6n],
      ["metadata", 7n, 7n],
      ["data", 7n, 8n],
      ["metadata", 9n, 9n],
      ["data", 9n, 22n],
    ]);
    const rows = mergedRows(messages, (_row, table) => table!);
    compare(rows, ["current", "voltage", "note", "ok", "u8", "u64", "extra"]);
    expect([...rows.values()].filter(({ table }) => table === "nt")).toEqual([
      { table: "nt", ts: "2023-11-14T22:13:20.005Z", v: 5 },
    ]);
    const acknowledged = server.of("poll").map(({ args }) => args["message_id"]);
    expect(acknowledged.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe("subscribe() replays raw_tmq_session", () => {
  it("gives its metadata events as typed objects, and its data", async () => {
    const { messages } = await replay("raw_tmq_session.jsonl");
    const events = messages.flatMap(({ metadata }) => metadata);
    expect(messages.map(({ kind }) => kind).filter((kind) => kind === "metadata").length).toBe(
      events.length,
    );
    expect(events.map((event) => event.type)).toEqual([
      "create",
      "create",
      "alter",
      "alter",
      "alter",
      "create",
      "delete",
      "create",
      "drop",
      "alter",
      "drop",
    ]);
    const [stable, child, added, resized, tagged, normal, deleted, , dropped, removed, last] =
      events;
    expect(stable).toMatchObject({
      tableType: "super",
      tableName: "st",
      tags: [{ name: "t", type: "INT" }, { name: "l", type: "VARCHAR", length: 8 }],
    });
    expect(stable).toHaveProperty("columns.2", {
      name: "s",
      type: "NCHAR",
      length: 8,
      isPrimaryKey: false,
      encode: "disabled",
      compress: "zstd",
      level: "medium",
    });
    const tags = [{ name: "t", type: "INT", value: 1 }, {
      name: "l",
      type: "VARCHAR",
      value: "one",
    }];
    expect(child).toEqual({
      type: "create",
      tableType: "child",
      tableName: "c1",
      tables: [{ tableName: "c1", using: "st", tags }],
    });
    expect(added).toEqual({
      type: "alter",
      tableType: "super",
      tableName: "st",
      change: "add-column",
      alterType: 5,
      column: "extra",
      columnType: "DOUBLE",
    });
    expect(resized).toMatchObject({
      change: "resize-column",
      column: "s",
      columnType: "NCHAR",
      length: 16,
    });
    expect(tagged).toMatchObject({
      tableType: "child",
      change: "set-tag",
      tags: [{ name: "t", value: "11" }],
    });
    expect(normal).toMatchObject({ tableType: "normal", tableName: "sjt" });
    expect(deleted).toEqual({
      type: "delete",
      sql: "delete from `c1` where `ts` >= 1700000000001 and `ts` <= 1700000000001",
    });
    expect(dropped).toEqual({ type: "drop", tableType: "other", tableNames: ["c2"] });
    expect(removed).toMatchObject({ change: "drop-column", column: "extra" });
    expect(last).toEqual({ type: "drop", tableType: "super", tableNames: ["sj"] });
    const rows = messages.flatMap(({ blocks }) => blocks).map((
      block,
    ) => [block.table, block.rows()]);
    expect(rows).toEqual([
      ["c1", [
        { ts: new Date(1_700_000_000_000), v: 1, s: "北京", de: "1.500" },
        { ts: new Date(1_700_000_000_001), v: null, s: null, de: null },
      ]],
      ["sjt", [{ ts: new Date(1_700_000_000_000), v: 5 }]],
    ]);
  });
});
