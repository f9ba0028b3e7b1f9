import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startInBackground } from "./background.ts";
import { root, run } from "./project.ts";

/** Outside of the repository: below it, package managers would find its package.json. */
const home = mkdtempSync(join(tmpdir(), "tdwire-registry-"));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
};
const servers: { url: string; end(): void }[] = [];
let environment: string[];

/** Packages only as users get them: from a registry, into caches that are empty at first. */
beforeAll(async () => {
  const pack = (folder: string) => {
    const packed = run(
      root,
      "npm",
      "pack",
      "--ignore-scripts",
      "--json",
      "--pack-destination",
      home,
      folder,
    );
    return join(home, (JSON.parse(packed) as [{ filename: string }])[0].filename);
  };
  const tarballs = [pack("."), pack("./node_modules/ws")];
  const registry = await startInBackground("test/package/registry.mjs", ...tarballs);
  const database = await startInBackground(".scripts/dev_server.mjs");
  servers.push(registry, database);
  environment = [
    `NPM_CONFIG_REGISTRY=${registry.url}`,
    `npm_config_cache=${join(home, "npm")}`,
    `DENO_DIR=${join(home, "deno")}`,
    `BUN_INSTALL_CACHE_DIR=${join(home, "bun")}`,
    `TDENGINE_URL=${database.url}`,
  ];
}, 120_000);

afterAll(() => {
  for (const { end } of servers) end();
  rmSync(home, { recursive: true, force: true });
});

/** An empty folder, and what programs print in it. */
function emptyFolder(name: string) {
  const folder = join(home, name);
  mkdirSync(folder);
  return {
    run: (...command: string[]) => run(folder, "env", ...environment, ...command).trim(),
    write: (file: string, text: string) => writeFileSync(join(folder, file), text),
  };
}

const one = ["query", "--format", "csv", "select 1 as one"];
const use = (from: string) =>
  `import { connect } from "${from}";
const db = await connect(process.env.TDENGINE_URL);
console.log(JSON.stringify((await db.query("select server_version() as version")).rows));
await db.close();
`;
const answer = /^\[\{"version":"\d+\.\d+\.\d+/;

describe("the package in a registry", () => {
  it("is installed by npm install, and imported in Node", () => {
    const { run, write } = emptyFolder("npm_install");
    write("package.json", "{}");
    run("npm", "install", "--no-audit", "--no-fund", "tdwire");
    write("use.mjs", use("tdwire"));
    expect(run("node", "use.mjs")).toMatch(answer);
    expect(run("npx", "tdwire", "--version")).toBe(version);
  });

  it("is installed by bun add, and imported in Bun", () => {
    const { run, write } = emptyFolder("bun_add");
    run("bun", "add", "tdwire");
    write("use.ts", use("tdwire"));
    expect(run("bun", "use.ts")).toMatch(answer);
    expect(run("bunx", "tdwire", "--version")).toBe(version);
  });

  it("is imported as npm:tdwire in Deno, and has types there", () => {
    const { run, write } = emptyFolder("deno_npm");
    write("use.ts", `import process from "node:process";\n${use("npm:tdwire")}`);
    write("wrong.ts", `import { connect } from "npm:tdwire";\nconst n: number = connect;\n`);
    expect(run("deno", "run", "-A", "use.ts")).toMatch(answer);
    run("deno", "check", "use.ts");
    expect(() => run("deno", "check", "wrong.ts")).toThrow(/TS2322/);
  });

  it("is added by deno add npm:tdwire", () => {
    const { run, write } = emptyFolder("deno_add");
    run("deno", "add", "npm:tdwire");
    write("use.ts", `import process from "node:process";\n${use("tdwire")}`);
    expect(run("deno", "run", "-A", "use.ts")).toMatch(answer);
  });

  it("is imported as npm:tdwire in Deno from a node_modules folder that npm has made", () => {
    const { run, write } = emptyFolder("deno_node_modules");
    write("package.json", "{}");
    run("npm", "install", "--no-audit", "--no-fund", "tdwire");
    write("use.ts", `import process from "node:process";\n${use("npm:tdwire")}`);
    const offline = ["run", "-A", "--node-modules-dir=manual", "--cached-only"];
    expect(run("deno", ...offline, "use.ts")).toMatch(answer);
  });

  it.each([
    ["npx", ["-y", "tdwire"]],
    ["bunx", ["tdwire"]],
    ["deno", ["run", "-A", "npm:tdwire"]],
  ])("has the command in an empty folder: %s", (program, args) => {
    const { run } = emptyFolder(`command_${program}`);
    expect(run(program, ...args, "--version")).toBe(version);
    expect(run(program, ...args, ...one)).toBe("one\n1");
    expect(run(program, ...args, "doctor")).toMatch(/login/i);
  });
});
