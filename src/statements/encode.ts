/**
 * Bind requests → frames, with the codec's complaints told in the caller's terms.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import type { CodecFault } from "../codec/bindings.ts";
import { InterfaceError } from "../errors.ts";
import type { Placeholder } from "../transports/transport.ts";
import type { BindRequest } from "../codec/bind_request.ts";

/** The codec numbers columns and rows of the request; the caller knows them by name, and by the number of the data. */
function refusal(
  { column, row, message }: CodecFault,
  names: readonly string[],
  firstRow: number,
): string {
  const name = names[column];
  const where = name === undefined ? "table names" : `column ${JSON.stringify(name)}`;
  const reason = message.replace(/, column \d+(, row \d+)?(?=,|$)/, "");
  return row < 0 ? `${where}: ${reason}` : `${where}, row ${firstRow + row}: ${reason}`;
}

/**
 * Encodes a bind request.
 *
 * @param request The request.
 * @param placeholders What its tag columns and then its data columns stand for.
 * @param firstRow Number of its first row, for messages.
 * @throws {InterfaceError} naming column and row of a value that is too long, no time or no text.
 */
export function encodeBindRequest(
  request: BindRequest,
  placeholders: readonly Placeholder[],
  codec: Codec,
  firstRow = 0,
): Uint8Array {
  const names = placeholders.map(({ field }) => field.name);
  return codec.encodeBindRequest(
    request,
    (fault) => new InterfaceError(refusal(fault, names, firstRow)),
  );
}
