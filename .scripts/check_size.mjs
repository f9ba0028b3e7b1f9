/**
 * What a worker weighs that imports `tdwire/edge`: minified, with the codec's module, raw and zipped. Fails beyond the
 * limits.
 *
 * @module
 */
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./run.mjs";

/** Workers by what they import, and what each may weigh with the module, in kB. */
const workers = [
  { names: "connect", raw: 250, gzip: 90 },
  { names: "subscribe", raw: 250, gzip: 90 },
  { names: "*", raw: 285, gzip: 106 },
];

const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(6);
const wasm = readFileSync(join(root, "src/codec/generated/codec.wasm"));
const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
console.log(`codec.wasm ${kilobytes(wasm.length)} kB, gzip ${kilobytes(zipped(wasm))} kB`);
for (const { names, ...limits } of workers) {
  const from = names === "*" ? "export *" : `export { ${names} }`;
  const { outputFiles } = await build({
    stdin: { contents: `${from} from "./edge.ts";`, resolveDir: join(root, "src") },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    external: ["*.wasm"],
    write: false,
  });
  const script = outputFiles[0].contents;
  const raw = script.length + wasm.length;
  const gzip = zipped(script) + zipped(wasm);
  const isOver = raw > limits.raw * 1000 || gzip > limits.gzip * 1000;
  console.log(
    `${names.padEnd(9)} script ${kilobytes(script.length)} kB, gzip ${
      kilobytes(zipped(script))
    } kB; ` +
      `with the module ${kilobytes(raw)} kB, gzip ${kilobytes(gzip)} kB` +
      (isOver ? `: over its limit of ${limits.raw} kB, gzip ${limits.gzip} kB` : ""),
  );
  if (isOver) process.exitCode = 1;
}
