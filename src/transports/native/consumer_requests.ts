/**
 * Requests about consumers as a whole (protocol.md §5.2, §6.2). All requests of a consumer run in one thread.
 *
 * @module
 */
import { type ConnectionSettings, setConnectionOptions } from "./connection_options.ts";
import { codeFailure } from "./consumer_failure.ts";
import { lastFailure, TaosFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { allocate, copyOut, cText, readAddress, viewOf } from "./memory.ts";

/** How a consumer is made. */
export interface OpenConsumerArguments extends ConnectionSettings {
  /** Keys of libtaos and their values. */
  readonly settings: readonly (readonly [key: string, value: string])[];
}

/** A consumer that has not subscribed yet. */
export interface OpenConsumerValue {
  readonly consumer: Address;
  /** What the library knows of the server: its version is somewhere in it. */
  readonly serverInfo: string;
}

/** A consumer. */
export interface ConsumerArguments {
  readonly consumer: Address;
}

/** A consumer and topics. */
export interface TopicsArguments extends ConsumerArguments {
  readonly topics: readonly string[];
}

/** Makes a consumer, which logs in. */
export function openConsumer(
  library: NativeLibrary,
  { settings, ...options }: OpenConsumerArguments,
): OpenConsumerValue {
  const { functions } = library;
  const consumer = consumerOf(library, settings);
  try {
    const taos = functions.tmq_get_connect(consumer);
    setConnectionOptions(library, taos, options);
    return { consumer, serverInfo: library.text(functions.taos_get_server_info(taos)) };
  } catch (error) {
    functions.tmq_consumer_close(consumer);
    throw error;
  }
}

/** Subscribes to topics. */
export function subscribeConsumer(
  library: NativeLibrary,
  { consumer, topics }: TopicsArguments,
): void {
  const { functions } = library;
  const list = functions.tmq_list_new();
  if (list === 0) throw lastFailure(library, 0);
  try {
    for (const topic of topics) {
      requireSuccess(library, functions.tmq_list_append(list, cText(topic)));
    }
    requireSuccess(library, functions.tmq_subscribe(consumer, list));
  } finally {
    functions.tmq_list_destroy(list);
  }
}

/** Gives up all topics. */
export function unsubscribeConsumer(library: NativeLibrary, { consumer }: ConsumerArguments): void {
  requireSuccess(library, library.functions.tmq_unsubscribe(consumer));
}

/** The topics that it is subscribed to. */
export function subscribedTopics(
  library: NativeLibrary,
  { consumer }: ConsumerArguments,
): string[] {
  const { functions } = library;
  const at = allocate(8);
  // The list is made before the call can fail.
  const code = functions.tmq_subscription(consumer, at);
  const list = readAddress(viewOf(at), 0);
  try {
    requireSuccess(library, code);
    const count = functions.tmq_list_get_size(list);
    const items = viewOf(copyOut(library, functions.tmq_list_to_c_array(list), count * 8));
    return Array.from({ length: count }, (_, i) => library.text(readAddress(items, i * 8)));
  } finally {
    if (list !== 0) functions.tmq_list_destroy(list);
  }
}

/**
 * Leaves the group, and ends the consumer. The library does both or, when the server cannot be told, neither: then it is
 * tried again, unless finding that out took long, as it does when the server is away: no other consumer of the process
 * can close meanwhile. What remains lives in the library until the process ends, and may keep its place in the group.
 */
export function closeConsumer({ functions }: NativeLibrary, { consumer }: ConsumerArguments): void {
  const end = performance.now() + closeRetryMs;
  while (functions.tmq_consumer_close(consumer) !== 0 && performance.now() < end) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, closePauseMs);
  }
}

const closeRetryMs = 1_500;
const closePauseMs = 500;

/** Results of tmq_conf_set(). */
const invalidValue = -1;
const unknownKey = -2;
const invalidParameter = 0x0118;
/** Room for the library's reason. */
const reasonBytes = 1_024;

function consumerOf(
  library: NativeLibrary,
  settings: OpenConsumerArguments["settings"],
): Address {
  const conf = configuration(library, settings);
  try {
    return newConsumer(library, conf);
  } finally {
    library.functions.tmq_conf_destroy(conf);
  }
}

function configuration(
  library: NativeLibrary,
  settings: OpenConsumerArguments["settings"],
): Address {
  const { functions } = library;
  const conf = functions.tmq_conf_new();
  if (conf === 0) throw lastFailure(library, 0);
  try {
    for (const [key, value] of settings) {
      const result = functions.tmq_conf_set(conf, cText(key), cText(value));
      if (result === unknownKey) {
        throw new TaosFailure(invalidParameter, `unknown configuration key: ${key}`);
      }
      if (result === invalidValue) {
        throw new TaosFailure(invalidParameter, `invalid value for key '${key}'`);
      }
    }
    return conf;
  } catch (error) {
    functions.tmq_conf_destroy(conf);
    throw error;
  }
}

function newConsumer(library: NativeLibrary, conf: Address): Address {
  const reason = allocate(reasonBytes);
  const consumer = library.functions.tmq_consumer_new(conf, reason, reasonBytes);
  if (consumer !== 0) return consumer;
  const { code, message } = lastFailure(library, 0);
  const end = reason.indexOf(0);
  // What could not be made; why not is the thread's error.
  const what = new TextDecoder().decode(reason.subarray(0, end < 0 ? reasonBytes : end));
  throw new TaosFailure(code, what === "" || what === message ? message : `${message} (${what})`);
}

function requireSuccess(library: NativeLibrary, code: number): void {
  if (code !== 0) throw codeFailure(library, code);
}
