import { describe, expect, it } from "vitest";
import { failed, type FakeAnswer, open } from "./rest_fake.ts";

describe("connect()", () => {
  const secret = "t0ken/S3CRET";

  it("shows no secret, whatever the runtime puts into its errors", async () => {
    const given: [(url: URL) => FakeAnswer | Error, object][] = [
      [(url) => new TypeError(`error sending request for url (${url.href}): tcp connect error`), {
        outcome: "not-sent",
      }],
      [
        (url) =>
          new TypeError("fetch failed", {
            cause: Object.assign(new Error(`connect ECONNREFUSED ${url.href}`), {
              code: "ECONNREFUSED",
            }),
          }),
        { message: /ECONNREFUSED/ },
      ],
      [
        () =>
          new TypeError("fetch failed", {
            cause: { errors: [{ code: "ECONNREFUSED", message: "" }, { message: "no route" }] },
          }),
        { message: /ECONNREFUSED, no route/ },
      ],
      [(url) => ({ status: 403, body: `denied: ${url.href}` }), { kind: "authentication" }],
      [(url) => ({ body: `<html>${url.href}` }), {}],
    ];
    for (const [answer, expected] of given) {
      const failure = await open((_, { url }) => answer(url), { token: secret, password: secret })
        .catch((error) => error);
      expect(failure).toMatchObject({ name: "ConnectionError", ...expected });
      expect(`${failure.message}${failure.hint}${failure.stack}${failure.cause}`).not.toMatch(
        /S3CRET/,
      );
      expect(failure.message).not.toContain(Buffer.from(`root:${secret}`).toString("base64"));
    }
  });

  it("goes through the hosts in order, but not after a refused login", async () => {
    const url = "http://one:1,two:2,three:3/db";
    const { connection, seen } = await open(
      (_, { url }) => url.hostname === "one" ? new TypeError("refused") : undefined,
      {},
      url,
    );
    expect(connection.serverVersion).toBe("3.3.7.5");
    expect(seen.map(({ url }) => url.host)).toEqual(["one:1", "two:2", "two:2", "two:2"]);
    await expect(open((_, { url }) => new TypeError(`no ${url.hostname}`), {}, url)).rejects
      .toMatchObject({
        name: "ConnectionError",
        message: /http:\/\/one:1: no one; http:\/\/two:2: no two; http:\/\/three:3: no three/,
      });
    const asked: string[] = [];
    const refusal = open(
      (_, { url }) => (asked.push(url.hostname), failed(0x357, "Authentication failure")),
      {},
      url,
    );
    await expect(refusal).rejects.toMatchObject({
      name: "ConnectionError",
      kind: "authentication",
      code: 0x357,
    });
    expect(asked).toEqual(["one"]);
  });

  it("has a time limit and can be aborted", async () => {
    const never = () => new Promise<undefined>(() => {});
    await expect(open(never, { connectTimeoutMs: 20 })).rejects.toMatchObject({
      name: "TimeoutError",
      outcome: "not-sent",
    });
    const signal = AbortSignal.timeout(20);
    const failure = await open(never, { signal }).catch((error) => error);
    expect(failure).toBe(signal.reason);
  });
});
