/**
 * Keeps the compiling of C out of bundles: workers and pages have no libtaos.
 *
 * @module
 */
import type { Plugin } from "esbuild";

const contents = "export const hasCompiler = () => false; export const buildLibrary = undefined;";

/** For esbuild. */
export const noCompiler: Plugin = {
  name: "no compiler",
  setup({ onLoad }) {
    onLoad({ filter: /test\/native\/build\.mjs$/ }, () => ({ contents }));
  },
};
