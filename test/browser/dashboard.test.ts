/** The dashboard of examples/dashboard, used as somebody would. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { startDashboard } from "./dashboard_program.ts";

const gridRows = 1_000_000;
const insertRows = 50_000;

describe.skipIf(chromiumPath === undefined)("dashboard", () => {
  let folder: string;
  let server: DevServer;
  let program: Awaited<ReturnType<typeof startDashboard>>;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const text = (selector: string) => page.locator(selector).textContent();
  const seen = (selector: string, pattern: RegExp) =>
    expect.poll(() => text(selector), { timeout: 20_000 }).toMatch(pattern);
  /** Start of the last window that is drawn. */
  const latest = async () => Date.parse(/\d{4}-\S+/.exec(await text("#latest") ?? "")?.[0] ?? "");
  async function run(sql: string): Promise<void> {
    await page.fill("#sql", sql);
    await page.click("#run");
    await page.locator("#run:enabled").waitFor();
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tdwire-dashboard-"));
    server = await createServer({ port: 0, file: join(folder, "data.duckdb") });
    program = await startDashboard(server.url);
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(program.url);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await program?.[Symbol.asyncDispose]();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("dashboard shows data, and new data without a reload", async () => {
    await seen("#connection", /^TDengine .* over websocket$/);
    await seen("#latest", /^data until /);
    const before = await latest();
    await expect.poll(latest, { timeout: 20_000 }).toBeGreaterThan(before + 1_000);
  });

  it("dashboard zooms into what is dragged over, and goes live again by a double click", async () => {
    const box = (await page.locator("#chart .u-over").boundingBox())!;
    const at = (part: number) => [box.x + box.width * part, box.y + box.height / 2] as const;
    await page.mouse.move(...at(0.25));
    await page.mouse.down();
    await page.mouse.move(...at(0.5), { steps: 5 });
    await page.mouse.up();
    await seen("#shown", /^fixed/);
    const [from, to] = await Promise.all(
      ["#from", "#to"].map(async (id) => Date.parse(`${await page.inputValue(id)}Z`)),
    );
    // A quarter of a minute; the inputs hold whole seconds.
    expect(Math.abs(to! - from! - 15_000)).toBeLessThanOrEqual(2_000);
    await expect.poll(latest).toBeLessThan(Date.now() - 20_000);
    await page.mouse.dblclick(...at(0.5));
    await seen("#shown", /^live/);
    await expect.poll(latest, { timeout: 20_000 }).toBeGreaterThan(Date.now() - 10_000);
  });

  it("dashboard shows an error where it happens, and goes on", async () => {
    await run("selec 1");
    expect(await text("#query-error")).toMatch(/syntax error/i);
    expect(await page.locator("#chart-error").isHidden()).toBe(true);
    await run("select 1, 'é', null");
    expect(await page.locator("#query-error").isHidden()).toBe(true);
    expect(await page.locator("#grid .rows .cell").allTextContents()).toEqual([
      "1",
      "1",
      "é",
      "NULL",
    ]);
  });

  it("dashboard scrolls a million rows without a task over 100 ms", async () => {
    await writeRows(server.url);
    const trace = await page.context().newCDPSession(page);
    const tasks: { readonly tdur?: number; readonly tid: number; readonly name: string }[] = [];
    trace.on(
      "Tracing.dataCollected",
      ({ value }) => tasks.push(...value as unknown as typeof tasks),
    );
    await trace.send("Tracing.start", {
      transferMode: "ReportEvents",
      traceConfig: { includedCategories: ["toplevel", "disabled-by-default-devtools.timeline"] },
    });
    await run("select * from dashboard_grid.rows");
    await seen("#progress", /^1,000,000 rows/);
    // Each cell of a row says which row it is, so that a row at the wrong place shows.
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      await page.locator("#grid").evaluate((grid, part) => {
        grid.scrollTop = part * (grid.scrollHeight - grid.clientHeight);
      }, part);
      await page.evaluate(() =>
        new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      );
      const [number, , value, name] = await page.locator("#grid .rows .row").nth(3).locator(".cell")
        .allTextContents();
      expect(name).toBe(`row ${value}`);
      expect(Number(number)).toBe(Number(value) + 1);
      expect(Math.abs(Number(value) / gridRows - part)).toBeLessThan(0.001);
    }
    await page.mouse.move(600, 800);
    const topRow = async () =>
      Number(await page.locator("#grid .rows .row").first().locator(".number").textContent());
    const bottom = await topRow();
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, -2_000);
    await expect.poll(topRow).toBeLessThan(bottom - 1_000);
    const done = new Promise((resolve) => trace.once("Tracing.tracingComplete", resolve));
    await trace.send("Tracing.end");
    await done;
    // Time on the processor, which a busy machine does not lengthen.
    const times = tasks.filter(isTask).map(({ tdur = 0 }) => tdur / 1000);
    const longest = Math.max(...times);
    console.log(`${times.length} tasks, the longest ${longest.toFixed(0)} ms of processor time`);
    // One a block at least: the trace has seen the rows arrive.
    expect(times.length).toBeGreaterThan(gridRows / 4096);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(100);
  }, 120_000);

  it("dashboard has nothing to complain of", () => {
    expect(complaints).toEqual([]);
  });

  it("dashboard heals when the server comes back", async () => {
    const port = Number(new URL(server.url).port);
    await server.close();
    await seen("#chart-error", /./);
    expect(await page.locator("#connection").getAttribute("data-state")).not.toBe("open");
    server = await createServer({ port, file: join(folder, "data.duckdb") });
    await seen("#connection", /^TDengine/);
    const before = Date.now();
    await expect.poll(latest, { timeout: 20_000 }).toBeGreaterThan(before);
    expect(await page.locator("#chart-error").isHidden()).toBe(true);
    // The browser itself tells that it could not connect.
    const own = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/;
    expect(complaints.filter((complaint) => !own.test(complaint))).toEqual([]);
  }, 60_000);
});

function isTask({ name }: { name: string }): boolean {
  return name === "RunTask" || name === "ThreadControllerImpl::RunTask";
}

async function writeRows(url: string): Promise<void> {
  await using db = await connect(url);
  await db.exec("create database dashboard_grid");
  await db.use("dashboard_grid");
  await db.exec("create table rows (ts timestamp, n int, name varchar(16))");
  for (let from = 0; from < gridRows; from += insertRows) {
    const numbers = Array.from({ length: insertRows }, (_, i) => from + i);
    await db.insert("rows", {
      ts: numbers.map((n) => new Date(1_700_000_000_000 + n)),
      n: numbers,
      name: numbers.map((n) => `row ${n}`),
    });
  }
}
