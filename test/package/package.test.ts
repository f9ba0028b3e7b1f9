import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const project = join(root, ".cache/package");
const bin = join(root, "node_modules/.bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1" };

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: project, env, encoding: "utf8" });
}

/** Installs the packed package into a project of its own, with the packages it needs taken from here. */
beforeAll(() => {
  rmSync(project, { recursive: true, force: true });
  const installed = join(project, "node_modules/tdwire");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", type: "module" }));
  const packed = execFileSync("npm", [
    "pack",
    "--ignore-scripts",
    "--json",
    "--pack-destination",
    project,
  ], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  run("tar", "xzf", filename, "-C", installed, "--strip-components=1");
  for (const name of ["ws", "@duckdb", "@types"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  }
  writeFileSync(
    join(project, "use.mjs"),
    `import { connect, isTaosError } from "tdwire";
import { initCodec } from "tdwire/codec";
import { createServer } from "tdwire/devserver";
const server = await createServer({ port: 0 });
const connection = await connect(server.url);
const { rows } = await connection.query("select 1 + 1 as two");
const codec = await initCodec();
await connection.close();
await server.close();
console.log(JSON.stringify([rows.length, typeof codec.decodeBlock, isTaosError(1)]));
process.exit(0);
`,
  );
}, 60_000);

describe("the packed package", () => {
  it.each([["node", []], ["deno", ["run", "-A"]], ["bun", ["run"]]])(
    "works in %s",
    (program, args) => {
      expect(run(program, ...args, "use.mjs").trim().split("\n").at(-1)).toBe(
        '[1,"function",false]',
      );
    },
  );

  it("has the tdwire command", () => {
    const { bin: commands } = JSON.parse(
      readFileSync(join(project, "node_modules/tdwire/package.json"), "utf8"),
    ) as { bin: { tdwire: string } };
    expect(run(join(project, "node_modules/tdwire", commands.tdwire), "--help")).toContain(
      "tdwire",
    );
  });

  it.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])("has types for module %s, resolution %s", (module, resolution) => {
    writeFileSync(
      join(project, "use.ts"),
      `import { InterfaceError } from "tdwire";
import type { DevServer } from "tdwire/devserver";
import { initCodec } from "tdwire/codec";
export const codec = initCodec();
export const kind: string = new InterfaceError("x").kind;
// @ts-expect-error: the port is a number, so its type is known
export const wrong: (server: DevServer) => string = (server) => server.port;
`,
    );
    const flags = [
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--lib",
      "esnext,dom,dom.iterable",
    ];
    run(
      "tsc",
      ...flags,
      "--types",
      "node",
      "--module",
      module,
      "--moduleResolution",
      resolution,
      "use.ts",
    );
  });
});
