/** `/rest/tmq` by hand: what is answered, what is not, and what the answers are. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { blocksOf, openConsumer, runSql, subscribe } from "./devserver_tmq_client.ts";
import { readColumns, readFrame } from "./devserver_tmq_payload.ts";

let server: DevServer;

beforeAll(async () => {
  server = await createServer({ port: 0 });
  await runSql(
    server,
    "create database d vgroups 1 keep 36500",
    "create table d.st (ts timestamp, v int, s nchar(8)) tags(g int, j binary(8))",
    "create topic t1 as stable d.st",
    "create topic tm with meta as database d",
    "insert into d.a using d.st tags(1, 'x') values(1700000000000, 1, '北')",
    "insert into d.b using d.st tags(2, 'y') values(1700000000000, 2, null)",
  );
});
afterAll(() => server.close());

const login = { user: "root", password: "taosdata", offset_reset: "earliest", topics: ["t1"] };

/** Sends text and returns whether anything came back within a while. */
async function isSilent(text: string): Promise<boolean> {
  const { client } = await openConsumer(server);
  const before = client.received();
  void client.send(text).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 80));
  const silent = client.received() === before;
  client.close();
  return silent;
}

describe("silences", () => {
  it("nothing answers what cannot be understood", async () => {
    const requests = [
      "{bad",
      "[]",
      "1",
      '{"args":{}}',
      '{"action":"nosuch","args":{"req_id":1}}',
      '{"action":"commit"}',
      '{"action":"commit","args":[]}',
      '{"action":"poll","args":{"req_id":1,"blocking_time":"1"}}',
      '{"action":"subscribe","args":{"req_id":1,"topics":"t1"}}',
      '{"action":"subscribe","args":{"req_id":1,"group_id":5,"topics":["t1"]}}',
      '{"action":"subscribe","args":{"req_id":1,"config":{"group.id":1}}}',
      '{"action":"committed","args":{"req_id":1,"topic_vgroup_ids":[1]}}',
      '{"action":"version","args":{"req_id":"1"}}',
    ];
    const silent = await Promise.all(requests.map(isSilent));
    expect(requests.filter((_, i) => !silent[i])).toEqual([]);
  });

  it("`version` needs no arguments", async () => {
    const { client } = await openConsumer(server);
    expect(await client.send('{"action":"version"}')).toMatchObject({
      code: 0,
      version: "3.3.7.5",
    });
    client.close();
  });

  it("a third poll displaces the one that waits, which is never answered", async () => {
    const consumer = await subscribe(server, ["t1"], "surplus", { offset_reset: "latest" });
    const answered: number[] = [];
    const poll = (id: number, blocking: number) =>
      consumer.client.request("poll", { req_id: id, blocking_time: blocking }).then(() => {
        answered.push(id);
      });
    void poll(901, 150);
    void poll(902, 50).catch(() => undefined);
    await poll(903, 50);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toEqual([901, 903]);
    consumer.close();
  });

  it("a poll before the subscription waits for it", async () => {
    const consumer = await openConsumer(server);
    const polled = consumer.ask("poll", { blocking_time: 500 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await consumer.ask("commit")).message).toBe("tmq not init");
    await consumer.ask("subscribe", { ...login, group_id: "early" });
    expect(await polled).toMatchObject({ have_message: true });
    consumer.close();
  });
});

