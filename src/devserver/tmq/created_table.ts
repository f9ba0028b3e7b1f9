/**
 * The created child tables at the end of a metadata+data message: requests to create a table, in the server's own form.
 *
 * @module
 */
import { ByteWriter } from "./byte_writer.ts";
import { encodeTags } from "./json_tag.ts";
import type { CreatedTable } from "./topic_engine.ts";

const childTable = 2;
/** Length of the comment of a table without one. */
const noComment = -1;

/** Writes one created table with its length in front. */
export function writeCreatedTable(writer: ByteWriter, table: CreatedTable): void {
  const body = new ByteWriter();
  body.zigzag(0);
  body.text(table.name);
  body.i64(BigInt(table.id));
  body.i64(BigInt(table.created));
  body.i32(0);
  body.u8(childTable);
  body.i32(noComment);
  body.text(table.stable);
  body.u8(table.tags.length);
  body.i64(BigInt(table.stableId));
  const tags = encodeTags(table.tags);
  body.uvarint(tags.byteLength);
  body.bytes(tags);
  body.i32(table.tags.length);
  for (const { field } of table.tags) body.text(field.name);
  body.i32(0);
  body.u8(0);
  const bytes = body.finish();
  writer.uvarint(bytes.byteLength + 4);
  writer.i32(bytes.byteLength);
  writer.bytes(bytes);
}
