/**
 * What a server can do, by its version (protocol.md §9).
 *
 * @module
 */
import { UnsupportedError } from "../../errors.ts";
import { isAtLeast } from "../../internal/server_version.ts";

/** Features that depend on the server's version, and the first version that has each. */
export const featureVersions = {
  /** `binary_query` and `fetch_raw_block`; below it the JSON actions are used. */
  binaryQuery: "3.3.2.0",
  tableNameKey: "3.3.3.0",
  timeZone: "3.3.5.0",
  applicationName: "3.3.5.0",
  statements: "3.3.6.0",
  /** DECIMAL bound as text; libtaos below it reads the text as fixed-width numbers. */
  decimalBinding: "3.4.0.0",
  blob: "3.3.7.0",
  bearerToken: "3.4.0.0",
  totp: "3.4.0.0",
} as const;

/** A feature that depends on the server's version. */
export type Feature = keyof typeof featureVersions;

const featureNames: Record<Feature, string> = {
  binaryQuery: "binary queries",
  tableNameKey: "the tableNameKey option",
  timeZone: "the timeZone option",
  applicationName: "the applicationName option",
  statements: "prepared statements and parameters",
  decimalBinding: "binding DECIMAL values",
  blob: "BLOB values",
  bearerToken: "the bearerToken option",
  totp: "the totp option",
};

const inText = "An INSERT with the values in its SQL text does without: exec(), or tdwire query.";
const hints: Partial<Record<Feature, string>> = { statements: inText, decimalBinding: inText };

/** Whether a server of this version has the feature. */
export function hasFeature(version: string, feature: Feature): boolean {
  return isAtLeast(version, featureVersions[feature]);
}

/** Throws {@linkcode UnsupportedError}, naming both versions, when the server lacks the feature. */
export function requireFeature(version: string, feature: Feature): void {
  if (hasFeature(version, feature)) return;
  throw new UnsupportedError(
    `${featureNames[feature]}: needs a server of version ${
      featureVersions[feature]
    }; this one is ${version}`,
    { hint: hints[feature] },
  );
}
