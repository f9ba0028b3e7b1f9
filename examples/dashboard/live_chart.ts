/**
 * The chart: one windowed query, drawn again every second.
 *
 * @module
 */
import type { Connection } from "tdwire";
import uPlot from "uplot";
import type { Span, TimeRange } from "./time_range.ts";

const windows = 240;
/** TDengine has no window shorter than 10 ms. */
const minWindowMs = 10;

type Columns = [
  times: number[],
  low: (number | null)[],
  mean: (number | null)[],
  high: (number | null)[],
];

/** Lows, means and highs of the current in windows of equal length, columns as uPlot takes them. */
export async function readWindows(db: Connection, span: Span): Promise<Columns> {
  const windowMs = Math.max(minWindowMs, Math.ceil((span.to - span.from) / windows));
  const { batch } = await db.query(
    "select _wstart, min(current), avg(current), max(current) from meters where ts >= ? and ts < ? " +
      `interval(${windowMs}a)`,
    [new Date(span.from), new Date(span.to)],
  );
  const [starts, low, mean, high] = batch.columns;
  const times = starts!.toArray({ timestamp: "date" }).map((start) => Number(start) / 1000);
  const numbers = [low!, mean!, high!].map((column) => column.toArray() as (number | null)[]);
  return [times, ...numbers] as Columns;
}

export class LiveChart {
  readonly #range: TimeRange;
  readonly #plot: uPlot;

  constructor(element: HTMLElement, range: TimeRange) {
    this.#range = range;
    const line = (label: string, stroke: string, fill?: string): uPlot.Series => ({
      label,
      stroke,
      ...fill === undefined ? {} : { fill },
      value: (_, value) => value === null ? "–" : `${value.toFixed(2)} A`,
      points: { show: false },
    });
    this.#plot = new uPlot(
      {
        width: element.clientWidth,
        height: 280,
        // The range is the picker's: a zoom goes there, and comes back as new data.
        cursor: { drag: { setScale: false } },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        scales: { x: { range: () => this.#limits() } },
        axes: [{}, { values: (_, values) => values.map((value) => `${value} A`), size: 60 }],
        series: [
          {},
          line("low", "#4c9f70"),
          line("mean", "#2f6fde", "#2f6fde22"),
          line("high", "#d9663d"),
        ],
        hooks: { setSelect: [(plot) => this.#zoom(plot)] },
      },
      [[], [], [], []],
      element,
    );
    this.#plot.over.addEventListener("dblclick", () => range.follow());
    new ResizeObserver(() => this.#plot.setSize({ width: element.clientWidth, height: 280 }))
      .observe(element);
  }

  /**
   * Reads the windows of the range and draws them.
   *
   * @returns Where the last one begins; undefined without data.
   */
  async refresh(db: Connection): Promise<Date | undefined> {
    const columns = await readWindows(db, this.#range.span());
    this.#plot.setData(columns);
    const last = columns[0].at(-1);
    return last === undefined ? undefined : new Date(last * 1000);
  }

  #limits(): [number, number] {
    const { from, to } = this.#range.span();
    return [from / 1000, to / 1000];
  }

  #zoom(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 5) return;
    const [from, to] = [left, left + width].map((x) => Math.round(plot.posToVal(x, "x") * 1000));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#range.show({ from: from!, to: to! });
  }
}
