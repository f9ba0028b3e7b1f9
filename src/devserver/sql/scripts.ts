/**
 * All scripts, for the engine to make known to DuckDB.
 *
 * @module
 */
import { decimalScripts } from "./decimal.ts";
import { geometryScripts } from "./functions_geometry.ts";
import { byteScripts } from "./functions_bytes.ts";
import { calendarScripts } from "./functions_calendar.ts";
import { timeScripts } from "./functions_time.ts";
import { trimScripts } from "./functions_trim.ts";
import { modeScripts } from "./mode.ts";
import { intervalScripts } from "./plan_interval.ts";
import type { Script } from "./script.ts";

/** The scripts. */
export const scripts: readonly Script[] = [
  ...byteScripts,
  ...calendarScripts,
  ...trimScripts,
  ...timeScripts,
  ...geometryScripts,
  ...decimalScripts,
  ...modeScripts,
  ...intervalScripts,
];
