/**
 * Hosts that cannot be reached, refuse, or are silent.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { pause } from "./fake_server.ts";
import { deadHost, RawServer } from "./raw_server.ts";

/** A server that accepts the handshake and answers nothing. */
const mute = { script: { version: () => {} } };

const urls: readonly FailureCase[] = [
  {
    name: "connect() refuses an unknown scheme and names those there are",
    async run({ connect, rejects }) {
      await rejects(connect("mysql://localhost"), {
        name: "InterfaceError",
        kind: "usage",
        message: /ws:\/\//,
      });
    },
  },
  {
    name: "connect() refuses ports that are none and says of which host",
    async run({ connect, rejects }) {
      for (const port of ["0", "65536", "6041x", "-1", "99999999999"]) {
        const wrong = { name: "InterfaceError", message: /port of host 2/ };
        await rejects(connect(`ws://localhost,other:${port}`), wrong);
      }
    },
  },
  {
    name: "connect() refuses unknown options and says which was probably meant",
    async run({ connect, rejects }) {
      const options = { conectTimeoutMs: 1 } as object;
      await rejects(connect("ws://localhost", options), {
        name: "InterfaceError",
        message: /connectTimeoutMs/,
      });
    },
  },
  {
    name: "connect() refuses an address that no WebSocket takes, and tries the next host",
    async run({ connect, serve, rejects }) {
      const wrong = { name: "ConnectionError", message: /ws:\/\/256\.256\.256\.256:6041/ };
      await rejects(connect("ws://256.256.256.256"), wrong);
      await using connection = await connect(`ws://256.256.256.256,${(await serve()).host}`);
      await connection.ping();
    },
  },
];

const unreachable: readonly FailureCase[] = [
  {
    name: "connect() names the host that nobody listens on",
    async run({ connect, equal, ok }) {
      const host = await deadHost();
      const error = await failureOf(connect(`ws://${host}`));
      equal(error.name, "ConnectionError");
      equal(error["kind"], "connection");
      equal(error["outcome"], "not-sent");
      equal(error["retryable"], true);
      ok(error.message.includes(`ws://${host}`), error.message);
    },
  },
  {
    name: "connect() says why localhost cannot be reached, though it has two addresses",
    async run({ connect, runtime, ok }) {
      const [, port] = (await deadHost()).split(":");
      const { message } = await failureOf(connect(`ws://localhost:${port}`));
      ok(message.includes(`localhost:${port}`), message);
      if (runtime === "node") ok(/ECONNREFUSED/.test(message), message);
    },
  },
  {
    name: "connect() goes on to the second host when the first is dead",
    async run({ connect, serve, equal }) {
      const server = await serve();
      const events: string[] = [];
      const onEvent = (event: { type: string; url?: string }) =>
        void events.push(`${event.type} ${event.url}`);
      await using connection = await connect(`ws://${await deadHost()},${server.host}`, {
        onEvent,
      });
      equal(await connection.query("select 1").value(), 1);
      equal(events.join(), `connect ${server.url}`);
    },
  },
  {
    name:
      "connect() goes on to the second host when the first is silent, with a time limit for each",
    async run({ connect, serve, ok }) {
      await using silent = await RawServer.start(null);
      const [slow, server] = [await serve(mute), await serve()];
      const url = `ws://${silent.host},${slow.host},${server.host}`;
      await using connection = await connect(url, { connectTimeoutMs: 300 });
      ok(await connection.ping() >= 0);
    },
  },
  {
    name: "connect() names each host and its reason when all are dead",
    async run({ connect, equal, ok }) {
      await using refusing = await RawServer.ofStatus(503, "Service Unavailable");
      const hosts = [await deadHost(), refusing.host, await deadHost()];
      const error = await failureOf(connect(`ws://${hosts.join()}`));
      equal(error.name, "ConnectionError");
      for (const host of hosts) ok(error.message.includes(host), `${host} in: ${error.message}`);
    },
  },
];

const untold = "a page is not told with which status a handshake was refused";

const refused: readonly FailureCase[] = [
  {
    name: "connect() tells the status when the host has no /ws (HTTP 404), and what it may be",
    except: { chromium: untold },
    async run({ connect, equal, ok }) {
      await using server = await RawServer.ofStatus(404, "Not Found");
      const error = await failureOf(connect(`ws://${server.host}`));
      equal(error.name, "ConnectionError");
      ok(server.requests[0]!.startsWith("GET /ws HTTP/1.1"), server.requests[0]);
      ok(/: 404$/.test(error.message), error.message);
      ok(/taosAdapter/.test(String(error["hint"])), String(error["hint"]));
    },
  },
  {
    name: "connect() takes HTTP 401 for a refused token and tries no other host",
    except: { chromium: untold },
    async run({ connect, serve, equal }) {
      await using server = await RawServer.ofStatus(401, "Unauthorized");
      const other = await serve();
      const error = await failureOf(
        connect(`ws://${server.host},${other.host}`, { token: "expired" }),
      );
      equal(error.name, "ConnectionError");
      equal(error["kind"], "authentication");
      equal(other.handshakes.length, 0);
    },
  },
  {
    name: "connect() rejects when the server speaks no HTTP",
    async run({ connect, rejects }) {
      await using server = await RawServer.start("SSH-2.0-OpenSSH_9.6\r\n");
      await rejects(connect(`ws://${server.host}`), {
        name: "ConnectionError",
        kind: "connection",
      });
    },
  },
  {
    name: "connect() rejects when the server closes the socket behind the handshake",
    async run({ connect, serve, rejects }) {
      const server = await serve({
        script: { version: (_, peer) => peer.close(1008, "not in the white list") },
      });
      const error = {
        name: "ConnectionError",
        kind: "connection",
        message: /not in the white list/,
      };
      await rejects(connect(server.url), error);
    },
  },
];

const slow: readonly FailureCase[] = [
  {
    name:
      "connect() gives up on a silent host after connectTimeoutMs, whether TCP, login or nothing answers",
    async run({ connect, serve, equal, ok }) {
      await using silent = await RawServer.start(null);
      const servers = [silent, await serve(mute), await serve({ script: { conn: () => {} } })];
      for (const { host } of servers) {
        const start = performance.now();
        const error = await failureOf(connect(`ws://${host}`, { connectTimeoutMs: 80 }));
        equal(error.name, "TimeoutError");
        equal(error["outcome"], "not-sent");
        ok(error.message.includes(host), error.message);
        ok(performance.now() - start < 1_000);
      }
    },
  },
  {
    name:
      "connect() rejects with signal.reason when aborted, also when the reason is called TimeoutError",
    async run({ connect, serve, equal }) {
      const hosts = [(await serve(mute)).host, (await serve(mute)).host];
      const controller = new AbortController();
      const connecting = failureOf(connect(`ws://${hosts.join()}`, { signal: controller.signal }));
      await pause(30);
      const reason = new DOMException("enough", "TimeoutError");
      controller.abort(reason);
      equal(await connecting, reason);
    },
  },
  {
    name: "connect() leaves no socket behind when the token comes too late",
    async run({ connect, serve, equal }) {
      const server = await serve();
      const token = () => pause(120).then(() => "late");
      const error = await failureOf(connect(server.url, { token, connectTimeoutMs: 30 }));
      equal(error.name, "TimeoutError");
      await pause(200);
      equal(server.received.length, 0);
    },
  },
];

/** Cases about opening a connection. */
export const connectCases: readonly FailureCase[] = [...urls, ...unreachable, ...refused, ...slow];
