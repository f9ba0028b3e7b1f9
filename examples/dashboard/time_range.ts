/**
 * The time-range picker: the last minutes, which move with the clock, or a span between two moments.
 *
 * @module
 */

/** A span of time in milliseconds since 1970; the end is excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const lengths: readonly [text: string, ms: number][] = [
  ["1 min", 60_000],
  ["5 min", 300_000],
  ["15 min", 900_000],
  ["1 h", 3_600_000],
];

/** Text of a moment as `<input type="datetime-local">` has it. */
function localText(ms: number): string {
  const date = new Date(ms);
  const offsetMs = date.getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}

export class TimeRange {
  readonly #form: HTMLFormElement;
  readonly #onChange: () => void;
  #lengthMs = lengths[0]![1];
  #fixed: Span | undefined;

  constructor(form: HTMLFormElement, onChange: () => void) {
    this.#form = form;
    this.#onChange = onChange;
    const spans = form.querySelector("#spans")!;
    for (const [text, ms] of lengths) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.dataset["ms"] = String(ms);
      button.addEventListener("click", () => this.follow(ms));
      spans.append(button);
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [from, to] = ["from", "to"].map((id) => Date.parse(this.#input(id).value));
      const isSpan = from! < to!;
      this.#input("to").setCustomValidity(isSpan ? "" : "Give two moments, the earlier one first.");
      if (isSpan) this.show({ from: from!, to: to! });
      else form.reportValidity();
    });
    form.addEventListener("input", () => this.#input("to").setCustomValidity(""));
    this.#mark();
  }

  /** The span to draw now. */
  span(): Span {
    if (this.#fixed !== undefined) return this.#fixed;
    const to = Date.now();
    return { from: to - this.#lengthMs, to };
  }

  /** Whether the span moves with the clock. */
  get isLive(): boolean {
    return this.#fixed === undefined;
  }

  /** Shows the last so many milliseconds, from now on. */
  follow(lengthMs = this.#lengthMs): void {
    this.#lengthMs = lengthMs;
    this.#fixed = undefined;
    this.#changed();
  }

  /** Shows one span. */
  show(span: Span): void {
    this.#fixed = span;
    this.#input("from").value = localText(span.from);
    this.#input("to").value = localText(span.to);
    this.#changed();
  }

  #changed(): void {
    this.#mark();
    this.#onChange();
  }

  #mark(): void {
    for (const button of this.#form.querySelectorAll<HTMLButtonElement>("#spans button")) {
      const isShown = this.isLive && Number(button.dataset["ms"]) === this.#lengthMs;
      button.setAttribute("aria-pressed", String(isShown));
    }
    this.#form.querySelector("#shown")!.textContent = this.isLive
      ? "live; drag over the chart to zoom"
      : "fixed; double click on the chart to go live";
  }

  #input(id: string): HTMLInputElement {
    return this.#form.querySelector<HTMLInputElement>(`#${id}`)!;
  }
}
