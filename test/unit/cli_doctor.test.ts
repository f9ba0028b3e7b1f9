/** `tdwire doctor`, against servers that are right and servers that are not. */

import { createServer as createHttp } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcp, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { buildLibrary, hasCompiler } from "../native/build.mjs";
import { run, start } from "./cli_process.ts";

let server: DevServer;
let old: DevServer;

beforeAll(async () => {
  server = await createServer({ port: 0 });
  old = await createServer({ port: 0, version: "3.3.2.0" });
});

afterAll(async () => {
  await server.close();
  await old.close();
});

/** Status and name of each line. */
function findings(stdout: string): [status: string, name: string][] {
  return [...stdout.matchAll(/^(ok|note|FAIL) +(\w+)/gm)].map(([, status, name]) => [
    status!,
    name!,
  ]);
}

const passed = (...names: string[]) => names.map((name) => ["ok", name]);

async function portOf(listener: Server): Promise<number> {
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return (listener.address() as AddressInfo).port;
}

describe("tdwire doctor", () => {
  it.each(["node", "bun", "deno"] as const)(
    "tdwire doctor finds nothing wrong with a server that works, in %s",
    async (runtime) => {
      const outcome = await run(["doctor"], { url: server.url, runtime });
      expect(outcome).toMatchObject({ code: 0, stderr: "" });
      expect(findings(outcome.stdout).slice(0, -1)).toEqual(
        passed("url", "name", "port", "http", "connection", "login", "version", "clock"),
      );
      expect(outcome.stdout).toMatch(/^note +libtaos +not used: /m);
      expect(outcome.stdout).toContain("from TDENGINE_URL");
    },
  );

  it("tdwire doctor works over REST too", async () => {
    const url = server.url.replace("ws:", "http:");
    const outcome = await run(["doctor", "--url", url]);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(/^ok +connection +REST/m);
  });

  it("tdwire doctor tells a wrong password from a missing database, and shows no password", async () => {
    const { host } = new URL(server.url);
    const [login, database] = await Promise.all([
      run(["doctor", "--url", `ws://root:s3cret@${host}`]),
      run(["doctor", "--url", `ws://root:taosdata@${host}/nowhere`]),
    ]);
    expect(login!.code).toBe(1);
    expect(findings(login!.stdout)).toContainEqual(["FAIL", "login"]);
    expect(login!.stdout).toMatch(/→ check user and password/);
    expect(login!.stdout + login!.stderr).not.toContain("s3cret");
    expect(database!.code).toBe(1);
    expect(database!.stdout).toMatch(/FAIL +login +\[0x0388\][^]*→ check the database/);
    expect(database!.stdout).not.toContain("taosdata@");
  });

  it("tdwire doctor says what an older server lacks", async () => {
    const outcome = await run(["doctor"], { url: old.url });
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(
      /^note +version +3\.3\.2\.0; later ones bring .*insert\(\) from 3\.3\.6/m,
    );
  });

  it("tdwire doctor stops at the name that is not known and the port where nothing listens", async () => {
    const [name, port] = await Promise.all([
      run(["doctor", "--url", "ws://nowhere.invalid"]),
      run(["doctor", "--url", "ws://127.0.0.1:1"]),
    ]);
    expect(name!.code).toBe(1);
    expect(findings(name!.stdout).slice(0, 3)).toEqual([
      ["ok", "url"],
      ["FAIL", "name"],
      ["note", "libtaos"],
    ]);
    expect(port!.code).toBe(1);
    expect(port!.stdout).toMatch(/FAIL +port .*ECONNREFUSED[^]*→ nothing listens there/);
  });

  it("tdwire doctor finds nothing wrong with several servers of which one answers", async () => {
    const { host } = new URL(server.url);
    const [one, none] = await Promise.all([
      run(["doctor", "--url", `ws://127.0.0.1:1,${host}`]),
      run(["doctor", "--url", "ws://127.0.0.1:1,nowhere.invalid:2"]),
    ]);
    expect(one).toMatchObject({ code: 0, stderr: "" });
    expect(findings(one!.stdout)).toContainEqual(["note", "port"]);
    expect(findings(one!.stdout)).toContainEqual(["ok", "login"]);
    expect(none!.code).toBe(1);
    expect(findings(none!.stdout)).toContainEqual(["FAIL", "servers"]);
  });

  it.skipIf(!hasCompiler()).each(["bun", "deno"] as const)(
    "tdwire doctor needs no taosAdapter for a taos: URL where libtaos is found, in %s",
    async (runtime) => {
      const library = encodeURIComponent(buildLibrary());
      const { port } = server;
      const [found, refused] = await Promise.all([
        run(["doctor", "--url", `taos://127.0.0.1:${port}?library=${library}`], { runtime }),
        run(["doctor", "--url", `taos://root:no@127.0.0.1:${port}?library=${library}`], {
          runtime,
        }),
      ]);
      expect(found).toMatchObject({ code: 0, stderr: "" });
      expect(findings(found!.stdout)).toEqual(
        passed("url", "connection", "login", "version", "clock", "libtaos"),
      );
      expect(refused!.code).toBe(1);
      expect(findings(refused!.stdout)).toContainEqual(["FAIL", "login"]);
      expect(refused!.stdout).toMatch(/^note +libtaos +found, but does not log in: /m);
    },
    120_000,
  );

  it("tdwire doctor tells by its exit code what it found, also when its reader has gone", async () => {
    const { child, ended } = start(["doctor", "--url", "ws://127.0.0.1:1"]);
    child.stdout.once("data", () => child.stdout.destroy());
    expect((await ended).code).toBe(1);
  });

  it("tdwire doctor knows a port that speaks no HTTP, or is no taosAdapter's", async () => {
    const silent = createTcp((socket) => socket.on("error", () => {}).end("220 mail ready\r\n"));
    const other = createHttp((_request, response) => response.writeHead(404).end());
    const [silentPort, otherPort] = [await portOf(silent), await portOf(other)];
    const [mail, web] = await Promise.all([
      run(["doctor", "--url", `ws://127.0.0.1:${silentPort}`]),
      run(["doctor", "--url", `ws://127.0.0.1:${otherPort}`]),
    ]);
    silent.close();
    other.close();
    expect(findings(mail!.stdout)).toContainEqual(["FAIL", "http"]);
    expect(findings(web!.stdout).slice(3, 5)).toEqual([["note", "http"], ["FAIL", "connection"]]);
    expect([mail!.code, web!.code]).toEqual([1, 1]);
  });

  it("tdwire doctor refuses a URL that is none, without quoting it", async () => {
    const outcome = await run(["doctor", "--url", "ws://root:s3cret@host:port"]);
    expect(outcome).toMatchObject({ code: 1, stderr: "" });
    expect(outcome.stdout).toMatch(/^FAIL +url/);
    expect(outcome.stdout).not.toContain("s3cret");
  });
});
