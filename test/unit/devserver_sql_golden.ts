/**
 * Compares the embedded server's answers with those of the real server in golden/sql.json.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import {
  type Cell,
  type Engine,
  type EngineField,
  type RowSet,
  ServerError,
} from "../../src/devserver/engine.ts";
import { isDecimal, typeName } from "../../src/devserver/sql/types.ts";

/** A recorded statement. */
export interface Recorded {
  sql: string;
  db?: string;
  body: string;
}

/** How one statement came out. */
export interface Outcome {
  index: number;
  sql: string;
  /** Null when the answer is the recorded one. */
  difference: string | null;
}

/** Reads the recorded statements. */
export function readRecorded(): Recorded[] {
  return JSON.parse(
    readFileSync(new URL("../golden/sql.json", import.meta.url), "utf8"),
  ) as Recorded[];
}

/** Statements whose answers have the rows in no particular order. */
const openOrder = /^(show tables|select unique|select sample|select .*information_schema)/;

const digits = { ms: 3, us: 6, ns: 9 } as const;

function renderTimestamp(ticks: bigint, precision: keyof typeof digits): string {
  const unit = 10n ** BigInt(digits[precision]);
  const fraction = ((ticks % unit) + unit) % unit;
  const seconds = (ticks - fraction) / unit;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${
    String(fraction).padStart(digits[precision], "0")
  }Z`;
}

function renderDecimal(value: bigint, scale: number): string {
  const text = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const whole = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  return value < 0n ? `-${whole}` : whole;
}

/** Renders a cell like the real server's REST interface, wide integers as text. */
function render(cell: Cell, field: EngineField, precision: keyof typeof digits): unknown {
  if (cell === null) return null;
  switch (field.typeCode) {
    case 5:
    case 14:
      return typeof cell === "bigint" ? String(cell) : `not a bigint: ${cell}`;
    case 8:
      return cell instanceof Uint8Array ? new TextDecoder().decode(cell) : `not bytes: ${cell}`;
    case 9:
      return typeof cell === "bigint" ? renderTimestamp(cell, precision) : `not a bigint: ${cell}`;
    case 15:
      return JSON.parse(cell as string);
    case 16:
    case 18:
    case 20:
      return Buffer.from(cell as Uint8Array).toString("hex");
    case 17:
    case 21:
      return renderDecimal(cell as bigint, field.scale);
    case 6:
    case 7:
      return Number.isFinite(cell) ? cell : null;
    default:
      return cell;
  }
}

/** Reads all rows of a result. */
export async function readRows(result: RowSet): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  for await (const block of result.blocks) {
    const count = block[0]?.length ?? 0;
    for (let row = 0; row < count; row++) rows.push(block.map((column) => column[row]!));
  }
  return rows;
}

function metaOf(field: EngineField): unknown[] {
  const name = isDecimal({ ...field, code: field.typeCode })
    ? `DECIMAL(${field.precision},${field.scale})`
    : typeName({ ...field, code: field.typeCode });
  return [field.name, name, field.length];
}

function isEqual(left: unknown, right: unknown): boolean {
  if (typeof left === "number" && typeof right === "number") {
    return left === right || Math.abs(left - right) <= 1e-12 * Math.abs(right) ||
      Math.fround(left) === Math.fround(right) && left === Math.fround(left);
  }
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Compares one answer; null when it is the recorded one. */
async function compare(engine: Engine, recorded: Recorded): Promise<string | null> {
  const expected = JSON.parse(recorded.body.replace(/([[,:])(-?\d{16,})(?=[,\]}])/g, '$1"$2"')) as {
    code: number;
    desc?: string;
    column_meta?: unknown[][];
    data?: unknown[][];
  };
  const session = engine.openSession("root");
  if (recorded.db !== undefined) await session.execute(`use ${recorded.db}`).catch(() => undefined);
  try {
    const result = await session.execute(recorded.sql);
    if (expected.code !== 0) return `expected ${expected.desc}`;
    if (result.kind === "update") {
      return JSON.stringify(expected.data) === `[[${result.affectedRows}]]`
        ? null
        : `affected ${result.affectedRows}, expected ${expected.data}`;
    }
    const meta = JSON.stringify(result.fields.map(metaOf));
    if (meta !== JSON.stringify(expected.column_meta)) {
      return `columns ${meta}, expected ${JSON.stringify(expected.column_meta)}`;
    }
    const rows = (await readRows(result)).map((row) =>
      row.map((cell, index) => render(cell, result.fields[index]!, result.precision))
    );
    const wanted = expected.data!;
    if (openOrder.test(recorded.sql)) {
      for (const list of [rows, wanted]) {
        list.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
      }
    }
    const same = rows.length === wanted.length &&
      rows.every((row, at) => row.every((cell, index) => isEqual(cell, wanted[at]![index])));
    return same
      ? null
      : `rows ${JSON.stringify(rows).slice(0, 600)}, expected ${
        JSON.stringify(wanted).slice(0, 600)
      }`;
  } catch (error) {
    if (!(error instanceof ServerError)) {
      return `threw ${error instanceof Error ? error.stack : error}`;
    }
    return error.code === expected.code && error.message === expected.desc
      ? null
      : `0x${error.code.toString(16)} ${error.message}, expected ${
        expected.code === 0 ? "no error" : `0x${expected.code.toString(16)} ${expected.desc}`
      }`;
  } finally {
    await session.close();
  }
}

/** Runs all recorded statements in order. An empty statement is refused before it reaches the database. */
export async function runRecorded(engine: Engine): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, recorded] of readRecorded().entries()) {
    if (recorded.sql === "") continue;
    outcomes.push({ index, sql: recorded.sql, difference: await compare(engine, recorded) });
  }
  return outcomes;
}
