/**
 * Geometry text (WKT) to little-endian WKB and back: POINT, LINESTRING and POLYGON.
 *
 * @module
 */

type Position = [number, number];

function parsePositions(text: string): Position[] | null {
  const positions: Position[] = [];
  for (const part of text.split(",")) {
    const figures = part.trim().split(/\s+/);
    const [x, y] = figures.map(Number);
    if (
      figures.length !== 2 || x === undefined || y === undefined || Number.isNaN(x) ||
      Number.isNaN(y)
    ) return null;
    positions.push([x, y]);
  }
  return positions;
}

function parseRings(text: string): Position[][] | null {
  const rings: Position[][] = [];
  const matches = text.match(/\([^()]*\)/g) ?? [];
  for (const ring of matches) {
    const positions = parsePositions(ring.slice(1, -1));
    if (positions === null) return null;
    rings.push(positions);
  }
  return rings.length === 0 ? null : rings;
}

function write(kind: number, counts: boolean, rings: Position[][]): Uint8Array {
  const size = 5 + (kind === 3 ? 4 : 0) +
    rings.reduce((sum, ring) => sum + (counts ? 4 : 0) + ring.length * 16, 0);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint8(0, 1);
  view.setUint32(1, kind, true);
  let at = 5;
  if (kind === 3) view.setUint32((at += 4) - 4, rings.length, true);
  for (const ring of rings) {
    if (counts) view.setUint32((at += 4) - 4, ring.length, true);
    for (const [x, y] of ring) {
      view.setFloat64(at, x, true);
      view.setFloat64(at + 8, y, true);
      at += 16;
    }
  }
  return new Uint8Array(view.buffer);
}

/** Returns the WKB of a geometry's text, or null when it is not one. */
export function encodeWkt(text: string): Uint8Array | null {
  const match = /^\s*(point|linestring|polygon)\s*\((.*)\)\s*$/is.exec(text);
  if (match === null) return null;
  const kind = match[1]!.toLowerCase(), body = match[2]!;
  if (kind === "polygon") {
    const rings = parseRings(body);
    return rings === null ? null : write(3, true, rings);
  }
  const positions = parsePositions(body);
  if (positions === null) return null;
  if (kind === "point") return positions.length === 1 ? write(1, false, [positions]) : null;
  return positions.length >= 2 ? write(2, true, [positions]) : null;
}

/** Returns the text of a geometry, with six decimals; null for kinds other than these three. */
export function decodeWkb(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 9) return null;
  const little = view.getUint8(0) === 1, kind = view.getUint32(1, little);
  let at = 5;
  const count = (): number => view.getUint32((at += 4) - 4, little);
  const position = (): string => {
    const [x, y] = [view.getFloat64(at, little), view.getFloat64(at + 8, little)];
    at += 16;
    return `${x.toFixed(6)} ${y.toFixed(6)}`;
  };
  const positions = (length: number): string => `(${Array.from({ length }, position).join(", ")})`;
  if (kind === 1) return `POINT ${positions(1)}`;
  if (kind === 2) return `LINESTRING ${positions(count())}`;
  if (kind !== 3) return null;
  return `POLYGON (${Array.from({ length: count() }, () => positions(count())).join(", ")})`;
}