describe("subscribe", () => {
  it.each([
    [{ group_id: "g", password: "wrong" }, 65535, "init tscObj failed"],
    [{ group_id: "g", topics: ["nosuch"] }, 0x03e1, "Topic not exist"],
    [{}, 0x0118, "Invalid parameters"],
    [{ group_id: "a:b" }, 0x0118, "invalid value for key 'group.id': a:b"],
    [{ group_id: "x".repeat(193) }, 0x0118, `invalid value for key 'group.id': ${"x".repeat(193)}`],
    [
      { group_id: "g", offset_reset: "soon" },
      0x0118,
      "invalid value for key 'auto.offset.reset': soon",
    ],
    [{ group_id: "g", config: { nosuch: "1" } }, 0x0118, "unknown configuration key: nosuch"],
    [
      { group_id: "g", config: { "min.poll.rows": "0" } },
      0x0118,
      "invalid value for key 'min.poll.rows': 0",
    ],
    [
      { group_id: "g", auto_commit: "maybe" },
      65535,
      'strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
  ])("%j is refused", async (args, code, message) => {
    const consumer = await openConsumer(server);
    expect(await consumer.ask("subscribe", { ...login, ...args })).toMatchObject({ code, message });
    expect((await consumer.ask("assignment", { topic: "t1" })).message).toBe("tmq not init");
    consumer.close();
  });

  it("`config` overrides the arguments, and a refused subscription may be tried again", async () => {
    const consumer = await openConsumer(server);
    const args = { ...login, group_id: "cfg", offset_reset: "latest" };
    expect((await consumer.ask("subscribe", { ...args, topics: ["nosuch"] })).code).toBe(0x03e1);
    const config = { "auto.offset.reset": "earliest", "td.connect.user": "nobody" };
    expect(await consumer.ask("subscribe", { ...args, config })).toMatchObject({ code: 0 });
    expect(await consumer.all()).not.toEqual([]);
    consumer.close();
  });

  it("`none` gives no messages, and `latest` only what comes afterwards", async () => {
    await runSql(server, "create topic t2 as select * from d.st");
    const none = await subscribe(server, ["t2"], "none", { offset_reset: "none" });
    const latest = await subscribe(server, ["t2"], "latest", { offset_reset: "latest" });
    expect(await none.next()).toBeNull();
    expect(await latest.next()).toBeNull();
    await runSql(server, "insert into d.a values(1700000000001, 5, 'x')");
    expect(await none.next()).toBeNull();
    const [block] = blocksOf(await latest.all());
    expect(block!.rows).toEqual([[1700000000001n, 5, "x", 1, "x"]]);
    expect([block!.names, block!.table]).toEqual([["ts", "v", "s", "g", "j"], null]);
    none.close();
    latest.close();
  });

  it("a second subscription needs `unsubscribe`, after which polls are empty", async () => {
    const consumer = await subscribe(server, ["t1"], "again");
    await consumer.next();
    const again = { ...login, group_id: "other", topics: ["tm"] };
    expect((await consumer.ask("subscribe", again)).message).toBe(
      "tmq should have unsubscribed first",
    );
    expect(await consumer.ask("unsubscribe")).toMatchObject({ code: 0 });
    expect(await consumer.next()).toBeNull();
    expect(await consumer.ask("list_topics")).toMatchObject({ topics: [] });
    expect(await consumer.ask("assignment", { topic: "t1" })).toMatchObject({ code: 0x4009 });
    expect(await consumer.ask("subscribe", again)).toMatchObject({ code: 0 });
    expect((await consumer.next())!.poll.topic).toBe("tm");
    consumer.close();
  });
});

describe("messages", () => {
  it("a message comes again until the client names it as its last", async () => {
    const consumer = await subscribe(server, ["tm"], "ack");
    const first = await consumer.ask("poll", { blocking_time: 100, message_id: 0 });
    const lost = await consumer.ask("poll", { blocking_time: 100, message_id: 0 });
    expect({ ...lost, req_id: 0, timing: 0 }).toEqual({ ...first, req_id: 0, timing: 0 });
    const second = await consumer.ask("poll", { blocking_time: 100, message_id: 1 });
    expect(second.message_id).toBe(2);
    consumer.close();
  });

  it("the ways to fetch a message agree", async () => {
    const consumer = await subscribe(server, ["t1"], "ways");
    const { payload, poll } = (await consumer.next())!;
    const id = { message_id: poll.message_id };
    const frameOf = async (action: string) => {
      const text = JSON.stringify({ action, args: { req_id: 70, ...id } });
      return Buffer.from(await consumer.client.send(text) as Uint8Array);
    };
    const [raw, rawData] = [await frameOf("fetch_raw"), await frameOf("fetch_raw_data")];
    expect([raw.readBigUInt64LE(8), raw.readBigUInt64LE(16), raw.readBigUInt64LE(24)]).toEqual([
      70n,
      BigInt(poll.message_id),
      3n,
    ]);
    expect([raw.readUInt16LE(36), raw.subarray(38)]).toEqual([2, readFrame(rawData).data]);
    expect(raw.readUInt32LE(32)).toBe(raw.length - 38);
    for (const expected of payload!.blocks) {
      expect(await consumer.ask("fetch", id)).toMatchObject({
        ...id,
        completed: false,
        table_name: expected.table,
        rows: expected.rows.length,
        fields_count: 3,
        fields_names: ["ts", "v", "s"],
        fields_types: [9, 4, 10],
        fields_lengths: [8, 4, 34],
        precision: 0,
      });
      const block = await frameOf("fetch_block");
      expect([block.readBigUInt64LE(8), block.readBigUInt64LE(16)]).toEqual([
        70n,
        BigInt(poll.message_id),
      ]);
      const columns = readColumns(block.subarray(24));
      expect(expected.rows).toEqual(
        columns[0]!.map((_, row) => columns.map((column) => column[row])),
      );
    }
    expect(await consumer.ask("fetch", id)).toMatchObject({ completed: true, rows: 0 });
    consumer.close();
  });

  it("errors about messages carry the message id", async () => {
    const consumer = await subscribe(server, ["t1"], "errors");
    const wrong = { message_id: 77 };
    for (const action of ["fetch", "fetch_block", "fetch_raw", "fetch_json_meta"]) {
      expect(await consumer.ask(action, wrong)).toMatchObject({
        code: 65535,
        message: "message has been freed",
        ...wrong,
      });
    }
    await consumer.next();
    expect((await consumer.ask("fetch", wrong)).message).toBe("message ID are not equal");
    expect((await consumer.ask("fetch_block", wrong)).message).toBe("message is nil");
    expect((await consumer.ask("fetch_block", { message_id: 1 })).message).toBe("no fetch data");
    expect((await consumer.ask("fetch_json_meta", { message_id: 1 })).message).toBe(
      "message type can not get meta, type: 1",
    );
    const frame = readFrame(await consumer.ask("fetch_raw_data", wrong) as unknown as Uint8Array);
    expect(frame).toMatchObject({
      code: 65535,
      message: "message ID is not equal",
      messageId: 77n,
    });
    consumer.close();
  });

  it("a poll waits for rows and answers when they come", async () => {
    const consumer = await subscribe(server, ["t1"], "waits");
    await consumer.all();
    const polled = consumer.next(5000);
    const started = performance.now();
    await runSql(server, "insert into d.a values(1700000000010, 10, null)");
    expect(blocksOf([(await polled)!])[0]!.rows).toEqual([[1700000000010n, 10, null]]);
    expect(performance.now() - started).toBeLessThan(2000);
    consumer.close();
  });

  it("what does not concern a running poll is answered during it, the rest after it", async () => {
    const consumer = await subscribe(server, ["t1"], "order");
    await consumer.all();
    const order: string[] = [];
    const ask = async (action: string, args = {}) => {
      await consumer.ask(action, args);
      order.push(action);
    };
    const polled = ask("poll", { blocking_time: 300, message_id: consumer.lastMessage });
    await Promise.all([
      polled,
      ask("assignment", { topic: "t1" }),
      ask("list_topics"),
      ask("version"),
      ask("commit", { message_id: 1 }),
    ]);
    expect(order.slice(0, 2).sort()).toEqual(["list_topics", "version"]);
    expect(order.slice(2)).toEqual(["poll", "assignment", "commit"]);
    consumer.close();
  });
});

describe("offsets", () => {
  it("position, assignment and committed follow the messages", async () => {
    const consumer = await subscribe(server, ["tm"], "offsets");
    const at = (vgroup: number) => ({ topic_vgroup_ids: [{ topic: "tm", vgroup_id: vgroup }] });
    const [message] = [(await consumer.next())!];
    const vgroup = message.poll.vgroup_id;
    expect(message.poll.offset).toBe(2);
    expect(await consumer.ask("position", at(vgroup))).toMatchObject({ position: [2] });
    expect(await consumer.ask("committed", at(vgroup))).toMatchObject({ committed: [-2147467247] });
    const { poll, payload } = (await consumer.next())!;
    expect(poll).toMatchObject({ message_type: 3, offset: 2 });
    expect(Number(payload!.begin)).toBe(2);
    expect(await consumer.ask("position", at(vgroup))).toMatchObject({
      position: [Number(payload!.end)],
    });
    const [own] = (await consumer.ask("assignment", { topic: "tm" })).assignment as [
      Record<string, number>,
    ];
    expect(own).toMatchObject({ vgroup_id: vgroup, offset: 2, begin: 0 });
    expect(await consumer.ask("commit_offset", { topic: "tm", vgroup_id: vgroup, offset: 2 }))
      .toMatchObject({ code: 0, topic: "tm", vgroup_id: vgroup, offset: 2 });
    expect(await consumer.ask("committed", at(vgroup))).toMatchObject({ committed: [2] });
    await consumer.ask("commit", { message_id: poll.message_id });
    expect(await consumer.ask("committed", at(vgroup))).toMatchObject({
      committed: [Number(payload!.end)],
    });
    expect(await consumer.ask("commit_offset", { topic: "tm", vgroup_id: vgroup, offset: 1 }))
      .toMatchObject({ code: 0 });
    const beyond = { topic: "tm", vgroup_id: vgroup, offset: own.end! + 1 };
    expect(await consumer.ask("seek", beyond)).toMatchObject({ code: 0x4007 });
    expect(await consumer.ask("seek", { ...beyond, offset: -1 })).toMatchObject({ code: 0x4007 });
    expect(await consumer.ask("seek", { ...beyond, vgroup_id: 1 })).toMatchObject({ code: 0x4008 });
    expect(await consumer.ask("committed", at(1))).toMatchObject({ code: 0x4008 });
    expect(await consumer.ask("seek", { ...beyond, topic: "no" })).toMatchObject({ code: 0x4009 });
    expect(await consumer.ask("seek", { ...beyond, offset: 0 })).toMatchObject({ code: 0 });
    expect((await consumer.next())!.poll.offset).toBe(2);
    consumer.close();
  });

  it("a vgroup nobody asked about yet has no range", async () => {
    const consumer = await subscribe(server, ["t1"], "unasked");
    const [[vgroup]] = await runSql(
      server,
      "select vgroup_id from information_schema.ins_subscriptions where consumer_group = 'unasked'",
    ) as [[number]];
    const args = { topic: "t1", vgroup_id: vgroup, offset: 1 };
    expect(await consumer.ask("seek", args)).toMatchObject({ code: 0x4010 });
    await consumer.ask("assignment", { topic: "t1" });
    expect(await consumer.ask("seek", args)).toMatchObject({ code: 0 });
    consumer.close();
  });

  it("auto commit commits what earlier polls gave", async () => {
    const consumer = await subscribe(server, ["tm"], "auto", {
      auto_commit: "true",
      auto_commit_interval_ms: "0",
    });
    const [first] = [(await consumer.next())!];
    await consumer.next();
    const vgroup = { topic_vgroup_ids: [{ topic: "tm", vgroup_id: first.poll.vgroup_id }] };
    expect(await consumer.ask("committed", vgroup)).toMatchObject({ committed: [2] });
    consumer.close();
    const next = await subscribe(server, ["tm"], "auto");
    expect((await next.next())!.poll).toMatchObject({ message_type: 3, offset: 2 });
    next.close();
  });
});
