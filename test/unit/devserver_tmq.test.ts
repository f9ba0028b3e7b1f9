/** Topics and `/rest/tmq`, by hand. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { openClient, type TestClient } from "./devserver_client.ts";

let server: DevServer;
beforeAll(async () => {
  server = await createServer({ port: 0 });
});
afterAll(() => server.close());

async function sql(
  text: string,
  database = "",
): Promise<{ code: number; data: unknown[][]; desc?: string }> {
  const response = await fetch(`http://127.0.0.1:${server.port}/rest/sql/${database}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("root:taosdata")}` },
    body: text,
  });
  return await response.json() as never;
}

describe("thin", () => {
  it("gives rows", async () => {
    for (
      const s of [
        "create database d vgroups 1",
        "create table d.st (ts timestamp, v int) tags(t int)",
        "create topic tp as select ts, v, tbname from d.st",
        "create topic tdb with meta as database d",
        "insert into d.a using d.st tags(1) values(1700000000000,1)(1700000000001,2)",
        "insert into d.b using d.st tags(2) values(1700000000000,1)(1700000000001,null)",
        "create topic tw as select ts, v+1 as w, tbname, t from d.st where v > 1",
      ]
    ) {
      expect([s, await sql(s)]).toMatchObject([s, { code: 0 }]);
    }
    for (const topic of ["tp", "tw", "tdb"]) {
      const c = await openClient(server.url, { path: "/rest/tmq" });
      console.log(
        await c.request("subscribe", {
          req_id: 1,
          user: "root",
          password: "taosdata",
          group_id: "g",
          topics: [topic],
          offset_reset: "earliest",
        }),
      );
      let last = 0;
      for (let i = 0; i < 5; i++) {
        const p = await c.request("poll", { req_id: 10 + i, blocking_time: 200, message_id: last });
        console.log(JSON.stringify(p));
        if (!p.have_message) break;
        last = p.message_id as number;
        const f = await c.request("fetch_raw_data", {
          req_id: 20 + i,
          message_id: last,
        }) as unknown as Uint8Array;
        console.log(Buffer.from(f).toString("hex"));
        if (p.message_type as number > 1) {
          console.log(
            JSON.stringify(
              await c.request("fetch_json_meta", { req_id: 30 + i, message_id: last }),
            ),
          );
        }
      }
      console.log(await c.request("assignment", { req_id: 40, topic }));
      console.log(await c.request("commit", { req_id: 41, message_id: last }));
      c.close();
    }
    console.log(
      (await sql("show subscriptions")).data,
      (await sql("show topics")).data,
      (await sql("show consumers")).data,
    );
  });
});
