import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testUrl } from "../conformance/env.ts";
import { announce, runnable } from "../conformance/runner.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { servePage } from "./serve_page.ts";

declare function runCaseAt(index: number): Promise<string>;

if (chromiumPath === undefined) console.warn("chromium: skipped, there is no Chromium here");
else announce("chromium");

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let served: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    served = await servePage("conformance_page.ts", { TDENGINE_TEST_URL: testUrl });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(served.url);
    await page.waitForFunction("globalThis.runCaseAt !== undefined");
  });

  afterAll(async () => {
    await browser?.close();
    await served?.[Symbol.asyncDispose]();
  });

  for (const [index, { name }] of runnable.entries()) {
    it(name, async () => {
      const thrown = await page.evaluate((index) => runCaseAt(index), index);
      expect(thrown.slice(0, 4_000)).toBe("");
    });
  }
});
