/**
 * A bind request as the structures that libtaos takes (protocol.md §4.1, §4.5, §6.4). The structures point into the
 * frame, whose members stand at any offset: libtaos reads them byte by byte or as unaligned words, as it does with what
 * taosAdapter passes on.
 *
 * | memory | |
 * |---|---|
 * | 0 | TAOS_STMT2_BINDV |
 * | 32 | char *[tables], if table names are bound |
 * | | TAOS_STMT2_BIND *[tables] of the tags, if any; TAOS_STMT2_BIND *[tables] of the columns, if any |
 * | | TAOS_STMT2_BIND[tag columns] of each table; TAOS_STMT2_BIND[data columns] of each table |
 *
 * @module
 */
import type { Address, NativeLibrary } from "./library.ts";
import { allocate, viewOf, writeAddress } from "./memory.ts";

const frameHead = 30;
const bindvBytes = 32;
const bindBytes = 40;
const pointerBytes = 8;

/** What C reads while it is called: nothing else may refer to it, and it must not be collected. */
const inUse = new Set<unknown>();

/**
 * Calls `use` with a TAOS_STMT2_BINDV, which is there during the call.
 *
 * @param frame A `stmt2_bind` frame with its head, as wasm/codec writes it.
 */
export function withBindStructures<T>(
  library: NativeLibrary,
  frame: Uint8Array<ArrayBuffer>,
  use: (bindv: Uint8Array<ArrayBuffer>) => T,
): T {
  const structures = new BindStructures(library, frame);
  inUse.add(structures);
  try {
    return use(structures.memory);
  } finally {
    inUse.delete(structures);
  }
}

class BindStructures {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly #out: DataView;
  readonly #address: Address;
  readonly #payload: DataView;
  readonly #payloadAddress: Address;
  readonly #tables: number;
  /** Where the next structure goes. */
  #end = bindvBytes;

  constructor(library: NativeLibrary, frame: Uint8Array<ArrayBuffer>) {
    const payload = frame.subarray(frameHead);
    this.#payload = viewOf(payload);
    this.#payloadAddress = library.addressOf(frame) + frameHead;
    const [tables, tags, columns, namesAt, tagsAt, columnsAt] = [4, 8, 12, 16, 20, 24]
      .map((at) => this.#payload.getUint32(at, true)) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
    this.#tables = tables;
    this.memory = allocate(
      bindvBytes + tables * (3 * pointerBytes + (tags + columns) * bindBytes),
    );
    this.#out = viewOf(this.memory);
    this.#address = library.addressOf(this.memory);
    this.#out.setInt32(0, tables, true);
    const lists = [this.#names(namesAt), this.#list(tagsAt), this.#list(columnsAt)];
    lists.forEach((at, i) => {
      if (at !== 0) writeAddress(this.#out, 8 + i * pointerBytes, this.#address + at);
    });
    this.#binds(lists[1]!, tagsAt, tags);
    this.#binds(lists[2]!, columnsAt, columns);
  }

  /** Room for one pointer a table; 0 when the section is not there. */
  #list(section: number): number {
    if (section === 0) return 0;
    const at = this.#end;
    this.#end += this.#tables * pointerBytes;
    return at;
  }

  #names(section: number): number {
    const list = this.#list(section);
    if (list === 0) return 0;
    let name = section + 2 * this.#tables;
    for (let table = 0; table < this.#tables; table++) {
      writeAddress(this.#out, list + table * pointerBytes, this.#payloadAddress + name);
      name += this.#payload.getUint16(section + 2 * table, true);
    }
    return list;
  }

  /** The binds of a section, behind the lengths that each table's blocks have together. */
  #binds(list: number, section: number, count: number): void {
    if (list === 0) return;
    let block = section + 4 * this.#tables;
    for (let table = 0; table < this.#tables; table++) {
      writeAddress(this.#out, list + table * pointerBytes, this.#address + this.#end);
      for (let i = 0; i < count; i++) {
        this.#bind(block);
        block += this.#payload.getUint32(block, true);
      }
    }
  }

  #bind(block: number): void {
    const [out, at, from] = [this.#out, this.#end, this.#payloadAddress];
    const rows = this.#payload.getInt32(block + 8, true);
    const nulls = block + 12;
    const lengths = nulls + rows + 1;
    const hasLengths = this.#payload.getUint8(nulls + rows) !== 0;
    const values = lengths + (hasLengths ? 4 * rows : 0) + 4;
    out.setInt32(at, this.#payload.getInt32(block + 4, true), true);
    writeAddress(out, at + 8, from + values);
    if (hasLengths) writeAddress(out, at + 16, from + lengths);
    writeAddress(out, at + 24, from + nulls);
    out.setInt32(at + 32, rows, true);
    this.#end += bindBytes;
  }
}
