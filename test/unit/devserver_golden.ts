/** Recorded results of a real server, as fields, cells and texts. */

import { readFileSync } from "node:fs";
import { TypeCode } from "../../src/devserver/blocks.ts";
import type { Cell, EngineField } from "../../src/devserver/engine.ts";

export const FOLDER = new URL("../golden/blocks/", import.meta.url);

export interface Case {
  name: string;
  reply: {
    code: number;
    is_update: boolean;
    fields_names: string[];
    fields_types: number[];
    fields_lengths: number[];
    fields_precisions: number[];
    fields_scales: number[];
    precision: number;
  };
  blocks: string[];
  rows: number;
}

export function readCase(name: string): Case {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

export function fieldsOf(reply: Case["reply"]): EngineField[] {
  return reply.fields_names.map((name, i) => ({
    name,
    typeCode: reply.fields_types[i]!,
    length: reply.fields_lengths[i]!,
    precision: reply.fields_precisions[i]!,
    scale: reply.fields_scales[i]!,
  }));
}

/** Splits the text of an array (of one byte a character) into the texts of its items. */
function splitArray(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 1;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gs)) {
    const mark = match[0];
    if (mark === "[" || mark === "{") depth++;
    else if (mark === "]" || mark === "}") depth--;
    const isEnd = depth === 0;
    if ((mark === "," && depth === 1) || isEnd) {
      const item = text.slice(start, match.index).trim();
      if (item !== "") items.push(item);
      start = match.index + 1;
    }
    if (isEnd) break;
  }
  return items;
}

function toCell(field: EngineField, text: string): Cell {
  if (text === "null") return null;
  const latin = () => Buffer.from(JSON.parse(text), "latin1");
  switch (field.typeCode) {
    case TypeCode.Bool:
      return text === "true";
    case TypeCode.BigInt:
    case TypeCode.UBigInt:
      return BigInt(text);
    case TypeCode.Timestamp:
      return toTicks(JSON.parse(text));
    case TypeCode.Varchar:
      return latin();
    case TypeCode.Nchar:
      return latin().toString("utf8");
    case TypeCode.Json:
      return Buffer.from(text, "latin1").toString("utf8");
    case TypeCode.Varbinary:
    case TypeCode.Geometry:
    case TypeCode.Blob:
      return Buffer.from(JSON.parse(text), "hex");
    case TypeCode.Decimal:
    case TypeCode.Decimal64:
      return BigInt(JSON.parse(text).replace(".", ""));
    default:
      return Number(text);
  }
}

function toTicks(text: string): bigint {
  const [, seconds, fraction] = /^(.*)\.(\d+)Z$/.exec(text)!;
  return BigInt(Date.parse(`${seconds}Z`) / 1000) * 10n ** BigInt(fraction!.length) +
    BigInt(fraction!);
}

export function readRows(name: string, fields: EngineField[]): Cell[][] {
  const body = readFileSync(new URL(`${name}.rest.json`, FOLDER), "latin1");
  const data = body.slice(body.indexOf('"data":[') + 7, body.lastIndexOf(',"rows":'));
  return splitArray(data).map((row) => splitArray(row).map((text, i) => toCell(fields[i]!, text)));
}

export const NAMES: string[] = JSON.parse(readFileSync(new URL("index.json", FOLDER), "utf8"))
  .map((item: { name: string }) => item.name)
  .filter((name: string) => readCase(name).blocks?.length > 0);
