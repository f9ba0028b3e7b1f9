/**
 * The page: a live chart and a query box over one WebSocket straight to the server.
 *
 * @module
 */
import { LiveChart } from "./live_chart.ts";
import { LiveConnection } from "./live_connection.ts";
import { QueryPanel } from "./query_panel.ts";
import { ResultGrid } from "./result_grid.ts";
import { hideError, showError } from "./show_error.ts";
import { TimeRange } from "./time_range.ts";

const refreshMs = 1_000;
const element = (id: string): HTMLElement => document.getElementById(id)!;

/** Draws again and again: a second after the last drawing, or at once when the range has changed. */
async function drawForEver(connection: LiveConnection): Promise<never> {
  let wake = () => {};
  const range = new TimeRange(element("range") as HTMLFormElement, () => wake());
  const chart = new LiveChart(element("chart"), range);
  for (;;) {
    const changed = new Promise<void>((resolve) => wake = resolve);
    try {
      const last = await connection.run((db) => chart.refresh(db));
      element("latest").textContent = last === undefined
        ? "no data in this range"
        : `data until ${last.toISOString()}`;
      hideError(element("chart-error"));
    } catch (error) {
      showError(element("chart-error"), error);
    }
    await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, refreshMs))]);
  }
}

const { url } = await (await fetch("server.json")).json() as { url: string };
const connection = new LiveConnection(url, ({ state, text }) => {
  element("connection").dataset["state"] = state;
  element("connection").textContent = text;
});
new QueryPanel(
  connection,
  new ResultGrid(element("grid")),
  "select * from meters order by ts desc",
);
await drawForEver(connection);
