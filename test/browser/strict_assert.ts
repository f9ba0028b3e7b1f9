/**
 * `node:assert/strict` for pages: the port of it that bundlers use.
 *
 * @module
 */
import assert from "assert";

const { deepEqual, equal, ok, rejects, throws } = assert.strict;
export { deepEqual, equal, ok, rejects, throws };
