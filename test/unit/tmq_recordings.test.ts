/** All recorded subscriptions, replayed: what the client gives against what another reader finds in the frames. */

import { readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { type Column, type Message, type MessageBlock, subscribe } from "../../mod.ts";
import { consumersIn, replayOf } from "../failures/fake_recording.ts";
import { FakeServer } from "../failures/fake_server.ts";
import { readFrame, readPayload } from "./devserver_tmq_payload.ts";

const recordings = readdirSync(new URL("../golden/wire", import.meta.url))
  .filter((file) => file.endsWith(".jsonl"))
  .flatMap((file) => consumersIn(file).map((conn): [string, number] => [file, conn]));

const servers: FakeServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

/** Cells as the other reader has them: decimals unscaled and cut to 64 bits, JSON not at all. */
function cellsOf(column: Column): unknown[] {
  const { typeCode } = column.field;
  const exact = { timestamp: "bigint", binary: "hex", json: "text" } as const;
  const cells = column.toArray({ ...exact, bigint: "bigint", decimal: "string" });
  if (typeCode === 17 || typeCode === 21) {
    return cells.map((cell) =>
      cell === null ? null : BigInt.asIntN(64, BigInt(String(cell).replace(".", "")))
    );
  }
  return typeCode === 15 ? cells.map((cell) => cell === null) : cells;
}

function shapeOf(block: MessageBlock) {
  const columns = block.columns.map(cellsOf);
  return {
    table: block.table,
    precision: ["ms", "us", "ns"].indexOf(block.precision),
    names: block.fields.map(({ name }) => name),
    types: block.fields.map(({ typeCode }) => typeCode),
    rows: Array.from({ length: block.rowCount }, (_, row) => columns.map((cells) => cells[row])),
  };
}

function expectedBlocks(frame: Uint8Array) {
  const { data, rawType } = readFrame(frame);
  return readPayload(data, rawType).blocks.map(({ columnIds: _, ...block }) => ({
    ...block,
    rows: block.rows.map((row) =>
      row.map((cell, i) => block.types[i] === 15 ? cell === null : cell)
    ),
  }));
}

describe("subscribe() replays a recording", () => {
  it("of which there are some", () => {
    expect(recordings.length).toBeGreaterThanOrEqual(4);
  });

  it.each(recordings)("%s, connection %i: each message once, with its rows and events", async (
    file,
    conn,
  ) => {
    const { script, messages: recorded } = replayOf(file, conn);
    const server = await FakeServer.start({ script });
    servers.push(server);
    await using consumer = await subscribe(server.url, {
      topics: ["t"],
      groupId: "g",
      offsetReset: "earliest",
      autoCommit: false,
    });
    const messages: Message[] = [];
    for (let i = 0; i < recorded.length; i++) messages.push((await consumer.poll(5_000))!);
    expect(await consumer.poll(300)).toBeNull();
    expect(messages.map(({ topic, database, vgroupId, offset }) => ({
      topic,
      database,
      vgroup_id: vgroupId,
      offset: Number(offset),
    }))).toEqual(recorded.map(({ poll }) => {
      const { topic, database, vgroup_id, offset } = poll;
      return { topic, database, vgroup_id, offset };
    }));
    messages.forEach(({ kind, blocks, metadata, nextOffset }, i) => {
      const { poll, frame, meta } = recorded[i]!;
      expect(kind).toBe(["data", "metadata", "data+metadata"][Number(poll["message_type"]) - 1]);
      expect(blocks.map(shapeOf)).toEqual(frame === undefined ? [] : expectedBlocks(frame));
      const end = frame === undefined
        ? BigInt(poll["offset"] as number)
        : readPayload(readFrame(frame).data, readFrame(frame).rawType).end;
      expect(nextOffset).toBe(end);
      if (meta !== undefined) expect(metadata.some(({ type }) => type === "unknown")).toBe(false);
      const batch = (meta as { metas?: unknown[] } | undefined)?.metas;
      if (meta !== undefined) expect(metadata).toHaveLength(batch?.length ?? 1);
    });
    const acknowledged = server.of("poll").map(({ args }) => args["message_id"]);
    const ids = recorded.map(({ poll }) => poll["message_id"]);
    expect(acknowledged.slice(0, ids.length + 1)).toEqual([0, ...ids]);
  });
});
