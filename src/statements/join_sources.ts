/**
 * Sources one behind the other as one source.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import type { Precision } from "../types.ts";
import { joinBytes } from "../internal/bytes.ts";
import { fixedSource } from "./convert_fixed.ts";
import { type Source, SourceForm } from "../codec/bind_request.ts";

const precisions: readonly Precision[] = ["ms", "us", "ns"];

function joinNulls(sources: readonly Source[]): Uint8Array | null {
  if (sources.every(({ nulls }) => nulls === null)) return null;
  return joinBytes(sources.map(({ nulls, rows }) => nulls ?? new Uint8Array(rows)));
}

function joinLengths(sources: readonly Source[], rows: number): Uint32Array {
  const lengths = new Uint32Array(rows);
  let at = 0;
  for (const source of sources) {
    lengths.set(source.lengths!, at);
    at += source.rows;
  }
  return lengths;
}

/** The texts of a source in text form. */
export function textsOf({ lengths, data }: Source): string[] {
  const joined = new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
  let at = 0;
  return Array.from(lengths!, (length) => joined.slice(at, at += length));
}

/** Text as bytes, so that it can stand beside bytes. */
function asBytes(source: Source): Source {
  if (source.form !== SourceForm.TEXT) return source;
  const cells = textsOf(source).map((text) => new TextEncoder().encode(text));
  const lengths = Uint32Array.from(cells, (cell) => cell.byteLength);
  return { ...source, form: SourceForm.BYTES, lengths };
}

/** Times as ticks, so that they can stand beside ticks. */
function asTicks(source: Source, codec: Codec): Source {
  if (source.form !== SourceForm.TEXT) return source;
  const precision = precisions[source.precision]!;
  const ticks = BigInt64Array.from(
    textsOf(source),
    (text, row) => source.nulls?.[row] ? 0n : codec.parseTimestamp(text, precision),
  );
  return fixedSource(source.typeCode, ticks, source.rows, source.nulls);
}

function inOneForm(sources: readonly Source[], codec: Codec): readonly Source[] {
  const forms = new Set(sources.map(({ form }) => form));
  if (forms.size === 1) return sources;
  return forms.has(SourceForm.FIXED)
    ? sources.map((source) => asTicks(source, codec))
    : sources.map(asBytes);
}

/** Joins sources of one column. */
export function joinSources(sources: readonly Source[], codec: Codec): Source {
  if (sources.length === 1) return sources[0]!;
  const unified = inOneForm(sources, codec);
  const rows = unified.reduce((sum, source) => sum + source.rows, 0);
  return {
    ...unified[0]!,
    rows,
    nulls: joinNulls(unified),
    lengths: unified[0]!.lengths === null ? null : joinLengths(unified, rows),
    data: joinBytes(unified.map(({ data }) => data)),
  };
}
