import { describe, expect, it } from "vitest";
import { InterfaceError, subscribe, UnsupportedError } from "../../mod.ts";
import { resolveSubscription, type SubscribeOptions } from "../../src/tmq/options.ts";
import { subscribeArgs } from "../../src/transports/websocket/consumers_wire.ts";

const base = { topics: ["t"], groupId: "g" };
const resolve = (options: object) =>
  resolveSubscription("ws://h", { ...base, ...options } as SubscribeOptions);
const refusal = (options: object): Error => {
  try {
    resolve(options);
  } catch (error) {
    return error as Error;
  }
  throw new Error("was not refused");
};

describe("subscribe() options", () => {
  it("have the documented defaults", () => {
    const { request, autoCommitMs, prefetch } = resolve({});
    expect(request).toEqual({
      topics: ["t"],
      groupId: "g",
      clientId: undefined,
      offsetReset: "latest",
      config: {},
    });
    expect([autoCommitMs, prefetch]).toEqual([5_000, 1]);
  });

  it('take automatic commits as boolean, interval, or libtaos\'s keys, where "false" is false', () => {
    expect(resolve({ autoCommit: false }).autoCommitMs).toBeUndefined();
    expect(resolve({ autoCommit: "false" }).autoCommitMs).toBeUndefined();
    expect(resolve({ autoCommit: { intervalMs: 70 } }).autoCommitMs).toBe(70);
    expect(resolve({ config: { "enable.auto.commit": "false" } }).autoCommitMs).toBeUndefined();
    expect(
      resolve({ config: { "Enable.Auto.Commit": "true", "auto.commit.interval.ms": "90" } })
        .autoCommitMs,
    ).toBe(90);
    expect(resolve({ config: { "enable.auto.commit": "0" } }).autoCommitMs).toBeUndefined();
    expect(refusal({ autoCommit: "no" }).message).toMatch(/autoCommit/);
    expect(refusal({ autoCommit: { intervalMs: -1 } }).message).toMatch(/intervalMs/);
    expect(refusal({ autoCommit: true, config: { "enable.auto.commit": "true" } }).message).toMatch(
      /autoCommit/,
    );
  });

  it("take libtaos's names of other options, once", () => {
    const config = { "client.id": "c", "auto.offset.reset": "earliest" };
    expect(resolve({ config }).request).toMatchObject({
      clientId: "c",
      offsetReset: "earliest",
      config: {},
    });
    expect(refusal({ clientId: "c", config }).message).toMatch(/clientId/);
    expect(refusal({ config: { "group.id": "x" } }).message).toMatch(/groupId/);
  });

  it("pass on any other key in lower case", () => {
    const config = { "Min.Poll.Rows": "500", "some.key": "x" };
    expect(resolve({ config }).request.config).toEqual({ "min.poll.rows": "500", "some.key": "x" });
  });

  it("pass on keys that every object has members of", () => {
    const config = JSON.parse('{"constructor": "a", "__proto__": "b", "hasOwnProperty": "c"}');
    const passed = [["constructor", "a"], ["__proto__", "b"], ["hasownproperty", "c"]];
    const { request, options } = resolve({ config });
    expect(Object.entries(request.config)).toEqual(passed);
    const args = subscribeArgs(request, options, "3.3.7.5");
    expect(Object.entries(args["config"] ?? {})).toEqual(passed);
    expect(() => subscribeArgs(request, options, "3.3.5.0")).toThrow(/constructor.*3\.3\.6/);
  });

  it("refuse connection keys with the name of the right place", () => {
    const places = {
      "td.connect.ip": /host of the URL/,
      "td.connect.port": /port of the URL/,
      "td.connect.user": /option user/,
      "TD.connect.pass": /option password/,
      "td.connect.db": /option database/,
      "td.connect.token": /option bearerToken/,
      "ws.url": /the URL/,
    };
    for (const [key, place] of Object.entries(places)) {
      const error = refusal({ config: { [key]: "secret" } });
      expect(error).toBeInstanceOf(InterfaceError);
      expect(error.message).toMatch(place);
      expect(error.message).not.toMatch(/secret/);
    }
  });

  it("fetch nothing ahead of a snapshot, and refuse messages that cannot be read", () => {
    expect(resolve({ prefetch: 3, config: { "experimental.snapshot.enable": "true" } }).prefetch)
      .toBe(0);
    expect(resolve({ prefetch: 3 }).prefetch).toBe(3);
    expect(refusal({ config: { "msg.consume.rawdata": "1" } })).toBeInstanceOf(UnsupportedError);
    expect(resolve({ config: { "msg.consume.rawdata": "0" } }).request.config).toEqual({});
  });

  it("name a transport that has subscriptions where another was asked for", async () => {
    await expect(subscribe("http://h", base)).rejects.toMatchObject({
      name: "UnsupportedError",
      message: expect.stringMatching(/ws:/),
    });
  });

  it("are checked", () => {
    const wrong: [object, RegExp][] = [
      [{ topics: [] }, /topics/],
      [{ topics: "t" }, /topics/],
      [{ topics: ["t", "t"] }, /twice/],
      [{ topics: [""] }, /topics/],
      [{ groupId: "" }, /groupId/],
      [{ groupId: "a:b" }, /colon/],
      [{ groupId: "x".repeat(193) }, /192/],
      [{ clientId: "x".repeat(256) }, /255/],
      [{ offsetReset: "newest" }, /offsetReset/],
      [{ prefetch: 1.5 }, /prefetch/],
      [{ prefetch: -1 }, /prefetch/],
      [{ config: { "a.key": {} } }, /a\.key/],
      [{ groupID: "g" }, /did you mean groupId/],
      [{ requestTimeoutMs: -1 }, /requestTimeoutMs/],
    ];
    for (const [options, message] of wrong) {
      expect(refusal(options)).toBeInstanceOf(InterfaceError);
      expect(refusal(options).message).toMatch(message);
    }
  });
});
