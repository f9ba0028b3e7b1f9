import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import type { Browser } from "playwright-core";
import { createServer as createViteServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "../browser/chromium.ts";
import { startInBackground } from "./background.ts";
import { Project } from "./project.ts";

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };
const version = /^\[\{"version":"\d+\.\d+\.\d+[^"]*"\}\] 1970-01-01T00:00:00\.000Z$/;
if (chromiumPath === undefined) console.warn("pages: skipped, there is no Chromium here");

describe.skipIf(chromiumPath === undefined)("the package in a page", () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startInBackground>>;
  let project: Project;

  beforeAll(async () => {
    server = await startInBackground(".scripts/dev_server.mjs");
    project = Project.install("pages");
    project.write(
      "main.js",
      `import { connect } from "tdwire";
import { instantiateCodec } from "tdwire/component";

const { timestamps } = await instantiateCodec();
const db = await connect("${server.url}");
const { rows } = await db.query("select server_version() as version");
document.title = JSON.stringify(rows) + " " + timestamps.format(0n, "milliseconds", 0);
`,
    );
    const imports = {
      tdwire: "/node_modules/tdwire/dist/mod.js",
      "tdwire/component": "/node_modules/tdwire/dist/src/component/mod.js",
    };
    const page = (head: string) =>
      `<!doctype html><link rel="icon" href="data:,">${head}<script type="module" src="/main.js"></script>`;
    project.write("index.html", page(""));
    project.write(
      "unbundled.html",
      page(`<script type="importmap">${JSON.stringify({ imports })}</script>`),
    );
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.end();
  });

  /** What the page puts into its title; rejects with what it complains of. */
  async function titleOf(url: string): Promise<string> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => void complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(url);
    await page.waitForFunction("document.title !== ''", undefined, { timeout: 20_000 })
      .catch((error) => {
        throw new Error(`${complaints.join("\n")}\n${error}`);
      });
    expect(complaints).toEqual([]);
    return await page.title();
  }

  it("of vite's development server works", async () => {
    const vite = await createViteServer({
      root: project.folder,
      configFile: false,
      logLevel: "silent",
      server: { port: 0, host: "localhost" },
    });
    try {
      await vite.listen();
      expect(await titleOf(vite.resolvedUrls!.local[0]!)).toMatch(version);
    } finally {
      await vite.close();
    }
  });

  it("works unbundled, as the modules that are installed", async () => {
    const files = createHttpServer(({ url = "/" }, response) => {
      const file = url.replace(/\?.*/, "");
      response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream")
        .end(readFileSync(project.path(`.${file}`)));
    });
    await new Promise<void>((resolve) => files.listen(0, "localhost", resolve));
    try {
      const { port } = files.address() as AddressInfo;
      expect(await titleOf(`http://localhost:${port}/unbundled.html`)).toMatch(version);
    } finally {
      files.close();
    }
  });
});
