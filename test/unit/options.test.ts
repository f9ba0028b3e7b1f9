import { describe, expect, it } from "vitest";
import { InterfaceError } from "../../src/errors.ts";
import { type ConnectOptions, resolveOptions } from "../../src/options.ts";

describe("resolveOptions()", () => {
  it("has defaults for everything", () => {
    expect(resolveOptions(undefined)).toMatchObject({
      transport: "websocket",
      secure: false,
      hosts: [{ host: "localhost", port: 6041 }],
      nativeHosts: [],
      user: "root",
      password: "taosdata",
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 60_000,
      compression: false,
    });
  });

  it("lets options win over the URL, and the URL over the defaults", () => {
    const url = "ws://u:p%25@h/db?timezone=UTC&app=a&compression=1&connectTimeoutMs=5";
    expect(resolveOptions(url)).toMatchObject({
      user: "u",
      password: "p%",
      database: "db",
      timeZone: "UTC",
      applicationName: "a",
      compression: true,
      connectTimeoutMs: 5,
    });
    const options: ConnectOptions = {
      user: "v",
      password: "%41",
      database: "other",
      timeZone: "Europe/Berlin",
      applicationName: "b",
      compression: false,
      connectTimeoutMs: 0,
    };
    expect(resolveOptions(url, options)).toMatchObject(options);
    expect(resolveOptions(url, { user: undefined, database: undefined })).toMatchObject({
      user: "u",
      database: "db",
    });
  });

  it("chooses every value mode", () => {
    expect(resolveOptions("ws://h").values).toMatchObject({ bigint: "bigint", timestamp: "auto" });
    expect(resolveOptions("ws://h", { values: { bigint: "string" } }).values.bigint).toBe("string");
    const values = { bigint: "float" } as unknown as { bigint: "number" };
    expect(() => resolveOptions("ws://h", { values })).toThrow(InterfaceError);
  });

  it("an empty password is a password", () => {
    expect(resolveOptions("ws://root:@h").password).toBe("");
    expect(resolveOptions("ws://h", { password: "" }).password).toBe("");
  });

  it.each(
    [
      ["taos://h:6035", undefined, "auto", [{ host: "h", port: 6035 }], [{
        host: "h",
        port: 6041,
      }]],
      ["taos://h", "websocket", "websocket", [{ host: "h", port: 6030 }], [{
        host: "h",
        port: 6041,
      }]],
      ["taos:", "fetch", "fetch", [], [{ host: "localhost", port: 6041 }]],
      ["ws://h:1", "fetch", "fetch", [], [{ host: "h", port: 1 }]],
      ["http://h:1", "websocket", "websocket", [], [{ host: "h", port: 1 }]],
      ["ws://h", "auto", "websocket", [], [{ host: "h", port: 6041 }]],
      [undefined, "native", "native", [], [{ host: "localhost", port: 6041 }]],
      ["taos+native://h", undefined, "native", [{ host: "h", port: 6030 }], [{
        host: "h",
        port: 6041,
      }]],
    ] as const,
  )("%s with transport %s is %s", (url, asked, transport, nativeHosts, hosts) => {
    expect(resolveOptions(url, { transport: asked })).toMatchObject({
      transport,
      nativeHosts,
      hosts,
    });
  });

  it.each(
    [
      ["ws://h", "native"],
      ["http://h", "native"],
      ["taos+native:", "websocket"],
      ["taos+native:", "fetch"],
    ] as const,
  )("refuses %s with transport %s", (url, transport) => {
    expect(() => resolveOptions(url, { transport })).toThrow(/does not go with a/);
  });

  it.each([
    ["user", ""],
    ["user", 1],
    ["password", null],
    ["password", 1],
    ["database", ""],
    ["token", ""],
    ["token", 1],
    ["bearerToken", ""],
    ["totp", 123456],
    ["timeZone", "Mars/Olympus"],
    ["timeZone", "+08:00"],
    ["timeZone", ""],
    ["applicationName", "a".repeat(24)],
    ["applicationName", "温".repeat(8)],
    ["configDir", ""],
    ["library", 1],
    ["transport", "tcp"],
    ["connectTimeoutMs", -1],
    ["connectTimeoutMs", Number.NaN],
    ["requestTimeoutMs", 2 ** 31],
    ["requestTimeoutMs", "5"],
    ["compression", "true"],
    ["values", null],
    ["values", []],
    ["signal", {}],
    ["WebSocket", {}],
    ["fetch", "x"],
    ["onEvent", 1],
  ])("refuses %s: %j and names it", (name, value) => {
    const resolve = () => resolveOptions("ws://h", { [name]: value } as ConnectOptions);
    expect(resolve).toThrow(InterfaceError);
    expect(resolve).toThrow(new RegExp(`option ${name}`));
  });

  it.each([
    ["usr", /no option "usr"; did you mean user\?/],
    ["timezone", /did you mean timeZone\?/],
    ["connect_timeout_ms", /did you mean connectTimeoutMs\?/],
    ["toString", /no option "toString"/],
    ["zzzzzz", /no option "zzzzzz"$/],
  ])("refuses the unknown option %s", (name, message) => {
    expect(() => resolveOptions("ws://h", { [name]: 1 } as ConnectOptions)).toThrow(message);
  });

  it("lets names pass that the caller has taken care of", () => {
    const options = { topics: ["t"] } as unknown as ConnectOptions;
    expect(() => resolveOptions("ws://h", options)).toThrow(/no option "topics"/);
    expect(resolveOptions("ws://h", options, ["topics"]).user).toBe("root");
  });

  it("checks what the URL gives as well", () => {
    expect(() => resolveOptions(`ws://h?app=${"a".repeat(24)}`)).toThrow(/option applicationName/);
    expect(() => resolveOptions("ws://h?tz=Nowhere")).toThrow(/option timeZone/);
    expect(() => resolveOptions("ws://h?connectTimeoutMs=99999999999")).toThrow(/connectTimeoutMs/);
  });

  it.each([
    ["asia/shanghai", "Asia/Shanghai"],
    ["UTC", "UTC"],
    ["utc", "UTC"],
    ["Europe/Berlin", "Europe/Berlin"],
    ["Asia/Kolkata", "Asia/Kolkata"],
  ])("spells the time zone %s as %s", (given, spelled) => {
    expect(resolveOptions("ws://h", { timeZone: given }).timeZone).toBe(spelled);
  });

  it("no message holds a secret", () => {
    const secrets = {
      password: "S3NTINEL",
      bearerToken: "S3NTINEL",
      token: "S3NTINEL",
      totp: "S3NTINEL",
    };
    for (const wrong of [{ user: "" }, { nosuch: 1 }, { timeZone: "x" }, { transport: "native" }]) {
      const resolve = () =>
        resolveOptions("ws://u:S3NTINEL@h", { ...secrets, ...wrong } as ConnectOptions);
      expect(resolve).toThrow(InterfaceError);
      expect(resolve).not.toThrow(/S3NTINEL/);
    }
  });

  it("onEvent never throws", () => {
    const { onEvent } = resolveOptions("ws://h", {
      onEvent: () => {
        throw new Error("listener");
      },
    });
    expect(() => onEvent({ type: "warning", message: "x" })).not.toThrow();
  });
});
