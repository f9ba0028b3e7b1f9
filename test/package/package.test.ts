import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { Project, root } from "./project.ts";

let project: Project;

const use = `const server = await createServer({ port: 0 });
const connection = await connect(server.url);
const { rows } = await connection.query("select 1 + 1 as two");
const codec = await initCodec();
await connection.close();
await server.close();
console.log(JSON.stringify([rows.length, codec.formatTimestamp(0n, "ms"), isTaosError(1)]));
process.exit(0);
`;
const outcome = '[1,"1970-01-01T00:00:00.000Z",false]';
const lastLine = (text: string) => text.trim().split("\n").at(-1);

beforeAll(() => {
  project = Project.install("runtimes", ["@duckdb", "@types"]);
  project.write(
    "use.mjs",
    `import process from "node:process";
import { connect, isTaosError } from "tdwire";
import { initCodec } from "tdwire/codec";
import { createServer } from "tdwire/devserver";
${use}`,
  );
}, 120_000);

describe("the packed package", () => {
  it.each([["node", []], ["deno", ["run", "-A"]], ["bun", ["run"]]])(
    "works in %s",
    (program, args) => {
      expect(lastLine(project.run(program, ...args, "use.mjs"))).toBe(outcome);
    },
  );

  it("is loaded by require() where Node has that for modules, and refused by name where not", () => {
    project.write(
      "use.cjs",
      `try {
  const { connect, initCodec } = require("tdwire");
  initCodec().then((codec) => console.log(typeof connect, codec.formatTimestamp(0n, "ms")));
} catch (error) {
  console.log(error.code);
}
`,
    );
    const has = process.features as { require_module?: boolean };
    expect(lastLine(project.run("node", "use.cjs"))).toBe(
      has.require_module ? "function 1970-01-01T00:00:00.000Z" : "ERR_REQUIRE_ESM",
    );
  });

  it("has the tdwire command", () => {
    const { bin } = JSON.parse(
      readFileSync(project.path("node_modules/tdwire/package.json"), "utf8"),
    ) as { bin: { tdwire: string } };
    const command = project.path(join("node_modules/tdwire", bin.tdwire));
    expect(project.run(command, "--help")).toContain("tdwire");
    expect(project.run(project.path("node_modules/.bin/tdwire"), "--help")).toContain("tdwire");
  });

  it("carries neither sources, tests nor examples", () => {
    const files = project.run("tar", "tzf", project.tarball).trim().split("\n");
    expect(
      files.filter((file) => !/^package\/(dist\/|package\.json|README\.md|LICENSE)/.test(file)),
    )
      .toEqual([]);
    expect(files.filter((file) => /examples|\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });

  it("passes publint", () => {
    const found = project.run("publint", "run", "node_modules/tdwire", "--pack", "false");
    expect(found).toContain("All good!");
  }, 120_000);

  it("passes attw for packages that are modules only", () => {
    // Modules of WebAssembly have no types to find.
    const wasm = ["--exclude-entrypoints", "./codec.wasm", "./component.wasm"];
    const found = project.run("attw", project.tarball, "--profile", "esm-only", ...wasm);
    // It fails when it finds a problem.
    expect(found).toContain('"tdwire/edge"');
  }, 120_000);
});

describe("the sources", () => {
  it("work in deno by path, from a project without their import map", () => {
    const module = (file: string) => pathToFileURL(join(root, file)).href;
    project.write(
      "by_path.mjs",
      `import process from "node:process";
import { connect, initCodec, isTaosError } from "${module("mod.ts")}";
import { createServer } from "tdwire/devserver";
${use}`,
    );
    expect(lastLine(project.run("deno", "run", "-A", "--no-check", "by_path.mjs"))).toBe(outcome);
  });
});
