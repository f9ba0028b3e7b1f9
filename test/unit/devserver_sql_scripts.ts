/**
 * Scripts in the manner of sqllogictest: SQL with what it has to give, one area of SQL a file.
 *
 * The first line of a script is a comment that says what holds. Records stand apart by blank lines:
 *
 * ```text
 * statement ok | statement count N | statement error 0xCODE [message]
 * SQL
 *
 * query name:TYPE | name:TYPE
 * SQL
 * ----
 * value | value
 * ```
 *
 * A header `query` alone leaves names and types open. Values are NULL, true, false, numbers, times in ticks, text as it is, and bytes
 * as `\x0aff`; numbers with a fraction may differ by a part in 10^12 (of FLOAT in 10^6).
 *
 * @module
 */
import { expect } from "vitest";
import type { Cell, EngineField, Session } from "../../src/devserver/engine.ts";
import { Type, typeText } from "../../src/devserver/sql/types.ts";
import { readRows } from "./devserver_rows.ts";
import { failure } from "./devserver_sql_session.ts";

/** One statement and what it has to give. */
interface ScriptRecord {
  header: string;
  sql: string;
  rows: string[];
  line: number;
}

/** Reads the records of a script. */
export function parseScript(text: string): ScriptRecord[] {
  const records: ScriptRecord[] = [];
  let block: string[] = [], from = 0;
  [...text.split("\n"), ""].forEach((line, index) => {
    if (line.startsWith("#")) return;
    if (line !== "") {
      if (block.length === 0) from = index + 1;
      block.push(line);
      return;
    }
    if (block.length > 0) {
      const [header = "", ...rest] = block;
      const split = rest.indexOf("----");
      const sql = (split < 0 ? rest : rest.slice(0, split)).join(" ");
      records.push({ header, sql, rows: split < 0 ? [] : rest.slice(split + 1), line: from });
    }
    block = [];
  });
  return records;
}

/** Carries out a script; throws at the first record that gives something else. */
export async function runScript(text: string, session: Session): Promise<void> {
  for (const record of parseScript(text)) {
    const where = `line ${record.line}: ${record.sql}`;
    const [verb, kind, ...rest] = record.header.split(" ");
    if (verb === "query") await checkQuery(record, session, where);
    else if (kind === "error") {
      const [code, message] = await failure(session.execute(record.sql));
      const shown = `0x${code.toString(16)} ${message}`;
      expect(rest.length > 1 ? shown : shown.split(" ")[0], where).toBe(rest.join(" "));
    } else {
      const result = await session.execute(record.sql);
      if (result.kind !== "update") throw new Error(`${where}: gives rows`);
      if (kind === "count") expect(result.affectedRows, where).toBe(Number(rest[0]));
    }
  }
}

async function checkQuery(record: ScriptRecord, session: Session, where: string): Promise<void> {
  const result = await session.execute(record.sql);
  if (result.kind !== "rows") throw new Error(`${where}: gives no rows`);
  const { fields } = result;
  const rows = await readRows(result);
  const wanted = record.header.slice("query".length).trim();
  if (wanted !== "") expect(fields.map(header).join(" | "), where).toBe(wanted);
  const shown = rows.map((row) => row.map((cell, index) => show(cell, fields[index]!)).join(" | "));
  expect(shown.length, `${where}\n${shown.join("\n")}`).toBe(record.rows.length);
  record.rows.forEach((line, place) => {
    const cells = line.split(" | ");
    const same = cells.length === fields.length &&
      cells.every((cell, index) =>
        isSame(cell, show(rows[place]![index]!, fields[index]!), fields[index]!)
      );
    expect(same ? line : shown[place], where).toBe(line);
  });
}

function header({ name, typeCode: code, length, precision, scale }: EngineField): string {
  return `${name}:${typeText({ code, length, precision, scale })}`;
}

function show(cell: Cell, { typeCode, scale }: EngineField): string {
  if (cell === null) return "NULL";
  if (cell instanceof Uint8Array) {
    return typeCode === Type.varchar
      ? new TextDecoder().decode(cell)
      : `\\x${[...cell].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  if (typeCode !== Type.decimal && typeCode !== Type.decimal64) return String(cell);
  const digits = String(cell).replace("-", "").padStart(scale + 1, "0");
  const sign = String(cell).startsWith("-") ? "-" : "";
  const whole = digits.slice(0, digits.length - scale);
  return `${sign}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
}

function isSame(wanted: string, given: string, { typeCode }: EngineField): boolean {
  if (wanted === given) return true;
  if (typeCode !== Type.float && typeCode !== Type.double) return false;
  const [left, right] = [Number(wanted), Number(given)];
  const tolerance = typeCode === Type.float ? 1e-6 : 1e-12;
  return given !== "NULL" && Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left));
}
