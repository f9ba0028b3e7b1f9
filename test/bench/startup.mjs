/**
 * What a start costs, for each runtime: a program that imports the client and has its codec ready beside an empty one,
 * in turns in one run; then the first query of a process beside its tenth.
 *
 *     node test/bench/startup.mjs [runs]      21 unless said; needs dist/
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { serverUnderTest } from "../../.scripts/suites.mjs";

const root = join(import.meta.dirname, "../..");
const folder = join(root, ".cache/bench/startup");
const runs = Number(process.argv[2] ?? 21);
const bin = (name) => join(root, "node_modules/.bin", name);
const runtimes = {
  node: [process.execPath],
  deno: [bin("deno"), "run", "-A", "--no-check"],
  bun: [bin("bun")],
};

/** Time on the processor says what a start costs on a machine that has other work too. */
const tellCpu =
  "const { user, system } = process.cpuUsage();\nconsole.log((user + system) / 1000);\n";
const programs = {
  empty: () => tellCpu,
  ready: (url) => `import { initCodec } from "${url}";\nawait initCodec();\n${tellCpu}`,
  queries: (url) =>
    `import { connect, initCodec } from "${url}";
const started = performance.now();
await initCodec();
const compiling = performance.now() - started;
const db = await connect(process.env.TDENGINE_TEST_URL);
const times = [];
for (let i = 0; i < 10; i++) {
  const from = performance.now();
  await db.query("select 1, now, 'text'");
  times.push(performance.now() - from);
}
await db.close();
console.log(JSON.stringify({ compiling, first: times[0], tenth: times[9] }));
process.exit(0);
`,
};

function program(name, origin, url) {
  const file = join(folder, `${name}_${origin}.mjs`);
  writeFileSync(file, `import process from "node:process";\n${programs[name](url)}`);
  return file;
}

function timed([command, ...args], file, env = {}) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, [...args, file], {
    encoding: "utf8",
    env: { ...process.env, ...env, DENO_NO_UPDATE_CHECK: "1" },
  });
  if (status !== 0) throw new Error(`${command} ${file}: ${stderr}`);
  return { ms: performance.now() - started, stdout };
}

const median = (values) => values.slice().sort((a, b) => a - b)[values.length >> 1];

/** Medians of what one program takes beyond the other; a pair runs at once, so that both see the same load. */
function added(command, empty, ready) {
  const pairs = Array.from({ length: runs }, () => [timed(command, empty), timed(command, ready)]);
  const more = (of) => median(pairs.map(([base, own]) => of(own) - of(base))).toFixed(1);
  return {
    base: median(pairs.map(([{ ms }]) => ms)).toFixed(1),
    more: more(({ ms }) => ms),
    cpu: more(({ stdout }) => Number(stdout)),
  };
}

mkdirSync(folder, { recursive: true });
const origins = { "dist": "dist/mod.js", "sources": "mod.ts" };
const server = await serverUnderTest();
const env = { TDENGINE_TEST_URL: server.url };
for (const [runtime, command] of Object.entries(runtimes)) {
  for (const [origin, path] of Object.entries(origins)) {
    if (runtime === "node" && origin === "sources") continue;
    const url = pathToFileURL(join(root, path)).href;
    const [empty, ready] = ["empty", "ready"].map((name) => program(name, origin, url));
    timed(command, ready); // fills the runtime's own cache of transpiled sources
    const { base, more, cpu } = added(command, empty, ready);
    const queries = program("queries", origin, url);
    const results = Array.from(
      { length: 5 },
      () => JSON.parse(timed(command, queries, env).stdout),
    );
    const of = (key) => median(results.map((result) => result[key])).toFixed(1);
    console.log(
      `${runtime} ${origin}`.padEnd(14) +
        `empty ${base} ms, import + codec ready +${more} ms (CPU +${cpu} ms); ` +
        `first query ${of("first")} ms, tenth ${of("tenth")} ms, codec ${of("compiling")} ms`,
    );
  }
}
await server.close();
