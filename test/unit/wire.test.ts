import { describe, expect, it } from "vitest";
import { CodecError } from "../../src/errors.ts";
import { formatRequest, parseReply, shapeFault } from "../../src/transports/websocket/wire.ts";
import { conversation } from "../support/wire.ts";

const names = ["py_query", "py_stmt2", "py_sml", "node_all_type_stmt", "raw_ws_actions"];
const all = names.flatMap((name) => conversation(name)).filter(({ path }) => path === "/ws");
const replies = all.flatMap(({ dir, text }) => dir === "server" && text !== null ? [text] : []);

describe("parseReply()", () => {
  it("reads every recorded reply with its exact request id", () => {
    expect(replies.length).toBeGreaterThan(150);
    for (const text of replies) {
      const reply = parseReply(text);
      expect(reply.reqId).toBe(BigInt(/"req_id":(\d+)/.exec(text)![1]!));
      expect(reply).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
      expect(shapeFault(reply)).toBeUndefined();
    }
  });

  it("keeps request ids of any size exact", () => {
    for (const id of [0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(parseReply(`{"code":0,"message":"","action":"x","req_id":${id}}`).reqId).toBe(id);
      expect(parseReply(`{"req_id":${id},"code":0}`).reqId).toBe(id);
    }
  });

  it("is not misled by a message that quotes a request id", () => {
    const message = 'near "req_id":12345678901234567890, "code":1';
    const text = JSON.stringify({ code: 3, message, action: "query", req_id: 7 });
    expect(parseReply(text)).toMatchObject({ code: 3, message, reqId: 7n });
  });

  it("takes a request id that is missing or none for 0, and a text that is none for empty", () => {
    for (
      const text of [
        '{"code":1}',
        '{"code":1,"req_id":null}',
        '{"code":1,"req_id":1.5,"message":null,"action":7}',
      ]
    ) {
      expect(parseReply(text)).toMatchObject({ reqId: 0n, message: "", action: "" });
    }
  });

  it("refuses what is no reply", () => {
    for (
      const text of [
        "",
        "{",
        "null",
        "7",
        '"x"',
        "[]",
        "{}",
        '{"code":"0"}',
        "<html>",
        '{"code":0}x',
      ]
    ) {
      expect(() => parseReply(text)).toThrow(CodecError);
    }
  });
});

describe("shapeFault()", () => {
  it("names the member that cannot be", () => {
    const placeholder = { name: "ts", field_type: 9, bytes: 8, bind_type: 1 };
    const wrong: readonly [name: string, value: unknown][] = [
      ["id", "7"],
      ["timing", 0.5],
      ["stmt_id", 2 ** 60],
      ["fields_names", "ts"],
      ["fields_names", ["ts", 7]],
      ["fields_types", ["length"]],
      ["fields_lengths", [8, null]],
      ["fields_precisions", [1.5]],
      ["fields_scales", [[0]]],
      ["fields", {}],
      ["fields", [null]],
      ["fields", [placeholder, { ...placeholder, name: undefined }]],
      ["fields", [{ ...placeholder, bind_type: "constructor" }]],
      ["affected_rows", true],
      ["total_rows", "1"],
    ];
    for (const [name, value] of wrong) {
      const reply = parseReply(
        JSON.stringify({ code: 0, req_id: 5, action: "query", [name]: value }),
      );
      expect(shapeFault(reply)).toBeInstanceOf(CodecError);
      expect(shapeFault(reply)).toMatchObject({
        reqId: 5n,
        message: expect.stringContaining(name),
      });
    }
  });
});

describe("formatRequest()", () => {
  it("writes bigints with all digits and leaves out what is undefined", () => {
    const text = formatRequest("conn", 2n ** 64n - 1n, {
      user: 'a"b\\',
      password: undefined,
      mode: null,
      id: 2n ** 60n,
      list: [1, "x", true, [2n]],
      inner: { no: undefined, yes: 1.5 },
    });
    expect(text).toBe(
      '{"action":"conn","args":{"req_id":18446744073709551615,"user":"a\\"b\\\\","mode":null,' +
        '"id":1152921504606846976,"list":[1,"x",true,[2]],"inner":{"yes":1.5}}}',
    );
  });

  it("writes what the recorded clients wrote, member by member", () => {
    const requests = all.flatMap(({ dir, text }) =>
      dir === "client" && text?.startsWith('{"action":"stmt2') ? [text] : []
    );
    expect(requests.length).toBeGreaterThan(20);
    for (const request of requests) {
      const { action, args } = JSON.parse(request) as {
        action: string;
        args: Record<string, never>;
      };
      const reqId = BigInt(/"req_id":(\d+)/.exec(request)![1]!);
      const { req_id: _, ...rest } = args;
      const written = formatRequest(action, reqId, rest);
      expect(JSON.parse(written)).toEqual(JSON.parse(request));
      expect(written).toContain(`"req_id":${reqId},`);
    }
  });
});
