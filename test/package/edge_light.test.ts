import { EdgeVM } from "@edge-runtime/vm";
import { build, type Plugin } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startInBackground } from "./background.ts";
import { Project } from "./project.ts";

/** As Next.js does: `.wasm?module` is compiled outside, and the script takes it from a global. */
const compiledOutside: Plugin = {
  name: "compiled outside",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -"?module".length)),
      namespace: "compiled",
    }));
    onLoad({ filter: /.*/, namespace: "compiled" }, ({ path }) => ({
      contents: `export default globalThis.modules[${JSON.stringify(path)}]`,
    }));
  },
};

const program = (from: string) =>
  `import { connect } from "${from}";
globalThis.answer = async (url) => {
  const db = await connect(url, { compression: false });
  try {
    const { rows } = await db.query("select server_version() as version");
    return [typeof EdgeRuntime, db.transport, JSON.stringify(rows)].join(" ");
  } finally {
    await db.close();
  }
};
`;

describe(
  "the condition edge-light, in Vercel's edge runtime",
  () => {
    let server: Awaited<ReturnType<typeof startInBackground>>;
    let project: Project;

    beforeAll(async () => {
      server = await startInBackground(".scripts/dev_server.mjs");
      project = Project.install("edge_light");
    }, 120_000);

    afterAll(() => server?.end());

    /** Runs the program where strings and bytes cannot become code. */
    async function answerOf(from: string, url: string): Promise<string> {
      project.write("program.js", program(from));
      const { outputFiles, metafile } = await build({
        absWorkingDir: project.folder,
        entryPoints: ["program.js"],
        write: false,
        bundle: true,
        format: "iife",
        conditions: ["edge-light", "worker", "browser"],
        plugins: [compiledOutside],
        metafile: true,
        logLevel: "silent",
      });
      const modules: Record<string, WebAssembly.Module> = {};
      for (const input of Object.keys(metafile.inputs)) {
        const path = /^compiled:(.*)$/.exec(input)?.[1];
        if (path !== undefined) modules[path] = new WebAssembly.Module(readFileSync(path));
      }
      const vm = new EdgeVM({
        codeGeneration: { strings: false, wasm: false },
        extend: (context) => Object.assign(context, { modules }),
      });
      vm.evaluate(outputFiles[0]!.text);
      return await vm.evaluate(`answer(${JSON.stringify(url)})`) as string;
    }

    it.each([
      ["tdwire", "websocket"],
      ["tdwire", "fetch"],
      ["tdwire/edge", "websocket"],
      ["tdwire/edge-light", "fetch"],
    ])("makes a query from %s work over %s", async (from, transport) => {
      const url = transport === "fetch" ? server.url.replace("ws:", "http:") : server.url;
      const answer = await answerOf(from, url);
      expect(answer).toMatch(new RegExp(`^string ${transport} .*version.*\\d+\\.\\d+\\.\\d+`));
    });
  },
);
