/**
 * Well-known binary → well-known text (OGC 06-103r4, §8.2 and §7): SQL has no other literal for a GEOMETRY.
 *
 * A geometry is a byte order mark (0 = big endian, 1 = little endian), a u32 type, and coordinates as f64 pairs; lists
 * have a u32 count in front. Types: 1 point, 2 line, 3 polygon, 4 to 6 lists of those, 7 list of any.
 *
 * @module
 */
import { CodecError } from "../errors.ts";

const names = [
  "POINT",
  "LINESTRING",
  "POLYGON",
  "MULTIPOINT",
  "MULTILINESTRING",
  "MULTIPOLYGON",
  "GEOMETRYCOLLECTION",
];

/** Reads one geometry after the other. */
class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Goes on by so many bytes; where they begin. */
  #take(needed: number): number {
    const offset = this.#at;
    const available = this.#view.byteLength - offset;
    if (needed > available) {
      throw new CodecError("the bytes of a GEOMETRY are cut", { offset, needed, available });
    }
    this.#at += needed;
    return offset;
  }

  /** Text of a geometry; inside of a list of one type its name is left out. */
  geometry(isNamed = true): string {
    const at = this.#take(5);
    const isLittle = this.#view.getUint8(at) === 1;
    const type = this.#view.getUint32(at + 1, isLittle);
    const name = names[type - 1];
    if (name === undefined) throw new CodecError(`a GEOMETRY has the unknown type ${type}`);
    const text = this.#content(type, isLittle);
    return isNamed ? `${name} ${text}` : text;
  }

  #content(type: number, isLittle: boolean): string {
    switch (type) {
      case 1:
        return `(${this.#pair(isLittle)})`;
      case 2:
        return this.#points(isLittle);
      case 3:
        return this.#list(isLittle, () => this.#points(isLittle));
      default:
        return this.#list(isLittle, () => this.geometry(type === 7));
    }
  }

  #points(isLittle: boolean): string {
    return this.#list(isLittle, () => this.#pair(isLittle));
  }

  #pair(isLittle: boolean): string {
    const at = this.#take(16);
    const x = this.#view.getFloat64(at, isLittle);
    const y = this.#view.getFloat64(at + 8, isLittle);
    return `${x} ${y}`;
  }

  #list(isLittle: boolean, item: () => string): string {
    const count = this.#view.getUint32(this.#take(4), isLittle);
    if (count === 0) return "EMPTY";
    const items: string[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return `(${items.join(", ")})`;
  }
}

/**
 * Formats a GEOMETRY.
 *
 * @throws {CodecError} When the bytes are cut, telling where, or of a type that TDengine does not have.
 */
export function formatGeometry(bytes: Uint8Array): string {
  return new Reader(bytes).geometry();
}
