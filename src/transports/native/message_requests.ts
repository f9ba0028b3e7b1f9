/**
 * The request for a message, which copies all there is in it (protocol.md §5.3, §5.5, §6.2).
 *
 * @module
 */
import type { ConsumerArguments } from "./consumer_requests.ts";
import { codeFailure } from "./consumer_failure.ts";
import { lastFailure, TaosFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { allocate, copyOut, readAddress, viewOf } from "./memory.ts";

/** How a message is waited for. */
export interface PollArguments extends ConsumerArguments {
  readonly waitMs: number;
  /** Whether a poll without a message tells why: older libraries leave the thread's last error standing. */
  readonly tellsErrors: boolean;
  /** Whether a structure goes to a function by the address of a copy (Windows), not in two registers. */
  readonly structsByAddress: boolean;
}

/** Where a message comes from. */
export interface MessagePlace {
  /** 1 data, 2 metadata, 3 both. */
  readonly type: number;
  readonly topic: string;
  readonly database: string;
  readonly vgroupId: number;
  readonly offset: bigint;
}

/** A message. */
export interface MessageValue extends MessagePlace {
  /** The raw form of its rows; undefined without any. */
  readonly payload: ArrayBuffer | undefined;
  readonly rawType: number;
  /** JSON about its metadata; undefined without any. */
  readonly metadata: string | undefined;
}

/** A message that was taken from the log but could not be read. */
export interface UnreadMessage {
  readonly code: number;
  readonly reason: string;
}

/** Waits for a message; null when none comes. */
export function pollConsumer(
  library: NativeLibrary,
  args: PollArguments,
): MessageValue | UnreadMessage | null {
  const { functions } = library;
  const message = functions.tmq_consumer_poll(args.consumer, BigInt(args.waitMs));
  if (message === 0) {
    if (args.tellsErrors && functions.taos_errno(0) !== 0) throw lastFailure(library, 0);
    return null;
  }
  try {
    return read(library, message, args);
  } catch (error) {
    // Whatever the reason: a message that nobody gets must not count as read.
    const { message: reason } = error as Error;
    return { code: error instanceof TaosFailure ? error.code : unspecified, reason };
  } finally {
    functions.taos_free_result(message);
  }
}

const unspecified = -1;
/** Kinds of messages. */
const [data, metadata, dataAndMetadata] = [1, 2, 3] as const;

function read(library: NativeLibrary, message: Address, args: PollArguments): MessageValue {
  const { functions, text } = library;
  const type = functions.tmq_get_res_type(message);
  const raw = type === data || type === dataAndMetadata
    ? rawForm(library, message, args)
    : { payload: undefined, rawType: 0 };
  const hasMetadata = type === metadata || type === dataAndMetadata;
  return {
    type,
    topic: text(functions.tmq_get_topic_name(message)),
    database: text(functions.tmq_get_db_name(message)),
    vgroupId: functions.tmq_get_vgroup_id(message),
    offset: functions.tmq_get_vgroup_offset(message),
    ...raw,
    metadata: hasMetadata ? jsonForm(library, message, type) : undefined,
  };
}

/** A tmq_raw_data: raw @0, raw_len u32 @8, raw_type u16 @12. */
const rawDataBytes = 16;
const [lengthAt, typeAt] = [8, 12] as const;

function rawForm(
  library: NativeLibrary,
  message: Address,
  { structsByAddress }: PollArguments,
): Pick<MessageValue, "payload" | "rawType"> {
  const { functions } = library;
  const raw = allocate(rawDataBytes);
  const view = viewOf(raw);
  const code = functions.tmq_get_raw(message, raw);
  if (code !== 0) throw codeFailure(library, code);
  const rawType = view.getUint16(typeAt, true);
  try {
    const payload = copyOut(library, readAddress(view, 0), view.getUint32(lengthAt, true));
    return { payload: payload.buffer, rawType };
  } finally {
    if (structsByAddress) functions.tmq_free_raw(BigInt(library.addressOf(raw)), 0n);
    else functions.tmq_free_raw(view.getBigUint64(0, true), view.getBigUint64(lengthAt, true));
  }
}

function jsonForm(
  library: NativeLibrary,
  message: Address,
  type: number,
): string | undefined {
  const { functions } = library;
  const json = functions.tmq_get_json_meta(message);
  if (json === 0) {
    // Without its JSON a message of metadata alone has nothing in it.
    if (type === metadata) throw lastFailure(library, 0);
    return undefined;
  }
  try {
    return library.text(json);
  } finally {
    functions.tmq_free_json_meta(json);
  }
}
