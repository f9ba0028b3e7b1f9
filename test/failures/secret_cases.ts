/**
 * Passwords and tokens are shown nowhere; compression is asked for only on request.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import type { FakeOptions } from "./fake_server.ts";
import { deadHost, RawServer } from "./raw_server.ts";
import { everythingIn } from "./secrets.ts";

const secret = "S3NTINEL";
const refusing: FakeOptions = {
  script: { conn: (request, peer) => peer.fail(request, 0x0357, "Authentication failure") },
};

/** URLs that fail in all ways there are, each with the secret where a password or token stands. */
async function failingUrls(): Promise<string[]> {
  const dead = await deadHost();
  return [
    `ws://root:${secret}@${dead}`,
    `ws://root:${secret}@${dead},${await deadHost()}/db`,
    `ws://root:${secret}@localhost:port`,
    `ws://root:${secret}@local host`,
    `ws://root:%zz${secret}@localhost`,
    `ws://root:${secret}/x@localhost`,
    `ws://root:${secret}#x@localhost`,
    `ws://root:${secret}`,
    `wsx://root:${secret}@localhost`,
    `root:${secret}@localhost`,
    `ws://root:${secret}@[::1`,
    `ws://root:${secret}@256.256.256.256`,
    `ws://root:${secret}@localhost/db?nosuch=${secret}`,
    `ws://root:${secret}@localhost/db?timeZone=Nowhere/City`,
    `ws://${dead}/?token=${secret}`,
    `ws://256.256.256.256/?token=${secret}`,
    `ws://${dead},256.256.256.256/?token=${secret}`,
    `http://root:${secret}@${dead}`,
    `taos+native://root:${secret}@${dead}`,
  ];
}

const hidden: readonly FailureCase[] = [
  {
    name: "connect() shows no password and no token of a URL that fails",
    async run({ connect, ok }) {
      for (const url of await failingUrls()) {
        const error = await failureOf(connect(url, { connectTimeoutMs: 500 }));
        const shown = everythingIn(error);
        ok(!shown.includes(secret), `${url.replaceAll(secret, "…")}: ${shown}`);
      }
    },
  },
  {
    name: "connect() shows no secret that the server or gateway refuses",
    async run({ connect, serve, equal, ok }) {
      const server = await serve(refusing);
      await using gateway = await RawServer.ofStatus(401, "Unauthorized");
      await using lost = await RawServer.ofStatus(404, "Not Found");
      const attempts = [
        () => connect(`ws://root:${secret}@${server.host}`),
        () => connect(server.url, { password: secret }),
        () => connect(server.url, { password: secret, token: secret }),
        () => connect(`ws://${gateway.host}`, { token: () => secret }),
        () =>
          connect(`ws://${lost.host}`, { token: () => Promise.resolve(secret), password: secret }),
        () => connect(server.url, { bearerToken: secret }),
        () => connect(server.url, { totp: secret }),
      ];
      for (const attempt of attempts) {
        const error = await failureOf(attempt());
        const shown = everythingIn(error);
        ok(!shown.includes(secret), shown);
      }
      equal((await failureOf(connect(server.url)))["kind"], "authentication");
    },
  },
  {
    name: "connect() asks the token function and puts the token into the URL, encoded",
    async run({ connect, serve, equal, ok }) {
      const server = await serve();
      let calls = 0;
      const token = () => `a b&${secret}${++calls}`;
      const events: unknown[] = [];
      const onEvent = (event: unknown) => void events.push(event);
      await using connection = await connect(server.url, { token, onEvent });
      equal(server.handshakes[0]!.path, `/ws?token=a%20b%26${secret}1`);
      const error = await failureOf(connection.query("select nothing", [], { timeoutMs: -1 }));
      ok(!everythingIn([events, error, connection]).includes(secret));
    },
  },
  {
    name: "connect() rejects with what the token function throws",
    async run({ connect, serve, equal }) {
      const failure = new Error("no token today");
      const server = await serve();
      const token = () => Promise.reject(failure);
      equal(await failureOf(connect(server.url, { token })), failure);
      equal(server.handshakes.length, 0);
    },
  },
  {
    name: "onEvent is told of connect and disconnect without a secret, and may throw",
    async run({ connect, serve, deepEqual, ok }) {
      const server = await serve({
        script: { binary_query: (_, peer) => peer.close(1001, "going away") },
      });
      const events: unknown[] = [];
      const onEvent = (event: unknown) => {
        events.push(event);
        throw new Error("the listener's own");
      };
      const url = `ws://root:${secret}@${server.host}/${secret}_db`;
      const connection = await connect(url, { onEvent, token: secret });
      await failureOf(connection.exec("create table t (v int)"));
      await connection.close();
      const reason = "the server closed the connection (code 1001: going away)";
      deepEqual(events, [
        { type: "connect", transport: "websocket", url: server.url, serverVersion: "3.3.7.5" },
        { type: "disconnect", url: server.url, reason, expected: false },
      ]);
      ok(!everythingIn(events).includes(secret));
    },
  },
  {
    name: "an error's sql holds no literals, and no password that the server quotes",
    async run({ connect, serve, ok }) {
      const sql = `create user bob pass '${secret}'`;
      const server = await serve({
        script: {
          binary_query: (request, peer) =>
            peer.fail(request, 0x2600, `syntax error near "'${secret}'"`),
        },
      });
      await using connection = await connect(server.url);
      const shown = everythingIn(await failureOf(connection.exec(sql)));
      ok(!shown.includes(secret), shown);
      ok(shown.includes("create user bob"), shown);
    },
  },
];

const compressed: readonly FailureCase[] = [
  {
    name: "connect() offers no compression unless asked",
    except: { chromium: "a browser offers it by itself" },
    async run({ connect, serve, equal }) {
      const server = await serve({ compression: true });
      await using connection = await connect(server.url);
      equal(server.handshakes[0]!.extensions, undefined);
      equal(connection.compression, false);
      equal((await connection.query("select v from t")).rowCount, 3);
    },
  },
  {
    name: "connect() compresses when asked, where the runtime can, and tells whether it does",
    async run({ connect, serve, runtime, equal, ok }) {
      const server = await serve({ compression: true });
      await using connection = await connect(server.url, { compression: true });
      const { extensions } = server.handshakes[0]!;
      if (runtime !== "deno") ok(extensions?.includes("permessage-deflate"), extensions);
      equal(connection.compression, extensions !== undefined);
      equal((await connection.query("select v from t")).rowCount, 3);
      const plain = await serve();
      await using other = await connect(plain.url, { compression: true });
      equal(other.compression, false);
    },
  },
];

/** Cases about what is shown and what is asked for. */
export const secretCases: readonly FailureCase[] = [...hidden, ...compressed];
