/**
 * A grid of any number of rows: the columns are kept as they came, and only the rows in sight are made.
 *
 * @module
 */
import type { ColumnBatch } from "tdwire";

/** As in style.css. */
const rowHeight = 24;
/** Browsers end an element at some 17 to 33 million pixels; beyond this the scroll bar moves faster than the rows. */
const maxHeight = 10_000_000;

export class ResultGrid {
  readonly #element: HTMLElement;
  readonly #spacer = div("spacer");
  readonly #rows = div("rows");
  #batches: ColumnBatch[] = [];
  /** Number of the first row of each batch. */
  #starts: number[] = [];
  #rowCount = 0;
  #isDrawing = false;

  constructor(element: HTMLElement) {
    this.#element = element;
    element.addEventListener("scroll", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(element);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Throws away what is there, and shows the names of the next result's columns. */
  begin(names: readonly string[]): void {
    [this.#batches, this.#starts, this.#rowCount] = [[], [], 0];
    this.#rows.replaceChildren();
    this.#element.scrollTop = 0;
    const head = div("row head");
    head.append(cell("", "cell number"), ...names.map((name) => cell(name, "cell")));
    this.#element.replaceChildren(...names.length > 0 ? [head, this.#spacer, this.#rows] : []);
    this.#resize();
  }

  append(batch: ColumnBatch): void {
    this.#starts.push(this.#rowCount);
    this.#batches.push(batch);
    this.#rowCount += batch.rowCount;
    this.#resize();
  }

  #resize(): void {
    this.#spacer.style.height = `${Math.min(maxHeight, this.#rowCount * rowHeight)}px`;
    this.#draw();
  }

  /** Draws once a frame, however often it is asked to. */
  #draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#drawRows();
    });
  }

  #drawRows(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#element;
    const inSight = Math.ceil(clientHeight / rowHeight);
    const way = scrollHeight - clientHeight;
    const first = way <= 0
      ? 0
      : Math.floor(scrollTop / way * Math.max(0, this.#rowCount - inSight + 2));
    const last = Math.min(this.#rowCount, first + inSight);
    this.#rows.style.top = `${scrollTop + rowHeight}px`;
    const rows: HTMLElement[] = [];
    for (let row = first; row < last; row++) rows.push(this.#row(row));
    this.#rows.replaceChildren(...rows);
  }

  #row(row: number): HTMLElement {
    const at = this.#batchOf(row);
    const batch = this.#batches[at]!;
    const element = div("row");
    element.append(cell(String(row + 1), "cell number"));
    for (const column of batch.columns) {
      const value = column.get(row - this.#starts[at]!);
      element.append(
        value === null ? cell("NULL", "cell null") : cell(cellText(value), "cell"),
      );
    }
    return element;
  }

  #batchOf(row: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function div(className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

function cell(text: string, className: string): HTMLElement {
  const element = div(className);
  element.textContent = text;
  return element;
}

function cellText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) {
    return `\\x${[...value].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
