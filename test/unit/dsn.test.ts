import { describe, expect, it } from "vitest";
import { adapterHosts, parseDsn, safeUrl } from "../../src/dsn.ts";
import { InterfaceError } from "../../src/errors.ts";

const local = { host: "localhost", port: 6041 };

describe("parseDsn()", () => {
  it.each([
    ["ws:", "ws", "websocket", false, [local]],
    ["ws://", "ws", "websocket", false, [local]],
    ["WSS://h", "wss", "websocket", true, [{ host: "h", port: 6041 }]],
    ["taosws://h", "ws", "websocket", false, [{ host: "h", port: 6041 }]],
    ["taos+ws://h", "ws", "websocket", false, [{ host: "h", port: 6041 }]],
    ["taos+wss://h", "wss", "websocket", true, [{ host: "h", port: 6041 }]],
    ["http://h:80", "http", "fetch", false, [{ host: "h", port: 80 }]],
    ["https://h/", "https", "fetch", true, [{ host: "h", port: 6041 }]],
    ["taos+native:", "taos+native", "native", false, []],
    ["taos+native://h", "taos+native", "native", false, [{ host: "h", port: 6030 }]],
    ["taos://h:6035", "taos", "auto", false, [{ host: "h", port: 6035 }]],
    ["taos:", "taos", "auto", false, []],
    ["wss://h:443", "wss", "websocket", true, [{ host: "h", port: 443 }]],
    ["wss://gw.eu.cloud.tdengine.com", "wss", "websocket", true, [
      { host: "gw.eu.cloud.tdengine.com", port: 443 },
    ]],
    ["https://x.cloud.taosdata.com:6041", "https", "fetch", true, [
      { host: "x.cloud.taosdata.com", port: 6041 },
    ]],
    ["ws://notcloud.tdengine.com", "ws", "websocket", false, [
      { host: "notcloud.tdengine.com", port: 6041 },
    ]],
    ["ws://[::1]:7000,h2,[fe80::1]", "ws", "websocket", false, [
      { host: "::1", port: 7000 },
      { host: "h2", port: 6041 },
      { host: "fe80::1", port: 6041 },
    ]],
    ["ws://h,h:6041,h:6042", "ws", "websocket", false, [
      { host: "h", port: 6041 },
      { host: "h", port: 6042 },
    ]],
    ["ws://:6042", "ws", "websocket", false, [{ host: "localhost", port: 6042 }]],
    ["ws://u:p@/db", "ws", "websocket", false, [local]],
    ["  ws://h\n", "ws", "websocket", false, [{ host: "h", port: 6041 }]],
  ])("reads %s", (text, scheme, transport, secure, hosts) => {
    expect(parseDsn(text)).toMatchObject({ scheme, transport, secure, hosts });
  });

  it.each([
    ["ws://root:taosdata@h/power", "root", "taosdata", "power"],
    ["ws://u:p@ss@h", "u", "p@ss", undefined],
    ["ws://u:a:b@h", "u", "a:b", undefined],
    ["ws://u%40x:p%2525@h/my%20db/", "u@x", "p%25", "my db"],
    ["ws://u:a+b%2Fc@h/a%2Fb", "u", "a+b/c", "a/b"],
    ["ws://u@h", "u", undefined, undefined],
    ["ws://u:@h", "u", "", undefined],
    ["ws://:p@h", undefined, "p", undefined],
    ["ws://h", undefined, undefined, undefined],
    ["ws:///db", undefined, undefined, "db"],
  ])("of %s takes user, password and database, decoded once", (text, user, password, database) => {
    const target = parseDsn(text);
    expect([target.user, target.password, target.database]).toEqual([user, password, database]);
  });

  it("takes a URL object", () => {
    const target = parseDsn(new URL("ws://u:p%40%3A@h:6042/db?timezone=UTC"));
    expect(target).toMatchObject({
      user: "u",
      password: "p@:",
      hosts: [{ host: "h", port: 6042 }],
      database: "db",
      options: { timeZone: "UTC" },
    });
  });

  it.each([
    ["timezone=Asia/Shanghai", { timeZone: "Asia/Shanghai" }],
    ["tz=Etc/GMT+3&app=x", { timeZone: "Etc/GMT+3", applicationName: "x" }],
    ["token=a+b%3D%3D", { token: "a+b==" }],
    ["bearer_token=x&totp_code=123456", { bearerToken: "x", totp: "123456" }],
    ["compression=true", { compression: true }],
    ["compression=0", { compression: false }],
    ["configDir=/etc/taos&library=/opt/libtaos.so", {
      configDir: "/etc/taos",
      library: "/opt/libtaos.so",
    }],
    ["connectTimeoutMs=5&requestTimeoutMs=0", { connectTimeoutMs: 5, requestTimeoutMs: 0 }],
    ["&user_app=x&", { applicationName: "x" }],
    ["", {}],
  ])("reads the options ?%s", (query, options) => {
    expect(parseDsn(`ws://h?${query}`).options).toEqual(options);
    expect(parseDsn(`ws:?${query}`.replace("ws:", "ws://")).options).toEqual(options);
  });

  it.each([
    ["", /must begin with one of ws:/],
    ["localhost:6041", /must begin with/],
    ["localhost", /must begin with/],
    ["ws:h", /must begin with/],
    ["mysql://h", /must begin with/],
    ["ws://h:0", /port of host 1/],
    ["ws://h:65536", /port of host 1/],
    ["ws://h1,h2:x", /port of host 2/],
    ["ws://h1,,h2", /host 2 of the URL is empty/],
    ["ws://h 1", /host 1 of the URL is not a host name/],
    ["ws://::1", /IPv6 address stands in brackets/],
    ["ws://[::1", /IPv6 address stands in brackets/],
    ["ws://h/a/b", /one database name/],
    ["ws://h#x", /# part/],
    ["ws://u:p%zz@h", /password is not valid percent-encoding/],
    ["ws://h?timezon=x", /unknown key "timezon"; did you mean timezone\?/],
    ["ws://h?conn_mode=1", /unknown key "conn_mode"; known are timezone, /],
    ["ws://h?tz=UTC&timezone=UTC", /gives timeZone twice/],
    ["ws://h?token=", /gives token no value/],
    ["ws://h?token", /gives token no value/],
    ["ws://h?compression=maybe", /compression must be true/],
    ["ws://h?connectTimeoutMs=1e3", /whole number of milliseconds/],
    ["taos+native://a,b", /takes one host/],
    ["ws://u:p/w@h", /@ behind its first/],
  ])("refuses %s", (text, message) => {
    expect(() => parseDsn(text)).toThrow(InterfaceError);
    expect(() => parseDsn(text)).toThrow(message);
  });

  it("never shows a password, however the URL is broken", () => {
    const secrets = [
      "S3NTINEL",
      "S3N/TINEL",
      "S3N?TINEL",
      "S3N#TINEL",
      "S3N@TINEL",
      "S3N:TINEL",
      "S3N%TINEL",
      "S3N TINEL",
      "S3N[TINEL",
    ];
    const shapes = (secret: string) => [
      `ws://root:${secret}@h`,
      `ws://root:${secret}@h:99999`,
      `ws://root:${secret}@h,`,
      `ws://root:${secret}`,
      `ws://root:${secret}/db`,
      `ws://${secret}@h:x`,
      `root:${secret}@h:6041`,
      `//root:${secret}@h`,
      `mysql://root:${secret}@h`,
      `ws:/root:${secret}@h`,
      `ws://root:${secret}@h/db?nosuch=1`,
      `ws://root:${secret}@h?tz=UTC&tz=UTC`,
      `ws://root:${secret}@h/a/b`,
      `ws://root:${secret}@h#x`,
      `wss://root:${secret}@[::1`,
      `taos+native://root:${secret}@a,b`,
      `ws://h?token=${secret}&token=${secret}`,
      `ws://h?bearer_token=${secret}&connectTimeoutMs=${secret}`,
    ];
    let failures = 0;
    for (const text of secrets.flatMap(shapes)) {
      try {
        parseDsn(text);
      } catch (error) {
        failures += 1;
        expect(error).toBeInstanceOf(InterfaceError);
        expect(`${(error as Error).message}${(error as Error).stack}`).not.toMatch(/S3N|TINEL/);
      }
    }
    expect(failures).toBeGreaterThan(100);
  });
});

describe("adapterHosts()", () => {
  it.each([
    ["taos://h:6035", [{ host: "h", port: 6041 }]],
    ["taos:", [local]],
    ["taos://x.cloud.tdengine.com", [{ host: "x.cloud.tdengine.com", port: 443 }]],
    ["ws://h:1", [{ host: "h", port: 1 }]],
  ])("of %s", (text, hosts) => {
    expect(adapterHosts(parseDsn(text))).toEqual(hosts);
  });
});

describe("safeUrl()", () => {
  it("shows address and database only", () => {
    expect(safeUrl("wss", { host: "::1", port: 443 }, "my db")).toBe("wss://[::1]:443/my%20db");
    expect(safeUrl("taos+native")).toBe("taos+native://");
  });
});

it("parseDsn() guesses what an address without a scheme was meant to be", () => {
  expect(() => parseDsn("localhost:6041")).toThrow(
    expect.objectContaining({ hint: "did you mean ws://localhost:6041?" }),
  );
  // What may hold a password is not quoted.
  expect(() => parseDsn("root:secret@localhost:6041")).toThrow(
    expect.not.objectContaining({ hint: expect.anything() }),
  );
});
