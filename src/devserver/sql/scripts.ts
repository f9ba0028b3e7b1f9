/**
 * All scripts, for the engine to make known to DuckDB.
 *
 * @module
 */
import { decimalScripts } from "./decimal.ts";
import { geometryScripts } from "./functions_geometry.ts";
import { textScripts } from "./functions_text.ts";
import { timeScripts } from "./functions_time.ts";
import { modeScripts } from "./mode.ts";
import { intervalScripts } from "./plan_interval.ts";
import type { Script } from "./script.ts";

/** The scripts. */
export const scripts: readonly Script[] = [
  ...textScripts,
  ...timeScripts,
  ...geometryScripts,
  ...decimalScripts,
  ...modeScripts,
  ...intervalScripts,
];
