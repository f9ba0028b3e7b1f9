import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outsideModules } from "../failures/outside_modules.ts";
import { startRelay } from "../failures/relay.ts";
import { announceFailures, failureCases } from "../failures/runner.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { servePage } from "./serve_page.ts";

declare function runFailureAt(index: number): Promise<string>;

if (chromiumPath !== undefined) announceFailures("chromium");

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let relay: Awaited<ReturnType<typeof startRelay>>;
  let served: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    relay = await startRelay();
    served = await servePage("failures_page.ts", { TDWIRE_RELAY_URL: relay.url }, [outsideModules]);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(served.url);
    await page.waitForFunction("globalThis.runFailureAt !== undefined");
  });

  afterAll(async () => {
    await browser?.close();
    await served?.[Symbol.asyncDispose]();
    await relay?.[Symbol.asyncDispose]();
  });

  for (const [index, { name, timeoutMs, except }] of failureCases.entries()) {
    it.skipIf(except?.chromium !== undefined)(name, async () => {
      const thrown = await page.evaluate((index) => runFailureAt(index), index);
      expect(thrown.slice(0, 4_000)).toBe("");
    }, timeoutMs);
  }
});
