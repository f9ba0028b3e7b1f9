/**
 * What is set on a connection of libtaos behind the login.
 *
 * @module
 */
import { lastFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { cText } from "./memory.ts";

/** Settings; what is undefined stays as the library has it. */
export interface ConnectionSettings {
  readonly timeZone: string | undefined;
  readonly applicationName: string | undefined;
}

/** Options of taos_options_connection(). */
const timeZoneOption = 1;
const applicationOption = 3;

/** Sets them. */
export function setConnectionOptions(
  library: NativeLibrary,
  taos: Address,
  { timeZone, applicationName }: ConnectionSettings,
): void {
  setOption(library, taos, timeZoneOption, timeZone);
  setOption(library, taos, applicationOption, applicationName);
}

function setOption(
  library: NativeLibrary,
  taos: Address,
  option: number,
  value: string | undefined,
): void {
  if (value === undefined) return;
  const code = library.functions.taos_options_connection(taos, option, cText(value));
  if (code !== 0) throw lastFailure(library, 0);
}
